package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bise/app/fault"
	"bise/app/policy"
	"bise/assets"
)

// builtinRules is the bundle in force until another is activated.
const builtinRules = "2025-02-06"

const (
	rulesFolder    = "rules"
	rulesExtension = ".bundle"
	// maxRules is the largest bundle that is read, in bytes; a shipped one has
	// a hundredth of it.
	maxRules = 8 << 20
)

// RulesState says what a bundle of rules is to this data folder.
type RulesState string

// The states of a bundle.
const (
	RulesActive   RulesState = "active"
	RulesInactive RulesState = "inactive"
	// RulesPending is a bundle whose documents do not apply yet.
	RulesPending RulesState = "pending"
)

// RulesInfo is a bundle in a list.
type RulesInfo struct {
	ID            string
	EffectiveFrom string // YYYY-MM-DD
	State         RulesState
	// DaysLeft counts the days until EffectiveFrom; 0 once it has come.
	DaysLeft int
	// Shipped says that the bundle is compiled in.
	Shipped bool
	// Err is why an installed bundle cannot be read.
	Err error
}

// BuiltinRules is a bundle that is compiled in, by its id; "" is the one in
// force until another is activated. It reads nothing of the person.
func BuiltinRules(id string) (policy.Rules, error) {
	return policy.Load(assets.Rules, cmp.Or(id, builtinRules))
}

// RulesOf is a bundle of a data folder by its id: compiled in or installed; ""
// is the active one. Of the folder it reads the configuration and the bundle,
// and never the history, the keyring or the network.
func RulesOf(dir, id string) (policy.Rules, error) {
	if id != "" {
		return loadRules(dir, id)
	}
	config, err := LoadConfig(filepath.Join(dir, configFile))
	if err != nil {
		return policy.Rules{}, err
	}
	return openRules(dir, config.Rules.Active, false)
}

// openRules loads the active bundle. Rules that cannot be read are never
// replaced silently: mending asks for the built-in ones by name.
func openRules(dir, active string, mending bool) (policy.Rules, error) {
	rules, err := loadRules(dir, active)
	switch {
	case err == nil:
		return rules, nil
	case mending:
		return BuiltinRules("")
	default:
		return policy.Rules{}, brokenRules(err, active)
	}
}

// brokenRules names the active bundle and the way out in an error.
func brokenRules(err error, active string) error {
	e, ok := fault.As(err)
	if !ok {
		return err
	}
	broken := *e
	broken.Detail = maps.Clone(e.Detail)
	if broken.Detail == nil {
		broken.Detail = make(map[string]string)
	}
	broken.Detail["active"], broken.Detail["builtin"] = active, builtinRules
	return &broken
}

// BrokenRules is why the active rules cannot be read, where the app was opened
// with the built-in ones in their place.
func (a *App) BrokenRules() error {
	active := a.Config().Rules.Active
	if active == "" || active == a.Rules().ID() {
		return nil
	}
	if _, err := loadRules(a.dir, active); err != nil {
		return brokenRules(err, active)
	}
	return nil
}

// Shipped reports whether a bundle is compiled in.
func Shipped(id string) bool { return slices.Contains(shippedRules(), id) }

func loadRules(dir, id string) (policy.Rules, error) {
	const op = "app.loadRules"
	if id == "" || Shipped(id) {
		return BuiltinRules(id)
	}
	path := filepath.Join(dir, rulesFolder, id+rulesExtension)
	if filepath.Base(path) != id+rulesExtension { // an id is no path
		return policy.Rules{}, noRules(op, id)
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return policy.Rules{}, noRules(op, id)
	case err != nil:
		return policy.Rules{}, fault.E(op, fault.Damaged, err, "path", path)
	}
	rules, err := policy.Parse(data)
	if err != nil {
		return policy.Rules{}, err
	}
	if rules.ID() != id {
		return policy.Rules{}, badID(op, rules.ID())
	}
	return rules, nil
}

func noRules(op, id string) error {
	return fault.E(op, fault.NotFound, nil, "what", "rule bundle", "name", id)
}

func badID(op, id string) error {
	return fault.E(op, fault.Invalid, nil, "what", "rule bundle", "name", id, "field", "id", "problem", "id of another bundle")
}

// shippedRules are the ids of the bundles that are compiled in, oldest first.
func shippedRules() []string {
	entries, err := fs.ReadDir(assets.Rules, rulesFolder)
	if err != nil {
		return nil
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() {
			ids = append(ids, e.Name())
		}
	}
	return ids
}

