package guide

import (
	"strings"
	"time"

	"bise/app/policy"
)

// topic is one subject of data use with an answer for each place.
type topic struct {
	page, title string
	also        string // words people use for it; never shown
	intro       string // above a list of lines
	more        string // below it
	entries     []entry
}

// everyService is the service of an entry that holds whatever the service.
const everyService policy.Service = ""

// entry is a topic's answer for one place.
type entry struct {
	service policy.Service
	plans   []string // "" for all plans of the service
	line    string   // in a list
	text    string   // alone
	clauses []string
}

// place is a service and plan as the rules know them, with the facts to ask
// the rules with.
type place struct {
	name    string // under guide.place.
	service policy.Service
	plan    string
	facts   map[string]string
}

var places = []place{
	{name: "le_chat_free", service: policy.LeChat, plan: "free"},
	{name: "le_chat_pro", service: policy.LeChat, plan: "pro"},
	{name: "le_chat_team", service: policy.LeChat, plan: "team"},
	{name: "le_chat_enterprise", service: policy.LeChat, plan: "enterprise"},
	{name: "la_plateforme_free", service: policy.Platform, plan: "free"},
	{name: "la_plateforme_paid", service: policy.Platform, plan: "paid"},
	{name: "partner", service: policy.Partner},
	{name: "local", service: policy.Local},
}

// services are the places where the plan makes no difference.
var services = []place{
	{name: "le_chat", service: policy.LeChat, plan: "pro"},
	{name: "la_plateforme", service: policy.Platform, plan: "paid"},
	{name: "partner", service: policy.Partner},
	{name: "local", service: policy.Local},
}

// teller makes topics out of verdicts.
type teller struct {
	rules Rules
	words func(key string, args ...any) string
	now   time.Time
}

// topics renders every subject that the active rules answer.
func (t teller) topics() []topic {
	return []topic{
		t.training(), t.retention(), t.companies(), t.optOuts(),
		t.webSearch(), t.sharing(), t.deadlines(), t.contacts(),
	}
}

// topic starts a topic with its wording.
func (t teller) topic(name string) topic {
	return topic{
		page:  t.words("guide.data_use"),
		title: t.words("guide." + name + ".title"),
		also:  t.words("guide."+name+".also") + " " + t.words("guide.also_places"),
		intro: t.words("guide." + name + ".intro"),
	}
}

// ask gives the verdict on an act at a place. Facts the rules do not know give
// a verdict that says nothing.
func (t teller) ask(p place, act policy.Act, more map[string]string, turn policy.Turn) policy.Verdict {
	values := map[string]string{"service": string(p.service)}
	if p.plan != "" {
		values["plan"] = p.plan
	}
	for _, facts := range []map[string]string{p.facts, more} {
		for name, word := range facts {
			values[name] = word
		}
	}
	f, err := policy.NewFacts(values, t.now)
	if err != nil {
		return policy.Verdict{Act: act}
	}
	f.Turn = turn
	return t.rules.Decide(f, act, 0)
}

func (t teller) placeName(p place) string { return t.words("guide.place." + p.name) }

// plans is the plan of a place as an entry wants it.
func (p place) plans() []string {
	if p.plan == "" {
		return nil
	}
	return []string{p.plan}
}

// training tells who trains on what is written, and who can change that.
func (t teller) training() topic {
	top := t.topic("training")
	top.more = t.words("guide.training.more")
	for _, p := range places {
		v := t.ask(p, policy.ShowDataUse, nil, policy.Turn{})
		answer := str(v, "training")
		if answer == "" {
			continue
		}
		change := "fixed"
		if str(v, "can_change") == "yes" {
			change = str(v, "direction")
		}
		name := t.placeName(p)
		args := []any{
			"Place", name,
			"Who", t.word("who", str(v, "who")),
			"Where", t.word("where", str(v, "where")),
		}
		key := "guide.training.said." + answer + "_" + change
		said := t.words(key, args...)
		if said == key {
			continue // a newer bundle's word: saying nothing beats guessing
		}
		text := []string{said}
		if change != "fixed" {
			text = append(text, t.words("guide.training.how_"+change, args...))
		}
		if answer == "on" && change == "opt_out" {
			text = append(text, t.words("guide.training.not_retroactive"))
		}
		if fb := str(v, "feedback_training"); fb == "on" || fb == "off" {
			text = append(text, t.words("guide.training.feedback_"+fb))
		}
		top.entries = append(top.entries, entry{
			service: p.service, plans: p.plans(), line: said,
			text: strings.Join(text, " "), clauses: v.Clauses,
		})
	}
	return top
}

