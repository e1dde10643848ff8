package localstore

import (
	"testing"
	"time"
)

func TestTheLedgerForgetsInTime(t *testing.T) {
	db := mustOpen(t, newPathIn(t), testKey(1))
	ctx := t.Context()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	for n := 1; n <= 5; n++ {
		keep := time.Time{}
		if n == 5 {
			keep = day(3)
		}
		err := db.AddActivity(ctx, Activity{
			At: day(n), Profile: "work", Provider: "work", Host: "res.example", Act: "ask", Model: "m",
			Decision: "allow", Clauses: []string{"PH-0.a", "PH-3.4"}, Outcome: "complete", Prompt: 3, Completion: n,
		}, keep)
		if err != nil {
			t.Fatal(err)
		}
	}
	list := func(since time.Time) (days []int) {
		err := db.Activities(ctx, since, func(a Activity) error {
			if len(a.Clauses) != 2 || a.Host != "res.example" || a.Completion != a.At.Day() {
				t.Errorf("a line came back as %+v", a)
			}
			days = append(days, a.At.Day())
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return days
	}
	if got := list(time.Time{}); len(got) != 3 || got[0] != 3 {
		t.Errorf("what is older than its time is still there: %v", got)
	}
	if got := list(day(4)); len(got) != 2 {
		t.Errorf("since the fourth: %v", got)
	}
	if n, err := db.PurgeActivity(ctx, day(4)); err != nil || n != 1 {
		t.Errorf("purged %d before the fourth: %v", n, err)
	}
	if n, err := db.PurgeActivity(ctx, time.Time{}); err != nil || n != 2 {
		t.Errorf("purged %d in the end: %v", n, err)
	}
}
