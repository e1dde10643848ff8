package cli_test

import (
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// terminal runs a command on a terminal of its own and holds the dialogue of a
// file with it: a line "< TEXT" waits for TEXT to be shown, "> TEXT" types it.
// What was shown is printed: terminal CODE DIALOGUE PROGRAM ARG...
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: terminal code dialogue program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environment(ts)
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	ts.Check(err)
	defer master.Close()
	// A word that never comes ends the story and not the test.
	late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	shown := newShown(master)
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "< "):
			if !shown.wait(line[2:]) {
				_ = cmd.Wait()
				ts.Fatalf("%q was not shown, but:\n%s", line[2:], shown.text())
			}
		case strings.HasPrefix(line, "> "):
			_, err := io.WriteString(master, strings.NewReplacer("^C", "\x03", "^D", "\x04").Replace(line[2:])+"\n")
			ts.Check(err)
		}
	}
	code := codeOf(ts, cmd.Wait())
	<-shown.over
	_, _ = io.WriteString(ts.Stdout(), shown.text())
	if code != want {
		ts.Fatalf("exit code %d, want %d\n%s", code, want, shown.text())
	}
}

// shown collects what a terminal shows.
type shown struct {
	mu   sync.Mutex
	more *sync.Cond
	all  string
	seen int // where the next wait begins
	done bool
	over chan struct{}
}

func newShown(r io.Reader) *shown {
	s := &shown{over: make(chan struct{})}
	s.more = sync.NewCond(&s.mu)
	go func() {
		defer close(s.over)
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			s.mu.Lock()
			s.all += string(buf[:n])
			s.done = err != nil
			s.more.Broadcast()
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *shown) wait(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if i := strings.Index(s.all[s.seen:], text); i >= 0 {
			s.seen += i + len(text)
			return true
		}
		if s.done {
			return false
		}
		s.more.Wait()
	}
}

func (s *shown) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.ReplaceAll(s.all, "\r\n", "\n")
}
