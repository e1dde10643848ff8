package policy

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
	_ "time/tzdata" // Paris, also on a machine without time zone files
)

// civil is a date by another way than the one that is tested: days are counted,
// months looked up.
type civil struct{ year, month, day int }

func (c civil) String() string { return fmt.Sprintf("%04d-%02d-%02d", c.year, c.month, c.day) }

func monthLength(year, month int) int {
	switch {
	case month == 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	default:
		return 31
	}
}

// days steps one day at a time.
func (c civil) days(n int) civil {
	for ; n > 0; n-- {
		if c.day++; c.day > monthLength(c.year, c.month) {
			c.day = 1
			if c.month++; c.month > 12 {
				c.year, c.month = c.year+1, 1
			}
		}
	}
	for ; n < 0; n++ {
		if c.day--; c.day == 0 {
			if c.month--; c.month == 0 {
				c.year, c.month = c.year-1, 12
			}
			c.day = monthLength(c.year, c.month)
		}
	}
	return c
}

func (c civil) months(n int) civil {
	for ; n > 0; n-- {
		if c.month++; c.month > 12 {
			c.year, c.month = c.year+1, 1
		}
	}
	return c.clamped(c.day)
}

func (c civil) clamped(day int) civil {
	c.day = min(day, monthLength(c.year, c.month))
	return c
}

// between counts the days from a to b by stepping.
func between(a, b civil) int {
	n := 0
	for ; a.String() < b.String(); n++ {
		a = a.days(1)
	}
	for ; a.String() > b.String(); n-- {
		a = a.days(-1)
	}
	return n
}

// someDay prefers the days that are easily got wrong.
func someDay(rnd *rand.Rand) civil {
	c := civil{year: 1999 + rnd.IntN(60), month: 1 + rnd.IntN(12), day: 1}
	switch last := monthLength(c.year, c.month); rnd.IntN(3) {
	case 0:
		c.day = last - rnd.IntN(2)
	case 1:
		c.month = []int{2, 3, 10, 12}[rnd.IntN(4)]
		c.day = 1 + rnd.IntN(monthLength(c.year, c.month))
	default:
		c.day = 1 + rnd.IntN(last)
	}
	return c
}

// someMoment is near midnight in Paris on or about a day, and in half of the
// cases in a night when the clocks change.
func someMoment(rnd *rand.Rand, paris *time.Location, about civil) time.Time {
	day := about.days(rnd.IntN(80) - 40)
	if rnd.IntN(2) == 0 {
		day = civil{year: about.year, month: []int{3, 10}[rnd.IntN(2)], day: 31}
		for time.Date(day.year, time.Month(day.month), day.day, 12, 0, 0, 0, time.UTC).Weekday() != time.Sunday {
			day = day.days(-1)
		}
	}
	midnight := time.Date(day.year, time.Month(day.month), day.day, 0, 0, 0, 0, paris)
	return midnight.Add(time.Duration(rnd.IntN(4*3600)-2*3600) * time.Second).UTC()
}

// TestDeadlinesAgreeWithAnotherWayOfCounting is I8.
func TestDeadlinesAgreeWithAnotherWayOfCounting(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(19, 20))
	for _, r := range both(t) {
		for range 5000 {
			start := someDay(rnd)
			now := someMoment(rnd, paris, start)
			today := civilOf(now.In(paris))
			cases := []struct {
				kind, pairs, fact string
				last              civil
			}{
				{"cancellation", "service=le_chat,consumer_eu=yes", "subscribed", start.days(14)},
				{"subprocessor_objection", "service=le_chat,customer=business", "subprocessor_notice", start.days(10)},
				{"model_discontinuation", "service=partner", "discontinuation_notice", start.months(6)},
				{"breach_cure", "service=partner", "breach_notice_received", start.days(30)},
				{"data_access", "service=le_chat,customer=business", "account_terminated", start.days(30)},
				{"terms_change", "service=le_chat", "terms_notice", start.days(30)},
				{"api_purge", "service=la_plateforme", "request_date", start.days(30)},
				{"audit", "service=le_chat,customer=business", "audit_planned", start.days(-90)},
			}
			for range 3 { // of eight, chosen by chance
				c := cases[rnd.IntN(len(cases))]
				f, err := (Facts{Now: now}).WithArgs(append(splitList(c.pairs), c.fact+"="+start.String())...)
				if err != nil {
					t.Fatal(err)
				}
				v, err := Eval(r, f, Act("deadline:"+c.kind))
				if err != nil {
					t.Fatal(err)
				}
				left, status := between(today, c.last), "open"
				if left < 0 {
					status = "expired"
				}
				if word(v, "last_day") != c.last.String() || v.Fields["days_left"] != left || word(v, "status") != status {
					t.Fatalf("%s of %s from %s at %s: %v, want %s, %d days, %s",
						c.kind, r.ID(), start, now.Format(time.RFC3339), v.Fields, c.last, left, status)
				}
			}
		}
	}
}

func civilOf(t time.Time) civil { return civil{t.Year(), int(t.Month()), t.Day()} }

func TestRenewalsAndRetentionAgreeWithAnotherWayOfCounting(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	r := shipped(t)
	for range 3000 {
		notice, renews := someDay(rnd), 1+rnd.IntN(31)
		want := notice.days(30)
		for want.day != min(renews, monthLength(want.year, want.month)) {
			want = want.days(1)
		}
		v, err := Eval(r, facts(t, "service=le_chat", "price_notice="+notice.String(), "renews_day="+strconv.Itoa(renews)), "deadline:price_increase")
		if err != nil {
			t.Fatal(err)
		}
		if word(v, "first_new_price") != want.String() || word(v, "last_day_to_cancel") != want.days(-1).String() {
			t.Fatalf("notice on %s, renewal on day %d: %v, want %s", notice, renews, v.Fields, want)
		}
		kept := r.Decide(facts(t, "service=le_chat", "invoice="+notice.String(), "support_closed="+notice.String(),
			"account_terminated="+notice.String(), "privacy_request_closed="+notice.String()), ShowRetention, 0)
		for field, want := range map[string]civil{
			"invoice_until":         {notice.year + 10, 12, 31},
			"support_until":         notice.months(60),
			"account_until":         notice.months(12),
			"privacy_request_until": notice.months(72),
		} {
			if word(kept, field) != want.String() {
				t.Fatalf("%s from %s is %s, want %s", field, notice, word(kept, field), want)
			}
		}
	}
}

func TestDaysInParisAreThoseOfTheTimeZoneFile(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(23, 24))
	for range 10000 {
		now := someMoment(rnd, paris, someDay(rnd))
		if got, want := parisDay(now), now.In(paris).Format(time.DateOnly); got != want {
			t.Fatalf("%s is %s in Paris, want %s", now.Format(time.RFC3339), got, want)
		}
	}
}
