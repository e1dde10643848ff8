package cli

import (
	"context"

	"bise/app"
	"bise/app/termsafe"
)

// rotate walks through the change of a key: a new one is made at the service,
// checked and kept here, and the old one taken back there. What only the person
// can do is said before and after.
func (p *program) rotate(ctx context.Context, a *app.App, profile app.Profile, f signInFlags) error {
	if err := a.MayRotate(ctx, profile.Name); err != nil {
		return err
	}
	old := ""
	if account, err := a.AskAccount(ctx, profile.Name); err == nil {
		old = termsafe.Line(maskedName(account.Key.Name))
	}
	if !p.globals.json {
		p.output.note(wrap(p.words.T("cli.rotate.intro", "Page", app.KeyPage), helpWidth))
	}
	key, err := p.key(ctx, profile, f)
	if err != nil {
		return err
	}
	if err := a.RotateKey(ctx, profile.Name, key); err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(event{"profile", profile.Name, "rotated", "yes", "old_key_name", old, "take_back_at", app.KeyPage})
	}
	return p.output.line(wrap(p.words.T("cli.rotate.done", "Profile", profile.Name, "Page", app.KeyPage, "Name", old), helpWidth))
}
