package keys

import "testing"

func TestKeysAreNamedAsOnAKeyboard(t *testing.T) {
	for pressed, want := range map[string]string{
		"ctrl+r": "Ctrl+R", "f1": "F1", "esc": "Esc", "pgdown": "PgDn", "c": "c", "?": "?",
		"shift+tab": "Shift+Tab", "ctrl+home": "Ctrl+Home", "↑ ↓": "↑ ↓", "": "",
	} {
		if got := Name(pressed); got != want {
			t.Errorf("Name(%q) = %q, want %q", pressed, got, want)
		}
	}
}
