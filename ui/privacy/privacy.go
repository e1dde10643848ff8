// Package privacy is one page on what becomes of the words at a provider: where
// it is, whether it trains on them and who can change that, what the person
// declared, how long it keeps them, and which companies see them. Everything on
// it is decided by the rules; nothing is written by hand.
package privacy

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"bise/app/chat"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// View is the page for one provider.
type View struct {
	*dialog.Panel
	provider, profile string
	pager             *widget.Pager
	lines             []string
	width             int
	ask               *fact // a question in the place of the page, nil if none
	err               error
}

// New makes the page for a provider.
func New(env *screen.Env, provider string) *View {
	v := &View{
		Panel:    dialog.NewPanel(env, env.Words.T("privacy.title", "Name", env.App.Describe(provider).Name)),
		provider: provider,
		profile:  env.App.ProfileOf(provider),
		pager:    widget.NewPager(env.Theme),
	}
	v.hints()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts nothing.
func (v *View) Init() tea.Cmd { return nil }

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.pager.SetTheme(v.Env.Theme)
	v.width, _ = v.Inner()
	_, h := v.Inner()
	v.pager.SetSize(v.width, h)
	v.render()
	if v.ask != nil {
		v.ask.Resize(width, height)
	}
}

func (v *View) verdict(act policy.Act) policy.Verdict {
	return v.Env.App.Preview(v.profile, act, chat.Typed)
}

// service says whose terms govern the provider.
func (v *View) service() policy.Service {
	f, err := v.Env.App.Facts(v.profile)
	if err != nil {
		return ""
	}
	return f.Service()
}

// render lays the page out anew, after a change of size or of the facts.
func (v *View) render() {
	v.lines = v.lines[:0]
	if v.err != nil {
		v.lines = append(v.Fault(v.err), "")
	}
	v.place()
	use := v.verdict(policy.ShowDataUse)
	v.training(use)
	v.retention(v.verdict(policy.ShowRetention))
	v.companies(v.verdict(policy.ShowProviders))
	v.heading("privacy.rules")
	v.say(v.Env.Theme.Text, v.Env.Words.T("privacy.rules_of", "Ruleset", use.Ruleset))
	v.say(v.Env.Theme.Muted, v.Env.Words.T("privacy.rules_own"))
	v.pager.SetLines(slices.Clone(v.lines))
}

func (v *View) heading(key string) {
	if len(v.lines) > 0 {
		v.lines = append(v.lines, "")
	}
	v.lines = append(v.lines, v.Env.Theme.Heading3.Render(v.Env.Words.T(key)))
}

func (v *View) say(style lipgloss.Style, text string) {
	v.lines = append(v.lines, dialog.WrapTo(v.width, style, text)...)
}

// item adds a line with a sign before it.
func (v *View) item(style lipgloss.Style, text string) {
	for i, l := range dialog.WrapTo(v.width-2, style, text) {
		sign := "  "
		if i == 0 {
			sign = "· "
		}
		v.lines = append(v.lines, sign+l)
	}
}

// clauses adds what a verdict rests on.
func (v *View) clauses(verdict policy.Verdict) {
	if c := dialog.Clauses(verdict); c != "" && v.service() != policy.Local {
		v.say(v.Env.Theme.Muted, v.Env.Words.T("privacy.clauses", "Clauses", strings.Trim(c, "()")))
	}
	for _, n := range verdict.Notes() {
		v.item(v.Env.Theme.Muted, dialog.Sentence(v.Env.Words, n))
	}
}

func (v *View) place() {
	t, w := &v.Env.Theme, v.Env.Words
	d := v.Env.App.Describe(v.provider)
	p := v.Env.App.Place(v.provider, false)
	v.heading("privacy.where")
	line := p.Where
	if d.Host != "" {
		line += " (" + d.Host + ")"
	}
	v.say(t.Text, line)
	use := v.verdict(policy.ShowDataUse)
	if location := word(use, "location"); location != "" && location != "this_machine" && location != "partner" {
		v.say(t.Text, w.T("privacy.location", "Location", location))
	}
	switch {
	case p.Plan == w.T("place.plan.unset"):
		v.say(t.Text, w.T("privacy.plan_unset"))
	case p.Plan != "":
		v.say(t.Text, w.T("privacy.plan", "Plan", p.Plan))
	}
}

