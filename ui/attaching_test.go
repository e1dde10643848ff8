package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// desk is a folder with files, and the screen opened in it.
func desk(t *testing.T, width, height int) (s *screenTest, dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range map[string]string{
		"notes.txt": "The tide turns at six.", "scan.pdf": "%PDF-1.4", "my talk.mp3": "ID3", "docs/plan.md": "# Plan", "docs/pl\u202ean": "x",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return start(t, width, height), dir
}

// pictured compares the screen with a golden, from the folder where those are.
func (s *screenTest) pictured(name string, size [2]int, dir string) {
	s.t.Helper()
	s.t.Chdir(home)
	s.golden(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]))
	s.t.Chdir(dir)
}

// home is where the tests run before they go to a desk.
var home, _ = os.Getwd()

func (s *screenTest) offers(name string) {
	s.t.Helper()
	s.until(name+" is offered", func() bool {
		return s.root.choosing() && strings.Contains(s.screen(), name)
	})
}

func TestAFileIsChosenBehindTheSign(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		s, dir := desk(t, size[0], size[1])
		s.typed("see @")
		s.offers("notes.txt")
		if strings.ContainsRune(s.screen(), '\u202e') {
			t.Error("a file's name turned the line around")
		}
		s.typed("do")
		s.offers("docs/")
		s.press("enter")
		s.offers("plan.md")
		s.typed("plan.m")
		s.offers("plan.md")
		s.pictured("mention", size, dir)
		s.press("tab")
		s.until("it is attached", func() bool { return len(s.root.attach) == 1 })
		if got := s.root.composer.Value(); got != "see plan.md" || s.root.attach[0].Text != "# Plan" {
			t.Errorf("the prompt is %q with %+v", got, s.root.attach)
		}
		if !strings.Contains(s.screen(), "with plan.md 6 B") {
			t.Errorf("what goes along is not told:\n%s", s.screen())
		}
	}
}

func TestTheChoiceOfFilesCanBeClosed(t *testing.T) {
	s, _ := desk(t, 80, 24)
	s.typed("@not")
	s.offers("notes.txt")
	s.press("esc")
	if s.root.choosing() || strings.Contains(s.screen(), "› notes.txt") {
		t.Errorf("the choice is still there:\n%s", s.screen())
	}
	s.press("enter") // sends what is written
	s.until("the answer is complete", func() bool { return s.root.idle() && !s.root.chat.Empty() })
	s.typed("mail me@not")
	if s.root.choosing() {
		t.Error("an address was taken for a file")
	}
}

func TestADraggedFileIsAttachedAndAnythingElseIsText(t *testing.T) {
	s, dir := desk(t, 80, 24)
	s.typed("look: ")
	s.send(tea.PasteMsg{Content: "'" + filepath.Join(dir, "notes.txt") + "' "})
	s.until("it is attached", func() bool { return len(s.root.attach) == 1 })
	if got := s.root.composer.Value(); got != "look: " {
		t.Errorf("the prompt is %q", got)
	}
	s.send(tea.PasteMsg{Content: filepath.Join(dir, "none.txt")})
	s.send(droppedMsg{text: filepath.Join(dir, "none.txt")})
	// What is attached already is wanted as text.
	again := filepath.Join(dir, "notes.txt")
	s.send(tea.PasteMsg{Content: " " + again})
	s.send(droppedMsg{text: " " + again, paths: []string{again}})
	if got := s.root.composer.Value(); !strings.HasSuffix(got, "none.txt "+again) || len(s.root.attach) != 1 {
		t.Errorf("the prompt is %q with %d files", got, len(s.root.attach))
	}
}

func TestBackspaceInAnEmptyLineTakesAFileOff(t *testing.T) {
	s, _ := desk(t, 80, 24)
	s.root.attach = []chat.Part{{Kind: chat.FilePart, Name: "a"}, {Kind: chat.FilePart, Name: "b"}}
	s.typed("x")
	back := tea.KeyPressMsg{Code: tea.KeyBackspace}
	s.send(back)
	if len(s.root.attach) != 2 {
		t.Error("a letter was deleted, and a file with it")
	}
	s.send(back)
	if len(s.root.attach) != 1 || s.root.attach[0].Name != "a" || !strings.Contains(s.screen(), "b does not go along any more") {
		t.Errorf("attached is %+v:\n%s", s.root.attach, s.screen())
	}
}

