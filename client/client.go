// Package client talks to the services that answer: it says what a provider
// is, and is the only home of net/http. A provider takes a policy.Outbound and
// nothing else, so that no request body can be made around the rules.
//
// It must not keep anything on disk and must not read a key by itself: keys
// come from a function that the caller gives.
package client

import (
	"context"
	"iter"
	"slices"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// ID names a provider within a Set: "guide", "ollama", "mistral".
type ID string

// Place says where a provider runs, seen from this machine. The zero value is
// somewhere else, the strict reading.
type Place string

// The places.
const (
	// Elsewhere is a host that is not this machine.
	Elsewhere Place = ""
	// Loopback is a server on this machine.
	Loopback Place = "loopback"
	// InProcess is bise itself.
	InProcess Place = "in_process"
)

// Features are what a provider can do at all; a model may do less.
type Features struct {
	Thinking bool
	Images   bool
	// Documents says that a PDF can go along as it is.
	Documents bool
	// Continue says that a cut answer can be gone on with.
	Continue bool
	// Window says that the context length can be chosen.
	Window bool
	// System says that it heeds system instructions.
	System bool
	// Tools are the built-in tools, by their stable names.
	Tools []string
}

// Descriptor is what the screen and the rules need to know of a provider.
type Descriptor struct {
	ID      ID
	Name    string // "Mistral", "Ollama", "Guide"
	Service policy.Service
	Place   Place
	Host    string // host[:port], "" in process
	Region  string // "eu", "us" or ""
	Can     Features
	// NeedsKey says that nothing works without a key.
	NeedsKey bool
}

// Destination is the provider as the rules see it.
func (d Descriptor) Destination() policy.Destination {
	return policy.Destination{
		Provider: string(d.ID),
		Service:  d.Service,
		Local:    d.Place != Elsewhere,
		Host:     d.Host,
		Region:   d.Region,
	}
}

// Model is one model of a provider.
type Model struct {
	ID      string
	Name    string // dated or full name; "" if the ID says it all
	Aliases []string
	Detail  string // family, size, quantisation
	// Context is the longest context in tokens; 0 is unknown.
	Context int
	// Size is what the weights take on disk, in bytes; 0 is unknown.
	Size int64
	// Chat says that it answers prompts.
	Chat     bool
	Thinking bool
	Images   bool
	Tools    bool
	// Audio says that it hears recordings.
	Audio bool
	// Told says that the service told what the model can do; where it did not,
	// Images, Audio, Thinking and Tools are not known.
	Told bool
	// Remote says that a runner on this machine passes it on to another host.
	Remote bool
	// Retires is when the service switches it off; zero is not announced.
	Retires     time.Time
	Replacement string
	Licence     string
	// Loaded says that a runner holds it in memory now.
	Loaded      bool
	Temperature float64 // the service's default; 0 is unknown
	// Badge sets a model apart: see the constants. "" is an ordinary one.
	Badge Badge
	// Base is the model that an agent runs on; "" for a model.
	Base string
	// Efforts are the reasoning efforts it is known to accept, weakest first;
	// nil is not known yet.
	Efforts []string
}

// Named reports whether name is one of the model's names.
func (m Model) Named(name string) bool {
	return name != "" && (m.ID == name || m.Name == name || slices.Contains(m.Aliases, name))
}

// Badge says what is special about a model. The zero value is nothing.
type Badge string

// The badges.
const (
	// Agent is an agent of the account; the ID is chat.AgentModel of its id.
	Agent Badge = "agent"
	// FineTuned is a model that the account has trained.
	FineTuned Badge = "fine_tuned"
	// Labs is an experimental model with rules of its own.
	Labs Badge = "labs"
	// Archived is a fine-tuned model that is put away.
	Archived Badge = "archived"
)

// DeltaKind says what a Delta brings. The zero value brings nothing.
type DeltaKind uint8

// The kinds of a Delta.
const (
	// TextDelta is more of the answer's text.
	TextDelta DeltaKind = iota + 1
	// ThinkingDelta is more of the reasoning; an answer may think again after
	// it has said something.
	ThinkingDelta
	// PartDelta is a whole part: an image, a reference, a tool call. A thinking
	// part without text holds the signature of the reasoning before it.
	PartDelta
	// UsageDelta counts tokens; the last one holds.
	UsageDelta
	// ModelDelta names the model that really answers.
	ModelDelta
	// WaitDelta says that the provider waits before it tries again.
	WaitDelta
	// LimitDelta tells the state of the account's limits.
	LimitDelta
	// NoticeDelta is something the person should know: a deprecation.
	NoticeDelta
	// StatusDelta says what the server does before the first token ("loading").
	StatusDelta
	// ToolDelta tells what a built-in tool of the service is doing.
	ToolDelta
	// DoneDelta ends a complete answer. A stream without one was cut.
	DoneDelta
)

// Delta is one piece of a growing answer. Only the fields of its kind are set.
type Delta struct {
	Kind   DeltaKind
	Text   chat.Text
	Origin chat.Origin // of Text; 0 is chat.Model
	Part   chat.Part
	Usage  chat.Usage
	Model  string
	Wait   Wait
	Limits []Limit
	Notice Notice
	Tool   ToolActivity
	// Reason is the service's finish reason: "stop", "length", "tool_calls".
	Reason string
}

// Wait is a pause before a new try.
type Wait struct {
	Kind  fault.Kind
	Until time.Time
	Limit string // the Limit.Name that was hit; "" is not told
	Try   int    // the try to come, 2 for the first repetition
	Of    int
}

// ToolState says how far a run of a tool is. The zero value has not begun.
type ToolState string

// The states of a run.
const (
	ToolStarted ToolState = "started"
	ToolDone    ToolState = "done"
	ToolFailed  ToolState = "failed"
)

// HandoffTool is the name of a ToolActivity that is no tool: an agent hands the
// question over to another one, whose name is the Query.
const HandoffTool = "agent_handoff"

// ToolActivity is a built-in tool at work on the service's side. What is told
// of a run grows: each one holds all that is known so far.
type ToolActivity struct {
	// ID tells the runs of an answer apart.
	ID string
	// Name is the tool's stable name, see chat.WebSearchTool and the others; a
	// name that is none of them is the service's own.
	Name  string
	State ToolState
	// Query is what the tool was asked: search words, a picture's description.
	Query chat.Text
	// Code and Output are those of a code interpreter.
	Code, Output chat.Text
	// Sources is how many sources a search has found; 0 is none or not told.
	Sources int
}

// Limit is one limit of the account as the service tells it.
type Limit struct {
	Name             string // "requests_minute", "tokens_minute", "tokens_month"
	Limit, Remaining int64
}

// Notice is a message by its wording key.
type Notice struct {
	Key  string // whole: "notice.model_retires"
	Args map[string]string
}

// Provider answers prompts.
//
// Stream yields deltas until the answer is done, an error, or the caller stops
// ranging; cancelling ctx ends it with ctx.Err(). The answer is complete only
// when a DoneDelta was yielded: a stream that ends without one yields an error
// of kind fault.Cut, unless another fits better. Implementations are safe for
// concurrent use.
type Provider interface {
	Describe() Descriptor
	Models(ctx context.Context) ([]Model, error)
	Stream(ctx context.Context, out policy.Outbound) iter.Seq2[Delta, error]
}

// Checker is a provider that can tell whether it would work, without a prompt:
// the key is accepted, the server answers. The error says why not.
type Checker interface {
	Check(ctx context.Context) error
}

// Set is the providers of a run, in the order in which they are shown.
type Set struct{ providers []Provider }

// NewSet makes a Set; two providers may not share an ID.
func NewSet(providers ...Provider) (Set, error) {
	seen := make(map[ID]bool, len(providers))
	for _, p := range providers {
		id := p.Describe().ID
		if id == "" || seen[id] {
			return Set{}, fault.E("client.NewSet", fault.Invalid, nil, "provider", string(id))
		}
		seen[id] = true
	}
	return Set{providers: slices.Clone(providers)}, nil
}

// All lists the providers in order.
func (s Set) All() []Provider { return slices.Clone(s.providers) }

// Get finds a provider.
func (s Set) Get(id ID) (Provider, bool) {
	for _, p := range s.providers {
		if p.Describe().ID == id {
			return p, true
		}
	}
	return nil, false
}

// KeyFunc reads the key of a service. An error of kind fault.NotSignedIn says
// that there is none.
type KeyFunc func(ctx context.Context) (chat.Secret, error)
