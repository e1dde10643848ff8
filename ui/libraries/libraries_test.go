package libraries

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/text"
	"bise/ui/golden"
	"bise/ui/screen"
	"bise/ui/theme"
)

func opened(t *testing.T, width, height int) *View {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(app.Options{DataDir: t.TempDir(), Words: words, NoStore: true, LocalOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	th, err := theme.Load("none")
	if err != nil {
		t.Fatal(err)
	}
	v := New(&screen.Env{App: a, Words: words, Theme: th}, t.Context(), a.NewSession(app.Choice{Provider: "mistral"}))
	v.Resize(width, height)
	return v
}

var shelf = []app.Library{
	{ID: "1", Name: "House rules \x1b[2J\u202eof the firm", Documents: 1, Size: 10},
	{ID: "2", Name: "Tides", Documents: 2, Size: 1_200_000},
}

func filled(t *testing.T, width, height int) *View {
	v := opened(t, width, height)
	v.Update(listedMsg{owner: v, libraries: shelf})
	return v
}

func inside(t *testing.T, width, height int) *View {
	v := filled(t, width, height)
	v.press("down", "enter")
	v.Update(listedMsg{owner: v, libraries: shelf, shown: &shelf[1], documents: []app.LibraryDocument{
		{ID: "a", Library: "2", Name: "north-sea.pdf", Size: 1_199_000, State: app.DocumentReady},
		{ID: "b", Library: "2", Name: "notes.txt", Size: 1000, State: app.DocumentReading},
	}})
	return v
}

func (v *View) press(names ...string) (action screen.Action, cmd tea.Cmd) {
	special := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "down": {Code: tea.KeyDown},
		"ctrl+n": {Code: 'n', Mod: tea.ModCtrl}, "ctrl+x": {Code: 'x', Mod: tea.ModCtrl},
	}
	for _, name := range names {
		key, ok := special[name]
		if !ok {
			key = tea.KeyPressMsg{Code: rune(name[0]), Text: name}
		}
		action, cmd = v.Update(key)
	}
	return action, cmd
}

func plain(v *View) string {
	lines := strings.Split(ansi.Strip(v.View()), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestItLooksAsItShould(t *testing.T) {
	for name, open := range map[string]func(*testing.T, int, int) *View{
		"asking":    opened2,
		"libraries": filled,
		"documents": inside,
		"empty": func(t *testing.T, w, h int) *View {
			v := opened(t, w, h)
			v.Update(listedMsg{owner: v})
			return v
		},
		"failed": func(t *testing.T, w, h int) *View {
			v := opened(t, w, h)
			v.Update(listedMsg{owner: v, err: fault.E("x", fault.NotSignedIn, nil, "name", "Mistral")})
			return v
		},
		"naming": func(t *testing.T, w, h int) *View {
			v := filled(t, w, h)
			v.press("ctrl+n", "T", "i")
			return v
		},
		"deleting": func(t *testing.T, w, h int) *View {
			v := inside(t, w, h)
			v.press("ctrl+x")
			return v
		},
	} {
		for _, size := range [][2]int{{80, 24}, {40, 12}} {
			v := open(t, size[0], size[1])
			golden.Compare(t, fmt.Sprintf("testdata/%s.%dx%d", name, size[0], size[1]), golden.Plain(t, v.View(), size[0], size[1]))
		}
	}
}

func opened2(t *testing.T, w, h int) *View {
	v := opened(t, w, h)
	_ = v.Init()
	return v
}

func TestNamesFromTheServiceCannotSteerTheTerminal(t *testing.T) {
	v := filled(t, 80, 24)
	v.press("enter")
	v.Update(listedMsg{owner: v, libraries: shelf, shown: &shelf[0], documents: []app.LibraryDocument{{Name: "a\x1b]52;c;x\x07\u202eb"}}})
	for _, bad := range []string{"\x1b]", "\x1b[2J", "\x07", "\u202e"} {
		if strings.Contains(v.View(), bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
}

func TestTheConversationSearchesWhatIsChosenForIt(t *testing.T) {
	v := inside(t, 80, 24)
	_, cmd := v.press("enter")
	v.Update(cmd())
	if got := v.used(); len(got) != 1 || got[0] != "2" || !strings.Contains(plain(v), "This conversation searches it") {
		t.Errorf("it searches %q:\n%s", got, plain(v))
	}
	v.press("esc")
	if !strings.Contains(plain(v), "Tides") {
		t.Errorf("the list is not there:\n%s", plain(v))
	}
	v.press("enter")
	v.Update(listedMsg{owner: v, libraries: shelf, shown: &shelf[1]})
	_, cmd = v.press("enter")
	v.Update(cmd())
	if got := v.used(); len(got) != 0 {
		t.Errorf("it still searches %q", got)
	}
}

func TestNothingIsDeletedWithoutAYes(t *testing.T) {
	v := inside(t, 80, 24)
	v.press("ctrl+x")
	if v.front == nil {
		t.Fatal("nothing is asked")
	}
	if _, cmd := v.press("enter"); cmd != nil || v.busy != "" || v.front != nil { // the first answer keeps it
		t.Error("it was deleted by the first key")
	}
	v.press("ctrl+x")
	if _, cmd := v.press("down", "enter"); cmd == nil || v.busy == "" {
		t.Error("a yes does nothing")
	}
}

func TestWhatHasToBeConfirmedIsAskedAndDoneAgain(t *testing.T) {
	v := inside(t, 80, 24)
	var with []policy.Act
	again := pending{do: func(confirmed []policy.Act) tea.Cmd {
		with = confirmed
		return func() tea.Msg { return nil }
	}}
	v.Update(doneMsg{owner: v, verdict: policy.Verdict{Act: policy.LeaveZeroRetention, Decision: policy.Confirm}, again: again})
	v.press("down", "enter")
	if len(with) != 1 || with[0] != policy.LeaveZeroRetention {
		t.Errorf("it was done again with %v", with)
	}
}
