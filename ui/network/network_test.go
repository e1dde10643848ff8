package network

import (
	"fmt"
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

func environment(t *testing.T) *screen.Env {
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
	return &screen.Env{App: a, Words: words, Theme: th}
}

// connections are one of each state, the oldest first.
func connections() []app.Connection {
	at := func(second int) time.Time { return time.Date(2026, 3, 4, 12, 0, second, 0, time.Local) }
	return []app.Connection{
		{Purpose: "ollama", Host: "127.0.0.1:11434", Address: "127.0.0.1:11434", Start: at(1), End: at(2), Failed: true},
		{Purpose: "mistral", Host: "api.mistral.ai", Address: "203.0.113.9:443", Start: at(3), End: at(9), Sent: 1834, Received: 1_204_000},
		{Purpose: "work", Host: "api.example.org", Address: "10.0.0.1:3128", Proxied: true, Start: at(20), Sent: 999},
		{Purpose: "mistral", Host: "api.mistral.ai", Start: at(30), Refused: true},
	}
}

func plain(v *View) string {
	lines := strings.Split(ansi.Strip(v.View()), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestEveryConnectionIsTold(t *testing.T) {
	for name, record := range map[string]func() []app.Connection{
		"none": func() []app.Connection { return nil },
		"some": connections,
	} {
		for _, size := range [][2]int{{80, 24}, {40, 12}} {
			v := newView(environment(t), record)
			v.Resize(size[0], size[1])
			golden.Compare(t, fmt.Sprintf("testdata/%s.%dx%d", name, size[0], size[1]), golden.Plain(t, v.View(), size[0], size[1]))
		}
	}
}

func TestItIsReadAgainOnlyWhileItIsOpen(t *testing.T) {
	var seen []app.Connection
	v := newView(environment(t), func() []app.Connection { return seen })
	v.Resize(80, 24)
	if v.Init() == nil {
		t.Fatal("nothing is read after it opened")
	}
	seen = connections()
	_, next := v.Update(readMsg{owner: v, beat: v.beat, seen: seen})
	if next == nil || !strings.Contains(plain(v), "3 connections") {
		t.Errorf("a reading was not shown, or was the last one:\n%s", plain(v))
	}
	old := v.beat
	if _, next = v.Update(tea.KeyPressMsg{Code: tea.KeyDown}); next == nil {
		t.Error("a key starts no reading")
	}
	if _, next = v.Update(readMsg{owner: v, beat: old}); next != nil {
		t.Error("two rows of readings go on side by side")
	}
	if _, next = v.Update(readMsg{owner: newView(v.Env, v.record), beat: v.beat}); next != nil {
		t.Error("the reading of a closed view goes on in this one")
	}
	if action, next := v.Update(tea.KeyPressMsg{Code: tea.KeyEscape}); action != (screen.Close{}) || next != nil {
		t.Errorf("closing it leaves %T and a reading", action)
	}
}

func TestTextFromTheNetworkCannotSteerTheTerminal(t *testing.T) {
	v := newView(environment(t), func() []app.Connection {
		return []app.Connection{{Purpose: "a\x1b[2Jb", Host: "h\x1b]0;t\x07\u202e", Address: "x\x9b1m", Proxied: true}}
	})
	v.Resize(80, 24)
	for _, bad := range []string{"\x1b]", "\x1b[2J", "\x07", "\u202e", "\x9b"} {
		if strings.Contains(v.View(), bad) {
			t.Errorf("%q reached the terminal", bad)
		}
	}
}
