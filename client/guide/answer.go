package guide

import (
	"slices"
	"strings"
)

// Source is where an answer comes from: a section of a page, or rows of the
// rules.
type Source struct {
	// Page and Section are titles; Section is "" where it is the page's own.
	Page, Section string
	// Clauses and Ruleset are set for data-use answers.
	Clauses []string
	Ruleset string
}

// Reply is a whole answer.
type Reply struct {
	// Text is Markdown and ends with the source.
	Text    string
	Sources []Source
	// Found says that a page or topic fits the question.
	Found bool
}

// library is everything the guide can answer with, indexed.
type library struct {
	ruleset, day string
	index        index
	// Each document of the index is a section or a topic.
	items []item
}

type item struct {
	section *section
	topic   *topic
}

func (l *library) addPage(p Page) {
	for _, s := range p.sections() {
		title := s.title
		if s.title != s.page {
			title += " " + s.page
		}
		l.index.add(title, s.also, s.text)
		l.items = append(l.items, item{section: &s})
	}
}

func (l *library) addTopic(t topic) {
	if len(t.entries) == 0 {
		return // the active rules say nothing about it
	}
	l.index.add(t.title, t.also, "")
	l.items = append(l.items, item{topic: &t})
}

// longestQuestion is the most of a question that is read, in bytes: a pasted
// book is not a question.
const longestQuestion = 2000

// enough is the share of a question's weight that a page must cover to count
// as its answer. Below it, pages match by chance words; found with the table
// of questions in the tests, where foreign questions stay under 0.4 and fair
// ones above 0.5.
const enough = 0.45

// Answer answers one question, with the sources it came from. The error is of
// kind fault.Invalid: pages that cannot be read.
func (g *Guide) Answer(question string) (Reply, error) { return g.answer(question, "") }

func (g *Guide) answer(question, before string) (Reply, error) {
	lib, err := g.library()
	if err != nil {
		return Reply{}, err
	}
	question = clip(question)
	h, ok := lib.best(terms(question))
	f := facetsOf(question)
	if before != "" && (!ok || onlyFacets(question)) {
		// "And on Team?" goes on from the question before it.
		before = clip(before)
		if next, found := lib.best(terms(before + " " + question)); found && (onlyFacets(question) || next.score > h.score) {
			h, ok = next, true
			if f.empty() {
				f = facetsOf(before)
			}
		}
	}
	if !ok {
		return g.nothing(lib), nil
	}
	it := lib.items[h.doc]
	if it.topic != nil {
		return g.tell(*it.topic, f, lib.ruleset), nil
	}
	return g.quote(*it.section), nil
}

func clip(question string) string {
	if len(question) > longestQuestion {
		question = question[:longestQuestion]
	}
	return strings.ToValidUTF8(question, " ")
}

// onlyFacets reports whether a question says no more than a service or plan.
func onlyFacets(question string) bool {
	stop := stopWords()
	some := false
	for _, w := range rawWords(question) {
		switch {
		case facetTerm(w):
			some = true
		case !stop[w] && w != "plan" && w != "plans" && w != "mistral":
			return false
		}
	}
	return some
}

// best is the document that answers, if one covers enough of the question.
func (l *library) best(query []string) (hit, bool) {
	for _, h := range l.index.search(query) {
		if h.cover >= enough {
			return h, true
		}
	}
	return hit{}, false
}

// quote answers with a section of a help page.
func (g *Guide) quote(s section) Reply {
	src := Source{Page: s.page}
	name := s.page
	if s.title != s.page {
		src.Section = s.title
		name = g.opt.Words("guide.section_of_page", "Page", s.page, "Section", s.title)
	}
	return Reply{
		Text:    s.text + "\n\n" + g.opt.Words("guide.source_page", "Page", name),
		Sources: []Source{src},
		Found:   true,
	}
}

// tell answers with the entries of a topic that the question is about: in full
// where they are few, one line each where they are many.
func (g *Guide) tell(t topic, f facets, ruleset string) Reply {
	var picked []entry
	if !f.empty() {
		for _, e := range t.entries {
			if f.match(e) {
				picked = append(picked, e)
			}
		}
	}
	const few = 2
	full := len(picked) > 0 && len(picked) <= few
	if len(picked) == 0 {
		picked = t.entries
	}
	full = full || len(t.entries) == 1
	var text strings.Builder
	if !full {
		text.WriteString(t.intro + "\n\n")
	}
	var clauses []string
	for i, e := range picked {
		for _, c := range e.clauses {
			if !slices.Contains(clauses, c) {
				clauses = append(clauses, c)
			}
		}
		if !full {
			text.WriteString("- " + e.line + "\n")
			continue
		}
		if i > 0 {
			text.WriteString("\n\n")
		}
		text.WriteString(e.text)
	}
	if !full && t.more != "" {
		text.WriteString("\n" + t.more)
	}
	return Reply{
		Text:    strings.TrimSpace(text.String()) + "\n\n" + g.sourceLine(clauses, ruleset),
		Sources: []Source{{Page: t.page, Section: t.title, Clauses: clauses, Ruleset: ruleset}},
		Found:   true,
	}
}

func (g *Guide) sourceLine(clauses []string, ruleset string) string {
	if len(clauses) == 0 {
		return g.opt.Words("guide.source_rules_only", "Ruleset", ruleset)
	}
	return g.opt.Words("guide.source_rules", "Clauses", strings.Join(clauses, ", "), "Ruleset", ruleset)
}

// nothing says that there is no answer, and what could be asked instead.
func (g *Guide) nothing(lib *library) Reply {
	var text strings.Builder
	text.WriteString(g.opt.Words("guide.no_answer") + "\n\n")
	keys := []string{"guide.ask.model", "guide.ask.setup", "guide.ask.files", "guide.ask.keys"}
	if lib.ruleset != "" {
		keys = append([]string{"guide.ask.training"}, keys...)
	}
	for _, key := range keys {
		text.WriteString("- " + g.opt.Words(key) + "\n")
	}
	text.WriteString("\n" + g.opt.Words("guide.no_answer_next"))
	return Reply{Text: text.String()}
}
