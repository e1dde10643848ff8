// Package archive is bise's own JSON form of conversations, version 1: what
// "bise export --format json" writes and "bise import" takes back unchanged. It
// converts values; it reads and writes no file and decides nothing.
//
// A document is one object: the fields of Head, then "conversations", a list
// that can be read one by one. Times are RFC 3339 in UTC. What is not UTF-8
// stands in base64 beside its field. The guide page "files" describes it for
// people.
package archive

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Format marks a document as bise's; Version is the newest form that is known.
const (
	Format  = "bise"
	Version = 1
)

// Head says what a document is.
type Head struct {
	Format    string    `json:"format"`
	Version   int       `json:"version"`
	Generator string    `json:"generator"` // program and version
	Ruleset   string    `json:"ruleset"`
	Exported  time.Time `json:"exported_at"`
	LeftOut   []Reason  `json:"left_out"` // of the whole document
}

// Reason counts what was left out, by what it was and why.
type Reason struct {
	What    string   `json:"what"`
	Count   int      `json:"count"`
	Clauses []string `json:"clauses"`
	Reason  string   `json:"reason,omitempty"`
}

// Conversation is a conversation with all its branches.
type Conversation struct {
	ID       string     `json:"id"`
	Title    string     `json:"title"`
	Named    bool       `json:"named,omitempty"`
	Created  *time.Time `json:"created,omitempty"`
	Updated  *time.Time `json:"updated,omitempty"`
	Pinned   bool       `json:"pinned,omitempty"`
	Folder   string     `json:"folder,omitempty"`
	Tags     []string   `json:"tags,omitempty"`
	Profile  string     `json:"profile,omitempty"`
	Provider string     `json:"provider,omitempty"`
	Model    string     `json:"model,omitempty"`
	System   string     `json:"system,omitempty"`
	Settings Settings   `json:"settings,omitzero"`
	Leaf     string     `json:"leaf,omitempty"` // last message of the active branch
	Messages []Message  `json:"messages"`
}

// Message is one turn. AIGenerated and HumanEdited are yes or no.
type Message struct {
	ID          string     `json:"id"`
	Parent      string     `json:"parent,omitempty"`
	Role        string     `json:"role"`
	At          *time.Time `json:"at,omitempty"`
	State       string     `json:"state"` // growing, complete, stopped, cut, withheld
	Ended       string     `json:"ended,omitempty"`
	Provider    string     `json:"provider,omitempty"`
	Service     string     `json:"service,omitempty"`
	Asked       string     `json:"asked,omitempty"`
	Model       string     `json:"model,omitempty"`
	Usage       *Usage     `json:"usage,omitempty"`
	Tools       []string   `json:"tools,omitempty"`
	Ruleset     string     `json:"ruleset,omitempty"`
	Clauses     []string   `json:"clauses,omitempty"`
	TookNS      int64      `json:"took_ns,omitempty"`
	AIGenerated string     `json:"ai_generated"`
	HumanEdited string     `json:"human_edited"`
	SourceType  string     `json:"digital_source_type,omitempty"`
	Markers     []string   `json:"markers,omitempty"` // conditions on its pictures
	LeftOut     []Reason   `json:"left_out,omitempty"`
	Parts       []Part     `json:"parts"`
}

// Usage is what a turn cost, in tokens. Window is the context length that the
// answer was made with.
type Usage struct {
	Prompt     int    `json:"prompt_tokens"`
	Completion int    `json:"completion_tokens"`
	Cached     int    `json:"cached_tokens,omitempty"`
	Reasoning  int    `json:"reasoning_tokens,omitempty"`
	Window     int    `json:"window_tokens,omitempty"`
	Connectors int    `json:"connector_tokens,omitempty"`
	Known      string `json:"known"` // yes or no
}

