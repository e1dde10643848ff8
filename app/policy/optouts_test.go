package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatSwitchingACompanyOffCosts(t *testing.T) {
	for name, c := range map[string]struct {
		facts []string
		want  string // word:costs, * behind one that is off
	}{
		"Le Chat has four, and news goes with web search": {
			[]string{"service=le_chat", "plan=pro"},
			"bfl:image_generation brave:web_search+news cerebras:flash_answers e2b:code_interpreter",
		},
		"La Plateforme has no flash answers": {
			[]string{"service=la_plateforme", "plan=paid"},
			"bfl:image_generation brave:web_search+news e2b:code_interpreter",
		},
		"one that is off still says what it costs": {
			[]string{"service=le_chat", "plan=pro", "optouts=brave"},
			"bfl:image_generation brave:web_search+news* cerebras:flash_answers e2b:code_interpreter",
		},
		"what is off anyway costs nothing more": {
			[]string{"service=le_chat", "plan=team", "media_customer=yes"},
			"bfl:image_generation brave:web_search cerebras:flash_answers e2b:code_interpreter",
		},
		"a partner has none":    {[]string{"service=partner"}, ""},
		"this machine has none": {[]string{"service=local"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range shipped(t).Switches(facts(t, c.facts...)) {
				word := s.Word + ":" + strings.Join(s.Costs, "+")
				if s.Off {
					word += "*"
				}
				got = append(got, word)
				if s.Written == (s.Word == "e2b") {
					t.Errorf("%s: written in the documents: %t", s.Word, s.Written)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, " "), c.want)
			}
		})
	}
}

func TestASwitchTurnsItsOwnCompanyOffAlone(t *testing.T) {
	r, f := shipped(t), facts(t, "service=le_chat", "plan=free")
	for _, s := range r.Switches(f) {
		off, err := f.With("optouts", s.Word)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.companies(off) {
			if inactive := row["active"] == "no"; inactive != (row["name"] == s.Company) {
				t.Errorf("with %s off, %v has active=%v", s.Word, row["name"], row["active"])
			}
		}
		if i := slices.IndexFunc(r.Switches(off), func(o Switch) bool { return o.Off }); i < 0 || r.Switches(off)[i].Word != s.Word {
			t.Errorf("%s does not say that it is off", s.Word)
		}
	}
}
