package app

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"bise/app/fault"
	"bise/client"
	"bise/localstore/keys"
)

// CheckState says how a check came out.
type CheckState string

// The states. A failed check means that the main job, a conversation, cannot
// run as it was set up; a warning means that something else works instead.
const (
	CheckFail CheckState = "fail"
	CheckWarn CheckState = "warn"
	CheckOK   CheckState = "ok"
)

// CheckConfig is the name of the check of config.toml, which a front end
// reports itself where Open fails.
const CheckConfig = "config"

// Check is one thing that was looked at.
type Check struct {
	// Name is stable: data_folder, config, rules, proxy, certificates, keyring,
	// history, profile:NAME or provider:NAME.
	Name  string
	State CheckState
	// Says is what was found; Err is why it is not well and tells the cure.
	Says Notice
	Err  error
}

// Doctor looks at everything that bise needs. It changes nothing: a history
// that has not been begun is not begun. With verify it reads the whole history.
// It connects to the services that are set up, and to no others.
func (a *App) Doctor(ctx context.Context, verify bool) []Check {
	checks := []Check{
		a.checkFolder(),
		a.checkConfig(),
		a.checkRules(),
	}
	checks = append(checks, a.checkAdmin()...)
	checks = append(checks, a.checkCompany()...)
	checks = append(checks, a.checkPartners()...)
	checks = append(checks, a.checkFacts()...)
	checks = append(checks, a.checkKeys(ctx, verify)...)
	return append(checks, a.checkProviders(ctx)...)
}

func says(name, key string, args ...string) Check {
	n := Notice{Key: key, Args: make(map[string]string, len(args)/2)}
	for i := 0; i+1 < len(args); i += 2 {
		n.Args[args[i]] = args[i+1]
	}
	return Check{Name: name, State: CheckOK, Says: n}
}

func (c Check) as(s CheckState) Check {
	c.State = s
	return c
}

// checkFolder tries to write where bise keeps things, without leaving a trace.
func (a *App) checkFolder() Check {
	const name = "data_folder"
	folder := a.dir
	for {
		info, err := os.Stat(folder)
		if err == nil && info.IsDir() {
			break
		}
		parent := filepath.Dir(folder)
		if parent == folder || err == nil {
			return Check{Name: name, State: CheckFail, Err: fault.E("app.Doctor", fault.ReadOnly, err, "path", a.dir)}
		}
		folder = parent
	}
	f, err := os.CreateTemp(folder, ".bise-doctor-*")
	if err != nil {
		return Check{Name: name, State: CheckFail, Err: fault.E("app.Doctor", fault.ReadOnly, err, "path", a.dir)}
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	return says(name, "doctor.data_folder", "Path", a.dir)
}

func (a *App) checkConfig() Check {
	c := a.Config()
	if c.plaintextKey {
		return Check{Name: CheckConfig, State: CheckFail, Err: fault.E("app.Doctor", fault.PlaintextKey, nil, "path", c.path)}
	}
	if _, err := os.Stat(c.path); err != nil {
		return says(CheckConfig, "doctor.config_none")
	}
	return says(CheckConfig, "doctor.config", "Path", c.path)
}

// checkKeys looks at the keyring and, where a history has been begun, opens it.
func (a *App) checkKeys(ctx context.Context, verify bool) []Check {
	var checks []Check
	ringErr := a.history.vault.Probe(ctx)
	if ringErr == nil {
		checks = append(checks, says("keyring", "doctor.keyring"))
	} else {
		checks = append(checks, Check{Name: "keyring", State: CheckWarn, Err: ringErr})
	}
	s, err := a.history.vault.State(ctx)
	if err != nil {
		return append(checks, Check{Name: "history", State: CheckFail, Err: err})
	}
	switch {
	case s.Backend == keys.Sealed && ringErr != nil:
		checks[0] = says("keyring", "doctor.sealed")
	case s.Backend == keys.Keyring && ringErr != nil:
		checks[0].State = CheckFail
	}
	return append(checks, a.checkHistory(ctx, s, verify))
}

func (a *App) checkHistory(ctx context.Context, s keys.State, verify bool) Check {
	const name = "history"
	switch {
	case a.admin.stops:
		return says(name, "doctor.history_off_by", "Organisation", a.Organisation()).as(CheckWarn)
	case a.options.NoStore || s.Backend == keys.Off:
		return says(name, "doctor.history_off").as(CheckWarn)
	case s.Backend == keys.None && !s.HistoryExists:
		return says(name, "doctor.history_none")
	}
	err := a.OpenHistory(ctx)
	switch {
	case a.HistoryState() == HistoryLocked && fault.Is(err, fault.NeedsAnswer):
		return says(name, "doctor.history_sealed").as(CheckWarn)
	case err != nil:
		return Check{Name: name, State: CheckFail, Err: err}
	}
	if verify {
		if err := a.VerifyHistory(ctx); err != nil {
			return Check{Name: name, State: CheckFail, Err: err}
		}
		return says(name, "doctor.history_verified", "Path", filepath.Join(a.dir, keys.HistoryFile))
	}
	return says(name, "doctor.history", "Path", filepath.Join(a.dir, keys.HistoryFile))
}

// checkProviders asks every provider that is set up whether it would work. Only
// the one in use can fail: the guide answers where others do not.
func (a *App) checkProviders(ctx context.Context) []Check {
	active := a.Active()
	providers := a.set().All()
	checks := make([]Check, len(providers))
	done := make(chan struct{})
	for i, p := range providers {
		go func() {
			checks[i] = a.checkProvider(ctx, p, a.ProfileOf(string(p.Describe().ID)) == active)
			done <- struct{}{}
		}()
	}
	for range providers {
		<-done
	}
	return checks
}

func (a *App) checkProvider(ctx context.Context, p client.Provider, inUse bool) Check {
	d := p.Describe()
	name := "provider:" + string(d.ID)
	models, err := p.Models(ctx)
	if err == nil {
		err = a.answers(ctx, p)
	}
	if err == nil {
		chats := 0
		for _, m := range models {
			if m.Chat {
				chats++
			}
		}
		return says(name, "doctor.provider", "Name", d.Name, "Models", strconv.Itoa(chats))
	}
	state := CheckWarn
	if inUse && d.ID != OllamaProvider && d.ID != GuideProvider {
		state = CheckFail
	}
	return Check{Name: name, State: state, Err: a.absence(err)}
}
