package keys

import "strings"

// names are keys whose names people write in a way of their own.
var names = map[string]string{
	"pgup": "PgUp", "pgdown": "PgDn", "esc": "Esc", "enter": "Enter", "tab": "Tab", "space": "Space",
	"up": "↑", "down": "↓", "left": "←", "right": "→", "home": "Home", "end": "End", "delete": "Del",
}

// Name writes a pressed key's name as it stands on a keyboard: "Ctrl+R", "F1",
// "Esc". A letter by itself stays small, since it is pressed without shift.
func Name(pressed string) string {
	parts := strings.Split(pressed, "+")
	for i, p := range parts {
		switch {
		case names[p] != "":
			parts[i] = names[p]
		case len(parts) > 1, len(p) > 1 && p[0] < 0x80:
			parts[i] = strings.ToUpper(p[:min(1, len(p))]) + p[min(1, len(p)):]
		}
	}
	return strings.Join(parts, "+")
}

// Names writes all keys of a binding.
func (b Binding) Names() string {
	all := make([]string, len(b.Keys))
	for i, k := range b.Keys {
		all[i] = Name(k)
	}
	return strings.Join(all, ", ")
}
