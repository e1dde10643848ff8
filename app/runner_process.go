package app

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"bise/app/fault"
	"bise/app/termsafe"
	"bise/localstore"
)

// server is a server of the local runner that bise has started.
type server struct {
	host string // host:port
	log  string
	cmd  *exec.Cmd
	kill func()        // whatever is left of it and of what it started
	done chan struct{} // closed when it has ended
}

// stopLimit is how long a server may take to end by itself: it unloads its
// models first, which took 2 s in the middle of an answer.
const stopLimit = 5 * time.Second

// starting is what a server is started with.
type starting struct {
	program string
	args    []string
	folder  string // that it runs in, "" for ours
	host    string // host:port that it will answer at
	log     string // file for its output, made anew
	env     []string
}

// startServer starts a program as a server in a process group of its own, so
// that what it starts ends with it.
func startServer(with starting) (*server, error) {
	const op = "app.StartRunner"
	log := with.log
	f, err := localstore.NewLog(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // the server has its own
	s := &server{host: with.host, log: log, done: make(chan struct{})}
	s.cmd = exec.CommandContext(context.Background(), with.program, with.args...)
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = with.folder, with.env, f, f
	apart(s.cmd)
	started := make(chan error)
	go func() {
		// Linux ends the server when the thread that started it ends: this one
		// stays for as long as the server lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := s.cmd.Start(); err != nil {
			started <- err
			return
		}
		s.kill = group(s.cmd.Process)
		started <- nil
		_ = s.cmd.Wait()
		s.kill() // a server that was killed leaves its runners holding memory
		close(s.done)
	}()
	if err := <-started; err != nil {
		return nil, fault.E(op, fault.RunnerFailed, err, "path", log, "message", "")
	}
	return s, nil
}

// await waits until a server answers; one that ends or takes longer than ctx
// is stopped, and the error says what it wrote last.
func (s *server) await(ctx context.Context, op string, answers func() bool) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if answers() {
			return nil
		}
		select {
		case <-s.done:
			return fault.E(op, fault.RunnerFailed, nil, "path", s.log, "message", lastLine(s.log))
		case <-ctx.Done():
			s.stop()
			return fault.E(op, fault.RunnerFailed, ctx.Err(), "path", s.log, "message", lastLine(s.log))
		case <-tick.C:
		}
	}
}

func (s *server) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// stop ends the server and everything it has started.
func (s *server) stop() {
	if s.ended() {
		return
	}
	quit(s.cmd.Process)
	late := time.NewTimer(stopLimit)
	defer late.Stop()
	select {
	case <-s.done:
		return
	case <-late.C:
	}
	s.kill()
	<-s.done
}

// secret are the beginnings and ends of names of variables that a server has no
// use for and that may hold secrets.
var secret = struct{ starts, ends []string }{
	[]string{"BISE_", "MISTRAL_", "AWS_", "AZURE_", "GOOGLE_", "OPENAI_"},
	[]string{"_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_PASSPHRASE"},
}

// serverEnv is the environment of a server: ours without secrets, with its
// address. It keeps parts of pulls over a restart, writes no prompts into its
// log, and asks ollama.com for nothing unless the person has said so.
func serverEnv(ours []string, host string, localOnly bool) []string {
	env := make([]string, 0, len(ours)+5)
	cloud := false
	for _, entry := range cleanEnv(ours) {
		name, _, _ := strings.Cut(entry, "=")
		switch strings.ToUpper(name) {
		case "OLLAMA_HOST", "OLLAMA_DEBUG", "OLLAMA_DEBUG_LOG_REQUESTS", "GIN_MODE":
			continue
		case "OLLAMA_NO_CLOUD":
			if localOnly {
				continue
			}
			cloud = true
		}
		env = append(env, entry)
	}
	env = append(env, "OLLAMA_HOST="+host, "OLLAMA_NOPRUNE=1", "OLLAMA_DEBUG=0", "GIN_MODE=release")
	if !cloud {
		env = append(env, "OLLAMA_NO_CLOUD=1")
	}
	return env
}

// cleanEnv is an environment without what may be a secret.
func cleanEnv(ours []string) []string {
	env := make([]string, 0, len(ours))
	for _, entry := range ours {
		if name, _, _ := strings.Cut(entry, "="); !mayHoldSecret(strings.ToUpper(name)) {
			env = append(env, entry)
		}
	}
	return env
}

func mayHoldSecret(name string) bool {
	for _, s := range secret.starts {
		if strings.HasPrefix(name, s) {
			return true
		}
	}
	for _, s := range secret.ends {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// lastLine is the end of a log as one line to show, "" if there is none.
func lastLine(log string) string {
	const tail = 4096
	f, err := os.Open(log)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > tail {
		_, _ = f.Seek(-tail, io.SeekEnd)
	}
	data, err := io.ReadAll(io.LimitReader(f, tail))
	if err != nil {
		return ""
	}
	data = bytes.TrimSpace(data)
	return termsafe.Line(string(data[bytes.LastIndexByte(data, '\n')+1:]))
}