// installedRules are the ids of the bundles in the data folder.
func (a *App) installedRules() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(a.dir, rulesFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.E("app.installedRules", fault.ReadOnly, err, "path", a.dir)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), rulesExtension); ok && e.Type().IsRegular() {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Bundle is a bundle by its id; "" is the active one.
func (a *App) Bundle(id string) (policy.Rules, error) {
	if id == "" || id == a.Rules().ID() {
		return a.Rules(), nil
	}
	return loadRules(a.dir, id)
}

// Bundles lists the bundles that are compiled in or installed, by their dates.
func (a *App) Bundles() ([]RulesInfo, error) {
	installed, err := a.installedRules()
	if err != nil {
		return nil, err
	}
	var list []RulesInfo
	add := func(id string, shipped bool) {
		info := RulesInfo{ID: id, Shipped: shipped, State: RulesInactive}
		rules, err := a.Bundle(id)
		if err != nil {
			info.Err = err
			list = append(list, info)
			return
		}
		info.EffectiveFrom = rules.Effective()
		info.DaysLeft = max(0, policy.DaysUntil(rules.Effective(), a.Now()))
		switch {
		case id == a.Rules().ID():
			info.State = RulesActive
		case info.DaysLeft > 0:
			info.State = RulesPending
		}
		list = append(list, info)
	}
	shipped := shippedRules()
	for _, id := range shipped {
		add(id, true)
	}
	for _, id := range installed {
		if !slices.Contains(shipped, id) {
			add(id, false)
		}
	}
	slices.SortStableFunc(list, func(x, y RulesInfo) int {
		return cmp.Or(strings.Compare(x.EffectiveFrom, y.EffectiveFrom), strings.Compare(x.ID, y.ID))
	})
	return list, nil
}

// InstallRules checks a bundle, in its text form or the JSON that it is printed
// as, and keeps it, inactive. A bundle that is refused leaves what was
// installed as it is; so does one with the id of a bundle that is compiled in
// or active and says something else.
func (a *App) InstallRules(data []byte) (RulesInfo, error) {
	const op = "app.InstallRules"
	if len(data) > maxRules {
		return RulesInfo{}, fault.E(op, fault.Invalid, nil, "what", "rule bundle", "problem", "file too large", "field", "size")
	}
	rules, err := policy.Parse(data)
	if err != nil {
		return RulesInfo{}, err
	}
	id := rules.ID()
	shipped := Shipped(id)
	if shipped || id == a.Rules().ID() {
		old, err := a.Bundle(id)
		if err != nil {
			return RulesInfo{}, err
		}
		if !alike(old, rules) {
			return RulesInfo{}, fault.E(op, fault.Invalid, nil, "what", "rule bundle", "name", "id "+id, "field", "id",
				"problem", "another bundle has this id")
		}
	}
	if !shipped {
		if err := writeFile(filepath.Join(a.dir, rulesFolder, id+rulesExtension), data); err != nil {
			return RulesInfo{}, err
		}
	}
	list, err := a.Bundles()
	if err != nil {
		return RulesInfo{}, err
	}
	return list[slices.IndexFunc(list, func(i RulesInfo) bool { return i.ID == id })], nil
}

// alike reports whether two bundles say the same.
func alike(x, y policy.Rules) bool {
	a, errA := json.Marshal(x)
	b, errB := json.Marshal(y)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// Activate puts a bundle in force. What is kept is asked again under it first,
// and what it forbids to keep is removed; removed lists it, also beside an
// error. Confirmations given under other rules no longer count.
func (a *App) Activate(ctx context.Context, id string) (removed []Removed, err error) {
	rules, err := a.Bundle(id)
	if err != nil {
		return nil, err
	}
	removed, err = a.recheck(ctx, rules, nil)
	if err != nil {
		return removed, err
	}
	err = a.Configure(func(c *Config) {
		c.Rules.Active = rules.ID()
		if rules.ID() == builtinRules {
			c.Rules.Active = ""
		}
	})
	if err != nil {
		return removed, err
	}
	was := a.trainings()
	a.inForce.Store(&rules)
	if err := a.askAgain(was); err != nil {
		return removed, err
	}
	if err := a.settled(ctx); err != nil {
		return removed, err
	}
	return removed, a.rebuildProviders() // the guide answers by the rules
}

// RulesNotice says in one line each what a person should know of the rules:
// that they are older than a year, and that others wait. Nothing is said of
// rules that are fresh.
func (a *App) RulesNotice() []string {
	var lines []string
	list, err := a.Bundles()
	if err != nil || a.options.Words == nil {
		return nil
	}
	active := a.Rules()
	newer := ""
	for _, b := range list {
		if b.Err == nil && b.State == RulesInactive && b.EffectiveFrom > active.Effective() {
			newer = b.ID
		}
	}
	if day, err := time.Parse(time.DateOnly, active.Effective()); err == nil &&
		policy.DaysUntil(day.AddDate(1, 0, 0).Format(time.DateOnly), a.Now()) < 0 {
		lines = append(lines, a.word("rules.notice.old", "Date", active.Effective(), "ID", active.ID(), "Newer", newer))
	} else if newer != "" {
		lines = append(lines, a.word("rules.notice.newer", "ID", active.ID(), "Newer", newer))
	}
	for _, b := range list {
		if b.State == RulesPending {
			lines = append(lines, a.options.Words.N("rules.notice.pending", b.DaysLeft, "Date", b.EffectiveFrom, "ID", active.ID(), "Newer", b.ID))
		}
	}
	return lines
}

// checkRules says which rules are in force and how old they are.
func (a *App) checkRules() Check {
	const name = "rules"
	list, err := a.Bundles()
	if err != nil {
		return Check{Name: name, State: CheckWarn, Err: err}
	}
	for _, b := range list {
		if b.Err != nil {
			return Check{Name: name, State: CheckWarn, Err: b.Err}
		}
	}
	return says(name, "doctor.rules", "Ruleset", a.Rules().ID(), "Notice", strings.Join(a.RulesNotice(), " "))
}
