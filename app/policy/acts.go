package policy

import (
	"slices"
	"strings"

	"bise/app/fault"
)

// actSpec is an act of the contract: the arguments it takes, or "" for none.
type actSpec struct {
	name string
	args []string
}

var (
	features  = []string{"web_search", "news", "image_generation", "code_interpreter", "flash_answers", "no_filter"}
	formats   = []string{"markdown", "html", "json", "txt", "dataset"}
	purposes  = []string{"fine_tuning", "evaluation", "research", "image_generation_training"}
	needs     = []string{"support", "unauthorised_access", "suspension_appeal", "illegal_content", "privacy_rights", "data_access_request", "sub_processor", "zdr", "cancellation", "news_authorisation", "weights_incident", "end_account"}
	deadlines = []string{"cancellation", "terms_change", "price_increase", "subprocessor_objection", "model_discontinuation", "breach_cure", "data_access", "api_purge", "audit"}
	drafts    = []string{"G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11", "G12", "G13", "G14"}
	none      = []string{""}
)

// actSpecs is every act of the contract.
var actSpecs = []actSpec{
	{"show_data_use", none},
	{"show_retention", none},
	{"show_providers", none},
	{"use_feature", features},
	{"start_chat", none},
	{"store", none},
	{"resume", none},
	{"display", none},
	{"copy", []string{"", "url", "snippet"}},
	{"open", []string{"url"}},
	{"export", formats},
	{"share", none},
	{"send_context", []string{"le_chat", "la_plateforme", "partner", "local"}},
	{"dataset", purposes},
	{"feedback", []string{"thumbs_up", "thumbs_down"}},
	{"attach", none},
	{"serve", none},
	{"list_models", none},
	{"contact", needs},
	{"deadline", deadlines},
	{"doc", drafts},
	{"activate_ruleset", none},
	{"account_end", none},
}

// Acts lists every act of the contract, with its arguments.
func Acts() []Act { return slices.Clone(allActs) }

var allActs = func() []Act {
	var acts []Act
	for _, s := range actSpecs {
		for _, arg := range s.args {
			acts = append(acts, join(s.name, arg))
		}
	}
	return acts
}()

// ParseAct checks the name of an act; an unknown one is a fault.Usage.
func ParseAct(word string) (Act, error) {
	name, arg := Act(word).split()
	for _, s := range actSpecs {
		if s.name == name && slices.Contains(s.args, arg) && string(join(name, arg)) == word {
			return Act(word), nil
		}
	}
	var alike []string // the acts of that name, with their arguments
	for _, act := range allActs {
		if own, _ := act.split(); own == name {
			alike = append(alike, string(act))
		}
	}
	return "", fault.E("policy.ParseAct", fault.Usage, nil, "fact", "act", "word", word, "words", strings.Join(alike, ", "))
}

func (a Act) split() (name, arg string) {
	name, arg, _ = strings.Cut(string(a), ":")
	return name, arg
}

func join(name, arg string) Act {
	if arg == "" {
		return Act(name)
	}
	return Act(name + ":" + arg)
}

// anyDataset is a dataset whose purpose nobody has named: a table answers it as
// the strictest purpose.
const anyDataset = "dataset:any"

// cellWord is the act as the tables of turns know it: every format of an export
// for readers is one act, and a context goes to the service it came from or to another.
func (a Act) cellWord(from Service) string {
	switch name, arg := a.split(); name {
	case "export":
		if arg == string(Dataset) {
			return anyDataset
		}
		return "export"
	case "send_context":
		if Service(arg) == from {
			return "context:same"
		}
		return "context:other"
	default:
		return string(a)
	}
}

// cellWords are the words that cellWord may give for the acts a sheet answers.
func cellWords(act Act) []string {
	switch name, _ := act.split(); name {
	case "export":
		return []string{act.cellWord("")}
	case "send_context":
		return []string{"context:same", "context:other"}
	default:
		return []string{string(act)}
	}
}
