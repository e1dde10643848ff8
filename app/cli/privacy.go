package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/policy"
)

// privacyCommand prints what happens to the words of a profile, whole or a
// topic of it.
func (p *program) privacyCommand() *cobra.Command {
	topic := func(name app.PrivacyTopic, short string) *cobra.Command {
		return p.build(command{
			use: string(name), short: short,
			run: p.withApp(func(_ *cobra.Command, a *app.App, _ []string) error { return p.privacyTopic(a, name) }),
		})
	}
	return p.build(
		command{
			use: "privacy", short: "cli.privacy.short", long: "cli.privacy.long",
			example: "bise privacy\nbise privacy training --profile work --json",
			run:     p.withApp(func(_ *cobra.Command, a *app.App, _ []string) error { return p.privacy(a) }),
		},
		topic(app.PrivacyTraining, "cli.privacy.training.short"),
		topic(app.PrivacyRetention, "cli.privacy.retention.short"),
		topic(app.PrivacyProviders, "cli.privacy.providers.short"),
		topic(app.PrivacyOptOuts, "cli.privacy.optouts.short"),
		p.build(command{
			use: "network", short: "cli.privacy.network.short", long: "cli.privacy.network.long",
			run: p.withApp(func(_ *cobra.Command, a *app.App, _ []string) error { return p.privacyNetwork(a) }),
		}),
	)
}

// privacyJSON is what privacy --json prints; the decisions are as policy eval
// prints them.
type privacyJSON struct {
	Profile        string              `json:"profile"`
	Provider       string              `json:"provider"`
	Service        string              `json:"service"`
	Plan           string              `json:"plan"`
	Where          string              `json:"where"`
	Consequence    string              `json:"consequence"`
	Ruleset        string              `json:"ruleset"`
	EffectiveFrom  string              `json:"effective_from"`
	Switch         string              `json:"training_switch"`
	DeclaredOn     string              `json:"training_declared_on,omitempty"`
	Training       policy.Answer       `json:"training"`
	Retention      policy.Answer       `json:"retention"`
	Providers      policy.Answer       `json:"providers"`
	OptOuts        []optOutJSON        `json:"optouts"`
	Authorisations []authorisationJSON `json:"authorisations"`
}

// optOutJSON is a line of privacy optouts --json. A switch acts here: the
// client stops sending.
type optOutJSON struct {
	Word    string   `json:"optout"`
	Name    string   `json:"name"`
	Purpose string   `json:"purpose"`
	Off     string   `json:"opted_out"`
	Costs   []string `json:"costs"`
	Written string   `json:"in_documents"`
	Acts    string   `json:"acts"`
}

type authorisationJSON struct {
	Scope     string `json:"scope"`
	GrantedBy string `json:"granted_by"`
	Date      string `json:"date"`
	Reference string `json:"reference"`
}

func optOuts(page app.PrivacyPage) []optOutJSON {
	out := []optOutJSON{}
	for _, s := range page.Switches {
		out = append(out, optOutJSON{
			Word: s.Word, Name: s.Company, Purpose: s.Purpose, Off: yesNo(s.Off),
			Costs: append([]string{}, s.Costs...), Written: yesNo(s.Written), Acts: "here",
		})
	}
	return out
}

func (p *program) privacy(a *app.App) error {
	page, err := a.Privacy(a.Active(), "")
	if err != nil {
		return err
	}
	if !p.globals.json {
		if err := p.output.line(p.words.T("privacy.title", "Name", page.Name)); err != nil {
			return err
		}
		return p.printSections(page.Sections)
	}
	f, err := a.Facts(page.Profile)
	if err != nil {
		return err
	}
	out := privacyJSON{
		Profile: page.Profile, Provider: page.Provider, Service: string(page.Service), Plan: f.Get("plan"),
		Where: page.Place.Where, Consequence: page.Place.Consequence,
		Ruleset: a.Rules().ID(), EffectiveFrom: a.Rules().Effective(),
		Switch: f.Get("training_switch"), DeclaredOn: f.Get("training_declared_on"),
		Training: page.Training.Answer(p.say), Retention: page.Retention.Answer(p.say),
		Providers: page.Companies.Answer(p.say), OptOuts: optOuts(page), Authorisations: []authorisationJSON{},
	}
	for _, one := range page.Authorisations {
		out.Authorisations = append(out.Authorisations, authorisationJSON(one))
	}
	return p.output.json(out)
}

