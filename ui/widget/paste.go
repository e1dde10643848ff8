package widget

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"bise/app/termsafe"
)

// A paste longer than these is folded: it would push everything else off a
// small screen.
const (
	pasteLines = 10
	pasteBytes = 2000
)

// Text put into the composer to be edited is folded only beyond these, where
// every key would have to wrap it again.
const (
	editLines = 200
	editBytes = 20_000
)

// long reports whether s has more lines or bytes than given, looking no further
// than needed.
func long(s string, lines, bytes int) bool {
	return len(s) > bytes || strings.Count(s, "\n") >= lines || strings.Count(s, "\r") >= lines
}

// pastes keeps what the labels in the text stand for.
type pastes struct {
	label func(n, lines int) string
	texts []folded
	made  int // numbers are not used twice while the text lives
}

type folded struct{ label, text string }

// fold keeps s and returns its label. Bytes that are no text are replaced, so
// that what is sent is text whatever the clipboard held.
func (p *pastes) fold(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, string(utf8.RuneError))
	}
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	p.made++
	lines := strings.Count(strings.TrimSuffix(s, "\n"), "\n") + 1
	label := fmt.Sprintf("[#%d: %d]", p.made, lines)
	if p.label != nil {
		label = termsafe.Line(p.label(p.made, lines))
	}
	p.texts = append(p.texts, folded{label: label, text: s})
	return label
}

// unfold puts the texts in the place of their labels. A label that was edited is
// ordinary text.
func (p *pastes) unfold(s string) string {
	if len(p.texts) == 0 {
		return s
	}
	pairs := make([]string, 0, 2*len(p.texts))
	for _, f := range p.texts {
		pairs = append(pairs, f.label, f.text)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// endsWith gives the label that s ends with.
func (p *pastes) endsWith(s string) (string, bool) {
	for _, f := range p.texts {
		if strings.HasSuffix(s, f.label) {
			return f.label, true
		}
	}
	return "", false
}

func (p *pastes) clear() { p.texts, p.made = nil, 0 }

// maxSent is how many prompts are kept for walking back: an afternoon's worth.
const maxSent = 100

// recall is the prompts sent, and a position among them.
type recall struct {
	sent  []string
	back  int    // how far back the one shown is; 0 is what is being written
	draft string // what was being written before walking back
}

func (r *recall) add(s string) {
	r.rest()
	if s == "" || len(r.sent) > 0 && r.sent[len(r.sent)-1] == s {
		return
	}
	if len(r.sent) == maxSent {
		r.sent = append(r.sent[:0], r.sent[1:]...)
	}
	r.sent = append(r.sent, s)
}

func (r *recall) rest() { r.back, r.draft = 0, "" }

func (r *recall) earlier(written func() string) (string, bool) {
	if r.back >= len(r.sent) {
		return "", false
	}
	if r.back == 0 {
		r.draft = written()
	}
	r.back++
	return r.sent[len(r.sent)-r.back], true
}

func (r *recall) later() (string, bool) {
	if r.back == 0 {
		return "", false
	}
	r.back--
	if r.back == 0 {
		return r.draft, true
	}
	return r.sent[len(r.sent)-r.back], true
}
