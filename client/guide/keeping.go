package guide

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"bise/app/policy"
)

// keepers are the places whose retention differs.
var keepers = []struct {
	place
	plans []string
}{
	{place{
		name: "le_chat_individual", service: policy.LeChat, plan: "pro",
		facts: map[string]string{"customer": "individual"},
	}, []string{"free", "pro"}},
	{place{
		name: "le_chat_business", service: policy.LeChat, plan: "team",
		facts: map[string]string{"customer": "business"},
	}, []string{"team", "enterprise"}},
	{place{name: "la_plateforme", service: policy.Platform, plan: "paid"}, nil},
	{place{
		name: "la_plateforme_zdr", service: policy.Platform, plan: "paid",
		facts: map[string]string{"zdr": "approved"},
	}, nil},
	{place{name: "partner", service: policy.Partner}, nil},
	{place{name: "local", service: policy.Local}, nil},
}

// keptFields are the lengths that show_retention gives besides the input and
// output itself.
var keptFields = []string{
	"account_until", "support_until", "invoice_until", "privacy_request_until",
	"data_access_until", "bfl_prompt_until", "bfl_image_until",
}

// retention tells how long what is written is kept, by whom.
func (t teller) retention() topic {
	top := t.topic("retention")
	top.more = t.words("guide.retention.more")
	for _, p := range keepers {
		v := t.ask(p.place, policy.ShowRetention, nil, policy.Turn{})
		until := str(v, "input_output_until")
		if until == "" {
			until = str(v, "input_output")
		}
		if until == "" {
			continue
		}
		said := t.words("guide.retention.said", "Place", t.placeName(p.place), "Until", t.until(until))
		if until == "not_held" {
			said = t.words("guide.retention.said_not_held", "Place", t.placeName(p.place))
		}
		text := []string{said}
		for _, field := range keptFields {
			if length := str(v, field); length != "" {
				text = append(text, "- "+t.words("guide.retention."+field, "Until", t.until(length)))
			}
		}
		if len(text) > 1 {
			text[0] += "\n"
		}
		top.entries = append(top.entries, entry{
			service: p.service, plans: p.plans, line: said,
			text: strings.Join(text, "\n"), clauses: v.Clauses,
		})
	}
	return top
}

// until says an end: a word of the contract, a length such as "+30d" or "+5y",
// or a date.
func (t teller) until(end string) string {
	length, ok := strings.CutPrefix(end, "+")
	if !ok || length == "" {
		if _, err := time.Parse(time.DateOnly, end); err == nil {
			return t.words("guide.until.date", "Date", end)
		}
		return t.wordOr("guide.until."+end, plain(end))
	}
	n, err := strconv.Atoi(length[:len(length)-1])
	if err != nil {
		return end
	}
	key := "guide.length." + length[len(length)-1:]
	if n == 1 {
		key += "_single"
	}
	return t.words(key, "N", n)
}

// webSearch tells what may be done with an answer made with web search.
func (t teller) webSearch() topic {
	top := t.topic("websearch")
	turn := policy.Turn{Kind: "web_search", Tools: []string{"web_search"}}
	for _, p := range services {
		var can, cannot, clauses []string
		for _, a := range []struct {
			act  policy.Act
			name string
		}{
			{policy.Display, "display"},
			{policy.StoreTurn, "store"},
			{policy.Copy, "copy"},
			{policy.Act("export:markdown"), "export"},
			{policy.ShareTurn, "share"},
		} {
			v := t.ask(p, a.act, nil, turn)
			name := t.words("guide.websearch.act_" + a.name)
			done := kindAction(v, turn.Kind)
			if v.Decision == policy.Block || v.Decision == policy.Redact || done == "redact" || done == "exclude" {
				cannot = append(cannot, name)
				clauses = append(clauses, v.Clauses...)
			} else {
				can = append(can, name)
			}
		}
		said := t.words("guide.websearch.free", "Place", t.placeName(p))
		if len(cannot) > 0 {
			said = t.words("guide.websearch.bound", "Place", t.placeName(p),
				"Can", strings.Join(can, ", "), "Cannot", strings.Join(cannot, ", "))
		}
		top.entries = append(top.entries, entry{service: p.service, line: said, text: said, clauses: clauses})
	}
	return top
}

