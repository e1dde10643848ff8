package openai

import "bise/app/chat"

// Echo takes the prefix off an answer that goes on from it: Mistral repeats
// it at the start, other servers do not.
type Echo struct {
	prefix string // what of it may still be repeated
	held   string // text that agreed with it so far
}

// NewEcho makes the Echo of an answer that goes on from prefix, "" for one that
// goes on from nothing.
func NewEcho(prefix chat.Text) *Echo { return &Echo{prefix: string(prefix)} }

// Strip gives the part of s that is new.
func (e *Echo) Strip(s string) string {
	if e.prefix == "" {
		return s
	}
	n := min(len(s), len(e.prefix))
	if s[:n] != e.prefix[:n] {
		s = e.held + s
		e.prefix, e.held = "", ""
		return s
	}
	e.prefix = e.prefix[n:]
	e.held += s[:n]
	if e.prefix == "" {
		e.held = ""
	}
	return s[n:]
}

// Rest is what agreed with a prefix whose repetition never ended: it was not a
// repetition then.
func (e *Echo) Rest() string {
	if e.prefix == "" {
		return ""
	}
	s := e.held
	e.prefix, e.held = "", ""
	return s
}
