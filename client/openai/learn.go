package openai

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"bise/app/fault"
	"bise/client"
)

// efforts remembers which reasoning efforts models take. Each takes its own
// few, they change, and no document lists them: only the refusal of a wrong one
// does (live answers of the API, code 3051).
type efforts struct {
	mu    sync.Mutex
	known map[string][]string
}

// allowedPattern finds the list in "… Must be one of ('none', 'high')".
var allowedPattern = regexp.MustCompile(`(?i)must be one of[^(\[]*[(\[]([^)\]]*)`)

// maxEfforts is far above what any model has.
const maxEfforts = 16

// allowed reads the efforts out of a refusal. None but true are a model that
// takes no effort at all.
func allowed(message string) (list []string, ok bool) {
	lower := strings.ToLower(message)
	if !strings.Contains(lower, "effort") {
		return nil, false
	}
	found := allowedPattern.FindStringSubmatch(message)
	if found == nil {
		return nil, strings.Contains(lower, "not enabled") || strings.Contains(lower, "not support")
	}
	for word := range strings.SplitSeq(found[1], ",") {
		word = strings.Trim(strings.TrimSpace(word), `'"`+"`“”‘’")
		if isWord(word) && !slices.Contains(list, word) && len(list) < maxEfforts {
			list = append(list, word)
		}
	}
	return list, len(list) > 0
}

func isWord(s string) bool {
	return s != "" && len(s) <= 32 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// learn takes from a refusal what the model would have taken, and says so in
// the error.
func (p *Provider) learn(e *fault.Error, model, message string) {
	list, ok := allowed(message)
	if !ok || e.Kind != fault.Unsupported || model == "" {
		return
	}
	p.efforts.mu.Lock()
	if p.efforts.known == nil {
		p.efforts.known = make(map[string][]string)
	}
	p.efforts.known[model] = list
	p.efforts.mu.Unlock()
	e.Detail["feature"] = "reasoning effort"
	e.Detail["allowed"] = strings.Join(list, ", ")
}

// Efforts are the reasoning efforts that a model is known to take; none are a
// model without a choice.
func (p *Provider) Efforts(model string) (list []string, known bool) {
	p.efforts.mu.Lock()
	defer p.efforts.mu.Unlock()
	list, known = p.efforts.known[model]
	return slices.Clone(list), known
}

// learnt puts what is known of efforts into a list of models. One that does not
// reason takes none.
func (p *Provider) learnt(models []client.Model) []client.Model {
	for i := range models {
		m := &models[i]
		for _, name := range append([]string{m.ID, m.Name}, m.Aliases...) {
			if list, known := p.Efforts(name); known {
				m.Efforts = append([]string{}, list...)
			}
		}
	}
	return models
}
