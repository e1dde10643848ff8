package document_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bise/app/document"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/text"
	"bise/assets"
)

var paris = time.FixedZone("CET", 3600)

// now is when the drafts of these tests are written.
var now = time.Date(2025, 3, 10, 14, 30, 0, 0, paris)

// full is every field of every draft, filled in.
var full = map[document.Kind][]string{
	"G1":  {"services=Le Chat Pro", "ordered_on=2025-03-01", "first_name=Ada", "last_name=Lovelace", "email=ada@example.org"},
	"G2":  {"services=Le Chat Pro", "ordered_on=2025-03-01", "first_name=Ada", "last_name=Lovelace", "email=ada@example.org"},
	"G3":  {"workspace=ws-1", "reasons=Health records", "reasons=A contract asks for it", "data_kinds=Prompts", "law=HDS"},
	"G4":  {"right=access", "contact=ada@example.org", "scope=everything of 2025"},
	"G5":  {"category=a", "conversation=c1", "message=m1", "time=2025-03-09T10:00Z", "why=It calls for violence", "acknowledged=yes", "include_text=yes", "message_text=the words"},
	"G6":  {"entity=Daily", "activity=A newspaper", "use=Summaries", "volume=10 a day"},
	"G7":  {"name=Acme", "notice_date=2025-03-05", "grounds=No safeguards for the transfer"},
	"G8":  {"time=2025-03-09T10:00Z", "account=ada@example.org", "seen=Prompts that are not mine", "key_rotated=yes"},
	"G9":  {"account=ada@example.org", "date=2025-03-09", "why=Nothing was shared"},
	"G10": {"time=2025-03-09T10:00Z", "model=a model", "impact=A disk was lost", "measures=It is locked", "contact=+33 1"},
	"G11": {},
	"G12": {"old=2025-02-06", "new=2025-05-27", "notice_date=2025-05-07", "effective=2025-05-27"},
	"G13": {"section=9", "need=Records", "audit_date=2025-09-30", "auditor=Somebody"},
	"G14": {"claim=A poem is ours", "received=2025-03-08", "output=m1", "hash=sha256:0f"},
}

// needed are the fields without which a draft is not complete.
var needed = map[document.Kind][]string{
	"G1": {"services", "ordered_on", "first_name", "last_name", "email"},
	"G3": {"reasons"}, "G4": {"right"}, "G5": {"category", "acknowledged"}, "G7": {"grounds"},
	"G10": {"time", "model", "impact", "measures"},
}

func draft(t testing.TB, kind document.Kind, language string, pairs []string, factPairs ...string) document.Draft {
	t.Helper()
	d, err := document.New(input(t, kind, language, pairs, factPairs...), assets.Documents)
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return d
}

func input(t testing.TB, kind document.Kind, language string, pairs []string, factPairs ...string) document.Input {
	t.Helper()
	rules, err := policy.Load(assets.Rules, "2025-02-06")
	if err != nil {
		t.Fatal(err)
	}
	if len(factPairs) == 0 {
		factPairs = []string{"service=le_chat", "consumer_eu=yes"}
		if slices.Contains([]document.Kind{"G7", "G13"}, kind) {
			factPairs = []string{"service=la_plateforme", "customer=business"}
		}
	}
	facts, err := policy.Facts{Now: now}.WithArgs(factPairs...)
	if err != nil {
		t.Fatal(err)
	}
	values := make(document.Values)
	for _, p := range pairs {
		if err := values.Set(kind, p); err != nil {
			t.Fatal(err)
		}
	}
	return document.Input{Kind: kind, Values: values, Language: language, Rules: rules, Facts: facts, KeyGone: kind == "G11" && pairs != nil}
}

func TestEveryDraftIsCompleteWithItsFieldsAndOnlyThen(t *testing.T) {
	for _, language := range document.Languages() {
		for _, kind := range document.Kinds() {
			t.Run(language+" "+string(kind), func(t *testing.T) {
				d := draft(t, kind, language, full[kind])
				if !d.Complete || len(d.Missing) != 0 || d.Subject == "" {
					t.Errorf("filled in: complete %v, missing %v, subject %q", d.Complete, d.Missing, d.Subject)
				}
				body := string(d.Text)
				if strings.Contains(body, "[") != (kind == "G11") || strings.Contains(body, "<no value>") || strings.Contains(body, "field.") {
					t.Errorf("a gap is left:\n%s", body)
				}
				if kind != "G10" && !strings.Contains(body, "2025-03-10 (10 ") {
					t.Errorf("the date of the day is not there:\n%s", body)
				}
				for _, pair := range full[kind] {
					name, value, _ := strings.Cut(pair, "=")
					if len(value) > 3 && document.Choices(kind, name) == nil && !strings.Contains(body, value) {
						t.Errorf("%q is not there:\n%s", pair, body)
					}
				}
				empty := draft(t, kind, language, nil)
				if want := needed[kind]; !slices.Equal(empty.Missing, want) || empty.Complete != (want == nil && kind != "G11") {
					t.Errorf("empty: complete %v, missing %v, want %v", empty.Complete, empty.Missing, want)
				}
				if body := string(empty.Text); strings.Contains(body, "field.") || strings.Contains(body, "right.") || strings.Contains(body, "category.") {
					t.Errorf("a word is missing:\n%s", body)
				}
			})
		}
	}
}

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	keys := func(language string) []string {
		data, err := assets.Documents.ReadFile("documents/" + language + "/words.txt")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for line := range strings.Lines(string(data)) {
			if name, _, ok := strings.Cut(line, " ="); ok && line[0] != '#' {
				names = append(names, name)
			}
		}
		return names
	}
	if en, fr := keys("en"), keys("fr"); !slices.Equal(en, fr) {
		t.Errorf("the words differ:\n%v\n%v", en, fr)
	}
	for _, language := range document.Languages() {
		for _, kind := range document.Kinds() {
			for _, name := range []string{"right", "category"} {
				for _, choice := range document.Choices(kind, name) {
					if body := string(draft(t, kind, language, []string{name + "=" + choice}).Text); strings.Contains(body, name+".") {
						t.Errorf("%s %s: %s has no words:\n%s", language, kind, choice, body)
					}
				}
			}
		}
	}
}

