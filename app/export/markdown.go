package export

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/policy"
)

// markdown is a document with front matter; the text of a turn is as it was
// written. What marks a turn also stands in a comment before it, which readers
// do not show.
type markdown struct{}

func (markdown) head(d *Document) {
	d.put("---\n")
	if d.o.Title != "" {
		d.put("title: ", quote(d.o.Title), "\n")
	}
	d.put("generator: ", quote("bise "+d.o.Version), "\nexported: ", d.o.At.UTC().Format(time.RFC3339),
		"\nruleset: ", quote(d.o.Ruleset), "\nai_generated: yes\n")
	if d.o.Marks.Generated != "" {
		d.put("digital_source_type: ", quote(d.o.Marks.Generated), "\n")
	}
	d.put("conversations: ", strconv.Itoa(d.o.Conversations), "\n")
	if len(d.o.Left) > 0 {
		d.put("left_out:\n")
		for _, r := range d.o.Left {
			d.put("  - {what: ", quote(r.What), ", count: ", strconv.Itoa(r.Count), ", clauses: ", quote(strings.Join(r.Clauses, ", ")), "}\n")
		}
	}
	d.put("---\n\n> ", d.o.Words.T("export.notice"), "\n")
	for _, l := range d.summary() {
		d.put(">\n> ", l, "\n")
	}
}

func (markdown) conversation(d *Document, c chat.Conversation, left []policy.Left) error {
	d.put("\n# ", d.title(c), "\n")
	if n := branches(c); n > 0 {
		d.put("\n> ", d.o.Words.N("export.branches", n), "\n")
	}
	if c.System != "" {
		d.put("\n## ", d.o.Words.T("export.system"), "\n\n", string(c.System), "\n")
	}
	of := leftBy(left)
	for i, m := range shown(c) {
		// JSON with < and > escaped cannot end the comment early.
		mark, err := json.Marshal(d.turn(c, m))
		if err != nil {
			return err
		}
		d.put("\n<!-- bise ", string(mark), " -->\n## ", strings.TrimSuffix(line(d.speaker(m))+" · "+when(m.At), " · "), "\n\n")
		if text := string(m.Text()); text != "" {
			d.put(text)
			if !strings.HasSuffix(text, "\n") {
				d.put("\n")
			}
		}
		d.beside(m, "t"+strconv.Itoa(d.n+1)+"-"+strconv.Itoa(i+1))
		for _, l := range append(d.missing(of[m.ID]), d.ended(m)) {
			if l != "" {
				d.put("\n> ", l, "\n")
			}
		}
	}
	return nil
}

func (markdown) tail(*Document) {}

// beside writes the pictures, files and sources of a turn. Bytes stand behind
// the turn, where they do not get in the way of reading.
func (d *Document) beside(m chat.Message, id string) {
	var data []string
	for i, p := range m.Parts {
		if p.Kind != chat.ImagePart && p.Kind != chat.FilePart {
			continue
		}
		label := strings.NewReplacer("[", "(", "]", ")").Replace(d.attachment(m, p))
		switch {
		case len(p.Data) > 0:
			ref := id + "-" + strconv.Itoa(i)
			mark := ""
			if p.Kind == chat.ImagePart {
				mark = "!"
			}
			d.put("\n", mark, "[", label, "][", ref, "]\n")
			data = append(data, "\n["+ref+"]: "+dataURL(p)+"\n")
		default:
			d.put("\n*", label, "*\n")
			if p.Text != "" {
				fence := fenceFor(string(p.Text))
				d.put("\n", fence, "\n", strings.TrimSuffix(string(p.Text), "\n"), "\n", fence, "\n")
			}
		}
	}
	for i, s := range sources(m) {
		if i == 0 {
			d.put("\n")
		}
		d.put(strconv.Itoa(i+1), ". ", line(s.Name), " <", line(s.URL), ">\n")
	}
	d.put(data...)
}

// dataURL holds the bytes of a picture or file as they are.
func dataURL(p chat.Part) string {
	return "data:" + mediaType(p) + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
}

// mediaType is that of a part as it may stand in an address.
func mediaType(p chat.Part) string {
	clean := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/+-.", r) {
			return r
		}
		return -1
	}, p.MediaType)
	if !strings.Contains(clean, "/") {
		return "application/octet-stream"
	}
	return clean
}

// fenceFor is a fence that the text does not hold.
func fenceFor(text string) string {
	longest, run := 2, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", longest+1)
}

// quote is s as a string of YAML, which takes those of JSON.
func quote(s string) string {
	data, err := encode(strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		return `""`
	}
	return string(data)
}
