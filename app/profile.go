package app

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The profiles that are always there.
const (
	LocalProfile   = "local"
	MistralProfile = "mistral"
)

var builtinProfiles = map[string]Profile{
	LocalProfile:   {Kind: "local"},
	MistralProfile: {Kind: "mistral"},
}

// takenName reports whether a name is that of a usual profile or of a provider,
// so that no profile can be added under it.
func takenName(name string) bool {
	_, usual := builtinProfiles[name]
	return usual || name == GuideProvider || name == OllamaProvider || name == FileProvider
}

// kinds says for each kind of profile whose terms govern it by default.
var kinds = withPartners(map[string]policy.Service{
	"local":   policy.Local,
	"mistral": policy.Platform,
	"openai":  policy.Partner,
})

// Kinds lists the kinds a profile can have.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Profiles lists the profiles by name, the ones that are always there
// included.
func (a *App) Profiles() []Profile {
	c := a.Config()
	all := maps.Clone(builtinProfiles)
	maps.Copy(all, c.Profiles)
	a.admin.overlay(all)
	profiles := make([]Profile, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		p.Name = name
		profiles = append(profiles, p)
	}
	return profiles
}

// Profile finds a profile.
func (a *App) Profile(name string) (Profile, error) {
	for _, p := range a.Profiles() {
		if p.Name == name {
			return p, nil
		}
	}
	return Profile{}, fault.E("app.Profile", fault.NotFound, nil, "what", "profile", "name", name)
}

// Active is the name of the profile in use: the flag, else the setting, else
// the one that the administrator's file begins with, else the Mistral profile
// where the environment holds its key, else the local one.
func (a *App) Active() string {
	if a.options.Profile != "" {
		return a.options.Profile
	}
	if c := a.Config(); c.Profile != "" {
		if p, err := a.Profile(c.Profile); err == nil && a.barred(p) == nil {
			return c.Profile
		}
	}
	if name := a.admin.first(); name != "" {
		return name
	}
	if a.options.Env("MISTRAL_API_KEY") != "" && a.barredProvider(MistralProfile) == nil {
		return MistralProfile
	}
	return LocalProfile
}

// UseProfile makes a profile the one in use.
func (a *App) UseProfile(name string) error {
	p, err := a.Profile(name)
	if err != nil {
		return err
	}
	if err := a.barred(p); err != nil {
		return err
	}
	return a.Configure(func(c *Config) { c.Profile, c.Provider, c.Model = name, "", p.Model })
}

// AddProfile makes a profile; settings are NAME=VALUE.
func (a *App) AddProfile(name, kind string, settings []string) error {
	const op = "app.AddProfile"
	if !validName(name) {
		return fault.E(op, fault.Usage, nil, "what", "profile name", "word", name)
	}
	if _, ok := kinds[kind]; !ok {
		return fault.E(op, fault.Usage, nil, "what", "kind", "word", kind)
	}
	if _, err := a.Profile(name); err == nil {
		return fault.E(op, fault.Usage, nil, "what", "new profile", "word", name)
	}
	if takenName(name) {
		return fault.E(op, fault.Usage, nil, "what", "free name", "word", name)
	}
	p := Profile{Name: name, Kind: kind}
	if err := a.admin.barred(p, kinds[kind]); err != nil && !fault.Is(err, fault.AdminFile) {
		return err
	}
	if err := p.set(a, settings); err != nil {
		return err
	}
	if kinds[kind] == policy.Partner && p.Facts["profile_created"] == "" {
		p.Facts["profile_created"] = a.Now().Format(time.DateOnly)
	}
	return a.putProfile(p)
}

// SetProfile is ChangeProfile for who does not show what was removed.
func (a *App) SetProfile(name string, settings []string) error {
	_, err := a.ChangeProfile(context.Background(), name, settings)
	return err
}

// ChangeProfile changes a profile; settings are NAME=VALUE, an empty value
// takes a setting back. Where the new facts forbid what the old ones let be
// kept, it is removed first, and listed. Where they make the training answer
// stricter, what was confirmed is asked again, also after a change back.
func (a *App) ChangeProfile(ctx context.Context, name string, settings []string) ([]Removed, error) {
	p, err := a.Profile(name)
	if err != nil {
		return nil, err
	}
	before, err := a.factsOf(p)
	if err != nil {
		return nil, err
	}
	accepted := p.Accepted
	if err := p.set(a, settings); err != nil {
		return nil, err
	}
	after, err := a.factsOf(p)
	if err != nil {
		return nil, err
	}
	if p.Accepted == accepted && !covers(a.training(before), a.training(after)) {
		if err := p.confirm(a, "no"); err != nil {
			return nil, err
		}
	}
	var removed []Removed
	if a.Rules().KeepsLess(before, after) {
		if removed, err = a.recheck(ctx, a.Rules(), map[string]policy.Facts{name: after}); err != nil {
			return removed, err
		}
	}
	if err := a.putProfile(p); err != nil || a.Rules().Keeps(before) == a.Rules().Keeps(after) {
		return removed, err
	}
	return removed, a.settled(ctx)
}

// putProfile writes a profile. What the administrator's file fixes of it stays
// out of config.toml, so that it ends with that file.
func (a *App) putProfile(p Profile) error {
	fixed := a.Locks(p.Name)
	err := a.Configure(func(c *Config) {
		if c.Profiles == nil {
			c.Profiles = make(map[string]Profile)
		}
		own := c.Profiles[p.Name]
		if fixed["endpoint"] != "" {
			p.Endpoint = own.Endpoint
		}
		if fixed["model"] != "" {
			p.Model = own.Model
		}
		p.Cloud = ownCloud(p.Cloud, own.Cloud, fixed)
		own = p
		own.Name = "" // as the file has it, so that a change is told from a copy
		c.Profiles[p.Name] = own
	})
	if err != nil {
		return err
	}
	return a.rebuildProviders()
}