func TestTwoDraftsAsTheyAreSent(t *testing.T) {
	for name, d := range map[string]document.Draft{
		"G1.en": draft(t, "G1", "en", full["G1"]),
		"G4.fr": draft(t, "G4", "fr", []string{"right=deletion", "scope=mes conversations", "contact=ada@example.org"}),
	} {
		got := d.Subject + "\n\n" + string(d.Text)
		path := filepath.Join("testdata", name+".txt")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is now\n%s", name, got)
		}
	}
}

func TestAReportOfAbuseNeverHasItsContent(t *testing.T) {
	for _, category := range []string{"h", "U2"} {
		for _, language := range document.Languages() {
			d := draft(t, "G5", language, []string{"category=" + category, "acknowledged=yes", "include_text=yes", "message_text=CANARY", "message=m1"})
			if strings.Contains(string(d.Text)+d.Subject, "CANARY") || !strings.Contains(string(d.Text), "m1") || !d.Complete {
				t.Errorf("%s %s: %v\n%s", language, category, d.Complete, string(d.Text))
			}
			if !noted(d, "note.no_content") {
				t.Errorf("%s %s: nobody says why", language, category)
			}
		}
	}
}

func TestAReportQuotesOnlyWhatThePersonIncludes(t *testing.T) {
	for name, include := range map[string]string{"not asked": "", "left out": "no", "included": "yes"} {
		d := draft(t, "G5", "en", []string{"category=a", "acknowledged=yes", "message_text=CANARY", "include_text=" + include})
		if got := strings.Contains(string(d.Text), "CANARY"); got != (include == "yes") {
			t.Errorf("%s: quoted %v", name, got)
		}
	}
	if d := draft(t, "G5", "en", []string{"category=a", "acknowledged=no"}); d.Complete || !slices.Equal(d.Missing, []string{"acknowledged"}) {
		t.Errorf("without the acknowledgement: %v %v", d.Complete, d.Missing)
	}
}

func TestALetterToAPartnerIsForThePartner(t *testing.T) {
	partner := []string{"service=partner", "partner=Contoso", "partner_contact=desk@contoso.example"}
	for language, says := range map[string]string{"en": "data protection at Contoso.", "fr": "données chez Contoso."} {
		d := draft(t, "G4", language, []string{"right=deletion", "contact=ada@example.org", "scope=all"}, partner...)
		text := string(d.Text)
		if !strings.Contains(text, says) || strings.Contains(text, "Privacy Team") || strings.Contains(text, "model") {
			t.Errorf("%s:\n%s", language, text)
		}
		if !noted(d, "note.support_data_elsewhere") || noted(d, "note.support_data") {
			t.Errorf("nobody names the address for support requests: %v", d.Notes)
		}
		r := draft(t, "G5", language, []string{"category=a", "why=hate"}, partner...)
		if !r.Complete || len(r.Missing) > 0 || noted(r, "note.acknowledge_first") {
			t.Errorf("a report that Mistral does not read wants %v", r.Missing)
		}
		if r = draft(t, "G5", language, []string{"category=a", "acknowledged=yes"}, partner...); strings.Contains(string(r.Text), "Mistral") {
			t.Errorf("%s:\n%s", language, string(r.Text))
		}
	}
}

func TestThisMachineHasNoAccountToEnd(t *testing.T) {
	for language, says := range map[string]string{"en": "There is no account here", "fr": "Il n'y a pas de compte ici"} {
		d := draft(t, "G11", language, nil, "service=local")
		if text := string(d.Text); !strings.Contains(text, says) || strings.Contains(text, ":\n\n") || strings.Contains(text, "key") {
			t.Errorf("%s:\n%s", language, text)
		}
	}
}

