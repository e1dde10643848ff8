package app

import (
	"maps"
	"slices"
	"strings"

	"bise/app/policy"
	"bise/app/termsafe"
	"bise/client"
)

// pageWriter writes the sections of a page.
type pageWriter struct {
	app   *App
	facts policy.Facts
	page  *PrivacyPage
	// locks is what the administrator's file fixes for the profile.
	locks map[string]string
	// away is the host of a runner or server that the rules call local although
	// it is another machine; "" for all others.
	away string
}

func (w *pageWriter) section(name PrivacyTopic) {
	w.page.Sections = append(w.page.Sections, PrivacySection{Name: name, Title: w.app.word("privacy.section." + string(name))})
}

// say adds a line to the last section; "" is no line.
func (w *pageWriter) say(style PrivacyStyle, text string) {
	if text == "" {
		return
	}
	last := &w.page.Sections[len(w.page.Sections)-1]
	last.Lines = append(last.Lines, PrivacyLine{style, text})
}

// basis adds the notes of a verdict and the clauses it rests on; nothing of
// Mistral's documents concerns this machine.
func (w *pageWriter) basis(v policy.Verdict, but ...string) {
	for _, n := range v.Notes() {
		if !slices.Contains(but, n.Key) {
			w.say(ItemLine, w.app.sentence(n))
		}
	}
	if len(v.Clauses) > 0 && w.page.Service != policy.Local {
		w.say(QuietLine, w.app.word("privacy.clauses", "Clauses", strings.Join(v.Clauses, ", ")))
	}
}

func (w *pageWriter) where() {
	a, p := w.app, w.page
	w.section(PrivacyWhere)
	d := a.Describe(p.Provider)
	where, host := p.Place.Where, d.Host
	switch {
	case where == "":
		where = a.word("privacy.no_address", "Name", p.Name)
	case host != "" && !strings.Contains(where, host):
		where += " (" + host + ")"
	}
	w.say(PlainLine, where)
	switch {
	case p.Service == policy.Local && d.Place == client.Elsewhere:
		w.away = termsafe.Line(host)
		w.say(WarningLine, a.word("privacy.away", "Host", w.away))
	case p.Provider == OllamaProvider:
		w.say(PlainLine, a.word("privacy.passed_on"))
	}
	if at := field(p.Training, "location"); at != "" && at != "this_machine" && at != "partner" {
		w.say(PlainLine, a.word("privacy.location", "Location", at))
	}
	if partner := w.facts.Get("partner"); p.Service == policy.Partner {
		w.say(PlainLine, a.word("privacy.partner", "Partner", termsafe.Line(partner), "Contact", termsafe.Line(w.facts.Get("partner_contact"))))
	}
	switch plan := w.facts.Get("plan"); {
	case !p.Service.Hosted():
	case plan == "unset":
		w.say(PlainLine, a.word("privacy.plan_unset"))
	default:
		w.say(PlainLine, a.word("privacy.plan", "Plan", a.word("place.plan."+plan), "Service", a.word("guide.place."+string(p.Service))))
	}
	if v := a.Rules().Decide(w.facts, policy.StartChat, 0); v.Decision == policy.Block {
		w.say(WarningLine, a.sentence(v.Reason))
	}
	if len(w.locks) > 0 {
		names := strings.Join(slices.Sorted(maps.Keys(w.locks)), ", ")
		w.say(PlainLine, a.word("privacy.locked", "Organisation", termsafe.Line(a.Admin().Organisation), "Settings", names))
	}
	if ended := w.facts.Get("account_terminated"); ended != "" {
		w.say(WarningLine, a.word("privacy.ended", "Date", ended))
	}
}

