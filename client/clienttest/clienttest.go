// Package clienttest is the one suite that every provider passes. The fake
// server and what it does is here; a provider's test says only how its own
// protocol writes things:
//
//	func TestConformance(t *testing.T) { clienttest.Run(t, fixture) }
//
// A special case belongs into the suite, or is a bug. The package is for tests
// only and must not be imported by anything else.
package clienttest

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/assets"
	"bise/client"
)

// Scenario is a thing that a server does.
type Scenario string

// The scenarios.
const (
	// Plain is an answer in three pieces.
	Plain Scenario = "plain"
	// Slow holds the second piece back until the first one was seen.
	Slow Scenario = "slow"
	// Cancel is a caller that cancels in mid-answer.
	Cancel Scenario = "cancel"
	// Leave is a caller that stops ranging in mid-answer.
	Leave Scenario = "leave"
	// Cut drops the connection in mid-answer.
	Cut Scenario = "cut"
	// EndsEarly ends the answer properly, but without the protocol's end.
	EndsEarly Scenario = "ends_early"
	// Empty is a complete answer with nothing in it.
	Empty Scenario = "empty"
	// Failures are the error answers of Fixture.Failures.
	Failures Scenario = "failures"
	// Usage counts tokens.
	Usage Scenario = "usage"
	// Thinking thinks, speaks, thinks again and speaks again.
	Thinking Scenario = "thinking"
	// Noise mixes in all that a client of the protocol must pass over.
	Noise Scenario = "noise"
	// HugeLine is one piece of five megabytes.
	HugeLine Scenario = "huge_line"
	// SplitUTF8 writes every byte of the answer by itself.
	SplitUTF8 Scenario = "split_utf8"
	// Stalled falls silent in mid-answer; the provider's limit of silence is
	// to be set to StalledLimit.
	Stalled Scenario = "stalled"
	// Together is several answers at once.
	Together Scenario = "together"
	// Permit shows permits that do not open.
	Permit Scenario = "permit"
)

// StalledLimit is the limit of silence to configure in scenario Stalled.
const StalledLimit = 50 * time.Millisecond

// Scenarios lists all of them in the order in which they run.
func Scenarios() []Scenario {
	return []Scenario{
		Plain, Slow, Cancel, Leave, Cut, EndsEarly, Empty, Failures, Usage, Thinking,
		Noise, HugeLine, SplitUTF8, Stalled, Together, Permit,
	}
}

// Wire writes the provider's protocol. Each function gives the bytes of whole
// frames: events, lines.
type Wire struct {
	// Path is that of the streaming request.
	Path        string
	ContentType string
	// Open is sent before everything else; it may be nil.
	Open     []byte
	Text     func(text string) []byte
	Thinking func(text string) []byte
	// Done ends the answer, with the token counts.
	Done func(prompt, completion int) []byte
	// Noise is what has to be passed over: comments, unknown fields.
	Noise []byte
	// Else answers requests to other paths; nil answers 404.
	Else http.Handler
}

// Failure is an error answer and the kind it must become.
type Failure struct {
	Name        string // a sentence
	Status      int
	Header      map[string]string
	ContentType string // "" is JSON
	Body        string
	Want        fault.Kind
	// Requests is how many requests must have been made; 0 does not look.
	Requests int
}

// Fixture is what a provider's test gives to Run.
type Fixture struct {
	// New makes the provider for a scenario. It must talk to url, which is ""
	// when there is no Wire, and must not leave idle connections behind once
	// the test's cleanups ran.
	New func(t *testing.T, s Scenario, url string) client.Provider
	// Wire is nil for a provider that runs in process; then only contracts are
	// checked, not words.
	Wire     *Wire
	Failures []Failure
	// Model and Prompt are asked for; Prompt defaults to "hello".
	Model  string
	Prompt string
	// Tools are the built-in tools that every turn wants.
	Tools []string
	// Skip names the scenarios that do not exist for the provider, and why.
	Skip map[Scenario]string
}

// Turn is a turn with one prompt.
func Turn(model, prompt string) chat.Turn {
	if prompt == "" {
		prompt = "hello"
	}
	return chat.Turn{Model: model, Messages: []chat.Message{Message(chat.User, prompt)}}
}

// Message is a complete message of one text part, typed by a person or written
// by a model.
func Message(role chat.Role, text string) chat.Message {
	origin := chat.Typed
	if role == chat.Assistant {
		origin = chat.Model
	}
	return chat.Message{Role: role, State: chat.Complete, Parts: []chat.Part{{
		Kind: chat.TextPart, Origin: origin, Text: chat.Text(text),
	}}}
}

// shipped are the rules in the program, read once.
var shipped = sync.OnceValues(func() (policy.Rules, error) {
	return policy.Load(assets.Rules, "2025-02-06")
})

// Outbound clears a turn for a destination by the rules that bise ships, for a
// paying adult who has accepted the terms.
func Outbound(t testing.TB, turn chat.Turn, to policy.Destination) policy.Outbound {
	t.Helper()
	rules, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	plan := "paid"
	if to.Service == policy.LeChat {
		plan = "pro"
	}
	facts, err := policy.NewFacts(map[string]string{
		"service": string(to.Service), "plan": plan,
	}, time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	out, verdict := rules.Send(facts, turn, to)
	if _, _, err := out.Open(); err != nil {
		t.Fatalf("the rules do not let the prompt out: %v by %s", verdict.Decision, verdict.Rule)
	}
	return out
}

// Result is all that a stream gave.
type Result struct {
	Deltas []client.Delta
	Err    error
}

// Collect ranges over a whole stream. After each delta it calls see, if that
// is not nil; a false ends the ranging.
func Collect(ctx context.Context, p client.Provider, out policy.Outbound, see func(client.Delta) bool) Result {
	var r Result
	for d, err := range p.Stream(ctx, out) {
		if err != nil {
			r.Err = err
			continue // what comes after an error is a finding
		}
		r.Deltas = append(r.Deltas, d)
		if see != nil && !see(d) {
			break
		}
	}
	return r
}

// Text joins the text of one kind of delta.
func (r Result) Text(kind client.DeltaKind) string {
	var b []byte
	for _, d := range r.Deltas {
		if d.Kind == kind {
			b = append(b, d.Text...)
		}
	}
	return string(b)
}

// Of lists the deltas of a kind.
func (r Result) Of(kind client.DeltaKind) []client.Delta {
	var out []client.Delta
	for _, d := range r.Deltas {
		if d.Kind == kind {
			out = append(out, d)
		}
	}
	return out
}

// Done reports whether the answer was complete.
func (r Result) Done() bool { return len(r.Of(client.DoneDelta)) > 0 }
