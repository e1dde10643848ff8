package policy

import (
	"maps"
	"slices"
	"testing"
	"time"

	"bise/app/fault"
)

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func facts(t testing.TB, pairs ...string) Facts {
	t.Helper()
	f, err := Facts{Now: today}.WithArgs(pairs...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFactThatWasNotGivenHasTheDefaultOfTheContract(t *testing.T) {
	f := facts(t, "service=le_chat")
	for name, want := range map[string]string{
		"customer": "individual", "consumer_eu": "no", "age_band": "adult", "media_customer": "no",
		"training_switch": "unset", "zdr": "none", "optouts": "", "region": "eu", "accepted": "yes",
		"role": "member", "purpose": "unset", "weights": "open", "plan": "unset",
		"attachment": "other", "listen": "loopback", "bundle": "metadata",
	} {
		if got := f.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestAnUnknownFactOrWordIsAUsageFaultThatNamesIt(t *testing.T) {
	for _, c := range []struct{ name, pair, fact, word string }{
		{"an unknown name", "plann=free", "plann", ""},
		{"an unknown word", "plan=gold", "plan", "gold"},
		{"an unknown word in a list", "optouts=brave,bing", "optouts", "bing"},
		{"a day that is none", "request_date=2025-02-30", "request_date", "2025-02-30"},
		{"a country that is none", "residence=France", "residence", "France"},
		{"a file mode that is none", "weights_file_mode=rw", "weights_file_mode", "rw"},
		{"an unknown kind of turn", `turn={"kind":"song"}`, "turn.kind", "song"},
		{"an unknown kind it repeats", `turn={"kind":"text","reused_from":"song"}`, "turn.reused_from", "song"},
		{"an unknown part of a turn", `turn={"sort":"text"}`, "turn", `{"sort":"text"}`},
		{"an unknown scope", `authorisations=[{"scope":"all","reference":"x"}]`, "authorisations.scope", "all"},
		{"no pair at all", "free", "free", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Facts{}.WithArgs(c.pair)
			e, ok := fault.As(err)
			if !ok || e.Kind != fault.Usage || e.Detail["fact"] != c.fact || e.Detail["word"] != c.word {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestFactsReadTheSameFromArgumentsAndFromAFile(t *testing.T) {
	a := facts(t, "service=le_chat", "consumer_eu=true", "optouts=e2b,brave", "residence=fr",
		`turn={"kind":"text","tools":["web_search"],"edited":"yes"}`,
		`authorisations=[{"scope":"news_editorial","granted_by":"Mistral","date":"2025-03-01","reference":"M-1"}]`)
	b, err := ParseFacts([]byte(`{"service":"le_chat","consumer_eu":true,"optouts":["brave","e2b"],"residence":"FR",
		"turn":{"kind":"text","tools":["web_search"],"edited":true},
		"authorisations":[{"scope":"news_editorial","granted_by":"Mistral","date":"2025-03-01","reference":"M-1"}]}`), today)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(a.values, b.values) || !a.Turn.Edited || !b.Turn.Edited || !slices.Equal(a.Turn.Tools, b.Turn.Tools) ||
		!slices.Equal(a.Authorisations, b.Authorisations) {
		t.Errorf("arguments give %+v, the file %+v", a, b)
	}
}

func TestOneMoreFactLeavesTheOthersAlone(t *testing.T) {
	f := facts(t, "service=le_chat", "plan=pro")
	g, err := f.With("plan", "free")
	if err != nil {
		t.Fatal(err)
	}
	if f.Get("plan") != "pro" || g.Get("plan") != "free" || g.Service() != LeChat {
		t.Errorf("before %v, after %v", f.values, g.values)
	}
}

func FuzzFacts(f *testing.F) {
	f.Add([]byte(`{"service":"le_chat","plan":"pro","optouts":["brave"],"turn":{"kind":"news"}}`))
	f.Add([]byte(`{"authorisations":"[]","accepted":false,"renews_day":3}`))
	f.Add([]byte(`null`))
	r := shipped(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		facts, err := ParseFacts(data, today)
		if err != nil {
			if !fault.Is(err, fault.Usage) {
				t.Errorf("error %v is no usage fault", err)
			}
			return
		}
		for _, act := range Acts() {
			r.Decide(facts, act, 0)
		}
	})
}
