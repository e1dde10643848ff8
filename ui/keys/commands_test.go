package keys

import "testing"

func TestThePaletteListsEachKeyOnceAndOnlyKeysThatAreThere(t *testing.T) {
	seen := make(map[ID]bool)
	for _, id := range Commands {
		if Get(id).ID != id {
			t.Errorf("%q is not in the table of keys", id)
		}
		if seen[id] {
			t.Errorf("%q is listed twice", id)
		}
		seen[id] = true
	}
	for _, b := range Table {
		if len(b.Keys) == 0 && !seen[b.ID] {
			t.Errorf("%q has no key and the palette does not list it: nobody can reach it", b.ID)
		}
	}
}