// wakes makes an overlay that opened by itself hear the next key.
func (s *screenTest) wakes() {
	for _, o := range s.root.overlays {
		o.deaf = o.deaf.Add(-deafness)
	}
}

func TestWhatTheModelCannotTakeIsTurnedIntoTextOnlyWhenToldTo(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		s, dir := desk(t, size[0], size[1])
		s.do(s.root.attachPath("scan.pdf"))
		s.until("it is asked", func() bool { return len(s.root.overlays) == 1 })
		s.pictured("convert", size, dir)
		s.wakes()
		s.press("enter") // leave it
		if len(s.root.overlays) != 0 || len(s.root.attach) != 0 || s.root.attaching.now != nil {
			t.Fatalf("it was not left:\n%s", s.screen())
		}
	}
}

func TestAPathThatCannotBeReadIsAskedForAgain(t *testing.T) {
	s, _ := desk(t, 80, 24)
	s.press("ctrl+f")
	s.typed("no-such-file.pdf")
	s.press("enter")
	s.until("it is asked again", func() bool { return len(s.root.overlays) == 1 && strings.Contains(s.screen(), "cannot be read") })
	if !strings.Contains(s.screen(), "no-such-file.pdf") {
		t.Errorf("what was typed is gone:\n%s", s.screen())
	}
}

func TestAConversionGoesByTheRules(t *testing.T) {
	s, _ := desk(t, 80, 24)
	s.do(s.root.attachPath("my talk.mp3"))
	s.until("it is asked", func() bool { return len(s.root.overlays) == 1 })
	s.wakes()
	s.press("down", "enter")
	// Nobody has accepted the terms of the service yet.
	s.until("the terms are asked", func() bool { return len(s.root.overlays) == 1 && s.root.attaching.now.cancel == nil })
	s.wakes()
	s.press("esc")
	if s.root.attaching.now != nil || len(s.root.attach) != 0 {
		t.Errorf("without a yes something goes on:\n%s", s.screen())
	}
}

func TestAConversionThatFailsOrEndsIsTold(t *testing.T) {
	s, _ := desk(t, 80, 24)
	sound := chat.Part{Kind: chat.FilePart, Name: "talk.mp3", MediaType: "audio/mpeg", Data: []byte("ID3")}
	for _, c := range []struct {
		name  string
		model string
		msg   convertedMsg
		want  string // what is attached then
	}{
		{"its text goes along", "m", convertedMsg{part: chat.Part{Kind: chat.FilePart, Name: "text", Text: "words"}}, "text"},
		{"one the model cannot take is not attached", "m", convertedMsg{err: fault.E("x", fault.EmptyAnswer, nil)}, ""},
		{"one that was to be text stays what it was", "", convertedMsg{err: fault.E("x", fault.EmptyAnswer, nil)}, "talk.mp3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.root.attach = nil
			now := &conversion{part: sound, need: app.NeedsTranscript, provider: "mistral", model: c.model, cancel: func() {}}
			s.root.attaching.now = now
			if !strings.Contains(s.screen(), "making text of talk.mp3") {
				t.Errorf("it is not told:\n%s", s.screen())
			}
			s.typed("go")
			s.press("enter")
			if !strings.Contains(s.screen(), "Text is still being made of talk.mp3") {
				t.Errorf("it was sent before:\n%s", s.screen())
			}
			c.msg.c = now
			if c.msg.err == nil {
				c.msg.verdict = allowed(s)
			}
			s.send(c.msg)
			got := ""
			for _, part := range s.root.attach {
				got += part.Name
			}
			if got != c.want || s.root.attaching.now != nil {
				t.Errorf("attached is %q, want %q", got, c.want)
			}
			s.root.composer.Reset()
		})
	}
}

// allowed is a verdict that lets an attachment pass.
func allowed(s *screenTest) policy.Verdict { return s.root.preview(policy.Attach, chat.Attached) }
