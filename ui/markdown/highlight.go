package markdown

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

const (
	// maxCodeLine is the longest line that is coloured, in bytes: lexers are
	// regular expressions that look back, and minified code is not read.
	maxCodeLine = 1000
	// patience is how long a block of code may take to be coloured before the
	// rest stays plain. An ordinary one takes a few milliseconds; this is for
	// text made to keep a lexer busy, and a busy machine should not meet it.
	patience = 300 * time.Millisecond
	// maxLexers is how many names of languages are remembered.
	maxLexers = 128
)

// known remembers the lexers by the names that were asked for; looking for an
// unknown name takes a millisecond.
var known struct {
	sync.Mutex
	lexers map[string]chroma.Lexer
}

func lexerFor(lang string) chroma.Lexer {
	lang = strings.ToLower(lang)
	if lang == "" || len(lang) > 32 {
		return nil
	}
	known.Lock()
	defer known.Unlock()
	if l, ok := known.lexers[lang]; ok {
		return l
	}
	l := lexers.Get(lang)
	if l != nil {
		l = chroma.Coalesce(l)
	}
	if known.lexers == nil || len(known.lexers) >= maxLexers {
		known.lexers = make(map[string]chroma.Lexer)
	}
	known.lexers[lang] = l
	return l
}

// highlight colours code, line by line. Code in an unknown language comes out
// plain.
func highlight(lang, text string) [][]span {
	lexer := lexerFor(lang)
	if lexer == nil || longestLine(text) > maxCodeLine {
		return plainLines(text)
	}
	tokens, err := lexer.Tokenise(nil, text)
	if err != nil {
		return plainLines(text)
	}
	var start time.Time // after the first word: a lexer's first use builds it
	out, line, size := make([][]span, 0, strings.Count(text, "\n")+1), []span(nil), 0
	for t := tokens(); t != chroma.EOF; t = tokens() {
		st := styleOf(t.Type)
		size += len(t.Value)
		for value := t.Value; value != ""; {
			part, rest, more := strings.Cut(value, "\n")
			if part != "" {
				line = append(line, span{part, st})
			}
			if more {
				out, line = append(out, line), nil
			}
			value = rest
		}
		if start.IsZero() {
			start = time.Now()
		} else if time.Since(start) > patience {
			break
		}
	}
	if line != nil {
		out = append(out, line)
	}
	return settle(out, text, size)
}

// simple is the languages whose lines can be coloured one by one, as long as
// nothing in them goes on over several lines.
func simple(name string) bool {
	switch name {
	case "Bash", "C", "C#", "C++", "Diff", "Docker", "Go", "Java", "JavaScript", "Kotlin", "Lua",
		"Python", "Ruby", "Rust", "SQL", "Swift", "TOML", "TypeScript":
		return true
	}
	return false
}

// lineByLine reports whether colouring text as a whole gives the same as
// colouring each of its lines. In doubt it does not.
func lineByLine(lang, text string) bool {
	lexer := lexerFor(lang)
	if lexer == nil {
		return true
	}
	if !simple(lexer.Config().Name) {
		return false
	}
	for _, opens := range []string{"/*", `"""`, "'''", "<<", "=begin", "[["} {
		if strings.Contains(text, opens) {
			return false
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		for _, quote := range []string{`"`, "'", "`"} {
			if strings.Count(line, quote)%2 == 1 {
				return false
			}
		}
	}
	return true
}

// settle makes sure that what was coloured is the text, line for line: a lexer
// may add a break at the end, and stops early when it takes too long.
func settle(out [][]span, text string, size int) [][]span {
	want := strings.Count(text, "\n") + 1
	if size >= len(text) && len(out) >= want {
		return out[:want]
	}
	plain := plainLines(text)
	n := min(len(out), want)
	if size < len(text) && n > 0 {
		n-- // the last line is not whole
	}
	copy(plain, out[:n])
	return plain
}

func plainLines(text string) [][]span {
	out := make([][]span, 0, strings.Count(text, "\n")+1)
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, []span{{line, 0}})
	}
	return out
}

func longestLine(text string) int {
	longest := 0
	for line := range strings.SplitSeq(text, "\n") {
		longest = max(longest, len(line))
	}
	return longest
}

// styleOf maps a lexer's kinds of words to ours.
func styleOf(t chroma.TokenType) style {
	switch {
	case t == chroma.KeywordType, t == chroma.NameClass, t == chroma.NameNamespace, t == chroma.NameTag:
		return typeName
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic, t == chroma.NameBuiltin, t == chroma.NameDecorator, t == chroma.NameAttribute:
		return function
	case t.InCategory(chroma.Keyword), t == chroma.OperatorWord:
		return keyword
	case t.InCategory(chroma.Comment):
		return comment
	case t.InSubCategory(chroma.LiteralNumber):
		return number
	case t.InCategory(chroma.Literal):
		return literal
	case t.InCategory(chroma.Operator), t.InCategory(chroma.Punctuation):
		return operator
	case t == chroma.GenericInserted:
		return inserted
	case t == chroma.GenericDeleted:
		return deleted
	case t == chroma.GenericHeading, t == chroma.GenericSubheading:
		return typeName
	default:
		return 0
	}
}

// hardHeight is how many lines of the given width a line of code takes.
func hardHeight(line string, width int) int {
	for i := range len(line) {
		if line[i] >= utf8.RuneSelf {
			return wideHeight(line, width)
		}
	}
	return max(1, (len(line)+width-1)/width)
}

func wideHeight(line string, width int) int {
	l := liner{p: plainPainter, width: width}
	l.hard(line, 0)
	l.end()
	return len(l.lines)
}

// plainPainter draws for the sake of counting.
var plainPainter = &painter{inks: map[style]string{0: ""}}
