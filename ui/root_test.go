package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/text"
	"bise/ui/golden"
)

// screenTest runs a root model as Bubble Tea would, without a terminal.
type screenTest struct {
	t    *testing.T
	root *Root
	msgs chan tea.Msg
	quit bool
}

// start opens the screen with the guide, no history and a fixed clock.
func start(t *testing.T, width, height int, change ...func(*app.Options)) *screenTest {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	o := app.Options{
		DataDir: t.TempDir(), NoStore: true, Words: words, LocalOnly: true,
		Env: func(name string) string { return map[string]string{"OLLAMA_HOST": "127.0.0.1:1"}[name] },
		Now: func() time.Time { return clock },
	}
	for _, c := range change {
		c(&o)
	}
	a, err := app.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Configure(func(c *app.Config) { c.Started, c.Theme = true, "none" }); err != nil {
		t.Fatal(err)
	}
	root, err := New(t.Context(), a, true)
	if err != nil {
		t.Fatal(err)
	}
	s := &screenTest{t: t, root: root, msgs: make(chan tea.Msg, 256)}
	s.do(root.Init())
	s.send(tea.WindowSizeMsg{Width: width, Height: height})
	s.until("the provider is known", func() bool { return root.chosen && root.history == app.HistoryOff })
	return s
}

// do runs a command beside the test; its message comes to until.
func (s *screenTest) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() { s.msgs <- cmd() }()
}

func (s *screenTest) send(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			s.do(cmd)
		}
	case tea.QuitMsg:
		s.quit = true
	default:
		_, cmd := s.root.Update(msg)
		s.do(cmd)
	}
}

// until takes messages until what is claimed holds.
func (s *screenTest) until(claim string, holds func() bool) {
	s.t.Helper()
	for !holds() {
		select {
		case msg := <-s.msgs:
			s.send(msg)
		case <-s.t.Context().Done():
			s.t.Fatalf("it never came about that %s; the screen is\n%s", claim, s.screen())
		}
	}
}

func (s *screenTest) press(keys ...string) {
	for _, k := range keys {
		s.send(pressed(k))
	}
}

func (s *screenTest) typed(text string) {
	for _, r := range text {
		s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// pressed makes the message of a key by its name.
func pressed(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "f1": tea.KeyF1,
	}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: rune(name[0]), Text: name}
}

