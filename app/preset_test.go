package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/fault"
	"bise/app/policy"
)

const plainPreset = `+++
description = "Short answers"
model = "ollama/mistral-small"
temperature = 0.2
stop = ["END"]
tools = ["web_search"]
format = '{"type": "object"}'
keep_alive = "10m"
+++
Answer in one sentence.

Never use lists.
`

func TestAPresetIsReadAndWritten(t *testing.T) {
	p, err := ParsePreset("brief", []byte(plainPreset))
	if err != nil {
		t.Fatal(err)
	}
	if p.Model != "ollama/mistral-small" || *p.Options.Temperature != 0.2 || p.Options.Stop[0] != "END" ||
		p.System != "Answer in one sentence.\n\nNever use lists." || p.Tools[0] != "web_search" || p.Options.KeepAlive != "10m" {
		t.Errorf("%+v", p)
	}
	data, err := p.File()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParsePreset("brief", data)
	if err != nil || again.System != p.System || again.Description != p.Description || *again.Options.Temperature != 0.2 {
		t.Errorf("written and read again it is %+v, %v", again, err)
	}
	bare, err := ParsePreset("bare", []byte("You are a pirate.\r\n"))
	if err != nil || bare.System != "You are a pirate." {
		t.Errorf("a file of instructions alone is %q, %v", string(bare.System), err)
	}
}

func TestAFileThatIsNoPresetIsRefusedWithTheField(t *testing.T) {
	for name, c := range map[string]struct{ text, field string }{
		"a field that presets do not have":  {"+++\ntemprature = 1\n+++\nx", "temprature"},
		"a temperature of a thousand":       {"+++\ntemperature = 1000\n+++\nx", "temperature"},
		"a temperature that is no number":   {"+++\ntemperature = nan\n+++\nx", "temperature"},
		"an empty stop":                     {"+++\nstop = [\"\"]\n+++\nx", "stop"},
		"a format that is no schema":        {"+++\nformat = \"[1\"\n+++\nx", "format"},
		"a head that never ends":            {"+++\nseed = 1\nx", "+++"},
		"a head that is no TOML":            {"+++\nseed\n+++\nx", "TOML"},
		"a value of another kind":           {"+++\nseed = \"one\"\n+++\nx", "TOML"},
		"bytes that are no text":            {"\xff\xfe", "text"},
		"a file longer than any preset":     {strings.Repeat("x", maxPreset+1), "text"},
		"a context window of less than one": {"+++\nwindow = -1\n+++\n", "window"},
	} {
		_, err := ParsePreset("p", []byte(c.text))
		e, ok := fault.As(err)
		if !ok || e.Kind != fault.Invalid || e.Detail["field"] != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "../x", "a/b", "..", ".hidden", "a..b", strings.Repeat("n", 100)} {
		if _, err := ParsePreset(name, []byte("x")); !fault.Is(err, fault.Usage) {
			t.Errorf("the name %q: %v", name, err)
		}
	}
}

func TestPresetsAreKeptUsedAndRemoved(t *testing.T) {
	f := &fake{answer: saying("Aye.")}
	a := open(t, t.TempDir(), policy.Local, f)
	if list, broken, err := a.Presets(); len(list) != 0 || len(broken) != 0 || err != nil {
		t.Fatalf("there are %v %v, %v", list, broken, err)
	}
	if _, err := a.AddPreset("pirate", []byte("+++\nseed = 7\n+++\nYou are a pirate."), false); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddPreset("pirate", []byte("Other."), false); !fault.Is(err, fault.NeedsAnswer) {
		t.Errorf("one of that name was replaced without a word: %v", err)
	}
	if err := os.WriteFile(filepath.Join(a.DataDir(), presetFolder, "odd.md"), []byte("+++\nx = 1\n+++\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, broken, err := a.Presets()
	if err != nil || len(list) != 1 || len(broken) != 1 || broken[0].Name != "odd" {
		t.Fatalf("there are %v %v, %v", list, broken, err)
	}
	s := a.NewSession(f.choice())
	if err := a.UsePreset(t.Context(), s, list[0]); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "Hello"})
	turn := f.last(t)
	if turn.System != "You are a pirate." || turn.Options.Seed == nil || *turn.Options.Seed != 7 {
		t.Errorf("it was asked with %q and %+v", string(turn.System), turn.Options)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil || again.Snapshot().Settings.Options.Seed == nil {
		t.Errorf("the options were not kept with the conversation: %v", err)
	}
	saved, err := a.SavePreset(s, "mine", "As I like it", false)
	if err != nil || saved.System != "You are a pirate." || saved.Options.Seed == nil {
		t.Errorf("saved as %+v, %v", saved, err)
	}
	if err := a.RemovePreset("pirate"); err != nil {
		t.Fatal(err)
	}
	if err := a.RemovePreset("pirate"); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

func FuzzParsePreset(f *testing.F) {
	f.Add(plainPreset)
	f.Add("+++\n+++\n")
	f.Add("text")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePreset("p", []byte(text))
		if err != nil {
			return
		}
		data, err := p.File()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParsePreset("p", data)
		if err != nil || again.System != p.System {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}
