package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/policy"
	"bise/client"
)

// canaryWord names the variable with the word that a child process must not
// leave anywhere, and canaryRoot the folder that is all it can write to.
const (
	canaryWord = "BISE_TEST_CANARY"
	canaryRoot = "BISE_TEST_ROOT"
)

// TestCanaryChild is the process that the test below kills. It holds a session
// of web-search, news and plain answers, tries every way out, and prints a line
// at each step.
func TestCanaryChild(t *testing.T) {
	word := os.Getenv(canaryWord)
	if word == "" {
		t.Skip("runs as a process of its own")
	}
	step := func() { fmt.Println("step") }
	var origin chat.Origin
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		for i := range 6 {
			step()
			text := fmt.Sprintf("Line %d of what was found: %s.\n\n", i, word)
			if !yield(client.Delta{Kind: client.TextDelta, Text: chat.Text(text), Origin: origin}, nil) {
				return
			}
		}
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}}
	a := open(t, filepath.Join(os.Getenv(canaryRoot), "data"), policy.LeChat, f)
	if err := a.SetProfile(MistralProfile, []string{"service=le_chat", "plan=pro"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	for _, origin = range []chat.Origin{chat.Model | chat.WebSearch, chat.Model | chat.News} {
		s := a.NewSession(f.choice())
		p := ask(t, a, s, Prompt{Text: "what is new?"})
		step()
		_, _, _ = a.CopyMessage(s, p.Message.ID)
		step()
		_ = a.Rename(t.Context(), s.ID(), "a title of my own")
		_ = a.SaveDraft(t.Context(), "what I type next")
		exportEvery(t, a, s)
		step()
		f2, keep := f.answer, origin
		f.answer = saying("Zebras are striped, and have been for long.")
		ask(t, a, s, Prompt{Text: "and zebras?"})
		f.answer, origin = f2, keep
		step()
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("over")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has had enough
}

// TestWhatMayNotBeKeptIsNowhere is I1: a session with a random word in answers
// of web search and news, killed at many moments and ended in peace once.
func TestWhatMayNotBeKeptIsNowhere(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	// 0 lets it end in peace; every other number is the step it is killed at.
	for _, kill := range []int{0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 14, 16, 17, 18, 19} {
		t.Run(fmt.Sprintf("at step %d", kill), func(t *testing.T) {
			word := "canary" + strings.ToLower(rand.Text())
			root := t.TempDir()
			said := sessionKilledAt(t, root, word, kill)
			if bytes.Contains(said, []byte(word)) {
				t.Error("the word was printed to standard error")
			}
			lookFor(t, root, word)
			readBack(t, filepath.Join(root, "data"), word)
		})
	}
}

func sessionKilledAt(t *testing.T, root, word string, kill int) []byte {
	t.Helper()
	return childKilledAt(t, "TestCanaryChild", root, kill, canaryWord+"="+word)
}

// childKilledAt runs a test as a child, with more of an environment, and gives
// what it wrote to standard error.
func childKilledAt(t *testing.T, name, root string, kill int, more ...string) []byte {
	t.Helper()
	for _, folder := range []string{"home", "tmp"} {
		if err := os.Mkdir(filepath.Join(root, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+name+"$", "-test.v")
	cmd.Env = append(more,
		canaryRoot+"="+root, "HOME="+filepath.Join(root, "home"),
		"TMPDIR="+filepath.Join(root, "tmp"), "XDG_RUNTIME_DIR="+filepath.Join(root, "tmp"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	steps, over := 0, false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch lines.Text() {
		case "step":
			if steps++; steps == kill {
				_ = cmd.Process.Kill()
			}
		case "over":
			over = true
			_ = in.Close()
		default:
			if kill == 0 && !strings.Contains(lines.Text(), "---") {
				t.Log(lines.Text())
			}
		}
	}
	err = cmd.Wait()
	if kill == 0 && (err != nil || !over) || kill != 0 && (err == nil || over) {
		t.Fatalf("after %d steps the session ended with %v: %s", steps, err, stderr.String())
	}
	return stderr.Bytes()
}

// lookFor wants a word to be in no file below root.
func lookFor(t *testing.T, root, word string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(bytes.ToLower(data), []byte(word)) {
			t.Errorf("%s holds the word", path)
		}
		files++
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("looked at %d files: %v", files, err)
	}
}

// readBack opens the history, which decrypts it, and reads all of it.
func readBack(t *testing.T, dir, word string) {
	t.Helper()
	a := open(t, dir, policy.LeChat, &fake{})
	list, err := a.Conversations(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		s, err := a.OpenSession(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		held := s.Snapshot()
		if strings.Contains(fmt.Sprintf("%s %s", c.Title, string(held.System)), word) {
			t.Error("a title holds the word")
		}
		for _, m := range held.Messages {
			if m.Role == chat.User && m.Text() == "" {
				t.Error("a prompt was lost with its answer")
			}
			for _, p := range m.Parts {
				if strings.Contains(string(p.Text)+p.Name+p.URL+string(p.Data), word) {
					t.Errorf("message %s holds the word", m.ID)
				}
			}
		}
	}
	if hits, err := a.Search(t.Context(), word, 10); err != nil || len(hits) > 0 {
		t.Errorf("the search finds %d messages, %v", len(hits), err)
	}
}
