package chat

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var errSecret = errors.New("a secret is never written into a document")

// Conversation is a tree of messages with one active branch.
type Conversation struct {
	ID      ConversationID
	Title   string
	Named   bool // the person chose the title
	Created time.Time
	Updated time.Time
	Pinned  bool
	Folder  string
	Tags    []string
	// Profile, Provider and Model are the choices for the next prompt.
	Profile  string
	Provider string
	Model    string
	System   Text
	// Settings are how its next prompts are asked.
	Settings Settings
	// Messages is every message of every branch, oldest first.
	Messages []Message
	// Leaf is the last message of the active branch.
	Leaf MessageID
}

// Message finds a message by its id.
func (c *Conversation) Message(id MessageID) (Message, bool) {
	if i := c.index(id); i >= 0 {
		return c.Messages[i], true
	}
	return Message{}, false
}

func (c *Conversation) index(id MessageID) int {
	for i := len(c.Messages) - 1; i >= 0; i-- { // the wanted one is mostly recent
		if c.Messages[i].ID == id {
			return i
		}
	}
	return -1
}

// Put adds m, or replaces the message with its id, and makes it the leaf when
// it is new.
func (c *Conversation) Put(m Message) {
	if i := c.index(m.ID); i >= 0 {
		c.Messages[i] = m
		return
	}
	c.Messages = append(c.Messages, m)
	c.Leaf = m.ID
}

// Remove takes the message id out when nothing hangs on it; its parent becomes
// the leaf if it was the leaf. It reports whether it did.
func (c *Conversation) Remove(id MessageID) bool {
	i := c.index(id)
	if i < 0 || len(c.Children(id)) > 0 {
		return false
	}
	if c.Leaf == id {
		c.Leaf = c.Messages[i].Parent
	}
	c.Messages = slices.Delete(c.Messages, i, i+1)
	return true
}

// Branch lists the active branch from the first message to the leaf. A chain
// broken by damage starts at the oldest message still connected.
func (c *Conversation) Branch() []Message { return c.Path(c.Leaf) }

// Path lists the messages from the root to id.
func (c *Conversation) Path(id MessageID) []Message {
	byID := make(map[MessageID]int, len(c.Messages))
	for i, m := range c.Messages {
		byID[m.ID] = i
	}
	var path []Message
	for range c.Messages { // bounded: a cycle cannot run for ever
		i, ok := byID[id]
		if !ok {
			break
		}
		path = append(path, c.Messages[i])
		id = c.Messages[i].Parent
	}
	slices.Reverse(path)
	return path
}

