package share

import (
	"encoding/base64"
	"html"
	"strings"

	"bise/app/chat"
	"bise/app/export"
)

// title is what a reader sees at the top.
func (s Snapshot) title(w export.Words) string {
	if s.Title == "" {
		return w.T("share.page.untitled")
	}
	return s.Title
}

// body is the snapshot as HTML of our own making: text becomes HTML in one
// place, which lets nothing run and nothing load.
func (s Snapshot) body(w export.Words) string {
	var b strings.Builder
	esc := html.EscapeString
	b.WriteString("<header>\n<p>" + esc(w.T("share.page.made", "Date", s.Made, "Ruleset", s.Ruleset)) + "</p>\n<p>" + esc(w.T("share.page.notice")) + "</p>\n")
	for _, l := range s.Omitted(w) {
		b.WriteString(`<p class="left">` + esc(l) + "</p>\n")
	}
	b.WriteString("</header>\n<main>\n<h1 dir=\"auto\">" + esc(s.title(w)) + "</h1>\n")
	for _, t := range s.Turns {
		t.html(&b, w)
	}
	b.WriteString("</main>\n")
	return b.String()
}

func (t Turn) html(b *strings.Builder, w export.Words) {
	esc := html.EscapeString
	class, marks := "person", ""
	if t.AIGenerated == "yes" {
		class = "answer"
		marks = ` data-ai-generated="yes" data-human-edited="` + esc(t.HumanEdited) + `" data-model="` + esc(t.Model) + `" data-digital-source-type="` + esc(t.SourceType) + `"`
	}
	b.WriteString(`<article class="` + class + `"` + marks + ">\n<h2>" + esc(t.Speaker(w)))
	if t.Day != "" {
		b.WriteString(` <time datetime="` + esc(t.Day) + `">` + esc(t.Day) + "</time>")
	}
	b.WriteString("</h2>\n")
	if t.Text != "" {
		b.WriteString("<div dir=\"auto\">\n" + export.HTMLBody(chat.Text(t.Text)) + "</div>\n")
	}
	for _, i := range t.Images {
		if drawn[i.MediaType] {
			b.WriteString(`<figure><img alt="` + esc(w.T("share.page.image")) + `" src="data:` + i.MediaType + ";base64," + base64.StdEncoding.EncodeToString(i.Data) + "\"></figure>\n")
		}
	}
	if len(t.Sources) > 0 {
		b.WriteString("<ol class=\"sources\">\n")
		for _, s := range t.Sources {
			b.WriteString("<li>" + s.html() + "</li>\n")
		}
		b.WriteString("</ol>\n")
	}
	for _, note := range t.Notes(w) {
		b.WriteString(`<p class="left">` + esc(note) + "</p>\n")
	}
	b.WriteString("</article>\n")
}

func (s Source) html() string {
	label := html.EscapeString(s.label())
	if address := export.Safe(s.URL); address != "" {
		return `<a rel="noopener noreferrer nofollow" href="` + html.EscapeString(address) + `">` + label + "</a>"
	}
	return label
}

func (s Source) label() string {
	label := strings.Join(strings.Fields(s.Title), " ")
	if label == "" {
		label = s.URL
	}
	return label
}

// drawn are the pictures that every browser shows and that hold no script.
var drawn = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// Speaker says who wrote a turn. The person has no name here; what a model
// wrote always says so.
func (t Turn) Speaker(w export.Words) string {
	switch {
	case t.AIGenerated != "yes":
		return w.T("share.page.person")
	case t.HumanEdited == "yes":
		return w.T("share.page.edited", "Model", t.Model)
	default:
		return w.T("share.page.generated", "Model", t.Model)
	}
}

// Notes says what a reader should know of a turn.
func (t Turn) Notes(w export.Words) []string {
	var notes []string
	if t.Withheld {
		notes = append(notes, w.T("share.page.withheld", "Clauses", strings.Join(t.Clauses, ", ")))
	}
	if t.Cut {
		notes = append(notes, w.T("share.page.cut"))
	}
	return notes
}

// Omitted says what is not in the snapshot, one sentence for each kind.
func (s Snapshot) Omitted(w export.Words) []string {
	var lines []string
	for _, o := range s.LeftOut {
		lines = append(lines, w.N("share.left."+o.What, o.Count, "Clauses", strings.Join(o.Clauses, ", ")))
	}
	return lines
}

// Text is the snapshot as Markdown, for reading in a terminal. Pictures cannot
// be in it; a note says where one was.
func (s Snapshot) Text(w export.Words) string {
	return s.markdown(w, func(text string) string { return text })
}

// Paste is Text for a server that shows Markdown and might take a piece of it
// for HTML.
func (s Snapshot) Paste(w export.Words) string { return s.markdown(w, escapeHTML) }

func (s Snapshot) markdown(w export.Words, esc func(string) string) string {
	var b strings.Builder
	b.WriteString("# " + esc(strings.Join(strings.Fields(s.title(w)), " ")) + "\n\n> " + w.T("share.page.made", "Date", s.Made, "Ruleset", s.Ruleset) + " " + w.T("share.page.notice") + "\n")
	for _, l := range s.Omitted(w) {
		b.WriteString(">\n> " + l + "\n")
	}
	for _, t := range s.Turns {
		b.WriteString("\n## " + esc(t.Speaker(w)))
		if t.Day != "" {
			b.WriteString(" · " + t.Day)
		}
		b.WriteString("\n\n")
		if t.Text != "" {
			b.WriteString(esc(strings.TrimRight(t.Text, "\n")) + "\n")
		}
		for i, s := range t.Sources {
			if i == 0 {
				b.WriteString("\n")
			}
			b.WriteString("- " + esc(s.label()) + " " + esc(export.Safe(s.URL)) + "\n")
		}
		for range t.Images {
			b.WriteString("\n> " + w.T("share.page.no_image") + "\n")
		}
		for _, note := range t.Notes(w) {
			b.WriteString("\n> " + note + "\n")
		}
	}
	return b.String()
}

// escapeHTML keeps a renderer of Markdown from taking a piece of text for HTML.
// Code keeps its characters: it is shown as it is.
func escapeHTML(s string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(s) {
		trimmed := strings.TrimSpace(line)
		fence := strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~")
		if fence {
			fenced = !fenced
		}
		if fence || fenced {
			b.WriteString(line)
			continue
		}
		pieces := strings.Split(line, "`")
		for i := range pieces {
			if i%2 == 0 || i == len(pieces)-1 { // not between two marks of code
				pieces[i] = strings.ReplaceAll(pieces[i], "<", "&lt;")
			}
		}
		b.WriteString(strings.Join(pieces, "`"))
	}
	return b.String()
}
