package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/ui/screen"
)

// overlay records what it is given.
type overlay struct {
	got     []string
	unasked bool
	size    [2]int
	answer  screen.Action
}

func (o *overlay) Init() tea.Cmd { return nil }

func (o *overlay) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		o.got = append(o.got, key.String())
		return o.answer, nil
	}
	o.got = append(o.got, fmt.Sprintf("%T", msg))
	return screen.Stay{}, nil
}

func (o *overlay) View() string             { return "an overlay" }
func (o *overlay) Resize(width, height int) { o.size = [2]int{width, height} }
func (o *overlay) Cursor() *tea.Cursor      { return nil }
func (o *overlay) Unasked() bool            { return o.unasked }

// listMsg is a result that some overlay waits for.
type listMsg struct{}

func TestEveryMessageGoesToItsOwner(t *testing.T) {
	tests := []struct {
		name string
		set  func(s *screenTest)
		msg  tea.Msg
		want func(s *screenTest, below, top *overlay) bool
	}{
		{"a size goes to everyone", nil, tea.WindowSizeMsg{Width: 61, Height: 17}, func(s *screenTest, below, top *overlay) bool {
			return s.root.width == 61 && below.size == [2]int{61, 17} && top.size == [2]int{61, 17} && len(s.root.chat.Lines()) < 17
		}},
		{"a background goes to everyone", func(s *screenTest) { s.root.width = 62 }, tea.BackgroundColorMsg{}, func(_ *screenTest, below, top *overlay) bool {
			return below.size[0] == 62 && top.size[0] == 62
		}},
		{"a result goes to all overlays", nil, listMsg{}, func(s *screenTest, below, top *overlay) bool {
			return slices.Equal(below.got, []string{"ui.listMsg"}) && slices.Equal(top.got, below.got)
		}},
		{"a key goes to the top overlay alone", nil, pressed("x"), func(s *screenTest, below, top *overlay) bool {
			return len(below.got) == 0 && slices.Equal(top.got, []string{"x"}) && s.root.composer.Value() == ""
		}},
		{"a global key goes to the top overlay alone", nil, pressed("ctrl+n"), func(s *screenTest, below, top *overlay) bool {
			return len(below.got) == 0 && slices.Equal(top.got, []string{"ctrl+n"}) && len(s.root.overlays) == 2
		}},
		{"a paste goes to the top overlay alone", nil, tea.PasteMsg{Content: "words"}, func(s *screenTest, below, top *overlay) bool {
			return len(below.got) == 0 && slices.Equal(top.got, []string{"tea.PasteMsg"}) && s.root.composer.Value() == ""
		}},
		{"a key is swallowed by an overlay that has just opened by itself", deaf, pressed("x"), func(s *screenTest, _, top *overlay) bool {
			return len(top.got) == 0 && s.root.composer.Value() == ""
		}},
		{"a paste goes to the composer while the overlay is deaf", deaf, tea.PasteMsg{Content: "words"}, func(s *screenTest, _, top *overlay) bool {
			return len(top.got) == 0 && s.root.composer.Value() == "words"
		}},
		{"a result reaches an overlay that is deaf to keys", deaf, listMsg{}, func(_ *screenTest, _, top *overlay) bool {
			return len(top.got) == 1
		}},
		{"ctrl+c ends the program from an overlay", nil, pressed("ctrl+c"), func(s *screenTest, _, top *overlay) bool {
			return len(top.got) == 0 && s.quit
		}},
		{"ctrl+c ends the program from a deaf overlay", deaf, pressed("ctrl+c"), func(s *screenTest, _, _ *overlay) bool { return s.quit }},
		{"a result goes nowhere without overlays", alone, listMsg{}, func(s *screenTest, _, top *overlay) bool { return len(top.got) == 0 }},
		{"a letter goes to the composer", alone, pressed("x"), func(s *screenTest, _, _ *overlay) bool { return s.root.composer.Value() == "x" }},
		{"a paste goes to the composer", alone, tea.PasteMsg{Content: "words"}, func(s *screenTest, _, _ *overlay) bool { return s.root.composer.Value() == "words" }},
		{"a global key opens its overlay", alone, pressed("f1"), func(s *screenTest, _, _ *overlay) bool { return len(s.root.overlays) == 1 }},
		{"a letter goes to the conversation that is read", reading, pressed("e"), func(s *screenTest, _, _ *overlay) bool { return s.root.reading && s.root.composer.Value() == "" }},
		{"a letter without a meaning there goes back to the composer", reading, pressed("z"), func(s *screenTest, _, _ *overlay) bool {
			return !s.root.reading && s.root.composer.Value() == "z"
		}},
		{"a key without text and meaning leaves the reading alone", reading, tea.KeyPressMsg{Code: tea.KeyF12}, func(s *screenTest, _, _ *overlay) bool { return s.root.reading }},
		{"a paste ends the reading", reading, tea.PasteMsg{Content: "words"}, func(s *screenTest, _, _ *overlay) bool {
			return !s.root.reading && s.root.composer.Value() == "words"
		}},
		{"what arrives for a turn that was left is dropped", alone, progressMsg{turn: &turn{}, progress: app.Progress{Over: true, Err: errors.New("late")}}, func(s *screenTest, _, _ *overlay) bool {
			return s.root.banner.line == "" && s.root.chat.Empty()
		}},
		{"what becomes of a prompt that was left is dropped", alone, askedMsg{sending: &sending{typed: "old"}, err: errors.New("late")}, func(s *screenTest, _, _ *overlay) bool {
			return s.root.banner.line == "" && s.root.composer.Value() == ""
		}},
		{"the place of another choice is dropped", alone, placeMsg{choice: app.Choice{Provider: "other"}, place: app.Place{Where: "elsewhere"}}, func(s *screenTest, _, _ *overlay) bool {
			return s.root.place.Where != "elsewhere"
		}},
		{"the end of an earlier line leaves the later one", func(s *screenTest) { alone(s); s.root.tell("first"); s.root.tell("second") }, toldMsg{1}, func(s *screenTest, _, _ *overlay) bool {
			return s.root.banner.line == "second"
		}},
		{"the end of a line does not end an error", func(s *screenTest) { alone(s); s.root.fail(errors.New("broken")) }, toldMsg{0}, func(s *screenTest, _, _ *overlay) bool {
			return s.root.banner.line != ""
		}},
		{"a file goes to the next prompt", alone, attachedMsg{c: &conversion{part: chat.Part{Kind: chat.FilePart, Name: "a"}}}, func(s *screenTest, _, _ *overlay) bool { return len(s.root.attach) == 1 }},
		{"a draft of an earlier text is not kept", alone, draftMsg{-1}, func(s *screenTest, _, _ *overlay) bool { return s.root.draft == 0 }},
		{"a second passes unseen where nothing is counted", alone, secondMsg{}, func(s *screenTest, _, _ *overlay) bool { return !s.root.ticking }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, 80, 24)
			below, top := &overlay{}, &overlay{}
			s.root.push(below)
			s.root.push(top)
			if tt.set != nil {
				tt.set(s)
			}
			_, cmd := s.root.Update(tt.msg)
			if key, ok := tt.msg.(tea.KeyPressMsg); ok && key.String() == "ctrl+c" && cmd != nil {
				_, s.quit = cmd().(tea.QuitMsg)
			}
			if !tt.want(s, below, top) {
				t.Errorf("the overlays were given %q and %q, the composer holds %q; the screen is\n%s", below.got, top.got, s.root.composer.Value(), s.screen())
			}
		})
	}
}

