package policy

import (
	"slices"
	"strconv"
	"strings"
)

// fieldSpec is a field of the contract: its form and, where they are fixed, its
// words.
type fieldSpec struct {
	form  form
	words []string
}

// form is how a field's cell becomes a value.
type form uint8

const (
	asWord  form = iota // a string
	asList              // words, added to what other rows said
	asNotes             // keys of sentences, added to what other rows said
	asRows              // the rows of a sheet
)

var turnActions = []string{"allow", "label", "redact", "exclude"}

// fieldSpecs is every field a sheet may fill.
var fieldSpecs = map[string]fieldSpec{
	"training":              {words: []string{"on", "off", "never", "on_assumed"}},
	"can_change":            {words: yesNo},
	"direction":             {words: []string{"opt_in", "opt_out"}},
	"who":                   {words: []string{"account_holder", "admin", "none"}},
	"where":                 {words: []string{"account_settings", "workspace_settings"}},
	"control":               {words: []string{"editable", "locked", "absent"}},
	"feedback_training":     {words: []string{"on", "off", "never", "on_assumed"}},
	"switch_ignored":        {words: yesNo},
	"declared_on":           {},
	"basis":                 {words: []string{"contract", "default", "declared", "assumed"}},
	"location":              {},
	"asks":                  {form: asList},
	"notes":                 {form: asNotes},
	"input_output":          {words: []string{"generation_only"}},
	"input_output_until":    {},
	"zdr":                   {words: []string{"none", "pending", "active"}},
	"support_until":         {},
	"account_until":         {},
	"invoice_until":         {},
	"privacy_request_until": {},
	"data_access_until":     {},
	"bfl_prompt_until":      {},
	"bfl_image_until":       {},
	"rows":                  {form: asRows},
	"list_date":             {},
	"name":                  {},
	"tags":                  {form: asList, words: []string{"dpa", "privacy_policy"}},
	"opt_out":               {words: []string{"yes", "none_written", "no"}},
	"client_switch":         {words: yesNo},
	"gates":                 {},
	"active":                {words: yesNo},
	"provider":              {},
	"request_omits":         {form: asList},
	"record":                {form: asList},
	"to":                    {},
	"cc":                    {form: asList},
	"alternatives":          {form: asList},
	"exceptions":            {form: asList},
	"keeps":                 {form: asList},
	"drops":                 {form: asList},
	"excludes":              {form: asList},
	"markers":               {form: asList},
	"findings_shown":        {words: yesNo},
	"earliest_end":          {},
	"last_day":              {},
	"steps":                 {form: asList},
	"earliest_effective":    {},
	"notice_ends":           {},
	"latest_notice":         {},
	"earliest_next":         {},
	"after":                 {},
	"order":                 {form: asList},
}

// inner are the results that other sheets and the permits read; they are no
// fields of a verdict.
var inner = map[string]fieldSpec{
	"action":       {words: turnActions},
	"k":            {},
	"ai_generated": {words: yesNo},
	"source_type":  {},
	"key":          {words: []string{"bfl", "brave", "cerebras", "e2b"}},
	"tool":         {},
	"makes":        {words: turnKinds},
	"feature":      {words: features},
	"from":         {form: asList, words: dateFacts},
	"early":        {words: []string{"shorter_than_30_days"}},
	"lapsed":       {},
	"contact":      {words: needs},     // whose answer says whom a draft goes to
	"counts":       {words: deadlines}, // the deadline that a draft belongs to
	"pressing":     {},                 // days before the last one from which a deadline warns
	"model_prefix": {},
	"stage":        {words: stages},
	"limit":        {words: []string{"reuse_shingle_words", "reuse_percent", "reuse_kinds"}},
	"value":        {},
	"purpose":      {},
}

// stages are the words for how far along a model is.
var stages = []string{"labs", "preview"}

// fieldOf gives the field of a column that has another name: a fact is called
// like the field, or a row adds one to a list.
var fieldOf = map[string]string{"zdr_state": "zdr", "note": "notes"}

// dateFacts are what a deadline may count from.
var dateFacts = []string{
	"request_date", "account_terminated", "subscribed", "subprocessor_notice", "terms_notice", "price_notice",
	"renews_day", "discontinuation_notice", "audit_planned", "last_audit", "breach_notice_received",
}

// columnSpec finds a result column.
func columnSpec(name string) (fieldSpec, bool) {
	if s, ok := inner[name]; ok {
		return s, true
	}
	if field, ok := fieldOf[name]; ok {
		name = field
	}
	s, ok := fieldSpecs[name]
	return s, ok
}

// domain gives the words a condition may meet, nil where nothing of that name
// can be asked in the sheet.
func (p *parser) domain(s *sheet, name string) []string {
	switch name {
	case "act":
		var words []string
		for _, act := range s.acts {
			for _, w := range cellWords(act) {
				if !slices.Contains(words, w) {
					words = append(words, w)
				}
			}
		}
		return words
	case "arg":
		var words []string
		for _, act := range s.acts {
			if _, arg := act.split(); !slices.Contains(words, arg) {
				words = append(words, arg)
			}
		}
		return words
	case "kind":
		return append(slices.Clone(turnKinds), unknownKind)
	case "edited", "weights_readable":
		return yesNo
	case "audience":
		return []string{unset, string(LocalFile), string(Anyone)}
	case "model_stage":
		return append([]string{otherStage}, stages...)
	case "discontinued":
		return []string{"no", "after_joining", "before_joining"}
	}
	if list, word, ok := strings.Cut(name, "."); ok {
		switch {
		case list == "optout" && slices.Contains(vocabulary["optouts"].words, word),
			list == "authorised" && slices.Contains(scopes, word),
			list == "has" && vocabulary[word].shape != oneOf:
			return yesNo
		}
		return nil
	}
	if spec, ok := vocabulary[name]; ok && spec.shape == oneOf {
		return spec.words
	}
	return p.answered(s, name)
}

// answered gives the words that the sheets above fill a column with. Every act
// of s must have such a sheet.
func (p *parser) answered(s *sheet, name string) []string {
	var words []string
	served := make(map[Act]bool)
	for _, above := range p.rules.sheets {
		at := slices.Index(above.results, name)
		if above == s || above.match != first || at < 0 {
			continue
		}
		for _, act := range above.acts {
			served[act] = true
		}
		for _, r := range above.rows {
			if !slices.Contains(words, r.then[at].word) {
				words = append(words, r.then[at].word)
			}
		}
	}
	for _, act := range s.acts {
		if !served[act] {
			return nil
		}
	}
	return words
}

func itoa(n int) string { return strconv.Itoa(n) }
