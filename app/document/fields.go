package document

import (
	"slices"
	"strings"
	"time"

	"bise/app/fault"
)

// Kind is one of the drafts, G1 to G14.
type Kind string

// The drafts.
const (
	Withdrawal    Kind = "G1"  // a consumer's cancellation within the first days
	Cancellation  Kind = "G2"  // the ordinary cancellation
	ZeroRetention Kind = "G3"  // a request for zero data retention
	Rights        Kind = "G4"  // a request about one's own data
	Report        Kind = "G5"  // a report of illegal content
	News          Kind = "G6"  // a request for editorial use of news
	Objection     Kind = "G7"  // an objection to a sub-processor
	Intrusion     Kind = "G8"  // a notice of unauthorised access
	Appeal        Kind = "G9"  // an appeal against a suspension
	Incident      Kind = "G10" // a notice about confidential weights
	AccountEnd    Kind = "G11" // a checklist for oneself
	TermsChange   Kind = "G12" // a note for oneself
	Assistance    Kind = "G13" // a request for help, documents or an audit
	Claim         Kind = "G14" // a notice of somebody's claim
)

// form says what the value of a field must be.
type form uint8

const (
	words  form = iota
	lines       // given more than once, each is an entry
	date        // YYYY-MM-DD
	answer      // yes or no
	choice      // one of the words of the kind
)

// field is one field of a draft.
type field struct {
	name  string
	form  form
	needs bool // without it the draft is not complete
}

// rights are the variants of G4, by article 8 of the privacy policy.
var rights = []string{
	"access", "rectification", "deletion", "objection", "consent_withdrawal", "limitation",
	"automated_decision", "portability", "post_mortem", "complaint",
}

// categories are what G5 can report: the letters of the terms and the areas of
// the usage policy.
var categories = []string{
	"a", "b", "c", "d", "e", "f", "g", "h", "i",
	"U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9", "U10",
}

// abuse are the categories whose content is never quoted: it is a crime to pass
// it on.
var abuse = []string{"h", "U2"}

// fields are the fields of each draft, in the order of the contract.
var fields = map[Kind][]field{
	Withdrawal:    {{"services", lines, true}, {"ordered_on", date, true}, {"first_name", words, true}, {"last_name", words, true}, {"email", words, true}},
	Cancellation:  {{"services", lines, false}, {"ordered_on", date, false}, {"first_name", words, false}, {"last_name", words, false}, {"email", words, false}},
	ZeroRetention: {{"workspace", words, false}, {"reasons", lines, true}, {"data_kinds", lines, false}, {"law", words, false}},
	Rights:        {{"right", choice, true}, {"contact", words, false}, {"scope", words, false}},
	Report: {
		{"category", choice, true},
		{"conversation", words, false},
		{"message", words, false},
		{"time", words, false},
		{"why", words, false},
		{"acknowledged", answer, true},
		{"include_text", answer, false},
		{"message_text", words, false},
	},
	News:       {{"entity", words, false}, {"activity", words, false}, {"use", words, false}, {"volume", words, false}},
	Objection:  {{"name", words, false}, {"notice_date", date, false}, {"grounds", lines, true}},
	Intrusion:  {{"time", words, false}, {"account", words, false}, {"seen", words, false}, {"key_rotated", answer, false}},
	Appeal:     {{"account", words, false}, {"date", date, false}, {"why", words, false}},
	Incident:   {{"time", words, true}, {"model", words, true}, {"impact", words, true}, {"measures", words, true}, {"contact", words, false}},
	AccountEnd: {},
	TermsChange: {
		{"old", words, false}, {"new", words, false}, {"notice_date", date, false}, {"effective", date, false},
	},
	Assistance: {{"section", words, false}, {"need", words, false}, {"audit_date", date, false}, {"auditor", words, false}},
	Claim:      {{"claim", words, false}, {"received", date, false}, {"output", words, false}, {"hash", words, false}},
}

// counted says which field is the date that a deadline counts from.
var counted = map[Kind]map[string]string{
	Withdrawal:  {"ordered_on": "subscribed"},
	Objection:   {"notice_date": "subprocessor_notice"},
	TermsChange: {"notice_date": "terms_notice", "effective": "announced_effective"},
	Assistance:  {"audit_date": "audit_planned"},
}

// Kinds lists the drafts in their order.
func Kinds() []Kind {
	return []Kind{
		Withdrawal, Cancellation, ZeroRetention, Rights, Report, News, Objection, Intrusion, Appeal, Incident,
		AccountEnd, TermsChange, Assistance, Claim,
	}
}

// Choices are the words that a field takes, nil where any do.
func Choices(k Kind, name string) []string {
	switch {
	case k == Rights && name == "right":
		return slices.Clone(rights)
	case k == Report && name == "category":
		return slices.Clone(categories)
	}
	i := slices.IndexFunc(fields[k], func(f field) bool { return f.name == name })
	if i >= 0 && fields[k][i].form == answer {
		return []string{"yes", "no"}
	}
	return nil
}

// Values are the fields that were filled in.
type Values map[string]string

// Set reads NAME=VALUE. A field given again is another entry where it is a list,
// else it replaces the earlier value. An unknown name, or a value the field
// cannot have, is a fault.Usage with what and word.
func (v Values) Set(k Kind, pair string) error {
	const op = "document.Set"
	name, value, ok := strings.Cut(pair, "=")
	i := slices.IndexFunc(fields[k], func(f field) bool { return f.name == name })
	if !ok || i < 0 {
		return fault.E(op, fault.Usage, nil, "what", "field of "+string(k), "word", name)
	}
	value = strings.TrimSpace(value)
	f := fields[k][i]
	switch f.form {
	case date:
		if _, err := time.Parse(time.DateOnly, value); err != nil && value != "" {
			return fault.E(op, fault.Usage, err, "what", "date for "+name, "word", value)
		}
	case answer:
		switch value {
		case "true":
			value = "yes"
		case "false":
			value = "no"
		case "yes", "no", "":
		default:
			return fault.E(op, fault.Usage, nil, "what", "answer to "+name, "word", value)
		}
	case choice:
		if value != "" && !slices.Contains(Choices(k, name), value) {
			return fault.E(op, fault.Usage, nil, "what", name, "word", value)
		}
	case lines:
		if v[name] != "" && value != "" {
			value = v[name] + "\n" + value
		}
	case words:
	}
	v[name] = value
	return nil
}

// missing names the fields without which a draft is not complete. An
// acknowledgement counts only as a yes.
func (v Values) missing(k Kind) []string {
	names := []string{}
	for _, f := range fields[k] {
		if f.needs && (v[f.name] == "" || f.name == "acknowledged" && v[f.name] != "yes") {
			names = append(names, f.name)
		}
	}
	return names
}
