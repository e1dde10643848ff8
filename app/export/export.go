// Package export writes conversations as files that leave bise: Markdown, HTML,
// JSON, plain text and datasets. It writes what an Exportable holds and nothing
// else, one conversation after the other, so that ten thousand need no more
// memory than the largest. It opens no file and decides nothing.
//
// Every turn that a model made says so, with its model and the mark of the rules
// (terms, section 7.2); what the rules took out is counted at the top and named
// at its place. Text and pictures keep their bytes, and nothing invisible is
// added to them.
package export

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"time"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Words is the wording that a document needs.
type Words interface {
	T(key string, args ...any) string
	N(key string, n int, args ...any) string
}

// Options is what all conversations of a document have in common.
type Options struct {
	Format  policy.Format
	Words   Words
	Say     func(policy.Words) string    // sentences of the rules
	Name    func(provider string) string // what a provider is called, "" if nobody knows
	Version string                       // of bise
	Ruleset string
	At      time.Time
	Marks   archive.Marks
	// Conversations is how many there will be, and Left what is left out of
	// them all: it is told at the top.
	Conversations int
	Left          []archive.Reason
	// Title is what a document with several conversations is called.
	Title string
	// Record takes one line for each turn that was written; nil takes none.
	Record func(Turn) error
}

// Turn is what the record of a document says of a turn that is in it.
type Turn struct {
	Conversation chat.ConversationID `json:"conversation"`
	Message      chat.MessageID      `json:"message"`
	Role         chat.Role           `json:"role"`
	Service      string              `json:"service,omitempty"`
	Model        string              `json:"model,omitempty"`
	AIGenerated  string              `json:"ai_generated"`
	HumanEdited  string              `json:"human_edited"`
	SourceType   string              `json:"digital_source_type,omitempty"`
	Markers      []string            `json:"markers,omitempty"`
	State        chat.State          `json:"state,omitempty"`
	// SHA256 is that of the text, then of each picture and file.
	SHA256 []string `json:"sha256,omitempty"`
}

// Document is a document that is being written.
type Document struct {
	o    Options
	out  *bufio.Writer
	form form
	n    int // conversations so far
}

// form is one format; its methods write and leave errors to the writer.
type form interface {
	head(d *Document)
	conversation(d *Document, c chat.Conversation, left []policy.Left) error
	tail(d *Document)
}

// New begins a document. The kind Usage says that there is no such format.
func New(w io.Writer, o Options) (*Document, error) {
	d := &Document{o: o, out: bufio.NewWriterSize(w, 64<<10)}
	name, _, _ := strings.Cut(string(o.Format), ":")
	switch policy.Format(name) {
	case policy.Markdown:
		d.form = markdown{}
	case policy.HTML:
		d.form = newPage()
	case policy.JSON:
		d.form = jsonForm{}
	case policy.PlainText:
		d.form = plain{}
	case policy.Dataset:
		d.form = dataset{}
	default:
		return nil, fault.E("export.New", fault.Usage, nil, "what", "format", "word", string(o.Format))
	}
	d.form.head(d)
	return d, nil
}

// Add writes one conversation. The kind Refused says that no rule has cleared it
// for the format of the document.
func (d *Document) Add(e policy.Exportable) error {
	c, format, err := e.Open()
	if err != nil || format != d.o.Format {
		return fault.E("export.Add", fault.Refused, cmp.Or(err, policy.ErrUncleared))
	}
	if err := d.form.conversation(d, c, e.Left()); err != nil {
		return err
	}
	d.n++
	if d.o.Record != nil {
		for _, m := range c.Messages {
			if err := d.o.Record(d.turn(c, m)); err != nil {
				return err
			}
		}
	}
	return d.flushed()
}

// Close writes the end of the document.
func (d *Document) Close() error {
	d.form.tail(d)
	if err := d.out.Flush(); err != nil {
		return err
	}
	return nil
}

// flushed hands on what is written, so that a failing disk stops the work.
func (d *Document) flushed() error {
	if d.out.Buffered() < d.out.Size()/2 {
		return nil
	}
	return d.out.Flush()
}