// privacyTopic prints one section; with --json the decision behind it.
func (p *program) privacyTopic(a *app.App, topic app.PrivacyTopic) error {
	page, err := a.Privacy(a.Active(), "")
	if err != nil {
		return err
	}
	verdicts := map[app.PrivacyTopic]policy.Verdict{
		app.PrivacyTraining: page.Training, app.PrivacyRetention: page.Retention, app.PrivacyProviders: page.Companies,
	}
	if p.globals.json {
		if v, ok := verdicts[topic]; ok {
			return p.output.json(v.Answer(p.say))
		}
		for _, o := range optOuts(page) {
			if err := p.output.json(o); err != nil {
				return err
			}
		}
		return nil
	}
	for _, s := range page.Sections {
		if s.Name != topic {
			continue
		}
		if err := p.printSections([]app.PrivacySection{s}); err != nil || topic != app.PrivacyOptOuts {
			return err
		}
		return p.output.line(hang("  ", p.words.T("cli.privacy.switch_how", "Words", switchWords(page))))
	}
	return p.output.line(p.words.T("cli.privacy.no_switch"))
}

// switchWords are the words of the fact "optouts" that the service knows.
func switchWords(page app.PrivacyPage) string {
	words := make([]string, 0, len(page.Switches))
	for _, s := range page.Switches {
		words = append(words, s.Word)
	}
	return strings.Join(words, ",")
}

// pageWidth is how wide a page is, in cells; it fits a terminal of 80 columns.
const pageWidth = 80

func (p *program) printSections(sections []app.PrivacySection) error {
	for i, s := range sections {
		if i > 0 || len(sections) > 1 {
			if err := p.output.line(""); err != nil {
				return err
			}
		}
		if err := p.output.line(s.Title); err != nil {
			return err
		}
		for _, l := range s.Lines {
			if err := p.output.line(hang(sign(l.Style), l.Text)); err != nil {
				return err
			}
		}
	}
	return nil
}

func sign(style app.PrivacyStyle) string {
	switch style {
	case app.WarningLine:
		return "! "
	case app.ItemLine, app.SwitchLine:
		return "- "
	case app.PlainLine, app.QuietLine:
		return "  "
	default:
		return "  "
	}
}

// hang breaks text into lines of the page below its sign, which is ASCII.
func hang(sign, text string) string {
	return sign + strings.ReplaceAll(wrap(text, pageWidth-len(sign)), "\n", "\n"+strings.Repeat(" ", len(sign)))
}

type networkJSON struct {
	Connections []connectionJSON `json:"connections"`
	Would       []contactJSON    `json:"would_contact"`
}

type connectionJSON struct {
	Purpose  string `json:"purpose"`
	Host     string `json:"host"`
	Address  string `json:"address"`
	State    string `json:"state"` // open, closed, failed, refused
	Start    string `json:"start"`
	End      string `json:"end,omitempty"`
	Sent     int64  `json:"bytes_sent"`
	Received int64  `json:"bytes_received"`
}

type contactJSON struct {
	Provider string `json:"provider"`
	Host     string `json:"host,omitempty"`
	Leaves   string `json:"leaves_this_machine"`
	Refused  string `json:"refused"`
}

// privacyNetwork says whom this run has connected to, which is nobody, and whom
// a prompt would.
func (p *program) privacyNetwork(a *app.App) error {
	out := networkJSON{Connections: []connectionJSON{}, Would: []contactJSON{}}
	for _, c := range a.Connections() {
		out.Connections = append(out.Connections, connectionJSON{
			Purpose: c.Purpose, Host: c.Host, Address: c.Address, State: app.ConnectionState(c),
			Start: stamp(c.Start), End: stamp(c.End), Sent: c.Sent, Received: c.Received,
		})
	}
	rows := [][]string{}
	for _, c := range a.Contacts() {
		out.Would = append(out.Would, contactJSON{Provider: c.Provider, Host: c.Host, Leaves: yesNo(c.Leaves), Refused: yesNo(c.Refused)})
		rows = append(rows, []string{c.Name, p.contact(c)})
	}
	if p.globals.json {
		return p.output.json(out)
	}
	if len(out.Connections) == 0 {
		if err := p.output.line(p.words.T("network.none")); err != nil {
			return err
		}
	}
	for _, c := range out.Connections {
		if err := p.output.line(p.words.T("network.entry", "Host", c.Host, "Purpose", c.Purpose, "State", p.words.T("network.state."+c.State))); err != nil {
			return err
		}
	}
	if err := p.output.line("\n" + p.words.T("network.would")); err != nil {
		return err
	}
	return p.output.table(rows)
}

func (p *program) contact(c app.Contact) string {
	switch {
	case c.Host == "":
		return p.words.T("network.nobody")
	case c.Refused:
		return p.words.T("network.would_refuse", "Host", c.Host)
	case c.Leaves:
		return p.words.T("network.would_leave", "Host", c.Host)
	default:
		return p.words.T("network.would_stay", "Host", c.Host)
	}
}
