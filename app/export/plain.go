package export

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/policy"
)

// plain is text for reading anywhere.
type plain struct{}

func (plain) head(d *Document) {
	w := d.o.Words
	d.put(w.T("export.made", "Version", d.o.Version, "Date", d.o.At.Format(time.DateOnly), "Ruleset", d.o.Ruleset), "\n")
	d.put(w.T("export.notice"), "\n")
	if d.o.Marks.Generated != "" {
		d.put(w.T("export.mark", "Type", d.o.Marks.Generated), "\n")
	}
	for _, l := range d.summary() {
		d.put(l, "\n")
	}
}

func (plain) conversation(d *Document, c chat.Conversation, left []policy.Left) error {
	title := d.title(c)
	d.put("\n", strings.Repeat("=", 72), "\n", title, "\n", strings.Repeat("=", 72), "\n")
	if n := branches(c); n > 0 {
		d.put(d.o.Words.N("export.branches", n), "\n")
	}
	if c.System != "" {
		d.put("\n", d.o.Words.T("export.system"), ":\n", string(c.System), "\n")
	}
	of := leftBy(left)
	for _, m := range shown(c) {
		d.put("\n--- ", strings.TrimSpace(d.speaker(m)+" · "+when(m.At)), " ---\n")
		if text := string(m.Text()); text != "" {
			d.put(text)
			if !strings.HasSuffix(text, "\n") {
				d.put("\n")
			}
		}
		for _, p := range m.Parts {
			switch p.Kind {
			case chat.FilePart, chat.ImagePart:
				d.put("[", d.attachment(m, p), "]\n")
				if p.Kind == chat.FilePart && p.Text != "" {
					d.put(string(p.Text), "\n")
				}
			default:
			}
		}
		for i, s := range sources(m) {
			d.put("[", strconv.Itoa(i+1), "] ", line(s.Name), " ", line(s.URL), "\n")
		}
		for _, l := range append(d.missing(of[m.ID]), d.ended(m)) {
			if l != "" {
				d.put("(", l, ")\n")
			}
		}
	}
	return nil
}

func (plain) tail(*Document) {}

// noTraining is the condition of LC-2.e1 by its word in the rules.
const noTraining = "no_competing_image_training"

// attachment names a picture or a file of a turn; a picture that a model made
// says so, and on what condition.
func (d *Document) attachment(m chat.Message, p chat.Part) string {
	name := line(p.Name)
	if name == "" {
		name = p.MediaType
	}
	switch w := d.o.Words; {
	case p.Origin.Any(chat.Image) && slices.Contains(d.o.Marks.Markers(m), noTraining):
		return w.T("export.marked_image", "Name", name)
	case p.Origin.Any(chat.Image):
		return w.T("export.made_image", "Name", name)
	case p.Kind == chat.ImagePart:
		return w.T("export.image", "Name", name)
	default:
		return w.T("export.file", "Name", name)
	}
}

// dataset is one line for each conversation in the form of chats that trainers
// read; what marks a turn stands beside the messages.
type dataset struct{}

type example struct {
	Messages []exampleTurn  `json:"messages"`
	Metadata exampleOrigins `json:"metadata"`
}

type exampleTurn struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type exampleOrigins struct {
	Conversation string           `json:"conversation"`
	Purpose      string           `json:"purpose,omitempty"`
	Ruleset      string           `json:"ruleset"`
	LeftOut      []archive.Reason `json:"left_out,omitempty"`
	Turns        []exampleLabel   `json:"turns"`
}

type exampleLabel struct {
	AIGenerated string `json:"ai_generated"`
	HumanEdited string `json:"human_edited"`
	SourceType  string `json:"digital_source_type,omitempty"`
	Service     string `json:"service,omitempty"`
	Model       string `json:"model,omitempty"`
}

func (dataset) head(*Document) {}

// conversation writes prompts that have an answer; one whose answer the rules
// keep out, and one that was never answered, teaches nothing.
func (dataset) conversation(d *Document, c chat.Conversation, left []policy.Left) error {
	_, purpose, _ := strings.Cut(string(d.o.Format), ":")
	e := example{Metadata: exampleOrigins{
		Conversation: string(c.ID), Purpose: purpose, Ruleset: d.o.Ruleset, LeftOut: archive.Reasons(left, nil),
	}}
	if c.System != "" {
		e.add(d, chat.Message{Role: chat.System}, string(c.System))
	}
	turns := shown(c)
	answers := 0
	for i, m := range turns {
		text := string(m.Text())
		switch {
		case text == "":
		case m.Role == chat.User && i+1 < len(turns) && turns[i+1].Role == chat.Assistant && turns[i+1].Text() != "" && turns[i+1].State == chat.Complete:
			e.add(d, m, text)
		case m.Role == chat.Assistant && m.State == chat.Complete && len(e.Messages) > 0 && e.Messages[len(e.Messages)-1].Role == string(chat.User):
			e.add(d, m, text)
			answers++
		}
	}
	if answers == 0 {
		return nil
	}
	data, err := encode(e)
	if err != nil {
		return err
	}
	d.put(string(data), "\n")
	return nil
}

func (e *example) add(d *Document, m chat.Message, text string) {
	t := d.turn(chat.Conversation{}, m)
	e.Messages = append(e.Messages, exampleTurn{string(m.Role), strings.ToValidUTF8(text, "\uFFFD")})
	e.Metadata.Turns = append(e.Metadata.Turns, exampleLabel{t.AIGenerated, t.HumanEdited, t.SourceType, t.Service, t.Model})
}

func (dataset) tail(*Document) {}