// Children lists the messages that follow id, oldest first; id "" gives the
// first messages.
func (c *Conversation) Children(id MessageID) []MessageID {
	var ids []MessageID
	for _, m := range c.Messages {
		if m.Parent == id {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// Siblings lists the alternatives at the place of id, itself included, oldest
// first, and its position among them.
func (c *Conversation) Siblings(id MessageID) (ids []MessageID, at int) {
	m, ok := c.Message(id)
	if !ok {
		return nil, -1
	}
	ids = c.Children(m.Parent)
	return ids, slices.Index(ids, id)
}

// LeafBelow follows the newest child from id down to a leaf: where walking to
// a branch ends up.
func (c *Conversation) LeafBelow(id MessageID) MessageID {
	for range c.Messages {
		children := c.Children(id)
		if len(children) == 0 {
			break
		}
		id = children[len(children)-1]
	}
	return id
}

// TitleFrom makes a title of at most max characters out of a prompt: its first
// line with words, without Markdown marks. Only a prompt may become a title;
// an answer may be one that must not be kept.
func TitleFrom(prompt Text, limit int) string {
	for line := range strings.Lines(string(prompt)) {
		line = strings.TrimLeft(line, "#>*-+` \t")
		line = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(line, "\uFFFD"))
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			continue
		}
		if utf8.RuneCountInString(line) <= limit {
			return line
		}
		cut := []rune(line)[:limit-1]
		if i := lastSpace(cut); i > limit/2 {
			cut = cut[:i]
		}
		return strings.TrimRight(string(cut), " .,;:") + "…"
	}
	return ""
}

func lastSpace(rs []rune) int {
	for i := len(rs) - 1; i >= 0; i-- {
		if rs[i] == ' ' {
			return i
		}
	}
	return -1
}

// Turn is what a model is asked: the context and how to answer it.
type Turn struct {
	Conversation ConversationID
	Model        string
	System       Text
	// Messages is the context, oldest first, ending with the prompt.
	Messages []Message
	// Tools are the built-in tools wanted, by their stable names.
	Tools []string
	// Libraries are the ids of the document libraries to search.
	Libraries []string
	Options   Options
	// Prefix asks the model to go on from this text, its own cut answer.
	Prefix Text
}

// The built-in tools by their stable names, those of the command line.
const (
	WebSearchTool = "web_search"
	NewsTool      = "news"
	ImageTool     = "image_generation"
	CodeTool      = "code_interpreter"
	LibraryTool   = "document_library"
)

// agentPrefix marks a model name that is an agent's id.
const agentPrefix = "agent:"

// AgentModel is the model name that stands for an agent.
func AgentModel(id string) string { return agentPrefix + id }

// AgentOf is the agent that a model name stands for.
func AgentOf(model string) (id string, ok bool) { return strings.CutPrefix(model, agentPrefix) }

// Settings are how the prompts of a conversation are asked. The zero value asks
// without tools and leaves every option to the service.
type Settings struct {
	Tools     []string `json:",omitempty"`
	Libraries []string `json:",omitempty"`
	Options   Options  `json:",omitzero"`
	// Declared is what the person has declared about the conversation.
	Declared Declaration `json:",omitzero"`
	// Placeholders keeps what looks personal or secret on this machine: the
	// service gets placeholders instead.
	Placeholders bool `json:",omitempty"`
}

// Declaration is a person's word on what a conversation is for.
type Declaration struct {
	// Purpose is editorial or non_editorial, "" is not said.
	Purpose string `json:",omitempty"`
	// Ruleset and On, YYYY-MM-DD, say under which rules and when.
	Ruleset string `json:",omitempty"`
	On      string `json:",omitempty"`
}

// FormatJSON asks for any JSON object.
const FormatJSON = "json"

// Options tune an answer. Nil fields are left to the service.
type Options struct {
	Temperature *float64
	TopP        *float64
	Seed        *int
	MaxTokens   *int
	Stop        []string
	// Effort is a reasoning effort the model accepts; "" is its default.
	Effort string
	// Filter asks the service to moderate what is sent, or not to.
	Filter Filter
	// Thinking switches reasoning on or off where the model has such a switch.
	Thinking *bool
	// Window is the context length in tokens to use where it can be chosen.
	Window int `json:",omitzero"`
	// Format is FormatJSON or a JSON schema that the answer has to fit; "" is free
	// text.
	Format string `json:",omitzero"`
	// KeepAlive is how long a local runner holds the model in memory afterwards,
	// as Ollama writes it: "10m", "-1" for ever.
	KeepAlive string `json:",omitzero"`
}

// Over is o where it says something, and base where it does not.
func (o Options) Over(base Options) Options {
	out := base
	out.Temperature, out.TopP = cmp.Or(o.Temperature, base.Temperature), cmp.Or(o.TopP, base.TopP)
	out.Seed, out.MaxTokens = cmp.Or(o.Seed, base.Seed), cmp.Or(o.MaxTokens, base.MaxTokens)
	out.Thinking = cmp.Or(o.Thinking, base.Thinking)
	out.Effort, out.Filter = cmp.Or(o.Effort, base.Effort), cmp.Or(o.Filter, base.Filter)
	out.Window = cmp.Or(o.Window, base.Window)
	out.Format, out.KeepAlive = cmp.Or(o.Format, base.Format), cmp.Or(o.KeepAlive, base.KeepAlive)
	if len(o.Stop) > 0 {
		out.Stop = o.Stop
	}
	return out
}

// Filter says what a service's moderation is to do with a prompt. The zero value
// says nothing: what the account has set holds.
type Filter string

// The choices of a Filter.
const (
	// FilterDefault says nothing.
	FilterDefault Filter = ""
	// FilterOn asks for prompts to be refused that the moderation objects to.
	FilterOn Filter = "on"
	// FilterOff asks that none is refused by it.
	FilterOff Filter = "off"
)
