package policy

import (
	"strconv"
	"strings"
)

// word is what a condition column says now.
func (q question) word(name string) string {
	switch name {
	case "act":
		return q.act.cellWord(q.facts.Service())
	case "arg":
		_, arg := q.act.split()
		return arg
	case "kind":
		return q.kind
	case "edited":
		return yesWord(q.edited)
	case "audience":
		if q.facts.audience == "" {
			return unset
		}
		return string(q.facts.audience)
	case "model_stage":
		return q.stage
	case "discontinued":
		return q.facts.discontinued()
	case "weights_readable":
		return yesWord(q.facts.weightsReadable())
	case "tool_owner":
		if q.owner != "" {
			return q.owner
		}
	}
	if _, ok := vocabulary[name]; ok {
		return q.facts.Get(name)
	}
	if list, word, ok := strings.Cut(name, "."); ok {
		switch list {
		case "optout":
			return yesWord(q.facts.listed("optouts", word))
		case "authorised":
			return yesWord(q.facts.authorised(word))
		case "has":
			return yesWord(q.facts.Get(word) != "")
		}
	}
	return q.said[name]
}

// discontinued says whether a notice has ended a model, and whether the profile
// is older than the notice. Dates compare as text: their form is fixed. A
// profile without a date counts as the older one.
func (f Facts) discontinued() string {
	notice, created := f.Get("discontinuation_notice"), f.Get("profile_created")
	switch {
	case notice == "":
		return "no"
	case created > notice:
		return "before_joining"
	default:
		return "after_joining"
	}
}

// weightsReadable says whether others than the owner may read the file of the
// weights. A mode nobody stated says nothing.
func (f Facts) weightsReadable() bool {
	mode, err := strconv.ParseUint(strings.TrimPrefix(f.Get("weights_file_mode"), "0o"), 8, 16)
	const others = 0o077
	return err == nil && mode&others != 0
}

func yesWord(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// camel makes the name of a place in a sentence: earliest_end is EarliestEnd.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}
