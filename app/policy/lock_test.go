package policy

import (
	"slices"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
)

// under is facts of a service with words switched off.
func under(t *testing.T, service string, words ...string) Facts {
	t.Helper()
	f := facts(t, "service="+service)
	acts, err := LockActs(words...)
	if err != nil {
		t.Fatal(err)
	}
	return f.Locked(Lock{Acts: acts, Why: "organisation.off", Args: map[string]string{"Organisation": "Example Ltd"}})
}

func TestALockBlocksWhatItNames(t *testing.T) {
	r := shipped(t)
	for _, tc := range []struct {
		name    string
		service string
		word    string
		act     Act
		blocked bool
	}{
		{"a tool", "la_plateforme", "web_search", "use_feature:web_search", true},
		{"not the tool beside it", "la_plateforme", "web_search", "use_feature:image_generation", false},
		{"every format of an export", "la_plateforme", "export", "export:html", true},
		{"a dataset, which is an export", "la_plateforme", "export", "dataset:evaluation", true},
		{"datasets without the exports for readers", "la_plateforme", "dataset", "export:markdown", false},
		{"a snippet as well as the whole text", "la_plateforme", "copy", "copy:snippet", true},
		{"a copy on this machine too", "local", "copy", "copy", true},
		{"not the display", "la_plateforme", "copy", "display", false},
		{"a share although it was confirmed", "la_plateforme", "share", "share", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := under(t, tc.service, tc.word).Confirming(tc.act)
			v := r.Decide(f, tc.act, chat.Model)
			if (v.Decision == Block && v.Locks()) != tc.blocked {
				t.Fatalf("%s is %v by %q", tc.act, v.Decision, v.Rule)
			}
			if !tc.blocked {
				return
			}
			if v.Reason.Args["Organisation"] != "Example Ltd" || v.Remedy.Key == "" || len(v.Clauses) == 0 {
				t.Errorf("the verdict does not say who locked it: %+v", v)
			}
			if ofMistral := slices.Contains(v.Clauses, "TOS-1.h"); ofMistral == (tc.service == "local") {
				t.Errorf("clauses of a lock on %s: %v", tc.service, v.Clauses)
			}
		})
	}
}

func TestALockedToolLeavesTheRequestAndNothingElse(t *testing.T) {
	r := shipped(t)
	f := under(t, "la_plateforme", "web_search")
	turn := chat.Turn{Messages: []chat.Message{prompt("a", "tides")}, Tools: []string{"web_search", "image_generation"}}
	out, v := r.Send(f, turn, Destination{Provider: "mistral", Service: Platform})
	sent, _, err := out.Open()
	if err != nil {
		t.Fatalf("nothing was sent: %v by %s", v.Decision, v.Rule)
	}
	if !slices.Equal(sent.Tools, []string{"image_generation"}) || len(sent.Messages) != 1 {
		t.Errorf("sent with %v", sent.Tools)
	}
	if left := out.Left(); len(left) != 1 || !left[0].Verdict.Locks() {
		t.Errorf("left out: %+v", left)
	}
}

func TestALockedExportHasNoPermit(t *testing.T) {
	r := shipped(t)
	c := conversation(prompt("a", "tides"))
	for word, format := range map[string]Format{"copy": Clipboard, "export": Markdown, "dataset": Dataset} {
		permit, v := r.Export(under(t, "local", word), c, format)
		if _, _, err := permit.Open(); err == nil || v.Decision != Block || !v.Locks() {
			t.Errorf("a locked %s gave %v by %q, %v", format, v.Decision, v.Rule, err)
		}
	}
	if permit, _ := r.Share(under(t, "local", "share").Confirming(ShareTurn), c, LocalFile); permit.cleared {
		t.Error("a locked share was cleared")
	}
}

func TestEveryLockWordStandsForActs(t *testing.T) {
	for _, word := range LockWords() {
		if acts, err := LockActs(word); err != nil || len(acts) == 0 {
			t.Errorf("%s stands for %v, %v", word, acts, err)
		}
	}
	if _, err := LockActs("share", "shre"); !fault.Is(err, fault.Usage) {
		t.Errorf("an unknown word gave %v", err)
	}
}