// Part is a piece of a turn with the sources it came from.
type Part struct {
	Kind       string   `json:"kind"`
	Origin     []string `json:"origin,omitempty"`
	Text       string   `json:"text,omitempty"`
	TextBase64 string   `json:"text_base64,omitempty"` // instead of text that is not UTF-8
	Name       string   `json:"name,omitempty"`
	MediaType  string   `json:"media_type,omitempty"`
	DataBase64 string   `json:"data_base64,omitempty"`
	URL        string   `json:"url,omitempty"`
	CallID     string   `json:"call_id,omitempty"`
	Signature  string   `json:"signature,omitempty"`
	TookNS     int64    `json:"took_ns,omitempty"`
}

// Marks are the words for what a model made, by the rules: a text that is
// untouched, one edited by a person, and the conditions on pictures by the
// service that made them.
type Marks struct {
	Generated, Edited string
	Pictures          map[string][]string
}

// Markers are the conditions on the pictures of a turn, none where no model made
// any. A service that is not known has the strictest, which stand under "".
func (k Marks) Markers(m chat.Message) []string {
	if !Generated(m) || !m.Origin().Any(chat.Image) {
		return nil
	}
	if markers, ok := k.Pictures[m.Service]; ok {
		return markers
	}
	return k.Pictures[""]
}

// For is the mark of a turn, "" for one that a person wrote.
func (k Marks) For(m chat.Message) string {
	switch {
	case !Generated(m):
		return ""
	case m.Edited:
		return k.Edited
	default:
		return k.Generated
	}
}

// Generated reports whether a model or a tool made a turn.
func Generated(m chat.Message) bool { return m.Role == chat.Assistant || m.Role == chat.Tool }

const growing = "growing" // chat.Growing is the empty word

// FromChat puts a conversation into the form of the archive; left is what its
// permit does not carry, say gives the sentence of a key.
func FromChat(c chat.Conversation, left []policy.Left, marks Marks, say func(policy.Words) string) Conversation {
	out := Conversation{
		ID: string(c.ID), Title: valid(c.Title), Named: c.Named, Created: moment(c.Created), Updated: moment(c.Updated),
		Pinned: c.Pinned, Folder: valid(c.Folder), Tags: c.Tags, Profile: c.Profile, Provider: c.Provider, Model: c.Model,
		System: valid(string(c.System)), Settings: fromSettings(c.Settings), Leaf: string(c.Leaf), Messages: make([]Message, 0, len(c.Messages)),
	}
	of := make(map[chat.MessageID][]policy.Left)
	for _, l := range left {
		of[l.Message] = append(of[l.Message], l)
	}
	for _, m := range c.Messages {
		out.Messages = append(out.Messages, fromMessage(m, Reasons(of[m.ID], say), marks))
	}
	return out
}

func fromMessage(m chat.Message, left []Reason, marks Marks) Message {
	out := Message{
		ID: string(m.ID), Parent: string(m.Parent), Role: string(m.Role), At: moment(m.At), State: string(m.State),
		Ended: m.Ended, Provider: m.Provider, Service: m.Service, Asked: m.Asked, Model: m.Model, Tools: m.Tools,
		Ruleset: m.Ruleset, Clauses: m.Clauses, TookNS: int64(m.Took), AIGenerated: yesNo(Generated(m)),
		HumanEdited: yesNo(m.Edited), SourceType: marks.For(m), Markers: marks.Markers(m), LeftOut: left, Parts: make([]Part, 0, len(m.Parts)),
	}
	if m.State == chat.Growing {
		out.State = growing
	}
	if m.Usage != (chat.Usage{}) {
		u := m.Usage
		out.Usage = &Usage{u.Prompt, u.Completion, u.Cached, u.Reasoning, u.Window, u.Connectors, yesNo(u.Known)}
	}
	for _, p := range m.Parts {
		out.Parts = append(out.Parts, fromPart(p))
	}
	return out
}

