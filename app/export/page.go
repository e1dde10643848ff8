package export

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"strconv"
	"strings"
	"time"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/policy"
)

// Style is the style sheet of a page, for light and dark, narrow and paper.
//
//go:embed page.css
var Style string

// ContentPolicy lets a page show its own style and pictures that are part of
// it; it runs nothing, sends nothing and loads nothing.
func ContentPolicy() string {
	sum := sha256.Sum256([]byte(Style))
	return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'"
}

// page is one HTML file that needs nothing else.
type page struct{ esc func(string) string }

func newPage() page { return page{html.EscapeString} }

func (p page) head(d *Document) {
	w := d.o.Words
	title := d.o.Title
	if title == "" {
		title = w.T("export.several")
	}
	d.put("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
		`<meta http-equiv="Content-Security-Policy" content="`, p.esc(ContentPolicy()), "\">\n",
		`<meta name="viewport" content="width=device-width, initial-scale=1">`, "\n",
		`<meta name="referrer" content="no-referrer">`, "\n",
		`<meta name="robots" content="noindex">`, "\n",
		`<meta name="generator" content="`, p.esc("bise "+d.o.Version), "\">\n",
		`<meta name="ai-generated" content="yes">`, "\n")
	if d.o.Marks.Generated != "" {
		d.put(`<meta name="digital-source-type" content="`, p.esc(d.o.Marks.Generated), "\">\n")
	}
	d.put("<title>", p.esc(line(title)), "</title>\n<style>", Style, "</style>\n</head>\n<body>\n<header>\n<p>",
		p.esc(w.T("export.made", "Version", d.o.Version, "Date", d.o.At.Format(time.DateOnly), "Ruleset", d.o.Ruleset)),
		"</p>\n<p>", p.esc(w.T("export.notice")), "</p>\n")
	for _, l := range d.summary() {
		d.put(`<p class="left">`, p.esc(l), "</p>\n")
	}
	d.put("</header>\n<main>\n")
}

func (p page) conversation(d *Document, c chat.Conversation, left []policy.Left) error {
	d.put(`<section id="c`, strconv.Itoa(d.n+1), "\">\n<h1 dir=\"auto\">", p.esc(d.title(c)), "</h1>\n")
	if n := branches(c); n > 0 {
		d.put(`<p class="left">`, p.esc(d.o.Words.N("export.branches", n)), "</p>\n")
	}
	if c.System != "" {
		d.put("<article class=\"system\">\n<h2>", p.esc(d.o.Words.T("export.system")), "</h2>\n<div dir=\"auto\">\n", HTMLBody(c.System), "</div>\n</article>\n")
	}
	of := leftBy(left)
	for _, m := range shown(c) {
		p.turn(d, m, of[m.ID])
	}
	d.put("</section>\n")
	return nil
}

func (p page) turn(d *Document, m chat.Message, left []policy.Left) {
	class, marks := "person", ""
	if archive.Generated(m) {
		class = "answer"
		marks = ` data-ai-generated="yes" data-human-edited="` + yesNo(m.Edited) + `" data-model="` + p.esc(m.Model) + `" data-service="` + p.esc(m.Service) + `"`
		if t := d.o.Marks.For(m); t != "" {
			marks += ` data-digital-source-type="` + p.esc(t) + `"`
		}
		if markers := d.o.Marks.Markers(m); len(markers) > 0 {
			marks += ` data-markers="` + p.esc(strings.Join(markers, " ")) + `"`
		}
	}
	d.put(`<article class="`, class, `"`, marks, ">\n<h2>", p.esc(line(d.speaker(m))))
	if !m.At.IsZero() {
		d.put(` <time datetime="`, m.At.UTC().Format(time.RFC3339), `">`, p.esc(when(m.At)), "</time>")
	}
	d.put("</h2>\n")
	if thinking := reasoning(m); thinking != "" {
		d.put("<details>\n<summary>", p.esc(d.o.Words.T("export.thinking")), "</summary>\n<div dir=\"auto\">\n", HTMLBody(thinking), "</div>\n</details>\n")
	}
	if text := m.Text(); text != "" {
		d.put("<div dir=\"auto\">\n", HTMLBody(text), "</div>\n")
	}
	for _, part := range m.Parts {
		p.attached(d, m, part)
	}
	if list := sources(m); len(list) > 0 {
		d.put("<ol class=\"sources\">\n")
		for _, s := range list {
			name := line(s.Name)
			if name == "" {
				name = line(s.URL)
			}
			label := p.esc(name)
			if address := Safe(s.URL); address != "" {
				label = opening(address) + label + "</a>"
			}
			d.put("<li>", label, "</li>\n")
		}
		d.put("</ol>\n")
	}
	for _, l := range append(d.missing(left), d.ended(m)) {
		if l != "" {
			d.put(`<p class="left">`, p.esc(l), "</p>\n")
		}
	}
	d.put("</article>\n")
}

// drawn are the pictures that every browser shows and that hold no script.
var drawn = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/avif": true}

// attached writes a picture or a file that belongs to a turn.
func (p page) attached(d *Document, m chat.Message, part chat.Part) {
	if part.Kind != chat.ImagePart && part.Kind != chat.FilePart {
		return
	}
	label := p.esc(d.attachment(m, part))
	switch {
	case len(part.Data) > 0 && drawn[part.MediaType]:
		d.put("<figure>\n<img alt=\"", label, `" src="`, dataURL(part), "\">\n<figcaption>", label, "</figcaption>\n</figure>\n")
	case len(part.Data) > 0:
		name := part.Name
		if name == "" {
			name = "file"
		}
		part.MediaType = "application/octet-stream"
		d.put(`<p class="file"><a download="`, p.esc(line(name)), `" href="`, dataURL(part), `">`, label, "</a></p>\n")
	case part.Text != "":
		d.put("<details class=\"file\">\n<summary>", label, "</summary>\n<pre>", p.esc(strings.ToValidUTF8(string(part.Text), "\uFFFD")), "</pre>\n</details>\n")
	default:
		d.put(`<p class="file">`, label, "</p>\n")
	}
}

// reasoning is what a model thought before it answered.
func reasoning(m chat.Message) chat.Text {
	var text chat.Text
	for _, part := range m.Parts {
		if part.Kind == chat.ThinkingPart {
			text += part.Text
		}
	}
	return text
}

func (page) tail(d *Document) { d.put("</main>\n</body>\n</html>\n") }