// screen is what a person sees, without colours.
func (s *screenTest) screen() string {
	var b strings.Builder
	for line := range strings.SplitSeq(s.root.View().Content, "\n") {
		b.WriteString(strings.TrimRight(ansi.Strip(line), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

func (s *screenTest) ask(prompt string) {
	s.t.Helper()
	s.typed(prompt)
	s.press("enter")
	s.until("the answer is complete", func() bool { return s.root.idle() && !s.root.chat.Empty() })
}

func (s *screenTest) golden(name string) {
	s.t.Helper()
	got := strings.TrimSuffix(s.screen(), "\n")
	golden.Compare(s.t, filepath.Join("testdata", name+".golden"), golden.Plain(s.t, got, s.root.width, s.root.height))
}

const question = "does Mistral train on my chats on the Pro plan?"

func TestGoldenScreens(t *testing.T) {
	for name, size := range map[string][2]int{"80x24": {80, 24}, "40x12": {40, 12}} {
		t.Run(name, func(t *testing.T) {
			s := start(t, size[0], size[1])
			s.golden("welcome-" + name)
			s.ask(question)
			s.golden("answer-" + name)
			s.press("tab")
			s.golden("reading-" + name)
		})
	}
}

func TestAnEditedPromptMakesABranchThatCanBeWalked(t *testing.T) {
	s := start(t, 80, 24)
	s.ask(question)
	s.press("tab", "up", "e")
	if got := s.root.composer.Value(); got != question {
		t.Fatalf("the composer holds %q", got)
	}
	s.typed(" and Free")
	s.press("enter")
	s.until("the branch has its answer", func() bool { return s.root.idle() })
	c := s.root.session.Snapshot()
	if len(c.Messages) != 4 || len(c.Branch()) != 2 {
		t.Fatalf("%d messages, %d on the branch", len(c.Messages), len(c.Branch()))
	}
	s.root.chat.ScrollTop()
	if !strings.Contains(s.screen(), "‹ 2/2 ›") {
		t.Errorf("the screen does not say which branch this is:\n%s", s.screen())
	}
	s.press("tab", "up", "left")
	s.until("the first branch is shown", func() bool { return strings.Contains(s.screen(), "‹ 1/2 ›") })
}

func TestWhatWasTypedIsNeverLost(t *testing.T) {
	s := start(t, 80, 24)
	s.typed("half a thought")
	s.press("ctrl+o", "esc") // an overlay opened and closed
	if got := s.root.composer.Value(); got != "half a thought" {
		t.Errorf("an overlay left %q", got)
	}
	s.press("ctrl+c")
	if s.quit || s.root.composer.Value() != "" {
		t.Error("ctrl+c with text in the composer empties the composer first")
	}
	s.press("ctrl+c")
	s.until("the program ends", func() bool { return s.quit })
}

func TestTheWheelScrollsAndAnArrowRecallsAPrompt(t *testing.T) {
	s := start(t, 80, 12)
	s.ask(question)
	s.press("up", "up", "up") // at once: a wheel
	s.until("the burst is over", func() bool { return s.root.wheel.count == 0 })
	if s.root.composer.Value() != "" {
		t.Error("the wheel recalled a prompt")
	}
	s.press("up")
	s.until("the key is told from a wheel", func() bool { return s.root.wheel.count == 0 })
	if got := s.root.composer.Value(); got != question {
		t.Errorf("an arrow recalled %q", got)
	}
}

func TestTextFromOutsideCannotSteerTheTerminal(t *testing.T) {
	s := start(t, 80, 24)
	hostile := "a\x1b]52;c;aGk=\x07b\x1b[2Jc\u202ed\x9b31me"
	m := chat.Message{
		ID: "x", Role: chat.Assistant, State: chat.Complete, Provider: "guide", Asked: hostile, Model: hostile,
		Parts: []chat.Part{{Kind: chat.TextPart, Text: chat.Text(hostile)}, {Kind: chat.ReferencePart, Name: hostile, URL: hostile}},
	}
	s.root.chat.Show(chat.Conversation{Messages: []chat.Message{
		{ID: "p", Role: chat.User, Parts: []chat.Part{{Kind: chat.TextPart, Text: chat.Text(hostile)}, {Kind: chat.FilePart, Name: hostile}}},
		{ID: m.ID, Parent: "p", Role: m.Role, State: m.State, Provider: m.Provider, Asked: m.Asked, Model: m.Model, Parts: m.Parts},
	}, Leaf: "x"})
	s.root.fail(&os.PathError{Op: hostile, Path: hostile, Err: os.ErrNotExist})
	s.root.choice.Model = hostile
	s.root.layout()
	content := s.root.View().Content
	for _, bad := range []string{"\x1b]", "\x1b[2J", "\u202e", "\x9b", "\x07"} {
		if strings.Contains(content, bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
}

func TestWordsAreFoundInTheConversationOnTheScreen(t *testing.T) {
	s := start(t, 80, 14)
	s.ask(question)
	s.ask("where are my files?")
	s.press("ctrl+s")
	s.typed("opting out")
	s.press("enter")
	if m, ok := s.root.chat.Selected(); !ok || m.Role != chat.Assistant || !strings.Contains(s.screen(), "opting out") {
		t.Fatalf("the words are not shown:\n%s", s.screen())
	}
	s.root.sought = ""
	s.press("ctrl+s")
	s.typed("ZEBRA")
	s.press("enter")
	if !strings.Contains(s.screen(), "ZEBRA") || !strings.Contains(s.screen(), "not in this") {
		t.Errorf("nothing says that there is no such word:\n%s", s.screen())
	}
}
