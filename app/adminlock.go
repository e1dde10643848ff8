package app

import (
	"context"
	"maps"
	"slices"
	"strings"

	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
	"bise/localstore/keys"
)

// Admin says whether an administrator's file is in force, who stands behind it
// and why it cannot be used, if it cannot.
type Admin struct {
	Here         bool
	Path         string
	Organisation string
	Contact      string
	// NoHistory says that the file keeps bise from keeping anything.
	NoHistory bool
	// Broken is a fault.AdminFile; while it is set nothing leaves the machine.
	Broken error
	// Locks names what the file fixes, for a list: "local_only", "share",
	// "optouts", "plan (work)".
	Locks []string
}

// Admin describes the administrator's file.
func (a *App) Admin() Admin {
	f := &a.admin
	return Admin{
		Here: f.here, Path: f.path, Organisation: f.Organisation, Contact: f.Contact,
		NoHistory: f.stops, Broken: f.broken, Locks: f.summary(),
	}
}

// Organisation is who fixed what the administrator's file fixes, in words.
func (a *App) Organisation() string {
	if a.admin.Organisation != "" {
		return a.admin.Organisation
	}
	return a.word("doctor.admin_somebody")
}

// Barred says why a provider may not be used, nil if it may.
func (a *App) Barred(provider string) error { return a.barredProvider(provider) }

// summary lists what the file fixes.
func (a *admin) summary() []string {
	if a.broken != nil || !a.here {
		return nil
	}
	var locks []string
	if a.LocalOnly {
		locks = append(locks, "local_only")
	}
	if a.History != "" {
		locks = append(locks, "history")
	}
	locks = append(locks, a.Forbid...)
	locks = append(locks, a.ForbidKinds...)
	locks = append(locks, a.ForbidProfiles...)
	if len(a.Optouts) > 0 {
		locks = append(locks, "optouts")
	}
	for _, fixed := range []struct {
		name string
		here bool
	}{
		{"media_customer", a.MediaCustomer != ""},
		{"share_server", a.ShareServer != ""},
		{"profile", a.Profile != ""},
		{"ca_file", a.CAFile != ""},
		{"activity", a.Activity != ""},
		{"log_retention_days", a.LogRetentionDays > 0},
	} {
		if fixed.here {
			locks = append(locks, fixed.name)
		}
	}
	each := func(name string, i imposed) {
		for _, setting := range slices.Sorted(maps.Keys(i.settings())) {
			locks = append(locks, setting+" ("+name+")")
		}
		if i.Kind != "" {
			locks = append(locks, "profile "+name)
		}
	}
	each("hosted", a.Hosted)
	for _, name := range slices.Sorted(maps.Keys(a.Kinds)) {
		each(name, a.Kinds[name])
	}
	for _, name := range slices.Sorted(maps.Keys(a.Profiles)) {
		each(name, a.Profiles[name])
	}
	return locks
}

// settings are what i fixes, by the names of "profile set".
func (i imposed) settings() map[string]string {
	s := maps.Clone(i.words)
	if s == nil {
		s = make(map[string]string)
	}
	if i.Endpoint != "" {
		s["endpoint"] = i.Endpoint
	}
	if i.Model != "" {
		s["model"] = i.Model
	}
	maps.Copy(s, i.Cloud)
	return s
}

// fixed is what the file fixes of a profile whose own facts are given: what is
// said of the profile counts before what is said of its kind, and that before
// what is said of all. Opt-outs add up.
func (a *admin) fixed(p Profile, own map[string]string) map[string]string {
	kind, profile := a.Kinds[p.Kind].settings(), a.Profiles[p.Name].settings()
	service := policy.Service(own["service"])
	for _, s := range []map[string]string{kind, profile} {
		if s["service"] != "" {
			service = policy.Service(s["service"])
		}
	}
	all := make(map[string]string)
	if outside(p, service) {
		if a.MediaCustomer != "" {
			all["media_customer"] = a.MediaCustomer
		}
		if len(a.Optouts) > 0 {
			all["optouts"] = strings.Join(a.Optouts, ",")
		}
	}
	// A profile of Mistral's kind cannot be talked out of being hosted.
	if service.Hosted() || kinds[p.Kind].Hosted() {
		layer(all, a.Hosted.settings())
	}
	layer(all, kind)
	layer(all, profile)
	return all
}