func (w *pageWriter) training() {
	a, use := w.app, w.page.Training
	w.section(PrivacyTraining)
	answer, style := field(use, "training"), PlainLine
	if answer == "on" || answer == "on_assumed" {
		style = WarningLine
	}
	if w.away != "" {
		w.say(WarningLine, a.word("privacy.away_training", "Host", w.away))
		return
	}
	w.say(style, a.word("privacy.answer."+answer)+" "+a.sentence(use.Reason))
	if field(use, "can_change") == "yes" {
		key := "privacy.can_off"
		if answer == "off" {
			key = "privacy.can_on"
		}
		who, where := field(use, "who"), field(use, "where")
		w.say(PlainLine, a.word(key, "Who", a.word("guide.who."+who), "Where", a.word("guide.where."+where)))
		w.say(PlainLine, a.word("privacy.control."+field(use, "control"), "Page", a.word("privacy.page."+string(w.page.Service)+"_"+where)))
	}
	if field(use, "switch_ignored") != "yes" {
		switch w.facts.Get("training_switch") {
		case "on":
			w.say(PlainLine, a.word("privacy.declared_on", "Date", w.facts.Get("training_declared_on")))
		case "off":
			w.say(PlainLine, a.word("privacy.declared_off", "Date", w.facts.Get("training_declared_on")))
		}
	}
	if w.page.Service == policy.LeChat {
		switch field(use, "feedback_training") {
		case "on", "on_assumed":
			w.say(PlainLine, a.word("privacy.feedback_on"))
		case "off":
			w.say(PlainLine, a.word("privacy.feedback_off"))
		}
	}
	w.basis(use, "note.declared_only") // said above, with its date
}

// kept are the ends that show_retention gives besides that of prompts and
// answers.
var kept = []string{
	"account_until", "support_until", "invoice_until", "privacy_request_until",
	"data_access_until", "bfl_prompt_until", "bfl_image_until",
}

func (w *pageWriter) retention() {
	a, r := w.app, w.page.Retention
	w.section(PrivacyRetention)
	if w.away != "" {
		w.say(WarningLine, a.word("privacy.away_retention", "Host", w.away))
	} else {
		w.say(PlainLine, a.sentence(r.Reason))
	}
	held := field(r, "input_output_until")
	if held == "" {
		held = field(r, "input_output")
	}
	if held != "" && held != "not_held" {
		w.say(ItemLine, a.word("privacy.kept", "Until", a.Until(held)))
	}
	rest := false
	for _, name := range kept {
		if end := field(r, name); end != "" {
			if !rest {
				w.say(PlainLine, a.word("privacy.kept_rest", "Only", held == "not_held"))
			}
			rest = true
			w.say(ItemLine, a.word("guide.retention."+name, "Until", a.Until(end)))
		}
	}
	w.basis(r)
	if a.options.NoStore || a.HistoryState() == HistoryOff {
		w.say(PlainLine, a.word("privacy.unkept_here"))
		return
	}
	w.say(PlainLine, a.word("privacy.kept_here"))
}

func (w *pageWriter) companies() {
	a, c := w.app, w.page.Companies
	w.section(PrivacyProviders)
	if w.away != "" {
		w.say(WarningLine, a.word("privacy.away_companies", "Host", w.away))
		return
	}
	w.say(PlainLine, a.sentence(c.Reason))
	rows, _ := c.Fields["rows"].([]map[string]any)
	marked := mixed(rows)
	for _, row := range rows {
		w.say(ItemLine, w.company(row, marked))
	}
	if date := field(c, "list_date"); date != "" {
		w.say(QuietLine, a.word("privacy.list_of", "Date", date))
	}
	if marked {
		w.say(QuietLine, a.word("privacy.list_marks"))
	}
	w.basis(c)
}

// mixed reports whether the service's documents name different companies, so
// that each needs a mark.
func mixed(rows []map[string]any) bool {
	seen := make(map[string]bool)
	for _, row := range rows {
		if tags, _ := row["tags"].([]string); len(tags) > 0 {
			seen[strings.Join(tags, ",")] = true
		}
	}
	return len(seen) > 1
}

