package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bise/app/policy"
)

func TestAPromptForTheEditorLeavesNothingBehind(t *testing.T) {
	dir, memory := t.TempDir(), t.TempDir()
	a := open(t, dir, policy.Local, nil)
	env := map[string]string{"EDITOR": "true", "XDG_RUNTIME_DIR": memory}
	a.options.Env = func(name string) string { return env[name] }
	files := func() (names []string) {
		for _, parent := range []string{dir, memory} {
			found, err := filepath.Glob(filepath.Join(parent, "bise-edit-*"))
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, found...)
		}
		return names
	}
	edit := func() *Edit {
		t.Helper()
		e, v, err := a.NewEdit(LocalProfile, "half a thought")
		if err != nil || !v.Decision.Permits() {
			t.Fatal(v.Decision, err)
		}
		return e
	}

	e := edit()
	if text, err := e.Text(); err != nil || text != "half a thought" {
		t.Errorf("the editor is given %q, %v", string(text), err)
	}
	if now := files(); len(now) != 1 || filepath.Dir(now[0]) != memory {
		t.Errorf("the text lies in %q, not in memory", now)
	}
	if err := e.Close(); err != nil || len(files()) != 0 {
		t.Errorf("left behind: %q, %v", files(), err)
	}

	env["XDG_RUNTIME_DIR"] = ""
	killed := edit() // its program does not live to close it
	long := time.Now().Add(-2 * leftover)
	if err := os.Chtimes(killed.folder, long, long); err != nil {
		t.Fatal(err)
	}
	if err := edit().Close(); err != nil || len(files()) != 0 {
		t.Errorf("what a killed program left is still there: %q, %v", files(), err)
	}
}

func TestTheEditorMayHaveBlanksInItsName(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	for _, c := range []struct {
		name   string
		env    map[string]string
		editor []string
	}{
		{"quotes hold a path together", map[string]string{"EDITOR": `"/opt/My Editor/edit" --wait`}, []string{"/opt/My Editor/edit", "--wait"}},
		{"VISUAL goes before EDITOR", map[string]string{"VISUAL": "vi", "EDITOR": "ed"}, []string{"vi"}},
		{"a quote left open names no editor", map[string]string{"VISUAL": `"vi`, "EDITOR": "ed"}, []string{"ed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a.options.Env = func(name string) string { return c.env[name] }
			if got := a.editor(); !slices.Equal(got, c.editor) {
				t.Errorf("got %q", got)
			}
		})
	}
}
