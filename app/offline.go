package app

import (
	"bise/app/fault"
	"bise/client"
)

// Holder of the machine: who holds bise to it.
const (
	// HeldByFlag is --local-only: for this run.
	HeldByFlag = "flag"
	// HeldByAdmin is the administrator's file.
	HeldByAdmin = "admin"
	// HeldBySetting is the person's own switch.
	HeldBySetting = "setting"
)

// LocalOnly reports whether only loopback connections are allowed.
func (a *App) LocalOnly() bool { return a.HeldBy() != "" }

// HeldBy says who holds bise to this machine, "" for nobody.
func (a *App) HeldBy() string {
	switch {
	case a.admin.LocalOnly:
		return HeldByAdmin
	case a.options.LocalOnly:
		return HeldByFlag
	case a.Config().LocalOnly:
		return HeldBySetting
	default:
		return ""
	}
}

// Held is the refusal of a provider on another machine while bise is held to
// this one, fault.Offline, so that nothing is asked before it; nil for others.
func (a *App) Held(provider string) error {
	d := a.Describe(provider)
	if !a.LocalOnly() || d.ID == "" || d.Place != client.Elsewhere {
		return nil
	}
	return fault.E("app.Held", fault.Offline, nil, "host", d.Host)
}

// SetLocalOnly holds bise to this machine from now on, in every run, or lets it
// go. Connections that leave are closed at once, and pulls are paused. What the
// administrator or the command line holds cannot be let go here.
func (a *App) SetLocalOnly(on bool) error {
	const op = "app.SetLocalOnly"
	switch a.HeldBy() {
	case HeldByAdmin:
		return fault.E(op, fault.LockedByAdmin, nil, "setting", "local_only", "organisation", a.admin.Organisation, "contact", a.admin.Contact)
	case HeldByFlag:
		return fault.E(op, fault.Usage, nil, "what", "held by the command line", "word", "--local-only")
	}
	if err := a.Configure(func(c *Config) { c.LocalOnly = on }); err != nil {
		return err
	}
	if on {
		for _, p := range a.Pulls() {
			a.PausePull(p.Model)
		}
	}
	return a.rebuildProviders()
}
