package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

func (p *program) profileCommand() *cobra.Command {
	return p.build(
		command{use: "profile", short: "cli.profile.short", long: "cli.profile.long"},
		p.build(command{use: "list", short: "cli.profile.list.short", run: p.withApp(p.profileList)}),
		p.build(command{use: "show [NAME]", short: "cli.profile.show.short", args: between(0, 1), run: p.withApp(p.profileShow)}),
		p.build(command{
			use: "add NAME KIND [KEY=VALUE ...]", short: "cli.profile.add.short", long: "cli.profile.add.long",
			example: "bise profile add work mistral plan=team customer=business\nbise profile add lab openai endpoint=http://127.0.0.1:8080/v1\nbise profile add work azure endpoint=https://NAME.services.ai.azure.com model=DEPLOYMENT partner=\"Contoso Cloud\" partner_contact=help@contoso.example country=Sweden\nbise profile add work bedrock region=eu-west-3 model=mistral.mistral-large-2407-v1:0",
			args:    between(2, -1), run: p.withApp(p.profileAdd),
		}),
		p.build(command{
			use: "set KEY=VALUE ...", short: "cli.profile.set.short", long: "cli.profile.set.long",
			example: "bise profile set plan=pro training_switch=off\nbise profile set --profile work model=mistral-medium-latest",
			args:    between(1, -1), run: p.withApp(p.profileSet),
		}),
		p.build(command{use: "use NAME", short: "cli.profile.use.short", args: between(1, 1), run: p.withApp(p.profileUse)}),
		p.build(command{use: "remove NAME", short: "cli.profile.remove.short", args: between(1, 1), run: p.withApp(p.profileRemove)}),
	)
}

// withApp opens the app for what needs it.
func (p *program) withApp(do func(c *cobra.Command, a *app.App, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		a, err := p.open(true)
		if err != nil {
			return err
		}
		return do(c, a, args)
	}
}

// profileJSON is what profile list and show print with --json.
type profileJSON struct {
	Name           string            `json:"name"`
	Kind           string            `json:"kind"`
	Active         string            `json:"active"`
	Service        string            `json:"service"`
	Endpoint       string            `json:"endpoint,omitempty"`
	Model          string            `json:"model,omitempty"`
	UserName       string            `json:"user_name,omitempty"`
	SensitiveTerms []string          `json:"sensitive_terms,omitempty"`
	CheckBefore    string            `json:"check_before_send,omitempty"`
	Tools          []string          `json:"tools,omitempty"`
	Filter         string            `json:"filter,omitempty"`
	FilterOff      *filterJSON       `json:"filter_off,omitempty"`
	Cloud          map[string]string `json:"cloud,omitempty"`
	Facts          map[string]string `json:"facts"`
	FactsOn        string            `json:"facts_on,omitempty"`
	FactsOld       string            `json:"facts_old,omitempty"`
	ZDROn          string            `json:"zdr_on,omitempty"`
	LockedBy       map[string]string `json:"locked_by,omitempty"`
	BarredBy       string            `json:"barred_by,omitempty"`
	Accepted       *acceptedJSON     `json:"accepted,omitempty"`
	Consequence    string            `json:"consequence,omitempty"`
}

// filterJSON records that the moderation of prompts was switched off.
type filterJSON struct {
	Ruleset string `json:"ruleset"`
	On      string `json:"on"`
}

type acceptedJSON struct {
	Ruleset  string `json:"ruleset"`
	Plan     string `json:"plan"`
	Training string `json:"training"`
	On       string `json:"on"`
}

func (p *program) profileJSON(a *app.App, profile app.Profile) profileJSON {
	out := profileJSON{
		Name: profile.Name, Kind: profile.Kind, Active: yesNo(profile.Name == a.Active()),
		Endpoint: profile.Endpoint, Model: profile.Model, UserName: profile.UserName,
		SensitiveTerms: profile.SensitiveTerms, CheckBefore: profile.CheckBeforeSend, Facts: maps.Clone(profile.Facts), Cloud: profile.Cloud,
		FactsOn: profile.FactsOn, ZDROn: profile.ZDROn,
		Tools: profile.Tools, Filter: string(profile.Filter),
	}
	if on := profile.FilterOff; on.On != "" {
		out.FilterOff = &filterJSON{on.Ruleset, on.On}
	}
	if out.Facts == nil {
		out.Facts = map[string]string{}
	}
	if profile.OldFacts(a.Now()) {
		out.FactsOld = "yes"
	}
	f, err := a.Facts(profile.Name)
	if err == nil {
		out.Service = string(f.Service())
	}
	who := a.Organisation()
	for name, word := range a.Locks(profile.Name) {
		if out.LockedBy == nil {
			out.LockedBy = make(map[string]string)
		}
		out.LockedBy[name] = who
		switch name {
		case "endpoint", "model":
		case "optouts": // others may stand beside those that are forced
			out.Facts[name] = f.Get(name)
		default:
			if !slices.Contains(app.CloudSettings(profile.Kind), name) {
				out.Facts[name] = word
			}
		}
	}
	if accepted := profile.Accepted; accepted != nil && f.Get("accepted") == "yes" {
		out.Accepted = &acceptedJSON{accepted.Ruleset, accepted.Plan, accepted.Training, accepted.On}
	}
	provider := profile.Name
	if profile.Kind == "local" {
		provider = app.OllamaProvider
	}
	out.Consequence = a.Place(provider, false).Consequence
	if a.Barred(provider) != nil {
		out.BarredBy = who
	}
	return out
}