func layer(all, more map[string]string) {
	optouts := all["optouts"]
	maps.Copy(all, more)
	if joined := joinLists(optouts, more["optouts"]); joined != "" {
		all["optouts"] = joined
	}
}

// joinLists is the union of two comma-separated lists.
func joinLists(lists ...string) string {
	var all []string
	for _, list := range lists {
		for word := range strings.SplitSeq(list, ",") {
			if word = strings.TrimSpace(word); word != "" && !slices.Contains(all, word) {
				all = append(all, word)
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

// impose puts what the file fixes over the facts of a profile.
func (a *admin) impose(values map[string]string, p Profile) {
	fixed := a.fixed(p, values)
	delete(fixed, "endpoint")
	delete(fixed, "model")
	for name := range fixed {
		if takesCloud(p.Kind, name) {
			delete(fixed, name)
		}
	}
	if fixed["optouts"] != "" {
		fixed["optouts"] = joinLists(values["optouts"], fixed["optouts"])
	}
	maps.Copy(values, fixed)
}

// overlay makes profiles what the file says that they are.
func (a *admin) overlay(all map[string]Profile) {
	for name, i := range a.Profiles {
		if i.Kind == "" {
			continue
		}
		p := all[name]
		p.Kind = i.Kind
		all[name] = p
	}
	for name, p := range all {
		for _, i := range []imposed{a.Kinds[p.Kind], a.Profiles[name]} {
			if i.Endpoint != "" {
				p.Endpoint = i.Endpoint
			}
			if i.Model != "" {
				p.Model = i.Model
			}
			for setting, value := range i.Cloud {
				p.setCloud(setting, value)
			}
		}
		all[name] = p
	}
}

// Locks are the settings of a profile that the administrator's file fixes, with
// what they are fixed to.
func (a *App) Locks(profile string) map[string]string {
	p, err := a.Profile(profile)
	if err != nil {
		return nil
	}
	return a.admin.fixed(p, a.ownFacts(p))
}

// mayChange refuses to change a setting that is fixed. To the opt-outs that are
// forced others may be added.
func (a *App) mayChange(fixed map[string]string, name, value string) error {
	word, locked := fixed[name]
	if !locked || name == "optouts" && joinLists(word, value) == joinLists(value) {
		return nil
	}
	return fault.E("app.SetProfile", fault.LockedByAdmin, nil,
		"setting", name, "organisation", a.admin.Organisation, "contact", a.admin.Contact)
}

// barred says why a profile may not be used, nil if it may.
func (a *App) barred(p Profile) error {
	f, err := a.Facts(p.Name)
	if err != nil {
		return err
	}
	return a.admin.barred(p, f.Service())
}

// barredProvider says why a provider is left out of the set. The guide is always
// there.
func (a *App) barredProvider(id string) error {
	if id == GuideProvider {
		return nil
	}
	if p, err := a.Profile(a.ProfileOf(id)); err == nil {
		return a.barred(p)
	}
	return nil // there is no such provider, which the caller says
}

// names reports whether a word names a provider, be it one that is switched off.
func (a *App) names(word string) bool {
	_, err := a.provider(word)
	return err == nil || !fault.Is(err, fault.NotFound)
}

// refusedBy is the verdict on a prompt to a provider that is switched off.
func (a *App) refusedBy(provider string) (policy.Verdict, bool) {
	f, err := a.factsFor(provider)
	if err != nil || a.barredProvider(provider) == nil {
		return policy.Verdict{}, false
	}
	v := a.Rules().Decide(f, policy.StartChat, 0)
	return v, v.Locks()
}

// past is the store for reading and deleting. Where the organisation has switched
// keeping off, what was kept before is still the person's to see and to destroy.
func (h *history) past(ctx context.Context) (*localstore.DB, error) {
	if !h.app.admin.stops {
		return h.db(ctx)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.store != nil {
		return h.store, nil
	}
	s, err := h.vault.State(ctx)
	if err != nil {
		return nil, err
	}
	if !s.HistoryExists || s.Backend == keys.None || s.Backend == keys.Off {
		return nil, fault.E("app.history", fault.NotStored, nil, "why", "organisation", "organisation", h.app.admin.Organisation)
	}
	if _, err := h.openStore(ctx); err != nil {
		return nil, err
	}
	return h.store, nil
}

func (a *App) withPast(ctx context.Context, do func(*localstore.DB) error) error {
	db, err := a.history.past(ctx)
	if err != nil {
		return err
	}
	return do(db)
}

// checkAdmin says what the administrator's file fixes; without one there is
// nothing to say.
func (a *App) checkAdmin() []Check {
	const name = "admin_file"
	f := &a.admin
	switch {
	case !f.here:
		return nil
	case f.broken != nil:
		return []Check{{Name: name, State: CheckFail, Err: f.broken}}
	}
	locks := f.summary()
	if len(locks) == 0 {
		return []Check{says(name, "doctor.admin_nothing", "Path", f.path)}
	}
	return []Check{says(name, "doctor.admin", "Path", f.path, "Organisation", f.Organisation, "Locks", strings.Join(locks, ", "))}
}

// outside reports whether words leave this machine for a profile: what the
// person calls local is believed of an address on this machine alone.
func outside(p Profile, s policy.Service) bool {
	return s != policy.Local || kinds[p.Kind] != policy.Local && !loopbackURL(p.Endpoint)
}

// barred says why a profile may not be used at all, nil if it may.
func (a *admin) barred(p Profile, s policy.Service) error {
	switch {
	case a.broken != nil && outside(p, s):
		return a.broken
	case slices.Contains(a.ForbidKinds, p.Kind):
		return fault.E("app.barred", fault.LockedByAdmin, nil,
			"provider", p.Name, "kind", p.Kind, "organisation", a.Organisation, "contact", a.Contact)
	case slices.Contains(a.ForbidProfiles, p.Name):
		return fault.E("app.barred", fault.LockedByAdmin, nil,
			"provider", p.Name, "organisation", a.Organisation, "contact", a.Contact)
	}
	return nil
}

// locks are what the rules take into account for a profile. The guide shares
// the facts of the local profile and answers whatever is switched off.
func (a *admin) locks(p Profile, s policy.Service) []policy.Lock {
	who := map[string]string{"Organisation": a.Organisation, "Contact": a.Contact}
	if a.broken != nil {
		args := map[string]string{"Path": a.path}
		e, _ := fault.As(a.broken)
		for _, name := range []string{"Field", "Word", "Words", "Form", "Line"} {
			args[name] = e.Detail[strings.ToLower(name)]
		}
		if args["Cause"] = ""; e.Err != nil {
			args["Cause"] = e.Err.Error()
		}
		l := policy.Lock{Acts: a.acts, Why: "organisation.broken", Args: args}
		if outside(p, s) {
			l.Acts = append(slices.Clone(l.Acts), string(policy.StartChat))
		}
		return []policy.Lock{l}
	}
	var locks []policy.Lock
	if len(a.acts) > 0 {
		locks = append(locks, policy.Lock{Acts: a.acts, Why: "organisation.off", Args: who})
	}
	if p.Kind != LocalProfile && a.barred(p, s) != nil {
		locks = append(locks, policy.Lock{Acts: []string{string(policy.StartChat)}, Why: "organisation.provider", Args: who})
	}
	return locks
}
