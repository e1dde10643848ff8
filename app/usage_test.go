package app

import (
	"math"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

func TestPricesThatCameWithBiseCanBeRead(t *testing.T) {
	table, err := builtinTable()
	if err != nil || table.Currency != "USD" || table.Date == "" || table.Source == "" || len(table.Models) == 0 {
		t.Fatalf("%+v, %v", table, err)
	}
	seen := make(map[string]bool)
	for _, m := range table.Models {
		for _, n := range m.Names {
			if seen[n] {
				t.Errorf("%s has two prices", n)
			}
			seen[n] = true
		}
	}
}

func TestTablesOfPricesAreRefusedByTheNameOfWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ text, field string }{
		"an unknown field":           {"colour = 1", "colour"},
		"a negative price":           {"[[model]]\nnames=['a']\ninput=-1", "model"},
		"a price that is no number":  {"[[model]]\nnames=['a']\ninput=nan", "model"},
		"a line without a name":      {"[[model]]\ninput=1", "model"},
		"a discount below nothing":   {"cached=-0.1", "cached, regional"},
		"a line that is of no table": {"[[models]]\nnames=['a']", "models"},
	} {
		_, err := parsePrices("prices.toml", []byte(c.text))
		e, ok := fault.As(err)
		if !ok || e.Kind != fault.Invalid || !strings.HasPrefix(e.Detail["field"], c.field) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

func TestTheCostOfAnAnswer(t *testing.T) {
	table := PriceTable{Cached: 0.1, Regional: 1.1}
	price := ModelPrice{Input: 2, Output: 6}
	for name, c := range map[string]struct {
		usage    chat.Usage
		regional bool
		table    PriceTable
		want     float64
	}{
		"input and output are priced apart":         {chat.Usage{Prompt: 1_000_000, Completion: 500_000}, false, table, 5},
		"cached input costs its share":              {chat.Usage{Prompt: 1_000_000, Cached: 500_000}, false, table, 1.1},
		"a regional host costs more":                {chat.Usage{Prompt: 1_000_000}, true, table, 2.2},
		"more cached than sent is no credit":        {chat.Usage{Prompt: 1_000_000, Cached: 9_000_000}, false, table, 0.2},
		"a table that knows no discount gives none": {chat.Usage{Prompt: 1_000_000, Cached: 500_000}, true, PriceTable{}, 2},
	} {
		if got := c.table.cost(price, c.usage, c.regional); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestThePersonsPricesComeFirstAndCurrenciesAreNotMixed(t *testing.T) {
	table := PriceTable{Currency: "USD", Date: "2026-01-01", Models: []ModelPrice{{Names: []string{"m"}, Input: 1}, {Names: []string{"n"}, Input: 1}}}
	own := PriceTable{Models: []ModelPrice{{Names: []string{"m"}, Input: 9}}}
	got := table.under(own, "p")
	if p, _ := got.price("m"); p.Input != 9 || !p.Own {
		t.Errorf("m costs %+v", p)
	}
	if p, ok := got.price("n"); !ok || p.Own {
		t.Errorf("n costs %+v", p)
	}
	own.Currency = "EUR"
	if _, ok := table.under(own, "p").price("n"); ok {
		t.Error("a price in dollars was kept among euros")
	}
}

func TestAnswersAreAddedUpByWhatIsKnownOfThem(t *testing.T) {
	f := &fake{answer: saying("hello")}
	a := open(t, t.TempDir(), policy.Platform, f)
	s := a.NewSession(Choice{Provider: MistralProfile, Model: "mistral-small-latest"})
	answer := func(id chat.MessageID, service policy.Service, model string, u chat.Usage) {
		s.put(chat.Message{ID: id, Role: chat.Assistant, Provider: MistralProfile, Service: string(service), Model: model, Usage: u})
	}
	counted := chat.Usage{Prompt: 1_000_000, Completion: 1_000_000, Known: true}
	answer("a", policy.Platform, "mistral-small-2603", counted)
	answer("b", policy.Platform, "nobody-knows-it", counted)
	answer("c", policy.Platform, "mistral-small-2603", chat.Usage{})
	answer("d", policy.Local, "tiny", counted)
	u, err := a.UsageOf(s)
	if err != nil {
		t.Fatal(err)
	}
	if u.Answers != 4 || u.Priced != 1 || u.Unpriced != 1 || u.Uncounted != 1 || u.Free != 1 || u.Total() != 6_000_000 || math.Abs(u.Amount-0.75) > 1e-9 {
		t.Errorf("%+v", u)
	}
}

func TestMoneyIsWrittenSoThatLittleIsNotNothing(t *testing.T) {
	for amount, want := range map[float64]string{0: "0.00", 12.5: "12.50", 0.5: "0.500", 0.0012: "0.00120", 3.15e-6: "0.000003"} {
		if got := Money(amount); got != want {
			t.Errorf("%v is %s, want %s", amount, got, want)
		}
	}
}

func TestLimitsAreKeptForTheNextRunAndForNoOtherHost(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("hello")}
	a := open(t, dir, policy.Platform, f)
	limits := []Limit{{Name: "requests_minute", Limit: 60, Remaining: 59}}
	a.noteLimits(MistralProfile, "m", limits)
	a.keepLimits(MistralProfile)
	b := open(t, dir, policy.Platform, f)
	if seen, ok := b.LimitsOf(MistralProfile); !ok || seen.Limits[0] != limits[0] || seen.Model != "m" {
		t.Errorf("the next run knows %+v", seen)
	}
	data := []byte(`{"provider":"mistral","host":"elsewhere.example","limits":[{"Name":"x","Limit":1}]}`)
	if err := writeFile(b.limitsPath(b.Describe(MistralProfile)), data); err != nil {
		t.Fatal(err)
	}
	if seen, ok := b.LimitsOf(MistralProfile); ok {
		t.Errorf("limits of another host are told: %+v", seen)
	}
}

func FuzzPrices(f *testing.F) {
	f.Add([]byte("currency='USD'\n[[model]]\nnames=['a']\ninput=1\noutput=2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := parsePrices("p", data)
		if err != nil {
			return
		}
		for _, m := range table.Models {
			if table.cost(m, chat.Usage{Prompt: 10, Completion: 10, Cached: 5}, true) < 0 {
				t.Errorf("%+v pays back", m)
			}
		}
	})
}