func fromPart(p chat.Part) Part {
	out := Part{
		Kind: string(p.Kind), Origin: p.Origin.Names(), Name: valid(p.Name), MediaType: p.MediaType,
		URL: valid(p.URL), CallID: p.CallID, Signature: p.Signature, TookNS: int64(p.Took),
		DataBase64: base64.StdEncoding.EncodeToString(p.Data),
	}
	if text := string(p.Text); utf8.ValidString(text) {
		out.Text = text
	} else {
		out.TextBase64 = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return out
}

// Reasons counts what was left out, in the order of the first of each.
func Reasons(left []policy.Left, say func(policy.Words) string) []Reason {
	var out []Reason
	at := make(map[string]int)
	for _, l := range left {
		key := l.What + " " + strings.Join(l.Verdict.Clauses, ",")
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			r := Reason{What: l.What, Clauses: l.Verdict.Clauses}
			if l.Verdict.Reason.Key != "" && say != nil {
				r.Reason = say(l.Verdict.Reason)
			}
			out = append(out, r)
		}
		out[i].Count++
	}
	return out
}

// Merge adds reasons to those of a whole document.
func Merge(all, more []Reason) []Reason {
	for _, r := range more {
		found := false
		for i := range all {
			if all[i].What == r.What && strings.Join(all[i].Clauses, ",") == strings.Join(r.Clauses, ",") {
				all[i].Count += r.Count
				found = true
				break
			}
		}
		if !found {
			all = append(all, r)
		}
	}
	return all
}

// Chat is the conversation that FromChat was given, without what the permit did
// not carry. A word that is not known is read strictly: a part without a known
// origin has none.
func (c Conversation) Chat() (chat.Conversation, error) {
	out := chat.Conversation{
		ID: chat.ConversationID(c.ID), Title: c.Title, Named: c.Named, Created: instant(c.Created), Updated: instant(c.Updated),
		Pinned: c.Pinned, Folder: c.Folder, Tags: c.Tags, Profile: c.Profile, Provider: c.Provider, Model: c.Model,
		System: chat.Text(c.System), Settings: c.Settings.chat(), Leaf: chat.MessageID(c.Leaf),
	}
	for _, m := range c.Messages {
		message, err := m.chat()
		if err != nil {
			return chat.Conversation{}, err
		}
		out.Messages = append(out.Messages, message)
	}
	return out, nil
}

func (m Message) chat() (chat.Message, error) {
	out := chat.Message{
		ID: chat.MessageID(m.ID), Parent: chat.MessageID(m.Parent), Role: chat.Role(m.Role), At: instant(m.At),
		State: chat.State(m.State), Ended: m.Ended, Provider: m.Provider, Service: m.Service, Asked: m.Asked, Model: m.Model,
		Tools: m.Tools, Ruleset: m.Ruleset, Clauses: m.Clauses, Took: time.Duration(m.TookNS), Edited: m.HumanEdited == "yes",
	}
	if m.State == growing {
		out.State = chat.Growing
	}
	if u := m.Usage; u != nil {
		out.Usage = chat.Usage{
			Prompt: u.Prompt, Completion: u.Completion, Cached: u.Cached, Reasoning: u.Reasoning,
			Window: u.Window, Connectors: u.Connectors, Known: u.Known == "yes",
		}
	}
	for _, p := range m.Parts {
		part, err := p.chat()
		if err != nil {
			return chat.Message{}, err
		}
		out.Parts = append(out.Parts, part)
	}
	return out, nil
}

func (p Part) chat() (chat.Part, error) {
	const op = "archive.Chat"
	out := chat.Part{
		Kind: chat.Kind(p.Kind), Origin: chat.OriginOf(p.Origin), Text: chat.Text(p.Text), Name: p.Name,
		MediaType: p.MediaType, URL: p.URL, CallID: p.CallID, Signature: p.Signature, Took: time.Duration(p.TookNS),
	}
	if p.TextBase64 != "" {
		text, err := base64.StdEncoding.DecodeString(p.TextBase64)
		if err != nil {
			return out, fault.E(op, fault.Damaged, nil, "what", "text_base64")
		}
		out.Text = chat.Text(text)
	}
	if p.DataBase64 != "" {
		data, err := base64.StdEncoding.DecodeString(p.DataBase64)
		if err != nil {
			return out, fault.E(op, fault.Damaged, nil, "what", "data_base64")
		}
		out.Data = data
	}
	return out, nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// valid is s as JSON can hold it: names and titles are not worth a field in
// base64.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
