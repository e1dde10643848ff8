package ui_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/text"
	"bise/ui/golden"
	"bise/ui/screen"
	"bise/ui/theme"
)

// sizes are the screens that everything must work on.
var sizes = []struct{ width, height int }{{80, 24}, {40, 12}}

// nowhere is an address where no runner answers.
const nowhere = "127.0.0.1:1"

// newEnv is an environment without network, runner or colours, at noon of a
// known day.
func newEnv(t *testing.T, change ...func(*app.Options)) *screen.Env {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	o := app.Options{
		DataDir: t.TempDir(),
		Words:   words,
		Version: "0.1.0",
		// Sealing is slow on purpose, which nothing here is about.
		SealWork: 1,
		Now:      func() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.Local) },
		Env: func(name string) string {
			if name == "OLLAMA_HOST" {
				return nowhere
			}
			return ""
		},
	}
	for _, c := range change {
		c(&o)
	}
	a, err := app.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	th, err := theme.Load("none")
	if err != nil {
		t.Fatal(err)
	}
	return &screen.Env{App: a, Words: words, Theme: th}
}

// driver plays the root model for one overlay: it runs commands and gives their
// messages back, and remembers the last action that was not Stay.
type driver struct {
	t       *testing.T
	overlay screen.Overlay
	last    screen.Action
}

func drive(t *testing.T, o screen.Overlay) *driver {
	t.Helper()
	o.Resize(80, 24)
	d := &driver{t: t, overlay: o}
	d.run(o.Init())
	return d
}

func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	default:
		if reflect.TypeOf(msg).PkgPath() == "charm.land/bubbletea/v2" {
			return // for the terminal
		}
		d.send(msg)
	}
}

func (d *driver) send(msg tea.Msg) { d.run(d.update(msg)) }

func (d *driver) update(msg tea.Msg) tea.Cmd {
	action, cmd := d.overlay.Update(msg)
	if _, stay := action.(screen.Stay); !stay && action != nil {
		d.last = action
	}
	return cmd
}

// keys presses keys by their names; anything else is typed letter by letter,
// faster than any command ends.
func (d *driver) keys(names ...string) *driver {
	for _, name := range names {
		if msg, ok := keyNamed(name); ok {
			d.send(msg)
			continue
		}
		var cmds tea.BatchMsg
		for _, r := range name {
			cmds = append(cmds, d.update(tea.KeyPressMsg{Code: r, Text: string(r)}))
		}
		for _, cmd := range cmds {
			d.run(cmd)
		}
	}
	return d
}

func keyNamed(name string) (tea.KeyPressMsg, bool) {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
		"delete": tea.KeyDelete, "backspace": tea.KeyBackspace, "f1": tea.KeyF1,
	}
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}, true
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok && len(letter) == 1 {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}, true
	}
	return tea.KeyPressMsg{}, false
}

// shows fails unless the screen holds every text.
func (d *driver) shows(texts ...string) {
	d.t.Helper()
	got := strings.Join(strings.Fields(strings.ReplaceAll(ansi.Strip(d.overlay.View()), "│", " ")), " ")
	for _, want := range texts {
		if !strings.Contains(got, want) {
			d.t.Errorf("the screen does not show %q:\n%s", want, ansi.Strip(d.overlay.View()))
		}
	}
}

// golden compares the overlay at both sizes with what it should look like.
func (d *driver) golden(name string) {
	d.t.Helper()
	for _, s := range sizes {
		d.overlay.Resize(s.width, s.height)
		got := golden.Plain(d.t, d.overlay.View(), s.width, s.height)
		if c := d.overlay.Cursor(); c != nil {
			if c.X < 0 || c.Y < 0 || c.X >= s.width || c.Y >= s.height {
				d.t.Errorf("%s: the cursor is off the screen, at %d,%d", name, c.X, c.Y)
			}
			got += fmt.Sprintf("cursor %d,%d\n", c.X, c.Y)
		}
		path := filepath.Join("testdata", "overlays", fmt.Sprintf("%s.%dx%d", name, s.width, s.height))
		golden.Compare(d.t, path, got)
	}
	d.overlay.Resize(80, 24)
}
