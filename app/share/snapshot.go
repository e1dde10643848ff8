package share

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Snapshot is what a reader sees: values of its own, which no later change of
// the conversation reaches.
type Snapshot struct {
	Version int    `json:"version"`
	Title   string `json:"title,omitempty"`
	// Made is the day on which it was shared, YYYY-MM-DD.
	Made    string `json:"made"`
	Ruleset string `json:"ruleset"`
	Turns   []Turn `json:"messages"`
	// LeftOut says what is not in it.
	LeftOut []Omission `json:"left_out,omitempty"`
}

// Turn is one turn of a snapshot. AIGenerated and HumanEdited are yes or no.
type Turn struct {
	Role  chat.Role `json:"role"`
	Model string    `json:"model,omitempty"`
	Day   string    `json:"day,omitempty"` // YYYY-MM-DD
	Text  string    `json:"text,omitempty"`
	// Withheld says that the rules took the text out, and by which clauses.
	Withheld    bool     `json:"withheld,omitempty"`
	Clauses     []string `json:"clauses,omitempty"`
	Cut         bool     `json:"cut,omitempty"`
	AIGenerated string   `json:"ai_generated"`
	HumanEdited string   `json:"human_edited"`
	SourceType  string   `json:"digital_source_type,omitempty"`
	Sources     []Source `json:"sources,omitempty"`
	// Images are generated pictures; their bytes are only in the page.
	Images []Image `json:"images,omitempty"`
}

// Source is a page that an answer names.
type Source struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Image is a picture with all its bytes, the marks in them included.
type Image struct {
	MediaType string `json:"media_type"`
	Data      []byte `json:"-"`
}

// Omission counts what was left out of a kind: "text", "attachment", "link",
// or the kind of a finding.
type Omission struct {
	What    string   `json:"what"`
	Count   int      `json:"count"`
	Clauses []string `json:"clauses,omitempty"`
}

const version = 1

// Freeze makes the snapshot of a cleared conversation. The kind Refused says
// that no rule has cleared it.
func Freeze(s policy.Shareable, d *Draft, ruleset string, now time.Time, marks archive.Marks) (Snapshot, error) {
	c, _, err := s.Open()
	if err != nil {
		return Snapshot{}, fault.E("share.Freeze", fault.Refused, err)
	}
	snap := Snapshot{Version: version, Title: c.Title, Made: now.Format(time.DateOnly), Ruleset: ruleset}
	for _, m := range bare(c).Messages {
		if t := turn(m, marks); !t.empty() {
			snap.Turns = append(snap.Turns, t)
		}
	}
	if len(snap.Turns) == 0 {
		return Snapshot{}, fault.E("share.Freeze", fault.Invalid, nil, "what", "conversation", "field", "messages")
	}
	snap.LeftOut = d.omissions()
	return snap, nil
}

func turn(m chat.Message, marks archive.Marks) Turn {
	t := Turn{
		Role: m.Role, Text: string(m.Text()), Withheld: m.State == chat.Withheld, AIGenerated: "no", HumanEdited: "no",
		Cut: m.State == chat.Cut || m.State == chat.Stopped,
	}
	if !m.At.IsZero() {
		t.Day = m.At.Format(time.DateOnly)
	}
	if t.Withheld {
		t.Clauses = m.Clauses
	}
	if m.Role == chat.Assistant {
		t.Model, t.AIGenerated, t.SourceType = cmp.Or(m.Model, m.Asked), "yes", marks.Generated
		if m.Edited {
			t.HumanEdited, t.SourceType = "yes", marks.Edited
		}
	}
	for _, p := range m.Parts {
		switch p.Kind {
		case chat.ImagePart:
			t.Images = append(t.Images, Image{p.MediaType, p.Data})
		case chat.ReferencePart:
			t.Sources = append(t.Sources, Source{p.Name, p.URL})
		default:
		}
	}
	return t
}

func (t Turn) empty() bool {
	return strings.TrimSpace(t.Text) == "" && !t.Withheld && len(t.Images)+len(t.Sources) == 0
}

// omissions counts what the rules and the person have taken out.
func (d *Draft) omissions() []Omission {
	var list []Omission
	add := func(what string, clauses []string) {
		i := slices.IndexFunc(list, func(o Omission) bool { return o.What == what })
		if i < 0 {
			list = append(list, Omission{What: what})
			i = len(list) - 1
		}
		list[i].Count++
		for _, c := range clauses {
			if !slices.Contains(list[i].Clauses, c) {
				list[i].Clauses = append(list[i].Clauses, c)
			}
		}
	}
	for _, l := range d.left {
		add(leftWord(l.What), l.Verdict.Clauses)
	}
	for _, f := range d.found {
		if !f.Keep {
			add(string(f.Kind), nil)
		}
	}
	return list
}

// leftWord is the word for something that a permit does not carry.
func leftWord(what string) string {
	switch what {
	case "text", "attachment":
		return what
	case string(chat.ReferencePart):
		return "link"
	default:
		return "part"
	}
}

// JSON is the snapshot as a document.
func (s Snapshot) JSON() ([]byte, error) { return json.Marshal(s) }

// ParseSnapshot reads what JSON wrote. The kind SharePage says that it is
// something else.
func ParseSnapshot(data []byte) (Snapshot, error) {
	var s Snapshot
	if err := json.Unmarshal(data, &s); err != nil || s.Version != version {
		return Snapshot{}, fault.E("share.ParseSnapshot", fault.SharePage, nil, "why", "foreign")
	}
	return s, nil
}