func TestWhoGetsADraft(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  document.Kind
		pairs string
		facts string
		to    string
	}{
		{"a partner ends its own subscriptions", "G2", "", "service=partner partner_contact=desk@contoso.example", "desk@contoso.example"},
		{"an employee asks the own company", "G4", "right=access", "service=le_chat customer=business", "own_company"},
		{"a complaint goes to the authority", "G4", "right=complaint", "service=le_chat", "cnil"},
		{"a list for oneself goes nowhere", "G11", "", "service=le_chat", ""},
		{"a note for oneself goes nowhere", "G12", "", "service=le_chat", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := draft(t, c.kind, "en", strings.Fields(c.pairs), strings.Fields(c.facts)...); d.To != c.to {
				t.Errorf("to %q, want %q", d.To, c.to)
			}
		})
	}
}

func TestALapsedRightIsSaid(t *testing.T) {
	d := draft(t, "G1", "en", []string{"ordered_on=2025-02-01"})
	if d.Verdict.Decision != policy.Warn || d.Notes[1].Args["LastDay"] != "2025-02-15" || !strings.Contains(string(d.Text), "2025-02-15 (15 February 2025)") {
		t.Errorf("%s, %v\n%s", d.Verdict.Decision, d.Notes, string(d.Text))
	}
	if d = draft(t, "G7", "fr", []string{"notice_date=2025-02-20", "grounds=x"}); d.Verdict.Decision != policy.Warn || !strings.Contains(string(d.Text), "2 mars 2025") {
		t.Errorf("%s\n%s", d.Verdict.Decision, string(d.Text))
	}
}

func TestANoteAboutTheTermsCounts(t *testing.T) {
	body := string(draft(t, "G12", "en", full["G12"]).Text)
	for _, want := range []string{"2025-06-06 (6 June 2025)", "shorter than 30 days"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not there:\n%s", want, body)
		}
	}
}

func TestFieldsAreReadStrictly(t *testing.T) {
	for _, c := range []struct {
		name string
		kind document.Kind
		pair string
	}{
		{"a field of another draft", "G1", "grounds=x"},
		{"a field without a value", "G1", "services"},
		{"a field of a draft without any", "G11", "time=now"},
		{"a day that is not there", "G1", "ordered_on=2025-02-29"},
		{"a right that is not there", "G4", "right=fame"},
		{"a category that is not there", "G5", "category=j"},
		{"an answer that is neither", "G5", "acknowledged=perhaps"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := make(document.Values).Set(c.kind, c.pair)
			if !fault.Is(err, fault.Usage) {
				t.Errorf("error %v", err)
			}
		})
	}
	v := make(document.Values)
	for _, pair := range []string{"acknowledged=true", "acknowledged=no", "why=a", "why=b"} {
		if err := v.Set("G5", pair); err != nil {
			t.Fatal(err)
		}
	}
	if v["acknowledged"] != "no" || v["why"] != "b" {
		t.Errorf("the later value counts: %v", v)
	}
}

func TestADraftHoldsNoKey(t *testing.T) {
	key := strings.Repeat("aB3dE6gH", 4)
	d := draft(t, "G8", "en", []string{"seen=somebody used " + key})
	if strings.Contains(string(d.Text), key) || !noted(d, "note.key_removed") {
		t.Errorf("notes %v\n%s", d.Notes, string(d.Text))
	}
	hash := strings.Repeat("0f", 32)
	if d = draft(t, "G14", "en", []string{"hash=" + hash}); !strings.Contains(string(d.Text), hash) {
		t.Error("a hash is no key")
	}
}

func TestAFieldStaysAFieldWhateverItHolds(t *testing.T) {
	d := draft(t, "G7", "en", []string{"name={{today}}\nBcc: x@example.org"})
	if strings.Contains(d.Subject, "\n") || !strings.Contains(d.Subject, "{{today}} Bcc:") {
		t.Errorf("subject %q", d.Subject)
	}
}

func TestNotesHaveWords(t *testing.T) {
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range document.Kinds() {
		for _, n := range slices.Concat(draft(t, kind, "en", nil).Notes, draft(t, kind, "en", []string{}).Notes) {
			if !words.Has("rules." + n.Key) {
				t.Errorf("%s: %s has no words", kind, n.Key)
			}
		}
	}
	for _, key := range []string{"no_content", "key_removed", "text_left_out"} {
		if !words.Has("rules.note." + key) {
			t.Errorf("%s has no words", key)
		}
	}
}

func noted(d document.Draft, key string) bool {
	return slices.ContainsFunc(d.Notes, func(n policy.Words) bool { return n.Key == key })
}

func FuzzAField(f *testing.F) {
	f.Add("G7", "name=Acme\nBcc: x@example.org")
	f.Add("G5", "category=h")
	f.Add("G1", "ordered_on=2025-02-29")
	f.Add("G3", "reasons={{template}}")
	f.Fuzz(func(t *testing.T, word, pair string) {
		kind := document.Kind(word)
		if !slices.Contains(document.Kinds(), kind) {
			return
		}
		values := make(document.Values)
		if err := values.Set(kind, pair); err != nil {
			if !fault.Is(err, fault.Usage) {
				t.Fatal(err)
			}
			return
		}
		in := input(t, kind, "en", nil)
		in.Values = values
		d, err := document.New(in, assets.Documents)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(d.Subject, "\r\n") {
			t.Errorf("the subject has a break: %q", d.Subject)
		}
	})
}
