package ui_test

import (
	"testing"

	"bise/app"
	"bise/app/document"
	"bise/ui/notices"
	"bise/ui/screen"
)

// inboxEnv has notices and drafts of a business, on 4 March 2026.
func inboxEnv(t *testing.T) *screen.Env {
	t.Helper()
	env, _ := historyEnv(t)
	a := env.App
	if err := a.SetProfile(app.MistralProfile, []string{"customer=business", "plan=paid"}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []app.NewNotice{
		{Kind: app.TermsNotice, On: "2026-02-20", Facts: []string{"announced_effective=2026-03-10"}},
		{Kind: app.CompanyNotice, On: "2026-03-01", About: "Acme\x1b[31m Search"},
		{Kind: app.CompanyNotice, On: "2026-01-01", About: "Old Company"},
		{Kind: app.PriceNotice, On: "2026-02-20"},
		{Kind: app.BreachNotice, On: "2026-03-03", Items: []string{"nature", "measures"}},
	} {
		if _, err := a.AddNotice(t.Context(), app.MistralProfile, n); err != nil {
			t.Fatal(err)
		}
	}
	f, err := a.Facts(app.MistralProfile)
	if err != nil {
		t.Fatal(err)
	}
	in := document.Input{
		Kind: document.Objection, Language: "en", Rules: a.Rules(), Facts: f,
		Values: document.Values{"name": "Acme Search", "notice_date": "2026-03-01", "grounds": "No safeguards"},
	}
	d, err := a.WriteFor(t.Context(), app.MistralProfile, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.KeepDraft(t.Context(), app.MistralProfile, d); err != nil {
		t.Fatal(err)
	}
	return env
}

func TestTheInbox(t *testing.T) {
	env := inboxEnv(t)
	open := func(t *testing.T) *driver { return drive(t, notices.New(env, t.Context())) }
	t.Run("shows what is pressing first", func(t *testing.T) { open(t).golden("inbox") })
	t.Run("tells all of a notice", func(t *testing.T) { open(t).keys("enter").golden("inbox-notice") })
	t.Run("says what a notice of a breach lacks", func(t *testing.T) {
		d := open(t).keys("down", "down", "enter")
		d.shows("Data breach", "Not in the notice: whom to ask.", "Not in the notice: what may follow.")
	})
	t.Run("shows a document", func(t *testing.T) { open(t).keys("end", "enter").golden("inbox-document") })
	t.Run("asks for what a countdown needs", func(t *testing.T) {
		open(t).keys("down", "down", "down", "enter").shows("renews_day")
	})
	t.Run("goes back, then closes", func(t *testing.T) {
		d := open(t).keys("enter", "esc")
		if d.last != nil {
			t.Errorf("the first esc gives %#v", d.last)
		}
		if d.keys("esc"); d.last != (screen.Close{}) {
			t.Errorf("the second esc gives %#v", d.last)
		}
	})
	t.Run("lets a notice go and brings it back", func(t *testing.T) {
		d := open(t).keys("ctrl+x")
		if list, err := env.App.Inbox(t.Context(), "", false); err != nil || len(list) != 4 {
			t.Fatalf("%d notices, %v", len(list), err)
		}
		d.keys("ctrl+z")
		if list, err := env.App.Inbox(t.Context(), "", false); err != nil || len(list) != 5 {
			t.Fatalf("%d notices, %v", len(list), err)
		}
	})
	t.Run("notes that the person has sent a document", func(t *testing.T) {
		open(t).keys("end", "ctrl+s").shows("sent on 2026-03-04")
	})
}

func TestAnInboxWithoutAHistorySaysWhy(t *testing.T) {
	env := newEnv(t, func(o *app.Options) { o.NoStore = true })
	drive(t, notices.New(env, t.Context())).shows("!")
	empty, _ := historyEnv(t)
	drive(t, notices.New(empty, t.Context())).shows("bise notice add")
}
