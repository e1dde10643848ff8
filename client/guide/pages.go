package guide

import (
	"io/fs"
	"path"
	"strings"
)

// Page is one page of help in Markdown: a title and sections, each under a
// "## " heading. A line "<!-- also: … -->" in a section holds more words that
// people use for its subject; it is searched and never shown.
type Page struct {
	ID    string // file name without its ending
	Title string
	Body  string
}

// section is what is found and shown: one answer.
type section struct {
	page, title string
	also        string
	text        string
}

func readPages(fsys fs.FS) ([]Page, error) {
	names, err := fs.Glob(fsys, "guide/*.md")
	if err != nil {
		return nil, err
	}
	var pages []Page
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		pages = append(pages, parsePage(strings.TrimSuffix(path.Base(name), ".md"), string(data)))
	}
	return pages, nil
}

// parsePage takes the title from the first "# " line; without one the id is
// the title.
func parsePage(id, data string) Page {
	p := Page{ID: id, Title: id}
	data = strings.ReplaceAll(data, "\r\n", "\n")
	rest := strings.TrimLeft(data, "\n")
	if title, ok := strings.CutPrefix(rest, "# "); ok {
		p.Title, rest, _ = strings.Cut(title, "\n")
		p.Title = strings.TrimSpace(p.Title)
	}
	p.Body = rest
	return p
}

// sections cuts a page at its "## " headings; what stands before the first is
// a section named like the page.
func (p Page) sections() []section {
	var all []section
	current := section{page: p.Title, title: p.Title}
	var text strings.Builder
	flush := func() {
		current.text = strings.TrimSpace(text.String())
		if current.text != "" {
			all = append(all, current)
		}
		text.Reset()
	}
	fenced := false
	for line := range strings.Lines(p.Body) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "```") {
			fenced = !fenced
		}
		if title, ok := strings.CutPrefix(trimmed, "## "); ok && !fenced {
			flush()
			current = section{page: p.Title, title: title}
			continue
		}
		if also, ok := strings.CutPrefix(trimmed, "<!-- also:"); ok {
			current.also += " " + strings.TrimSuffix(also, "-->")
			continue
		}
		text.WriteString(line)
	}
	flush()
	return all
}
