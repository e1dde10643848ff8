package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"bise/app/termsafe"
)

// inlines parses what stands within one paragraph. Blocks are found by the
// scanner, because those of a growing text must be found as they arrive.
var inlines = parser.NewParser(
	parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 100)),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewRawHTMLParser(), 400),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
	),
)

// maxBrackets is how many opening brackets a piece of text may have to be looked
// at for links: beyond it the search for their ends takes quadratic time.
const maxBrackets = 200

// maxDelimiters is the same for emphasis.
const maxDelimiters = 1000

// reference is a link target defined elsewhere in the text.
type reference struct{ label, target string }

// parseInline splits a paragraph's source into spans of style st and what its
// markup adds.
func parseInline(src []byte, st style, refs []reference) []span {
	src = bytes.TrimRight(src, " \t\n")
	if !bytes.ContainsAny(src, "*_`[<&\\~!") {
		return plainSpans(src, st)
	}
	brackets := bytes.Count(src, []byte("["))
	if brackets > maxBrackets || countDelimiters(src) > maxDelimiters {
		return plainSpans(src, st)
	}
	pc := parser.NewContext()
	if brackets == 0 {
		refs = nil
	}
	for _, r := range refs {
		pc.AddReference(parser.NewReference([]byte(r.label), []byte(r.target), nil))
	}
	doc := inlines.Parse(text.NewReader(src), parser.WithContext(pc))
	w := inlineWalk{src: src}
	for block := doc.FirstChild(); block != nil; block = block.NextSibling() {
		if len(w.out) > 0 {
			w.add("\n", st)
		}
		w.children(block, st, 0)
	}
	return w.out
}

func countDelimiters(src []byte) int {
	return bytes.Count(src, []byte("*")) + bytes.Count(src, []byte("_")) + bytes.Count(src, []byte("~"))
}

// plainSpans joins the lines of text without markup.
func plainSpans(src []byte, st style) []span {
	if bytes.IndexByte(src, '\n') < 0 {
		return []span{{string(src), st}}
	}
	var b strings.Builder
	b.Grow(len(src))
	for len(src) > 0 {
		line, rest, more := bytes.Cut(src, []byte("\n"))
		end := bytes.TrimRight(line, " \t")
		b.Write(bytes.TrimLeft(end, " \t"))
		if more {
			if len(line)-len(end) >= 2 {
				b.WriteByte('\n')
			} else {
				b.WriteByte(' ')
			}
		}
		src = rest
	}
	return []span{{b.String(), st}}
}

// inlineWalk collects the spans of a parsed paragraph.
type inlineWalk struct {
	src []byte
	out []span
}

// maxNesting is how deep emphasis within emphasis is followed.
const maxNesting = 32

func (w *inlineWalk) add(s string, st style) {
	if s == "" {
		return
	}
	if n := len(w.out); n > 0 && w.out[n-1].st == st {
		w.out[n-1].text += s
		return
	}
	w.out = append(w.out, span{s, st})
}

func (w *inlineWalk) children(n ast.Node, st style, depth int) {
	if depth > maxNesting {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.node(c, st, depth+1)
	}
}

func (w *inlineWalk) node(n ast.Node, st style, depth int) {
	switch n := n.(type) {
	case *ast.Text:
		w.text(n, st)
	case *ast.String:
		w.add(termsafe.Text(string(n.Value)), st)
	case *ast.CodeSpan:
		w.code(n, st|inlineCode)
	case *ast.Emphasis:
		if n.Level == 1 {
			st |= italic
		} else {
			st |= bold
		}
		w.children(n, st, depth)
	case *extast.Strikethrough:
		w.children(n, st|strike, depth)
	case *ast.Link:
		from := len(w.out)
		w.children(n, st|linked, depth)
		w.target(string(n.Destination), w.since(from), st)
	case *ast.AutoLink:
		w.add(termsafe.Line(string(n.Label(w.src))), st|linked)
	case *ast.Image:
		w.add("▣ ", st|muted)
		from := len(w.out)
		w.children(n, st|italic, depth)
		w.target(string(n.Destination), w.since(from), st)
	case *ast.RawHTML:
		w.html(n, st)
	default:
		w.children(n, st, depth)
	}
}

func (w *inlineWalk) text(n *ast.Text, st style) {
	raw := n.Segment.Value(w.src)
	if n.IsRaw() {
		w.add(string(raw), st)
	} else {
		w.add(unescape(raw), st)
	}
	switch {
	case n.HardLineBreak():
		w.add("\n", st)
	case n.SoftLineBreak():
		w.add(" ", st)
	}
}

// unescape resolves backslashes and entities. What an entity stands for has not
// been through the filter yet.
func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '\\') >= 0 {
		raw = util.UnescapePunctuations(raw)
	}
	if bytes.IndexByte(raw, '&') < 0 {
		return string(raw)
	}
	return termsafe.Text(string(util.ResolveEntityNames(util.ResolveNumericReferences(raw))))
}

func (w *inlineWalk) code(n *ast.CodeSpan, st style) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			w.add(strings.ReplaceAll(string(t.Segment.Value(w.src)), "\n", " "), st)
		}
	}
}

// html shows tags as they are written, but for line breaks, which models put
// into tables.
func (w *inlineWalk) html(n *ast.RawHTML, st style) {
	var b strings.Builder
	for i := range n.Segments.Len() {
		s := n.Segments.At(i)
		b.Write(s.Value(w.src))
	}
	tag := strings.ReplaceAll(b.String(), "\n", " ")
	switch strings.ToLower(strings.ReplaceAll(tag, " ", "")) {
	case "<br>", "<br/>":
		w.add("\n", st)
	default:
		w.add(tag, st)
	}
}

// since is the text of the spans from on.
func (w *inlineWalk) since(from int) string {
	var b strings.Builder
	for _, s := range w.out[min(from, len(w.out)):] {
		b.WriteString(s.text)
	}
	return b.String()
}

// target writes a link's address behind its text, unless the text says it.
func (w *inlineWalk) target(address, shown string, st style) {
	address = termsafe.Line(unescape([]byte(address)))
	address = strings.TrimPrefix(address, "mailto:")
	if address == "" || address[0] == '#' || strings.HasSuffix(shown, address) {
		return
	}
	w.add(" ("+address+")", st|muted)
}
