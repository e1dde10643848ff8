package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/fault"
	"bise/app/text"
	"bise/ui/golden"
	"bise/ui/screen"
	"bise/ui/theme"
)

func environment(t *testing.T, localOnly bool) *screen.Env {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(app.Options{DataDir: t.TempDir(), Words: words, NoStore: true, LocalOnly: localOnly, Env: func(name string) string {
		return map[string]string{"OLLAMA_HOST": "127.0.0.1:1"}[name] // nobody answers there
	}})
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

// busy is a runner that bise started, with two models, one of them in memory.
func busy() state {
	return state{
		info:   app.RunnerInfo{State: app.RunnerStarted, Host: "127.0.0.1:40001", Version: "0.34.1"},
		memory: app.Memory{Total: 16_000_000_000, Available: 9_100_000_000},
		running: []app.Running{
			{Model: "ministral-3:8b", Size: 6_400_000_000, VRAM: 3_200_000_000, Window: 8192},
		},
		models: []app.Model{
			{ID: "ministral-3:8b", Detail: "mistral3 8.9B Q4_K_M", Context: 262144, Size: 6_000_000_000, Chat: true, Licence: "Apache License"},
			{ID: "tiny:latest", Detail: "llama 80K F16", Context: 8192, Size: 170_000, Chat: true},
		},
	}
}

func pulls() []app.PullJob {
	return []app.PullJob{
		{Model: "mistral-nemo:latest", State: app.PullRuns, Progress: app.PullProgress{
			Model: "mistral-nemo:latest", Status: "pulling aa", Done: 4_400_000_000, Total: 7_100_000_000, Layers: 1, Speed: 24_000_000, Left: 112 * time.Second,
		}},
		{Model: "magistral:latest", State: app.PullWaits},
	}
}

func pressed(keys ...string) func(*View) {
	return func(v *View) {
		for _, k := range keys {
			msg := tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
			switch k {
			case "down":
				msg = tea.KeyPressMsg{Code: tea.KeyDown}
			case "enter":
				msg = tea.KeyPressMsg{Code: tea.KeyEnter}
			case "esc":
				msg = tea.KeyPressMsg{Code: tea.KeyEscape}
			}
			v.Update(msg)
		}
	}
}

func plain(v *View) string {
	lines := strings.Split(ansi.Strip(v.View()), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestTheRunnerIsShown(t *testing.T) {
	absent := state{info: app.RunnerInfo{State: app.RunnerAbsent, Host: "127.0.0.1:11434", Err: fault.E("x", fault.RunnerAbsent, nil, "name", "Ollama", "host", "127.0.0.1:11434")}}
	installed := state{info: app.RunnerInfo{State: app.RunnerInstalled, Host: "127.0.0.1:11434", Program: "/usr/local/bin/ollama", Err: fault.E("x", fault.RunnerAbsent, nil)}}
	for _, c := range []struct {
		name      string
		localOnly bool
		state     state
		pulls     []app.PullJob
		keys      []string
	}{
		{"absent", false, absent, nil, nil},
		{"installed", false, installed, nil, nil},
		{"busy", false, busy(), pulls(), nil},
		{"model", false, busy(), pulls(), []string{"down", "down"}},
		{"offer", false, busy(), nil, []string{"down", "down", "down"}},
		{"delete", false, busy(), nil, []string{"d"}},
		{"name", false, busy(), nil, []string{"n", "x", "y"}},
		{"local-only", true, busy(), nil, nil},
	} {
		for _, size := range [][2]int{{80, 24}, {40, 12}} {
			v := New(environment(t, c.localOnly), t.Context())
			v.Resize(size[0], size[1])
			v.Update(stateMsg{v, c.state, c.pulls})
			pressed(c.keys...)(v)
			golden.Compare(t, fmt.Sprintf("testdata/%s.%dx%d", c.name, size[0], size[1]), golden.Plain(t, v.View(), size[0], size[1]))
		}
	}
}

func TestAModelOfTheListAnswersFromNowOn(t *testing.T) {
	v := New(environment(t, false), t.Context())
	v.Resize(80, 24)
	v.Update(stateMsg{v, busy(), nil})
	action, _ := v.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	use, ok := action.(screen.Use)
	if !ok || use.Choice != (app.Choice{Provider: app.OllamaProvider, Model: "ministral-3:8b"}) {
		t.Errorf("enter gave %#v", action)
	}
}

func TestAtRestNothingIsReadAgain(t *testing.T) {
	v := New(environment(t, false), t.Context())
	v.Resize(80, 24)
	if _, cmd := v.Update(stateMsg{v, busy(), nil}); cmd != nil {
		t.Error("it reads on without a pull")
	}
	if _, cmd := v.Update(stateMsg{v, busy(), pulls()}); cmd == nil {
		t.Error("a pull is not followed")
	}
	if _, cmd := v.Update(pullsMsg{v, v.beats - 1, nil}); cmd != nil {
		t.Error("a reading of an earlier row counts")
	}
}

func TestAPullIsPausedAndGoesOn(t *testing.T) {
	v := New(environment(t, false), t.Context())
	v.Resize(80, 24)
	queue := []app.PullJob{{Model: "none:latest", State: app.PullPaused}}
	v.Update(stateMsg{v, state{info: app.RunnerInfo{State: app.RunnerAnswers}}, queue})
	_, cmd := v.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if cmd == nil {
		t.Fatal("enter did nothing")
	}
	v.Update(cmd())
	if got := v.Env.App.Pulls(); len(got) != 1 || got[0].Model != "none:latest" || got[0].State == app.PullPaused {
		t.Errorf("the queue is %+v", got)
	}
}

func TestAFileIsLookedAtBeforeAModelIsMadeOfIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Mine.GGUF")
	if err := os.WriteFile(path, []byte("PK\x03\x04, another kind of file"), 0o600); err != nil {
		t.Fatal(err)
	}
	v := New(environment(t, true), t.Context()) // a file may be taken while nothing may be fetched
	v.Resize(80, 24)
	v.Update(stateMsg{v, busy(), nil})
	pressed("n")(v)
	v.Update(tea.PasteMsg{Content: path})
	_, cmd := v.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if cmd == nil {
		t.Fatal("enter did nothing")
	}
	v.Update(cmd())
	if got := plain(v); !strings.Contains(got, "not a GGUF file") || len(v.Env.App.Pulls()) != 0 {
		t.Errorf("it says\n%s", got)
	}
	_, cmd = v.Update(lookedMsg{v, path, app.WeightsFile{Architecture: "llama"}, nil})
	if got := plain(v); cmd != nil || !strings.Contains(got, "chatml") || !strings.Contains(got, "Mine.GGUF") {
		t.Errorf("a file without a template asks\n%s", got)
	}
	pressed("down", "enter")(v)
	_, cmd = v.Update(lookedMsg{v, path, app.WeightsFile{Template: "{{ x }}"}, nil})
	v.Update(cmd())
	if got := v.Env.App.Pulls(); len(got) != 1 || !got[0].Imports() || got[0].Model != "mine:latest" {
		t.Errorf("the queue is %+v", got)
	}
}