// company is a line on a company: for what, where, when, and which of the
// service's documents names it.
func (w *pageWriter) company(row map[string]any, marked bool) string {
	a := w.app
	at := oneWord(row["location"])
	if at == "partner" {
		at = a.word("privacy.partner_decides")
	}
	line := a.word("privacy.company", "Name", oneWord(row["name"]), "Purpose", oneWord(row["purpose"]), "Location", at)
	if tags, _ := row["tags"].([]string); marked && len(tags) == 1 {
		line += " " + a.word("privacy.list."+tags[0])
	}
	if feature := oneWord(row["gates"]); feature != "" {
		key := "privacy.only_with"
		if oneWord(row["active"]) == "no" {
			key = "privacy.opted_out"
		}
		line += " " + a.word(key, "Feature", a.word("privacy.feature."+feature))
	}
	return line
}

func (w *pageWriter) switches() {
	if len(w.page.Switches) == 0 {
		return
	}
	a := w.app
	w.section(PrivacyOptOuts)
	w.say(PlainLine, a.word("privacy.act_here"))
	for _, s := range w.page.Switches {
		key := "privacy.switch.sends"
		if s.Off {
			key = "privacy.switch.off"
		}
		line := a.word(key, "Name", s.Company, "Cost", a.features(s.Costs))
		if !s.Written {
			line += " " + a.word("privacy.switch.unwritten")
		}
		if slices.Contains(strings.Split(w.locks["optouts"], ","), s.Word) {
			line += " " + a.word("privacy.switch.locked", "Organisation", termsafe.Line(a.Admin().Organisation))
		}
		w.say(SwitchLine, line)
	}
	w.say(QuietLine, a.word("privacy.act_there"))
}

// weights says what the licence of local weights asks for, where it asks for
// something.
func (w *pageWriter) weights() {
	kind := w.facts.Get("weights")
	if w.page.Service.Hosted() || kind == "open" {
		return
	}
	a := w.app
	w.section(PrivacyWeights)
	with := func(name, word string) policy.Facts {
		f, err := w.facts.With(name, word)
		if err != nil {
			return w.facts
		}
		return f
	}
	w.say(PlainLine, a.word("privacy.weights."+kind))
	for _, v := range []policy.Verdict{
		a.Rules().Decide(with("attachment", "weights"), policy.Attach, 0),
		a.Rules().Decide(with("listen", "network"), "serve", 0),
		a.Rules().Decide(w.facts, "dataset:research", 0),
	} {
		if v.Decision == policy.Block || v.Decision == policy.Warn {
			w.say(ItemLine, a.sentence(v.Reason))
		}
	}
	incident := a.Rules().Decide(w.facts, "contact:weights_incident", 0)
	if to := field(incident, "to"); to != "" && kind == "specific_access" {
		w.say(WarningLine, a.word("privacy.incident", "To", to))
		w.say(QuietLine, a.word("privacy.clauses", "Clauses", strings.Join(incident.Clauses, ", ")))
	}
}

func (w *pageWriter) permissions() {
	if len(w.page.Authorisations) == 0 && !w.page.Service.Hosted() {
		return
	}
	a := w.app
	w.section(PrivacyPermission)
	if len(w.page.Authorisations) == 0 {
		w.say(PlainLine, a.word("privacy.no_permission"))
	}
	for _, p := range w.page.Authorisations {
		key := "privacy.permission"
		if p.Reference == "" {
			key = "privacy.permission_void"
		}
		w.say(ItemLine, a.word(key, "Scope", a.word("privacy.scope."+p.Scope), "By", termsafe.Line(p.GrantedBy),
			"Date", p.Date, "Reference", termsafe.Line(p.Reference)))
	}
}

func (w *pageWriter) ruleset() {
	a := w.app
	w.section(PrivacyRules)
	w.say(PlainLine, a.word("privacy.rules_of", "Ruleset", a.Rules().ID(), "Effective", a.Rules().Effective()))
	w.say(QuietLine, a.word("privacy.rules_own"))
}
