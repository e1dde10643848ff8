// Package document drafts the letters, notices and notes G1 to G14: what a
// person may send to Mistral, a partner or their own company, and two lists for
// themselves. Whom a draft goes to and whether its right has lapsed are decided
// by the rules; what it says is a template of assets/documents.
//
// It does no I/O and sends nothing. A draft holds no key, and no text of a
// message unless the person includes it.
package document

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Draft is a document to be read, finished and sent by a person.
type Draft struct {
	Kind Kind
	// To is an address, or a word of the contact rules such as help_center; ""
	// where it goes to nobody.
	To           string
	CC           []string
	Alternatives []string
	Subject      string
	// Missing names the fields without which it is not complete.
	Missing  []string
	Complete bool
	Text     chat.Text
	// Origin is where the text came from: what a report quotes is reported.
	Origin  chat.Origin
	Verdict policy.Verdict
	// Notes are for the person, not for the recipient.
	Notes []policy.Words
}

// Input is what a draft is made of.
type Input struct {
	Kind   Kind
	Values Values
	// Language is "en" or "fr"; anything else is English.
	Language string
	Rules    policy.Rules
	// Facts are the profile's, with the clock.
	Facts policy.Facts
	// Changed are the clauses that differ between the rules that G12 names.
	Changed []string
	// KeyGone says that no key of the profile is left on this machine, which
	// completes G11.
	KeyGone bool
}

// Languages lists the languages there are templates for.
func Languages() []string { return []string{"en", "fr"} }

// authority is whom a complaint goes to: not whom it is about (PP §8).
const authority = "cnil"

// New makes a draft from the templates in fsys. A kind that is not there is a
// fault.Usage, a template that cannot be read a fault.Damaged.
func New(in Input, fsys fs.FS) (Draft, error) {
	const op = "document.New"
	if _, ok := fields[in.Kind]; !ok {
		return Draft{}, fault.E(op, fault.Usage, nil, "what", "kind of document", "word", string(in.Kind))
	}
	in.Values = clean(in.Values)
	facts, err := in.facts()
	if err != nil {
		return Draft{}, err
	}
	verdict, err := policy.Eval(in.Rules, facts, policy.Act("doc:"+string(in.Kind)))
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Kind: in.Kind, Verdict: verdict, CC: list(verdict, "cc"), Alternatives: list(verdict, "alternatives")}
	d.To, _ = verdict.Fields["to"].(string)
	if in.Kind == Rights && in.Values["right"] == "complaint" {
		d.To, d.CC, d.Alternatives = authority, nil, []string{"local_authority"}
	}
	d.Origin = chat.Typed
	if in.quotes() {
		d.Origin |= chat.Reported
	}
	d.Missing = in.Values.missing(in.Kind)
	if !licensed(verdict) {
		d.Missing = slices.DeleteFunc(d.Missing, func(name string) bool { return name == "acknowledged" })
	}
	d.Complete = len(d.Missing) == 0 && (in.Kind != AccountEnd || in.KeyGone)
	d.Notes = in.notes(verdict)
	d.Subject, d.Text, err = in.write(fsys, facts, d)
	return d, err
}

// facts are the facts with the dates that the fields tell.
func (in Input) facts() (policy.Facts, error) {
	f := in.Facts
	for name, fact := range counted[in.Kind] {
		if in.Values[name] == "" {
			continue
		}
		var err error
		if f, err = f.With(fact, in.Values[name]); err != nil {
			return f, err
		}
	}
	return f, nil
}

// notes say what the person should know: why the draft may not fit, what the
// rules say of its recipient, and what was left out.
func (in Input) notes(v policy.Verdict) []policy.Words {
	var notes []policy.Words
	if v.Decision != policy.Allow {
		notes = append(notes, v.Reason)
		if v.Remedy.Key != "" {
			notes = append(notes, v.Remedy)
		}
	}
	notes = append(notes, v.Notes()...)
	add := func(when bool, key string) {
		if when {
			notes = append(notes, policy.Words{Key: "note." + key})
		}
	}
	add(in.Kind == Report && licensed(v) && in.Values["acknowledged"] != "yes", "acknowledge_first")
	add(in.Kind == Report && in.abuse(), "no_content")
	add(in.Kind == Report && !in.abuse() && in.Values["include_text"] != "yes", "text_left_out")
	add(in.Kind == Report, "delete_afterwards")
	add(in.Kind == AccountEnd && !in.KeyGone, "key_not_gone")
	add(slices.ContainsFunc(slices.Collect(values(in.Values)), func(s string) bool { return strings.Contains(s, removed) }), "key_removed")
	return notes
}

// licensed reports whether a report lets Mistral read and use what is reported,
// which the reporter has to know first: the rules note it where it is so.
func licensed(v policy.Verdict) bool {
	return slices.ContainsFunc(v.Notes(), func(n policy.Words) bool { return n.Key == "note.report_licence" })
}

// quotes reports whether the draft has the text of the message.
func (in Input) quotes() bool {
	return in.Kind == Report && !in.abuse() && in.Values["include_text"] == "yes" && in.Values["message_text"] != ""
}

// abuse reports whether the content must not be passed on.
func (in Input) abuse() bool { return !Quotable(in.Values["category"]) }

// Quotable reports whether a report of a category may quote the content.
func Quotable(category string) bool { return !slices.Contains(abuse, category) }

// keyForm is what an API key looks like among words. removed stands for one: a
// draft leaves the machine.
var keyForm = regexp.MustCompile(`[A-Za-z0-9]{32,}`)

const removed = "[…]"

// clean takes what looks like a key out of the fields. A hash is of one case.
func clean(v Values) Values {
	out := make(Values, len(v))
	for name, value := range v {
		out[name] = keyForm.ReplaceAllStringFunc(value, func(s string) string {
			if strings.ContainsAny(s, "0123456789") && strings.ToLower(s) != s && strings.ToUpper(s) != s {
				return removed
			}
			return s
		})
	}
	return out
}

func values(v Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, value := range v {
			if !yield(value) {
				return
			}
		}
	}
}

func list(v policy.Verdict, name string) []string {
	words, _ := v.Fields[name].([]string)
	return words
}

// day is the date of the clock, where the person is.
func day(now time.Time) string { return now.Format(time.DateOnly) }
