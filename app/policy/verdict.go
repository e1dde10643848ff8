package policy

import "fmt"

// Decision says what may be done. The zero value blocks.
type Decision uint8

// The decisions, strictest first; NotApplicable stands apart: the clause does
// not exist for this service.
const (
	Block Decision = iota
	Redact
	Confirm
	Warn
	Allow
	NotApplicable
)

var decisionWords = [...]string{"block", "redact", "confirm", "warn", "allow", "not_applicable"}

// String is the stable word of d.
func (d Decision) String() string {
	if int(d) < len(decisionWords) {
		return decisionWords[d]
	}
	return decisionWords[Block]
}

// Permits reports whether the act may go on without asking.
func (d Decision) Permits() bool { return d == Allow || d == Warn || d == NotApplicable }

// Act is something a person or the program wants to do, by the words of the
// command-line contract: "store", "use_feature:web_search", "export:json".
type Act string

// The acts without an argument.
const (
	ShowDataUse   Act = "show_data_use"
	ShowRetention Act = "show_retention"
	ShowProviders Act = "show_providers"
	StartChat     Act = "start_chat"
	StoreTurn     Act = "store"
	Resume        Act = "resume"
	Display       Act = "display"
	Copy          Act = "copy"
	ShareTurn     Act = "share"
	Attach        Act = "attach"
	ListModels    Act = "list_models"
)

// Words is a sentence for a person: a key under "rules." of assets/text and
// what fills its places.
type Words struct {
	Key  string
	Args map[string]string
}

// Verdict is the answer to one act.
type Verdict struct {
	Act      Act
	Decision Decision
	// Rule is the row that decided.
	Rule    string
	Clauses []string
	Ruleset string
	Reason  Words
	Remedy  Words
	// Fields are the act's own results, by the names of the contract; values
	// are strings, string lists, maps of strings or lists of such maps. Notes
	// are []Words, since they are sentences.
	Fields map[string]any

	action      string // what becomes of the text: allow, label, redact, exclude
	aiGenerated string // yes or no
	sourceType  string
	needs       []string          // facts a deadline counts from
	early       string            // flag of a date before the earliest one
	lapsed      string            // key of the words for a deadline that has passed
	args        map[string]string // of the sentences of a lock
	pressing    string            // days before its last one from which a deadline warns
	contact     string            // the need whose contacts a draft goes to
	counts      string            // the deadline a draft belongs to
}

// Refusal is a verdict that stopped an effect.
type Refusal struct{ Verdict Verdict }

// Error describes the refusal for a log.
func (r *Refusal) Error() string {
	return fmt.Sprintf("policy: %s of %s by %s %v", r.Verdict.Decision, r.Verdict.Act, r.Verdict.Rule, r.Verdict.Clauses)
}