func (p *program) profileList(_ *cobra.Command, a *app.App, _ []string) error {
	rows := [][]string{}
	for _, profile := range a.Profiles() {
		out := p.profileJSON(a, profile)
		if p.globals.json {
			if err := p.output.json(out); err != nil {
				return err
			}
			continue
		}
		mark := " "
		if out.Active == "yes" {
			mark = "*"
		}
		follows := out.Consequence
		if out.BarredBy != "" {
			follows = p.words.T("cli.profile.barred", "Organisation", out.BarredBy)
		}
		rows = append(rows, []string{mark, out.Name, out.Kind, out.Endpoint, follows})
	}
	return p.output.table(rows)
}

func (p *program) profileShow(_ *cobra.Command, a *app.App, args []string) error {
	name := a.Active()
	if len(args) == 1 {
		name = args[0]
	}
	profile, err := a.Profile(name)
	if err != nil {
		return err
	}
	return p.printProfile(a, profile)
}

func (p *program) printProfile(a *app.App, profile app.Profile) error {
	out := p.profileJSON(a, profile)
	if p.globals.json {
		return p.output.json(out)
	}
	// The names are those of "set", so that what is read can be typed.
	pairs := []string{
		"name", out.Name, "kind", out.Kind, "service", out.Service, "endpoint", out.Endpoint, "model", out.Model,
		"user_name", out.UserName, "sensitive_terms", strings.Join(out.SensitiveTerms, ","), "zdr_on", out.ZDROn,
		"check_before_send", out.CheckBefore, "tools", strings.Join(out.Tools, ","), "filter", out.Filter,
	}
	if out.FilterOff != nil {
		pairs = append(pairs, "filter_off", out.FilterOff.On+" "+out.FilterOff.Ruleset)
	}
	for _, name := range slices.Sorted(maps.Keys(out.Cloud)) {
		pairs = append(pairs, name, out.Cloud[name])
	}
	for _, name := range slices.Sorted(maps.Keys(out.Facts)) {
		if name != "service" {
			pairs = append(pairs, name, out.Facts[name])
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		if who := out.LockedBy[pairs[i]]; who != "" {
			pairs[i+1] = p.words.T("cli.profile.locked", "Value", pairs[i+1], "Organisation", who)
		}
	}
	if err := p.output.pairs(pairs...); err != nil {
		return err
	}
	if out.FactsOld != "" {
		p.output.note(p.words.T("doctor.facts_old", "Profile", out.Name, "Date", out.FactsOn))
	}
	if out.BarredBy != "" {
		p.output.note(p.words.T("cli.profile.barred", "Organisation", out.BarredBy))
	}
	return p.output.line(out.Consequence)
}

// settings refuses a key among settings without repeating it.
func settings(words []string) error {
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return fault.E("cli.settings", fault.Usage, nil, "what", "setting", "word", name)
		}
		if name == "key" || name == "apikey" || strings.HasSuffix(name, "api_key") || name != "model" && keyShape.MatchString(value) && len(value) == 32 {
			return fault.E("cli.settings", fault.Usage, nil, "what", "key as argument", "word", "")
		}
	}
	return nil
}

func (p *program) profileAdd(_ *cobra.Command, a *app.App, args []string) error {
	if err := settings(args[2:]); err != nil {
		return err
	}
	if err := a.AddProfile(args[0], args[1], args[2:]); err != nil {
		return err
	}
	return p.changedProfile(a, args[0])
}

func (p *program) profileSet(c *cobra.Command, a *app.App, args []string) error {
	name := a.Active()
	if _, err := a.Profile(args[0]); err == nil && len(args) > 1 {
		name, args = args[0], args[1:]
	}
	if err := settings(args); err != nil {
		return err
	}
	args, filter, ok := filterOf(args)
	if ok {
		if err := p.setFilter(c.Context(), a, name, filter); err != nil {
			return err
		}
	}
	removed, err := a.ChangeProfile(c.Context(), name, args)
	p.noteRemoved(removed)
	if err != nil {
		return err
	}
	return p.changedProfile(a, name)
}

func (p *program) changedProfile(a *app.App, name string) error {
	profile, err := a.Profile(name)
	if err != nil {
		return err
	}
	return p.printProfile(a, profile)
}

func (p *program) profileUse(_ *cobra.Command, a *app.App, args []string) error {
	if err := a.UseProfile(args[0]); err != nil {
		return err
	}
	return p.changedProfile(a, args[0])
}

// profileRemove forgets the key first: without the profile nobody could find
// it again.
func (p *program) profileRemove(c *cobra.Command, a *app.App, args []string) error {
	name := args[0]
	if _, ok := a.Config().Profiles[name]; !ok {
		return fault.E("cli.profile", fault.NotFound, nil, "what", "profile", "name", name)
	}
	if err := p.confirm(c.Context(), p.words.T("cli.profile.remove.confirm", "Name", name)); err != nil {
		return err
	}
	if _, err := a.SignOut(c.Context(), name); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := a.RemoveProfile(name); err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(map[string]string{"removed": name})
	}
	return p.output.line(p.words.T("cli.profile.remove.done", "Name", name))
}