func (d *Document) turn(c chat.Conversation, m chat.Message) Turn {
	t := Turn{
		Conversation: c.ID, Message: m.ID, Role: m.Role, Service: m.Service, Model: cmp.Or(m.Model, m.Asked),
		AIGenerated: yesNo(archive.Generated(m)), HumanEdited: yesNo(m.Edited), SourceType: d.o.Marks.For(m), Markers: d.o.Marks.Markers(m), State: m.State,
	}
	if text := m.Text(); text != "" {
		t.SHA256 = append(t.SHA256, digest([]byte(text)))
	}
	for _, p := range m.Parts {
		if len(p.Data) > 0 {
			t.SHA256 = append(t.SHA256, digest(p.Data))
		}
	}
	return t
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// put writes words; the writer keeps the first error for Flush.
func (d *Document) put(words ...string) {
	for _, w := range words {
		_, _ = d.out.WriteString(w)
	}
}

// speaker says who wrote a turn, and that a model did.
func (d *Document) speaker(m chat.Message) string {
	w := d.o.Words
	switch {
	case m.Role == chat.System:
		return w.T("export.system")
	case !archive.Generated(m):
		return w.T("export.person")
	}
	model := cmp.Or(m.Model, m.Asked)
	if model == "" && d.o.Name != nil {
		model = d.o.Name(m.Provider)
	}
	switch {
	case model == "" && m.Edited:
		return w.T("export.edited")
	case model == "":
		return w.T("export.generated")
	case m.Edited:
		return w.T("export.edited_by", "Model", model)
	default:
		return w.T("export.generated_by", "Model", model)
	}
}

// when is the time of a turn, "" where nobody knows it.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04 MST")
}

// ended says how an answer ended that did not end as it should.
func (d *Document) ended(m chat.Message) string {
	switch m.State {
	case chat.Stopped:
		return d.o.Words.T("export.stopped")
	case chat.Cut, chat.Growing:
		return d.o.Words.T("export.cut")
	case chat.Complete, chat.Withheld:
	}
	return ""
}

// missing are the sentences on what was left out of a turn, and why.
func (d *Document) missing(left []policy.Left) []string {
	var out []string
	for _, r := range archive.Reasons(left, d.o.Say) {
		line := d.Left(r)
		if r.Reason != "" {
			line += " " + r.Reason
		}
		out = append(out, line)
	}
	return out
}

// Left says in words what was left out, without the reason.
func (d *Document) Left(r archive.Reason) string { return Left(d.o.Words, r) }

// Left says in words what was left out, without the reason.
func Left(w Words, r archive.Reason) string {
	clauses := strings.Join(r.Clauses, ", ")
	switch r.What {
	case "text":
		return w.N("export.left.answers", r.Count, "Clauses", clauses)
	case string(chat.ReferencePart):
		return w.N("export.left.links", r.Count, "Clauses", clauses)
	case string(chat.ImagePart):
		return w.N("export.left.images", r.Count, "Clauses", clauses)
	default:
		return w.N("export.left.parts", r.Count, "Clauses", clauses)
	}
}

// summary are the lines at the top of a document on what is not in it.
func (d *Document) summary() []string {
	var lines []string
	for _, r := range d.o.Left {
		lines = append(lines, d.Left(r))
	}
	return lines
}

// title is what the document is called.
func (d *Document) title(c chat.Conversation) string {
	return cmp.Or(line(c.Title), d.o.Words.T("export.untitled"))
}

// line is s without breaks.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// leftBy sorts what was left out by the turn it was in.
func leftBy(left []policy.Left) map[chat.MessageID][]policy.Left {
	by := make(map[chat.MessageID][]policy.Left)
	for _, l := range left {
		by[l.Message] = append(by[l.Message], l)
	}
	return by
}

// shown are the turns that a reader sees: the active branch.
func shown(c chat.Conversation) []chat.Message { return c.Branch() }

// branches is how many turns are in other branches.
func branches(c chat.Conversation) int { return len(c.Messages) - len(shown(c)) }

// sources are the references of a turn, in their order, each once.
func sources(m chat.Message) []chat.Part {
	var list []chat.Part
	for _, p := range m.Parts {
		if p.Kind == chat.ReferencePart && !slices.ContainsFunc(list, func(q chat.Part) bool { return q.URL == p.URL && q.Name == p.Name }) {
			list = append(list, p)
		}
	}
	return list
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
