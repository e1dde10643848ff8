package policy

import "testing"

func TestEveryFactSaysWhatItTakes(t *testing.T) {
	told := make(map[string]bool)
	for _, f := range FactsTaken() {
		told[f.Name] = true
		if len(f.Words) == 0 && f.Form == "" {
			t.Errorf("%s says nothing", f.Name)
		}
	}
	for name := range vocabulary {
		if !told[name] {
			t.Errorf("%s is not told", name)
		}
	}
}
