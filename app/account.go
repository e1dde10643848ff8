package app

import (
	"context"
	"time"

	"bise/app/fault"
	"bise/app/policy"
	"bise/app/termsafe"
)

// AccountEnd is the walk to the end of an account: the steps in the order that
// the rules give, and what is left at the service afterwards.
type AccountEnd struct {
	Profile string
	Verdict policy.Verdict
	Steps   []AccountStep
	// EndedOn is the day that the profile records, YYYY-MM-DD; "" before.
	EndedOn string
	// KeyGone says that no keyring entry and no sealed file holds the key any
	// more, which was looked up.
	KeyGone bool
	// Variable is the environment variable that still holds a key, which only
	// the person can take back; "" for none.
	Variable string
	// Vibe says that Mistral Vibe's own entry, which the profile read, is still
	// there: it belongs to that program.
	Vibe bool
	// Windows is how long what stays at the service, by the fields of
	// show_retention.
	Windows []Window
}

// AccountStep is one step of the walk.
type AccountStep struct {
	// Step is the word of the rules.
	Step string
	Text string
	// Here says that bise does it; the others only the person can do.
	Here bool
}

// Window is until when something is kept or can be reached.
type Window struct{ Field, Until, Text string }

// AgentsStep is the step before which agents can be saved as files.
const AgentsStep = "agents_and_fine_tunes"

// The steps that bise does itself.
const (
	stepWipeKey = "wipe_key"
	stepWindows = "data_windows"
)

// AccountWalk says what ending the account of a profile takes. It changes
// nothing.
func (a *App) AccountWalk(profile string) (AccountEnd, error) {
	p, err := a.Profile(profile)
	if err != nil {
		return AccountEnd{}, err
	}
	f, err := a.Facts(profile)
	if err != nil {
		return AccountEnd{}, err
	}
	end := AccountEnd{Profile: profile, Verdict: a.Rules().Decide(f, "account_end", 0), Vibe: p.Vibe}
	order, _ := end.Verdict.Fields["order"].([]string)
	contact := a.Rules().Decide(f, "contact:end_account", 0)
	for _, step := range order {
		end.Steps = append(end.Steps, AccountStep{
			Step: step,
			Text: a.word("account.step."+step, "Hosted", f.Service().Hosted(),
				"Partner", termsafe.Line(f.Get("partner")), "To", a.contactName(field(contact, "to"))),
			Here: step == stepWipeKey || step == stepWindows,
		})
	}
	return end, nil
}

// contactName says a contact of the rules: one of its words, or an address.
func (a *App) contactName(to string) string {
	if w := a.options.Words; w != nil && w.Has("account.contact."+to) {
		return a.word("account.contact." + to)
	}
	return to
}

// EndAccount does what there is to do here when an account ends: it removes the
// profile's key from the keyring and the sealed file, looks whether it is gone,
// and writes the day into the profile, never the key (LP-1.c). Where the rules
// know no account nothing is done.
func (a *App) EndAccount(ctx context.Context, profile string) (AccountEnd, error) {
	const op = "app.EndAccount"
	end, err := a.AccountWalk(profile)
	if err != nil || len(end.Steps) == 0 {
		return end, err
	}
	p, err := a.Profile(profile)
	if err != nil {
		return end, err
	}
	stays, err := a.SignOut(ctx, profile)
	if err != nil {
		return end, err
	}
	if _, _, err := a.history.apiKey(ctx, profile); err == nil {
		return end, fault.E(op, fault.NotStored, nil, "what", "key", "profile", profile)
	} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.NoKeyring) {
		return end, err
	}
	end.KeyGone = true
	if stays {
		end.Variable = keyVariable(p.Kind)
	}
	end.EndedOn = a.Now().Format(time.DateOnly)
	if _, err := a.ChangeProfile(ctx, profile, []string{"account_terminated=" + end.EndedOn}); err != nil {
		return end, err
	}
	end.Windows, err = a.windows(profile, end.EndedOn)
	return end, err
}

// windows computes what stays until when. A request to support and an invoice
// are counted from the last day they can be of, so that no date is too early.
func (a *App) windows(profile, day string) ([]Window, error) {
	f, err := a.Facts(profile)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"request_date", "support_closed", "invoice"} {
		if f.Get(name) != "" {
			continue
		}
		if f, err = f.With(name, day); err != nil {
			return nil, err
		}
	}
	r := a.Rules().Decide(f, policy.ShowRetention, 0)
	var windows []Window
	if until := field(r, "input_output_until"); until != "" && until != "not_held" {
		windows = append(windows, Window{"input_output_until", until, a.word("privacy.kept", "Until", a.Until(until))})
	}
	for _, name := range kept {
		until := field(r, name)
		if _, err := time.Parse(time.DateOnly, until); err != nil {
			continue // counted from something that may never have been
		}
		windows = append(windows, Window{name, until, a.word("guide.retention."+name, "Until", a.Until(until))})
	}
	return windows, nil
}
