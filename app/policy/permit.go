package policy

import (
	"errors"

	"bise/app/chat"
)

// ErrUncleared is what a permit opens to that no rule has made.
var ErrUncleared = errors.New("policy: no rule has cleared this")

// Destination is where a request goes.
type Destination struct {
	Provider string
	Service  Service
	// Local says that the host is this machine.
	Local  bool
	Host   string
	Region string
}

// Left names something a permit does not carry, and why.
type Left struct {
	Message chat.MessageID // "" for something of the whole request
	What    string         // "text", "tool:web_search", "attachment", …
	Verdict Verdict
	// Placeholder says that an export for readers has a placeholder there: what
	// no export may fail for, a dataset included.
	Placeholder bool
}

// Outbound is a request that may be sent to one destination.
type Outbound struct {
	turn    chat.Turn
	to      Destination
	left    []Left
	cleared bool
}

// Open gives the request and the destination it was cleared for.
func (o Outbound) Open() (chat.Turn, Destination, error) {
	if !o.cleared {
		return chat.Turn{}, Destination{}, ErrUncleared
	}
	return o.turn, o.to, nil
}

// Left lists what was taken out of the request.
func (o Outbound) Left() []Left { return o.left }

// Storable is a message that may be written to the history, with everything
// taken out that may not.
type Storable struct {
	message chat.Message
	left    []Left
	cleared bool
}

// Open gives the message.
func (s Storable) Open() (chat.Message, error) {
	if !s.cleared {
		return chat.Message{}, ErrUncleared
	}
	return s.message, nil
}

// Left lists what was taken out.
func (s Storable) Left() []Left { return s.left }

// Keepable is a line of text beside the messages that may be written to disk: a
// title, a draft, a system instruction.
type Keepable struct {
	part    chat.Part
	cleared bool
}

// Open gives the part.
func (k Keepable) Open() (chat.Part, error) {
	if !k.cleared {
		return chat.Part{}, ErrUncleared
	}
	return k.part, nil
}

// Format is a form in which a conversation leaves bise.
type Format string

// The formats. Clipboard covers the system clipboard and OSC 52, Editor the
// temporary file of $EDITOR.
const (
	Markdown  Format = "markdown"
	HTML      Format = "html"
	JSON      Format = "json"
	PlainText Format = "txt"
	Dataset   Format = "dataset"
	Clipboard Format = "clipboard"
	Editor    Format = "editor"
)

// Exportable is a conversation, or a part of one, that may leave bise in one
// format.
type Exportable struct {
	conversation chat.Conversation
	format       Format
	left         []Left
	cleared      bool
}

// Open gives the conversation, what it may become and what was taken out.
func (e Exportable) Open() (chat.Conversation, Format, error) {
	if !e.cleared {
		return chat.Conversation{}, "", ErrUncleared
	}
	return e.conversation, e.format, nil
}

// Left lists what was taken out.
func (e Exportable) Left() []Left { return e.left }

// Audience says who a share is for.
type Audience string

// The audiences.
const (
	LocalFile Audience = "local_file"
	Anyone    Audience = "anyone_with_the_link"
)

// Shareable is a frozen conversation that may be published.
type Shareable struct {
	conversation chat.Conversation
	audience     Audience
	left         []Left
	cleared      bool
}

// Open gives the conversation and who it is for.
func (s Shareable) Open() (chat.Conversation, Audience, error) {
	if !s.cleared {
		return chat.Conversation{}, "", ErrUncleared
	}
	return s.conversation, s.audience, nil
}

// Left lists what was taken out.
func (s Shareable) Left() []Left { return s.left }
