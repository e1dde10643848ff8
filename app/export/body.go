package export

import (
	"bytes"
	"html"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"bise/app/chat"
)

// maxRendered is the longest text that is read as Markdown, in bytes. Longer
// ones are shown as they are: a text made to be slow takes time by its square.
const maxRendered = 512 << 10

// maxNested is how many block quotes may stand in each other before a text is
// shown as it is; every level costs the reader of the rest.
const maxNested = 64

// HTMLBody is text as HTML to be put into a page: Markdown without scripts,
// styles, addresses that run something, or anything that is loaded. HTML in the
// text is shown as it is written. Pictures that a text links to become links.
func HTMLBody(text chat.Text) string {
	source := []byte(strings.ToValidUTF8(string(text), "\uFFFD"))
	if len(source) > maxRendered || nested(source) > maxNested {
		return "<pre>" + html.EscapeString(string(source)) + "</pre>\n"
	}
	var b bytes.Buffer
	if err := body.Convert(source, &b); err != nil {
		return "<pre>" + html.EscapeString(string(source)) + "</pre>\n"
	}
	return b.String()
}

// nested is the largest number of marks that open a block at the start of a
// line.
func nested(source []byte) int {
	deepest := 0
	for l := range bytes.Lines(source) {
		depth := 0
		for _, c := range l {
			if c == '>' || c == '-' || c == '*' || c == '+' {
				depth++
			} else if c != ' ' && c != '\t' {
				break
			}
		}
		if mark := bytes.TrimSpace(l); len(mark) > 0 && mark[0] != '>' && onlyMarks(mark) {
			continue // a rule across the page
		}
		deepest = max(deepest, depth)
	}
	return deepest
}

func onlyMarks(l []byte) bool { return len(bytes.Trim(l, "-*+ \t")) == 0 }

var body = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough, extension.TaskList, extension.Linkify,
	),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(safe{}, 10))),
)

// safe draws what could run or load something.
type safe struct{}

// RegisterFuncs takes the nodes of addresses and of HTML.
func (s safe) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindLink, s.link)
	r.Register(ast.KindAutoLink, s.autoLink)
	r.Register(ast.KindImage, s.image)
	r.Register(ast.KindRawHTML, s.rawHTML)
	r.Register(ast.KindHTMLBlock, s.htmlBlock)
	r.Register(ast.KindHeading, s.heading)
}

// Safe is an address that a page may link to, "" for any other: a web page or a
// mail address, never one that runs or reads something.
func Safe(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.User != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
	default:
		return ""
	}
	return u.String()
}

func opening(address string) string {
	return `<a href="` + html.EscapeString(address) + `" rel="noopener noreferrer nofollow">`
}

func (safe) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l, ok := n.(*ast.Link)
	if !ok {
		return ast.WalkContinue, nil
	}
	address := Safe(string(l.Destination))
	switch {
	case address == "":
	case entering:
		_, _ = w.WriteString(opening(address))
	default:
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (safe) autoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l, ok := n.(*ast.AutoLink)
	if !ok || !entering {
		return ast.WalkContinue, nil
	}
	target := string(l.URL(source))
	if l.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(target), "mailto:") {
		target = "mailto:" + target
	}
	label := html.EscapeString(string(l.Label(source)))
	if address := Safe(target); address != "" {
		label = opening(address) + label + "</a>"
	}
	_, _ = w.WriteString(label)
	return ast.WalkSkipChildren, nil
}

// image never loads a picture: its address would tell the sender who reads.
func (safe) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	i, ok := n.(*ast.Image)
	if !ok {
		return ast.WalkContinue, nil
	}
	address := Safe(string(i.Destination))
	switch {
	case entering && address != "":
		_, _ = w.WriteString(opening(address) + "[")
	case entering:
		_, _ = w.WriteString("[")
	case address != "":
		_, _ = w.WriteString("]</a>")
	default:
		_, _ = w.WriteString("]")
	}
	return ast.WalkContinue, nil
}

func (safe) rawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h, ok := n.(*ast.RawHTML)
	if !ok || !entering {
		return ast.WalkSkipChildren, nil
	}
	for i := range h.Segments.Len() {
		segment := h.Segments.At(i)
		_, _ = w.WriteString(html.EscapeString(string(segment.Value(source))))
	}
	return ast.WalkSkipChildren, nil
}

func (safe) htmlBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h, ok := n.(*ast.HTMLBlock)
	if !ok {
		return ast.WalkContinue, nil
	}
	if !entering {
		if h.HasClosure() {
			_, _ = w.WriteString(html.EscapeString(string(h.ClosureLine.Value(source))))
		}
		_, _ = w.WriteString("</pre>\n")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<pre>")
	lines := h.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		_, _ = w.WriteString(html.EscapeString(string(segment.Value(source))))
	}
	return ast.WalkContinue, nil
}

// heading puts the headings of a text below those of the page.
func (safe) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h, ok := n.(*ast.Heading)
	if !ok {
		return ast.WalkContinue, nil
	}
	tag := "h" + string("3456"[min(h.Level, 4)-1]) + ">"
	if entering {
		_, _ = w.WriteString("<" + tag)
	} else {
		_, _ = w.WriteString("</" + tag + "\n")
	}
	return ast.WalkContinue, nil
}
