package chat

import (
	"log/slog"
	"strconv"
	"time"
)

// Text is conversation text. Printed with %v, %s or logged it shows only its
// length, so that content cannot reach a log or an error by accident; string(t)
// gives the content.
type Text string

// String describes t without its content.
func (t Text) String() string { return "text(" + strconv.Itoa(len(t)) + " bytes)" }

// GoString describes t without its content.
func (t Text) GoString() string { return t.String() }

// LogValue describes t without its content.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Secret is text that must never be printed, logged or written to a file: an
// API key, a passphrase, a token. string(s) gives the content.
type Secret string

// String hides s.
func (s Secret) String() string { return "secret" }

// GoString hides s.
func (s Secret) GoString() string { return "secret" }

// LogValue hides s.
func (s Secret) LogValue() slog.Value { return slog.StringValue("secret") }

// MarshalText refuses: a secret is never part of a document.
func (s Secret) MarshalText() ([]byte, error) { return nil, errSecret }

// ConversationID names a conversation. Ids sort by creation time.
type ConversationID string

// MessageID names a message within all conversations. Ids sort by creation
// time.
type MessageID string

// Role says who speaks. The zero value is nobody.
type Role string

// The roles of a message.
const (
	User      Role = "user"
	Assistant Role = "assistant"
	System    Role = "system"
	Tool      Role = "tool"
)

// Kind says what a part holds. The zero value is no part at all.
type Kind string

// The kinds of a part.
const (
	// TextPart is prose, usually Markdown.
	TextPart Kind = "text"
	// ThinkingPart is a model's reasoning; Signature belongs to it.
	ThinkingPart Kind = "thinking"
	// ImagePart is an image in Data.
	ImagePart Kind = "image"
	// FilePart is a file: its name, and Text where it is text, else Data.
	FilePart Kind = "file"
	// ReferencePart is a source the answer cites: Name is the title.
	ReferencePart Kind = "reference"
	// ToolCallPart is a call the model made: Name and, in Text, its arguments.
	ToolCallPart Kind = "tool_call"
	// ToolResultPart answers the call named by CallID.
	ToolResultPart Kind = "tool_result"
	// RunPart is a program that a tool of the service ran: Name is the tool, Text
	// the program. It is for the reader; no model is told of it.
	RunPart Kind = "run"
	// RunOutputPart is what the program of the run CallID printed.
	RunOutputPart Kind = "run_output"
)

// Part is a piece of a message with the sources it came from.
type Part struct {
	Kind      Kind
	Origin    Origin
	Text      Text
	Name      string // file name, tool name or title
	MediaType string // of Data
	Data      []byte
	URL       string
	CallID    string // of a tool call or run; of a reference, the number it is cited by
	Signature string // opaque; returned to the service unchanged
	Took      time.Duration
}

// State says how an answer ended. The zero value is an answer still growing.
type State string

// The states of a message.
const (
	// Growing is an answer that is still arriving, or whose program died.
	Growing State = ""
	// Complete is a message that ended as it should.
	Complete State = "complete"
	// Stopped is an answer the person stopped.
	Stopped State = "stopped"
	// Cut is an answer that ended early: the connection, the server or a limit.
	Cut State = "cut"
	// Withheld is an answer whose text the rules forbid to keep.
	Withheld State = "withheld"
)

// Usage counts tokens. Zero fields are unknown unless Known.
type Usage struct {
	Prompt, Completion, Cached, Reasoning int
	// Window is the context length in tokens that the answer was made with.
	Window int
	// Connectors is what the service's built-in tools took, beside the others.
	Connectors int
	Known      bool
}

// Total is the number of tokens in the context after the answer.
func (u Usage) Total() int { return u.Prompt + u.Completion }

// Message is one turn of one speaker.
type Message struct {
	ID     MessageID
	Parent MessageID // "" at the root
	Role   Role
	Parts  []Part
	At     time.Time
	State  State
	// Ended names why an answer ended early: a fault kind, or the service's
	// own finish reason. A prompt has one where moderation has refused it.
	Ended string
	// Provider and Asked say who was asked; Model is the model that answered,
	// which may differ.
	Provider string
	Service  string // service word of the rules: le_chat, la_plateforme, partner, local
	Asked    string
	Model    string
	Usage    Usage
	Tools    []string // built-in tools that ran
	Edited   bool     // a person changed the text
	Ruleset  string
	Clauses  []string // why the text was withheld
	Took     time.Duration
}

// Text joins the text parts of m, without reasoning and attachments.
func (m Message) Text() Text {
	var n int
	for _, p := range m.Parts {
		if p.Kind == TextPart {
			n += len(p.Text)
		}
	}
	b := make([]byte, 0, n)
	for _, p := range m.Parts {
		if p.Kind == TextPart {
			b = append(b, p.Text...)
		}
	}
	return Text(b)
}

// Origin is the union of the origins of all parts of m.
func (m Message) Origin() Origin {
	var o Origin
	for _, p := range m.Parts {
		o |= p.Origin
	}
	return o
}

// Empty reports whether m holds nothing a reader or a model could use. An
// empty answer is never stored nor sent back: services refuse it, and the
// conversation would be stuck.
func (m Message) Empty() bool {
	for _, p := range m.Parts {
		switch p.Kind {
		case ThinkingPart, ReferencePart, RunPart, RunOutputPart:
			continue
		default:
			if p.Text != "" || len(p.Data) > 0 || p.Name != "" {
				return false
			}
		}
	}
	return true
}