// word is the wording of one of the contract's words: guide.<of>.<word>.
func (t teller) word(of, word string) string {
	if word == "" {
		return ""
	}
	return t.words("guide." + of + "." + word)
}

// wordOr is the wording of key, or other where it has none: a newer bundle may
// have words that are not known yet.
func (t teller) wordOr(key, other string) string {
	if s := t.words(key); s != key {
		return s
	}
	return other
}

// companies tells which companies see the data.
func (t teller) companies() topic {
	top := t.topic("companies")
	for _, p := range services {
		v := t.ask(p, policy.ShowProviders, nil, policy.Turn{})
		rows := rowsOf(v, "rows")
		name := t.placeName(p)
		if len(rows) == 0 {
			if p.service == policy.Local && v.Rule+strings.Join(v.Clauses, "") != "" {
				said := t.words("guide.companies.nobody", "Place", name)
				top.entries = append(top.entries, entry{service: p.service, line: said, text: said, clauses: v.Clauses})
			}
			continue
		}
		var names []string
		var text strings.Builder
		text.WriteString(t.words("guide.companies.at", "Place", name) + "\n\n")
		for _, r := range rows {
			names = append(names, r["name"])
			args := []any{"Name", r["name"], "Purpose", plain(r["purpose"]), "Location", r["location"]}
			text.WriteString("- " + t.words("guide.companies.row", args...))
			if r["opt_out"] == "yes" && r["gates"] != "" {
				text.WriteString(" " + t.words("guide.companies.row_optout", "Feature", plain(r["gates"])))
			}
			text.WriteString("\n")
		}
		if date := str(v, "list_date"); date != "" {
			text.WriteString("\n" + t.words("guide.companies.list_date", "Date", date))
		}
		top.entries = append(top.entries, entry{
			service: p.service,
			line:    t.words("guide.companies.line", "Place", name, "Names", strings.Join(names, ", ")),
			text:    strings.TrimSpace(text.String()), clauses: v.Clauses,
		})
	}
	return top
}

// optOuts tells what can be switched off, and what is lost with it.
func (t teller) optOuts() topic {
	top := t.topic("optouts")
	top.more = t.words("guide.optouts.more")
	for _, p := range services {
		v := t.ask(p, policy.ShowProviders, nil, policy.Turn{})
		var items []string
		for _, r := range rowsOf(v, "rows") {
			if r["gates"] == "" {
				continue
			}
			switch {
			case r["opt_out"] == "yes":
				items = append(items, t.words("guide.optouts.row", "Name", r["name"], "Feature", plain(r["gates"])))
			case r["client_switch"] == "yes":
				items = append(items, t.words("guide.optouts.row_client", "Name", r["name"], "Feature", plain(r["gates"])))
			}
		}
		name := t.placeName(p)
		said := t.words("guide.optouts.none", "Place", name)
		if len(items) > 0 {
			said = t.words("guide.optouts.at", "Place", name, "List", strings.Join(items, "; "))
		} else if len(rowsOf(v, "rows")) == 0 {
			continue
		}
		top.entries = append(top.entries, entry{
			service: p.service, line: said, text: said + "\n\n" + top.more, clauses: v.Clauses,
		})
	}
	return top
}

// str is a field of one word.
func str(v policy.Verdict, name string) string {
	s, _ := v.Fields[name].(string)
	return s
}

// rowsOf is a field that is a list of maps.
func rowsOf(v policy.Verdict, name string) []map[string]string {
	switch rows := v.Fields[name].(type) {
	case []map[string]string:
		return rows
	case []map[string]any:
		var out []map[string]string
		for _, r := range rows {
			m := make(map[string]string, len(r))
			for k, x := range r {
				if s, ok := x.(string); ok {
					m[k] = s
				}
			}
			out = append(out, m)
		}
		return out
	default:
		return nil
	}
}

// list is a field that is a list of words; one word is a list of one.
func list(v policy.Verdict, name string) []string {
	switch x := v.Fields[name].(type) {
	case []string:
		return x
	case string:
		if x != "" {
			return []string{x}
		}
	}
	return nil
}

// plain is a word of the rules as prose: "image_generation" reads "image
// generation".
func plain(word string) string { return strings.ReplaceAll(word, "_", " ") }