// deaf makes the top overlay one that has just opened by itself.
func deaf(s *screenTest) { s.root.top().deaf = time.Now().Add(time.Hour) }

// alone takes the overlays away.
func alone(s *screenTest) { s.root.overlays = nil }

// reading takes the overlays away and selects an answer.
func reading(s *screenTest) {
	alone(s)
	s.root.chat.Show(chat.Conversation{Messages: []chat.Message{{ID: "a", Role: chat.Assistant, State: chat.Complete}}, Leaf: "a"})
	s.press("tab")
}

func TestAnOverlayThatOpensByItselfIsDeafForAMoment(t *testing.T) {
	s := start(t, 80, 24)
	s.root.push(&overlay{})
	if !s.root.top().deaf.IsZero() {
		t.Error("an overlay that was asked for swallows keys")
	}
	s.root.push(&overlay{unasked: true})
	if !time.Now().Before(s.root.top().deaf) {
		t.Error("an overlay that opened by itself takes the next key")
	}
}

func TestANarrowScreenStillSaysPlaceAndConsequence(t *testing.T) {
	for _, tt := range []struct{ name, where, plan, consequence, left, right string }{
		{"where nothing leaves", "this machine", "", "nothing leaves", "this machine", "nothing leaves"},
		{"where a service may train", "Mistral EU", "Pro", "trains on this unless you opt out", "Mistral EU", "! trains on this"},
		{"where it does not", "Mistral EU", "Pro", "does not train on this (declared 2025-03-02)", "Mistral EU", "does not train"},
		{"where the place has a long name", "Contoso Cloud (Azure, Sweden Central)", "", "never trains", "Contoso Cloud", "never trains"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, 40, 12)
			s.root.place = app.Place{Where: tt.where, Plan: tt.plan, Consequence: tt.consequence, Trains: strings.HasPrefix(tt.consequence, "trains")}
			s.root.choice.Model, s.root.used, s.root.window = "a-model-with-a-long-name-2508", 5000, 32000
			line := ansi.Strip(s.root.status())
			if w := ansi.StringWidth(line); w != 40 {
				t.Errorf("the line has %d cells", w)
			}
			if !strings.HasPrefix(line, tt.left) || !strings.Contains(line, tt.right) {
				t.Errorf("the status line is %q", line)
			}
		})
	}
	for name, set := range map[string]func(r *Root){
		"reading":           func(r *Root) { r.reading = true },
		"sending":           func(r *Root) { r.sending = &sending{} },
		"answering":         func(r *Root) { r.turn = &turn{} },
		"editing":           func(r *Root) { r.edits = new(chat.MessageID) },
		"2 files · editing": func(r *Root) { r.edits, r.attach = new(chat.MessageID), make([]chat.Part, 2) },
	} {
		t.Run("the rule says "+name, func(t *testing.T) {
			s := start(t, 40, 12)
			set(s.root)
			line := ansi.Strip(s.root.rule())
			if ansi.StringWidth(line) != 40 || !strings.Contains(line, name) {
				t.Errorf("the rule is %q", line)
			}
			s.root.turn = nil
		})
	}
}

func TestTheWaitForOneSecondIsOneWait(t *testing.T) {
	s := start(t, 80, 24)
	s.root.chat.Begin(chat.Message{ID: "a", Role: chat.Assistant})
	if s.root.everySecond() != nil {
		t.Error("a second is waited for where nothing is counted")
	}
	d := app.Delta{Kind: app.WaitDelta}
	d.Wait.Until = s.root.env.App.Now().Add(time.Minute)
	s.root.chat.Grow("a", []app.Delta{d})
	if s.root.everySecond() == nil || s.root.everySecond() != nil {
		t.Error("a second is waited for once")
	}
	if s.root.second() == nil {
		t.Error("the next second is not waited for")
	}
	s.root.chat.End(chat.Message{ID: "a"})
	if s.root.second() != nil || s.root.ticking {
		t.Error("seconds pass after the end")
	}
}