func (v *View) training(use policy.Verdict) {
	t, w := &v.Env.Theme, v.Env.Words
	v.heading("privacy.training")
	style := t.Text
	answer := word(use, "training")
	if answer == "on" || answer == "on_assumed" {
		style = t.Warning
		v.say(style, "! "+dialog.Sentence(w, use.Reason))
	} else {
		v.say(style, dialog.Sentence(w, use.Reason))
	}
	switch {
	case word(use, "can_change") == "yes" && word(use, "direction") == "opt_in":
		v.say(t.Text, w.T("privacy.opt_in", "Who", w.T("guide.who."+word(use, "who")), "Where", w.T("guide.where."+word(use, "where"))))
	case word(use, "can_change") == "yes":
		v.say(t.Text, w.T("privacy.opt_out", "Who", w.T("guide.who."+word(use, "who")), "Where", w.T("guide.where."+word(use, "where"))))
	case answer == "on":
		v.say(t.Text, w.T("privacy.no_switch"))
	}
	if f, err := v.Env.App.Facts(v.profile); err == nil {
		switch f.Get("training_switch") {
		case "on":
			v.say(t.Text, w.T("privacy.declared_on", "Date", f.Get("training_declared_on")))
		case "off":
			v.say(t.Text, w.T("privacy.declared_off", "Date", f.Get("training_declared_on")))
		}
	}
	v.clauses(use)
}

// kept are the lengths that show_retention gives besides those of prompts and
// answers.
var kept = []string{
	"account_until", "support_until", "invoice_until", "privacy_request_until",
	"data_access_until", "bfl_prompt_until", "bfl_image_until",
}

func (v *View) retention(r policy.Verdict) {
	t, w := &v.Env.Theme, v.Env.Words
	v.heading("privacy.retention")
	v.say(t.Text, dialog.Sentence(w, r.Reason))
	end := word(r, "input_output_until")
	if end == "" {
		end = word(r, "input_output")
	}
	if end != "" && end != "not_held" {
		v.say(t.Text, w.T("privacy.kept", "Until", until(w, end)))
	}
	for _, name := range kept {
		if end := word(r, name); end != "" {
			v.item(t.Muted, w.T("guide.retention."+name, "Until", until(w, end)))
		}
	}
	v.clauses(r)
}

func (v *View) companies(p policy.Verdict) {
	t, w := &v.Env.Theme, v.Env.Words
	v.heading("privacy.companies")
	v.say(t.Text, dialog.Sentence(w, p.Reason))
	rows, _ := p.Fields["rows"].([]map[string]any)
	for _, r := range rows {
		line := w.T("privacy.company", "Name", str(r["name"]), "Purpose", str(r["purpose"]), "Location", str(r["location"]))
		if feature := str(r["gates"]); feature != "" {
			key := "privacy.only_with"
			if str(r["active"]) == "no" {
				key = "privacy.opted_out"
			}
			line += " " + w.T(key, "Feature", w.T("privacy.feature."+feature))
		}
		v.item(t.Text, line)
	}
	if date := word(p, "list_date"); date != "" {
		v.say(t.Muted, w.T("privacy.list_of", "Date", date))
	}
	v.clauses(p)
}

// word is a field of a verdict that is one word, "" if there is none.
func word(v policy.Verdict, name string) string { return str(v.Fields[name]) }

func str(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return termsafe.Line(value)
	}
	return termsafe.Line(fmt.Sprint(value))
}

// View draws the page.
func (v *View) View() string {
	if v.ask != nil {
		return v.ask.View()
	}
	return v.Draw(strings.Split(v.pager.View(), "\n"))
}

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }
