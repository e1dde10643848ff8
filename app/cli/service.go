package cli

import (
	"context"

	"bise/app"
	"bise/app/fault"
	"bise/app/policy"
)

// wanted is the provider that --profile names, "" where it names none: then any
// that can do the work will do.
func (p *program) wanted() string {
	if p.globals.profile == app.LocalProfile {
		return app.OllamaProvider
	}
	return p.globals.profile
}

// cleared does something at a provider that the rules may want confirmed first.
// do is called again with what has been confirmed until the verdict lets it
// pass; a verdict that does not has sent nothing.
func (p *program) cleared(ctx context.Context, a *app.App, provider string, do func(confirmed []policy.Act) (policy.Verdict, error)) error {
	var confirmed []policy.Act
	for range maxQuestions {
		v, err := do(confirmed)
		if err != nil || v.Decision.Permits() {
			return err
		}
		if v.Decision != policy.Confirm {
			return &policy.Refusal{Verdict: v}
		}
		if err := p.consent(ctx, a, a.NewSession(app.Choice{Provider: provider}), v, p.yes); err != nil {
			return err
		}
		if v.Act != policy.StartChat {
			confirmed = append(confirmed, v.Act)
		} else if err := a.Accept(a.ProfileOf(provider)); err != nil {
			return err
		}
	}
	return fault.E("cli.cleared", fault.NeedsAnswer, nil, "what", "confirmation", "flag", "--yes")
}

// ledger opens the history for the ledger of uploads. Where there can be none,
// work goes on without.
func (p *program) ledger(ctx context.Context, a *app.App) error {
	err := a.OpenHistory(ctx)
	switch a.HistoryState() {
	case app.HistoryOpen, app.HistoryOff:
		return nil
	case app.HistoryAsking:
		a.KeepNothing()
		return nil
	default:
		return err
	}
}
