package policy

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// shape says what words a fact takes.
type shape uint8

const (
	oneOf shape = iota // one of words
	listOf
	date // YYYY-MM-DD
	dayOfMonth
	country
	octal
	free
)

// factSpec is one fact of the command-line contract.
type factSpec struct {
	shape  shape
	words  []string
	preset string // what a fact that was not given says
}

var (
	yesNo      = []string{"no", "yes"}
	yesNoUnset = []string{"no", "yes", unset}
)

// unset is the word of a fact nobody has stated.
const unset = "unset"

// vocabulary is every fact by its name in the contract, with its words and its
// default. Turn and authorisations are structured and read elsewhere.
var vocabulary = map[string]factSpec{
	"service":                {words: []string{"le_chat", "la_plateforme", "partner", "local", unset}, preset: unset},
	"plan":                   {words: []string{"free", "pro", "team", "enterprise", "paid", unset}, preset: unset},
	"customer":               {words: []string{"individual", "business"}, preset: "individual"},
	"consumer_eu":            {words: yesNo, preset: "no"},
	"residence":              {shape: country},
	"media_customer":         {words: yesNoUnset, preset: "no"},
	"purpose":                {words: []string{"editorial", "non_editorial", unset}, preset: unset},
	"role":                   {words: []string{"member", "admin", "owner"}, preset: "member"},
	"age_band":               {words: []string{"adult", "minor_with_permission", "minor_without_permission", "under_13", unset}, preset: "adult"},
	"training_switch":        {words: []string{"on", "off", unset}, preset: unset},
	"training_declared_on":   {shape: date},
	"zdr":                    {words: []string{"none", "requested", "approved"}, preset: "none"},
	"optouts":                {shape: listOf, words: []string{"bfl", "brave", "cerebras", "e2b"}},
	"region":                 {words: []string{"eu", "us"}, preset: "eu"},
	"weights":                {words: []string{"open", "research_licence", "commercial_licence", "specific_access"}, preset: "open"},
	"accepted":               {words: yesNo, preset: "yes"},
	"partner":                {shape: free},
	"partner_contact":        {shape: free},
	"model":                  {shape: free},
	"profile_created":        {shape: date},
	"tool_owner":             {words: []string{"mistral", "own", unset}, preset: unset},
	"attachment":             {words: []string{"other", "weights"}, preset: "other"},
	"listen":                 {words: []string{"loopback", "network"}, preset: "loopback"},
	"weights_file_mode":      {shape: octal},
	"bundle":                 {words: []string{"metadata", "conversation"}, preset: "metadata"},
	"request_date":           {shape: date},
	"image_request":          {shape: date},
	"account_terminated":     {shape: date},
	"invoice":                {shape: date},
	"privacy_request_closed": {shape: date},
	"support_closed":         {shape: date},
	"subscribed":             {shape: date},
	"subprocessor_notice":    {shape: date},
	"terms_notice":           {shape: date},
	"announced_effective":    {shape: date},
	"materially_adverse":     {words: yesNoUnset, preset: unset},
	"price_notice":           {shape: date},
	"renews_day":             {shape: dayOfMonth},
	"discontinuation_notice": {shape: date},
	"audit_planned":          {shape: date},
	"last_audit":             {shape: date},
	"breach_notice_received": {shape: date},
}

// scopes are what a written authorisation may lift.
var scopes = []string{"news_editorial", "le_chat_integration", "key_sharing", "weights_serving"}

var (
	countryWord = regexp.MustCompile(`^[A-Za-z]{2}$`)
	octalWord   = regexp.MustCompile(`^0?[0-7]{3}$|^0o[0-7]{3}$`)
	dayWord     = regexp.MustCompile(`^([1-9]|[12][0-9]|3[01])$`)
)

// read checks a word and brings it to its stored form; "" is not given.
func (s factSpec) read(word string) (string, bool) {
	word = strings.TrimSpace(word)
	if word == "" {
		return "", true
	}
	switch s.shape {
	case oneOf:
		if slices.Contains(s.words, "yes") {
			word = yesOrNo(word)
		}
		return word, slices.Contains(s.words, word)
	case listOf:
		items := splitList(word)
		for _, item := range items {
			if !slices.Contains(s.words, item) {
				return item, false
			}
		}
		slices.Sort(items)
		return strings.Join(slices.Compact(items), ","), true
	case date:
		_, err := time.Parse(time.DateOnly, word)
		return word, err == nil
	case dayOfMonth:
		if _, err := time.Parse(time.DateOnly, word); err == nil {
			return word, true
		}
		return word, dayWord.MatchString(word)
	case country:
		if !countryWord.MatchString(word) {
			return word, false
		}
		return strings.ToUpper(word), true
	case octal:
		return word, octalWord.MatchString(word)
	case free:
		return word, true
	default:
		return word, false
	}
}

// FactTakes says what a fact takes: its words, or where these are not fixed the
// name of their form, such as "date".
type FactTakes struct {
	Name  string
	Words []string
	Form  string
}

// forms name what is not a choice of words; "" stands for one.
var forms = map[shape]string{oneOf: "", listOf: "list", date: "date", dayOfMonth: "day", country: "country", octal: "octal", free: "text"}

// FactsTaken lists every fact of the contract by its name.
func FactsTaken() []FactTakes {
	list := []FactTakes{
		{Name: "turn", Form: "turn"},
		{Name: "turn.kind", Words: slices.Clone(turnKinds)},
		{Name: "turn.edited", Words: slices.Clone(yesNo)},
		{Name: "turn.reused_from", Words: slices.Clone(turnKinds)},
		{Name: "authorisations", Form: "authorisations"},
		{Name: "authorisations.scope", Words: slices.Clone(scopes)},
		{Name: "authorisations.date", Form: forms[date]},
	}
	for name, spec := range vocabulary {
		list = append(list, FactTakes{name, slices.Clone(spec.words), forms[spec.shape]})
	}
	slices.SortFunc(list, func(a, b FactTakes) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// takes finds what a fact takes; of an unknown one nothing is known.
func takes(name string) FactTakes {
	list := FactsTaken()
	if i := slices.IndexFunc(list, func(f FactTakes) bool { return f.Name == name }); i >= 0 {
		return list[i]
	}
	return FactTakes{}
}

// yesOrNo reads true and false as the contract's words.
func yesOrNo(word string) string {
	switch word {
	case "true":
		return "yes"
	case "false":
		return "no"
	default:
		return word
	}
}

// splitList splits at commas and drops what is empty.
func splitList(s string) []string {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
