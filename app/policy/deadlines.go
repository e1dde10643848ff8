package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"bise/app/fault"
)

// counted checks that a deadline has the date it counts from.
func (r Rules) counted(f Facts, act Act) error {
	v := r.answer(question{facts: f, act: act, kind: "text"})
	for _, name := range v.needs {
		if f.Get(name) == "" {
			return fault.E("policy.Eval", fault.Usage, nil, "fact", name, "word", "")
		}
	}
	return nil
}

// finishDeadline adds what depends on the clock and on dates that other dates
// are compared with. Dates compare as text: their form is fixed.
func (r Rules) finishDeadline(v *Verdict, f Facts) {
	if earliest, announced := v.text("earliest_effective"), f.Get("announced_effective"); announced != "" && announced < earliest {
		v.Fields["flag"] = v.early
	}
	if ends := v.text("notice_ends"); ends != "" {
		if renewal, ok := renewalAfter(ends, f.Get("renews_day")); ok {
			v.Fields["first_new_price"] = renewal.Format(time.DateOnly)
			last := renewal.AddDate(0, 0, -1).Format(time.DateOnly)
			v.Fields["last_day_to_cancel"] = last
			v.Fields["last_day"] = last
		}
	}
	if planned := f.Get("audit_planned"); v.text("latest_notice") != "" {
		next := v.text("earliest_next")
		v.Fields["conflict"] = yesWord(planned < next)
	}
	last, err := time.Parse(time.DateOnly, v.text("last_day"))
	if err != nil {
		return
	}
	today, err := time.Parse(time.DateOnly, parisDay(f.Now))
	if err != nil {
		return
	}
	left := int(last.Sub(today).Hours() / 24)
	v.Fields["days_left"] = left
	v.Fields["status"] = "open"
	if left < 0 {
		v.Fields["status"] = "expired"
		if v.lapsed != noValue && v.Decision == Allow {
			v.Decision = Warn
			v.Reason, v.Remedy = Words{Key: v.lapsed + ".reason"}, Words{Key: v.lapsed + ".remedy"}
		}
		return
	}
	delete(v.Fields, "after")
	if n, err := strconv.Atoi(v.pressing); err == nil && left <= n && v.Decision == Allow {
		v.Decision = Warn
		v.Remedy = Words{Key: strings.TrimSuffix(v.Reason.Key, ".reason") + ".remedy"}
	}
}

func (v *Verdict) text(field string) string {
	s, _ := v.Fields[field].(string)
	return s
}

// renewalAfter gives the first renewal on or after a day. The renewal day is a
// day of the month, clamped to the month's end, or the date of one renewal of a
// yearly subscription.
func renewalAfter(day, renews string) (time.Time, bool) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, false
	}
	if yearly, err := time.Parse(time.DateOnly, renews); err == nil {
		next := yearly
		for n := 1; next.Before(from); n++ {
			next = addLength(yearly, n, 'y')
		}
		return next, true
	}
	n, err := strconv.Atoi(renews)
	if err != nil {
		return time.Time{}, false
	}
	first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	for {
		last := first.AddDate(0, 1, -1).Day()
		if next := first.AddDate(0, 0, min(n, last)-1); !next.Before(from) {
			return next, true
		}
		first = first.AddDate(0, 1, 0)
	}
}

// parisDay is the date in Paris, where the rights against Mistral end. The rule
// for summer time is the European Union's: from the last Sunday of March to the
// last of October, 01:00 UTC. Written out, it needs no time zone file.
func parisDay(now time.Time) string {
	now = now.UTC()
	offset := time.Hour
	if !now.Before(lastSunday(now.Year(), time.March)) && now.Before(lastSunday(now.Year(), time.October)) {
		offset = 2 * time.Hour
	}
	return now.Add(offset).Format(time.DateOnly)
}

func lastSunday(year int, month time.Month) time.Time {
	end := time.Date(year, month+1, 0, 1, 0, 0, 0, time.UTC)
	return end.AddDate(0, 0, -int(end.Weekday()))
}

// needed splits the facts a deadline counts from.
func needed(word string) []string {
	return slices.DeleteFunc(splitList(word), func(s string) bool { return s == noValue })
}

// DaysUntil counts the days from now, in Paris, until a date; less than 0 once
// it has passed. What is no date is 0.
func DaysUntil(date string, now time.Time) int {
	until, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0
	}
	today, err := time.Parse(time.DateOnly, parisDay(now))
	if err != nil {
		return 0
	}
	return int(until.Sub(today).Hours() / 24)
}
