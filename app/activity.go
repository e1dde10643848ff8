package app

import (
	"context"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
)

// The states of the ledger.
const (
	activityOn  = "on"
	activityOff = "off"
)

// defaultRetention is how long the ledger is kept where nobody has said it, in
// days.
const defaultRetention = 90

// ActivityConfig is whether a ledger of the use is kept on this machine.
type ActivityConfig struct {
	On bool `toml:"on,omitempty"`
	// Days is how long a line is kept; 0 is 90.
	Days int `toml:"days,omitempty"`
}

// Activity is a line of the ledger.
type Activity = localstore.Activity

// actAsk is the act of a prompt in the ledger.
const actAsk = "ask"

// Ledger says whether the ledger is kept, how long, and who decides that.
type Ledger struct {
	On   bool
	Days int
	// Locked says that the administrator's file decides.
	Locked bool
}

// Ledger describes the ledger of this run. Where nothing is kept there is none
// either.
func (a *App) Ledger() Ledger {
	c := a.Config().Activity
	l := Ledger{On: c.On, Days: c.Days}
	if l.Days == 0 {
		l.Days = defaultRetention
	}
	if a.admin.LogRetentionDays > 0 {
		l.Days, l.Locked = a.admin.LogRetentionDays, true
	}
	switch a.admin.Activity {
	case activityOn:
		l.On, l.Locked = true, true
	case activityOff:
		l.On, l.Locked = false, true
	}
	l.On = l.On && !a.options.NoStore && a.history.keeps()
	return l
}

// SetLedger switches the ledger on or off; days is how long lines are kept, 0
// leaves it.
func (a *App) SetLedger(on bool, days int) error {
	const op = "app.SetLedger"
	locked := func(setting string) error {
		return fault.E(op, fault.LockedByAdmin, nil, "setting", setting, "organisation", a.admin.Organisation, "contact", a.admin.Contact)
	}
	switch {
	case a.admin.Activity != "" && on != (a.admin.Activity == activityOn):
		return locked("activity")
	case days != 0 && a.admin.LogRetentionDays > 0:
		return locked("log_retention_days")
	case days < 0 || days > maxRetention:
		return fault.E(op, fault.Usage, nil, "what", "number of days", "word", itoa(days))
	}
	return a.Configure(func(c *Config) {
		c.Activity.On = on
		if days > 0 {
			c.Activity.Days = days
		}
	})
}

// note writes a line into the ledger where there is one. A line that cannot be
// written is not worth an answer: the answer goes on.
func (a *App) note(ctx context.Context, line Activity) {
	l := a.Ledger()
	if !l.On {
		return
	}
	db, err := a.history.db(ctx)
	if err != nil {
		return
	}
	line.At = a.Now()
	_ = db.AddActivity(ctx, line, line.At.Add(-time.Duration(l.Days)*24*time.Hour))
}

// noteRefusal records a prompt that a rule has stopped.
func (a *App) noteRefusal(ctx context.Context, s *Session, v policy.Verdict) {
	if v.Decision != policy.Block {
		return // it is being asked about
	}
	c := s.Choice()
	d := a.Describe(c.Provider)
	a.note(ctx, Activity{
		Profile: a.ProfileOf(c.Provider), Provider: c.Provider, Host: d.Host, Act: string(v.Act), Model: c.Model,
		Decision: v.Decision.String(), Clauses: v.Clauses, Outcome: string(fault.Refused),
	})
}

// noteAnswer records how an answer ended.
func (an *Answer) noteAnswer(m chat.Message, err error) {
	outcome := string(m.State)
	if err != nil {
		outcome = string(fault.KindOf(err))
	}
	model := m.Model
	if model == "" {
		model = m.Asked
	}
	an.app.note(context.Background(), Activity{
		Profile: an.app.ProfileOf(m.Provider), Provider: m.Provider, Host: an.app.Describe(m.Provider).Host, Act: actAsk, Model: model,
		Decision: policy.Allow.String(), Outcome: outcome, Prompt: m.Usage.Prompt, Completion: m.Usage.Completion,
	})
}

// Activities calls do with every line of the ledger of since and later, oldest
// first.
func (a *App) Activities(ctx context.Context, since time.Time, do func(Activity) error) error {
	return a.withPast(ctx, func(db *localstore.DB) error { return db.Activities(ctx, since, do) })
}

// PurgeActivity takes lines before a time away, the zero time all of them, and
// says how many. Where an administrator has fixed how long they are kept, only
// what is older than that can go.
func (a *App) PurgeActivity(ctx context.Context, before time.Time) (n int, err error) {
	if days := a.admin.LogRetentionDays; days > 0 && a.admin.Activity == activityOn {
		oldest := a.Now().Add(-time.Duration(days) * 24 * time.Hour)
		if before.IsZero() || before.After(oldest) {
			return 0, fault.E("app.PurgeActivity", fault.LockedByAdmin, nil,
				"setting", "log_retention_days", "organisation", a.admin.Organisation, "contact", a.admin.Contact)
		}
	}
	err = a.withPast(ctx, func(db *localstore.DB) error {
		n, err = db.PurgeActivity(ctx, before)
		return err
	})
	return n, err
}