// RemoveProfile forgets a profile. Its key is taken away first, by SignOut:
// afterwards nobody could find it.
func (a *App) RemoveProfile(name string) error {
	if _, ok := a.Config().Profiles[name]; !ok {
		return fault.E("app.RemoveProfile", fault.NotFound, nil, "what", "profile", "name", name)
	}
	err := a.Configure(func(c *Config) {
		delete(c.Profiles, name)
		if c.Profile == name {
			c.Profile, c.Provider, c.Model = "", "", ""
		}
	})
	if err != nil {
		return err
	}
	return a.rebuildProviders()
}

// Facts are what the rules know about a profile. Strict is the reading of what
// nobody has said.
func (a *App) Facts(name string) (policy.Facts, error) {
	p, err := a.Profile(name)
	if err != nil {
		return policy.Facts{}, err
	}
	return a.factsOf(p)
}

func (a *App) factsOf(p Profile) (policy.Facts, error) {
	values := a.ownFacts(p)
	a.admin.impose(values, p)
	f, err := policy.NewFacts(values, a.Now())
	if err != nil {
		return f, err
	}
	f = f.Locked(a.admin.locks(p, f.Service())...)
	if p.Accepted != nil && a.stillAccepted(f, *p.Accepted) || a.agreedFor(p.Name, f) {
		return f.With("accepted", "yes")
	}
	return f, nil
}

// ownFacts are what the profile itself says, with the strict reading of what it
// leaves open.
func (a *App) ownFacts(p Profile) map[string]string {
	values := map[string]string{"service": string(kinds[p.Kind])}
	if p.Kind != "local" {
		values["age_band"] = "unset" // asked once, before the first prompt
	}
	if p.Facts["customer"] == "business" {
		values["media_customer"] = "unset" // asked once, before the first news (LC-1.g1)
	}
	if end := p.ending(); end != "" {
		values["discontinuation_notice"] = end
	}
	maps.Copy(values, p.Facts)
	values["accepted"] = "no" // a confirmation is recorded with what it was given under
	if p.Endpoint != "" && p.Kind == "openai" && p.Facts["service"] == "" && loopbackURL(p.Endpoint) {
		values["service"] = string(policy.Local)
	}
	return values
}

// stillAccepted reports whether a confirmation covers what would be asked now:
// the same rules, and a training answer no stricter than the one confirmed.
func (a *App) stillAccepted(f policy.Facts, was Acceptance) bool {
	if was.Ruleset != a.Rules().ID() {
		return false
	}
	return covers(was.Training, a.training(f))
}

// covers reports whether who confirmed one training answer need not be asked
// about another.
func covers(was, now string) bool { return now == was || now == "off" || now == "never" }

// trainings are the training answers of the profiles in the configuration.
func (a *App) trainings() map[string]string {
	answers := make(map[string]string)
	for name := range a.Config().Profiles {
		if f, err := a.Facts(name); err == nil {
			answers[name] = a.training(f)
		}
	}
	return answers
}

// askAgain forgets what was confirmed for profiles whose training answer is
// stricter than it was.
func (a *App) askAgain(was map[string]string) error {
	var stricter []string
	for name, now := range a.trainings() {
		if !covers(was[name], now) {
			stricter = append(stricter, name)
		}
	}
	if len(stricter) == 0 {
		return nil
	}
	a.mu.Lock()
	for _, name := range stricter {
		delete(a.agreed, name)
	}
	a.mu.Unlock()
	return a.Configure(func(c *Config) {
		for _, name := range stricter {
			p := c.Profiles[name]
			p.Accepted = nil
			c.Profiles[name] = p
		}
	})
}

func (a *App) training(f policy.Facts) string {
	v := a.Rules().Decide(f, policy.ShowDataUse, 0)
	word, _ := v.Fields["training"].(string)
	return word
}

func (a *App) agreedFor(profile string, f policy.Facts) bool {
	a.mu.Lock()
	was, ok := a.agreed[profile]
	a.mu.Unlock()
	return ok && a.stillAccepted(f, was)
}

// Accept records that the person confirmed what start_chat asks, for a
// profile: the terms, and being of age where no other age band was chosen.
// Where the configuration cannot be written it holds for this run.
func (a *App) Accept(profile string) error {
	p, err := a.Profile(profile)
	if err != nil {
		return err
	}
	if p.Facts["age_band"] == "" && p.Kind != "local" {
		p.Facts = maps.Clone(p.Facts)
		if p.Facts == nil {
			p.Facts = make(map[string]string)
		}
		p.Facts["age_band"] = "adult"
	}
	f, err := a.Facts(profile)
	if err != nil {
		return err
	}
	accepted := a.acceptance(f)
	a.mu.Lock()
	a.agreed[profile] = accepted
	a.mu.Unlock()
	p.Accepted = &accepted
	err = a.putProfile(p)
	if fault.Is(err, fault.ReadOnly) || fault.Is(err, fault.DiskFull) {
		return nil
	}
	return err
}

// Preview answers an act for the profile in use without doing anything: what
// greys a key also explains it.
func (a *App) Preview(profile string, act policy.Act, o chat.Origin) policy.Verdict {
	f, err := a.Facts(profile)
	if err != nil {
		return policy.Verdict{Act: act, Ruleset: a.Rules().ID()}
	}
	return a.Rules().Decide(f, act, o)
}
