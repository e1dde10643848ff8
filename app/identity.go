package app

import (
	"context"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// Account is what a service says of the owner of a key.
type Account = client.Account

// accountPatience is how long a service is waited for that is asked whose key
// it has: nothing else waits for it.
const accountPatience = 5 * time.Second

// AskAccount asks the service of a profile whose key is in use; an error of
// kind fault.Unsupported says that it cannot tell.
func (a *App) AskAccount(ctx context.Context, profile string) (Account, error) {
	const op = "app.AskAccount"
	p, err := a.provider(profile)
	if err != nil {
		return Account{}, err
	}
	teller, ok := p.(client.Accounts)
	if !ok {
		return Account{}, fault.E(op, fault.Unsupported, nil, "name", p.Describe().Name, "what", "account")
	}
	limited, cancel := context.WithTimeout(ctx, accountPatience)
	defer cancel()
	account, err := teller.Account(limited)
	if limited.Err() != nil && ctx.Err() == nil {
		err = fault.E(op, fault.TimedOut, limited.Err(), "host", p.Describe().Host)
	}
	return account, err
}

// MayRotate says why the key of a profile cannot be changed from here: there is
// none, or the environment holds it.
func (a *App) MayRotate(ctx context.Context, profile string) error {
	_, err := a.rotatable(ctx, profile)
	return err
}

func (a *App) rotatable(ctx context.Context, profile string) (old chat.Secret, err error) {
	old, source, err := a.findKey(ctx, profile)
	if err != nil {
		return "", err
	}
	if source == KeyEnvironment {
		p, err := a.Profile(profile)
		if err != nil {
			return "", err
		}
		return "", fault.E("app.RotateKey", fault.KeyElsewhere, nil, "variable", keyVariable(p.Kind))
	}
	return old, nil
}

// RotateKey puts a new key in the place of the one that a profile has: the new
// one is checked first, so that a mistyped one costs nothing. The old one is
// then forgotten here; only its owner can take it back at the service, on
// KeyPage. A key that the environment holds cannot be changed from here.
func (a *App) RotateKey(ctx context.Context, profile string, key chat.Secret) error {
	old, err := a.rotatable(ctx, profile)
	if err != nil {
		return err
	}
	fresh, err := cleanKey(key)
	if err != nil {
		return err
	}
	if fresh == old {
		return fault.E("app.RotateKey", fault.SameKey, nil, "profile", profile)
	}
	return a.SignIn(ctx, profile, fresh)
}