// kindAction is what becomes of one kind of turn in an act on a conversation.
func kindAction(v policy.Verdict, kind string) string {
	actions, _ := v.Fields["kind_action"].(map[string]string)
	return actions[kind]
}

// sharing tells what a shared conversation leaves out: once, where it is the
// same with every service.
func (t teller) sharing() topic {
	top := t.topic("sharing")
	var all, clauses []string
	for _, p := range services {
		v := t.ask(p, policy.ShareTurn, nil, policy.Turn{})
		var left []string
		for _, word := range list(v, "excludes") {
			left = append(left, t.wordOr("guide.sharing.without."+word, plain(word)))
		}
		if len(left) == 0 {
			continue
		}
		joined := strings.Join(left, ", ")
		all = append(all, joined)
		clauses = append(clauses, v.Clauses...)
		said := t.words("guide.sharing.said", "Place", t.placeName(p), "List", joined)
		top.entries = append(top.entries, entry{service: p.service, line: said, text: said, clauses: v.Clauses})
	}
	if distinct := slices.Compact(all); len(distinct) == 1 {
		said := t.words("guide.sharing.said_everywhere", "List", distinct[0])
		top.entries = []entry{{service: everyService, line: said, text: said, clauses: clauses}}
	}
	return top
}

// dated are the deadlines, each with the facts that make it count from today.
var dated = []struct {
	kind  string
	field string // of the verdict: the day that matters
	from  string // the date fact it counts from
	where place
}{
	{"cancellation", "last_day", "subscribed", place{
		service: policy.LeChat, plan: "pro",
		facts: map[string]string{"consumer_eu": "yes", "customer": "individual"},
	}},
	{"terms_change", "earliest_effective", "terms_notice", place{
		service: policy.LeChat, plan: "pro", facts: map[string]string{"materially_adverse": "yes"},
	}},
	{"subprocessor_objection", "last_day", "subprocessor_notice", place{
		service: policy.LeChat, plan: "team", facts: map[string]string{"customer": "business"},
	}},
	{"model_discontinuation", "earliest_end", "discontinuation_notice", place{service: policy.Partner}},
	{"breach_cure", "last_day", "breach_notice_received", place{service: policy.Partner}},
	{"data_access", "last_day", "account_terminated", place{
		service: policy.LeChat, plan: "team", facts: map[string]string{"customer": "business"},
	}},
	{"api_purge", "last_day", "request_date", place{service: policy.Platform, plan: "paid"}},
}

// deadlines tells how long a person has, counted from today as an example.
func (t teller) deadlines() topic {
	top := t.topic("deadlines")
	today := t.now.Format(time.DateOnly)
	for _, d := range dated {
		v := t.ask(d.where, policy.Act("deadline:"+d.kind), map[string]string{d.from: today}, policy.Turn{})
		day, err := time.Parse(time.DateOnly, str(v, d.field))
		if err != nil {
			continue
		}
		start, err := time.Parse(time.DateOnly, today)
		if err != nil {
			continue
		}
		said := t.words("guide.deadlines."+d.kind,
			"Days", int(day.Sub(start).Hours()/24), "Day", day.Format(time.DateOnly))
		top.entries = append(top.entries, entry{service: d.where.service, line: said, text: said, clauses: v.Clauses})
	}
	return top
}

// needs are the reasons to write to somebody.
var needs = []string{"support", "unauthorised_access", "privacy_rights", "illegal_content", "cancellation"}

// contacts tells whom to write to.
func (t teller) contacts() topic {
	top := t.topic("contacts")
	for _, p := range services {
		var lines, clauses []string
		for _, need := range needs {
			v := t.ask(p, policy.Act("contact:"+need), nil, policy.Turn{})
			to := list(v, "to")
			if len(to) == 0 || v.Decision == policy.NotApplicable {
				continue
			}
			for i, word := range to {
				to[i] = plain(word)
			}
			lines = append(lines, t.words("guide.contacts."+need, "To", strings.Join(to, ", ")))
			clauses = append(clauses, v.Clauses...)
		}
		if len(lines) == 0 {
			continue
		}
		said := t.words("guide.contacts.said", "Place", t.placeName(p), "List", strings.Join(lines, "; "))
		top.entries = append(top.entries, entry{service: p.service, line: said, text: said, clauses: clauses})
	}
	return top
}
