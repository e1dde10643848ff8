package localstore

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
)

// maxHits bounds a search that names no limit.
const maxHits = 50

// Hit is a message that a search found.
type Hit struct {
	Conversation chat.ConversationID
	Message      chat.MessageID
	Title        string
	Role         chat.Role
	At           time.Time
	Snippet      Snippet
}

// Snippet is the place of a message that a search found.
type Snippet struct {
	Text chat.Text
	// Matches are the byte ranges of Text that matched, in order.
	Matches []Span
}

// Span is a range of bytes, End excluded.
type Span struct{ Start, End int }

// Search finds messages with all words of query, the newest first. The last
// word may be the beginning of one, from two letters on; words in double quotes
// must follow each other; nothing in query is an operator. Languages written
// without spaces are searched for the characters as they stand. Titles are not
// searched: see Query.Filter.
//
// A search stops when ctx is done: the hits so far come with an error of kind
// TimedOut or Interrupted.
func (db *DB) Search(ctx context.Context, query string, limit int) ([]Hit, error) {
	const op = "localstore.Search"
	if limit <= 0 {
		limit = maxHits
	}
	terms := splitQuery(query)
	if len(terms) == 0 {
		return nil, nil
	}
	var hits []Hit
	err := db.read(ctx, op, func(s session) error {
		if unspaced(query) {
			return s.searchCharacters(terms, limit, &hits)
		}
		return s.searchWords(terms, limit, &hits)
	})
	return hits, err
}

const hitColumns = `c.id, m.id, c.title, m.role, m.at`

// searchWords asks the index. By the number of the message and not by rank:
// ranking reads every match, seconds of work for a common word. The index's own
// snippets are not used: their cost is the square of the matches in a message,
// minutes for a pasted book, and cannot be interrupted.
func (s session) searchWords(terms []term, limit int, hits *[]Hit) error {
	find := newFinder(terms)
	return s.each(`SELECT `+hitColumns+`, message_text.words
		FROM message_text JOIN message m ON m.n = message_text.rowid
			JOIN conversation c ON c.n = m.conversation
		WHERE message_text MATCH ? AND c.deleted = 0
		ORDER BY message_text.rowid DESC LIMIT ?`,
		[]any{matchExpression(terms), limit},
		func(stmt *sqlite3.Stmt) error {
			h := scanHit(stmt)
			h.Snippet = find.snippet(stmt.ColumnText(5))
			*hits = append(*hits, h)
			return nil
		})
}

// searchCharacters reads messages from the newest back: the index knows words
// between spaces only.
func (s session) searchCharacters(terms []term, limit int, hits *[]Hit) error {
	return s.each(`SELECT `+hitColumns+`, w.words
		FROM message m JOIN message_words w ON w.n = m.n JOIN conversation c ON c.n = m.conversation
		WHERE m.indexed = 1 AND c.deleted = 0 AND instr(w.words, ?) > 0
		ORDER BY m.n DESC`,
		[]any{terms[0].text},
		func(stmt *sqlite3.Stmt) error {
			words := stmt.ColumnText(5)
			for _, t := range terms[1:] {
				if !strings.Contains(words, t.text) {
					return nil
				}
			}
			if len(*hits) < limit {
				h := scanHit(stmt)
				at := strings.Index(words, terms[0].text)
				h.Snippet = cut(words, []Span{{at, at + len(terms[0].text)}})
				*hits = append(*hits, h)
			}
			return nil
		})
}

func scanHit(stmt *sqlite3.Stmt) Hit {
	return Hit{
		Conversation: chat.ConversationID(stmt.ColumnText(0)), Message: chat.MessageID(stmt.ColumnText(1)),
		Title: stmt.ColumnText(2), Role: chat.Role(stmt.ColumnText(3)), At: instant(stmt.ColumnInt64(4)),
	}
}

// term is a word or, quoted, several that follow each other.
type term struct {
	text   string
	quoted bool
}

// beginning reports whether t, typed last, may be the beginning of a word. One
// letter begins too many words, and the index has no list of them.
func (t term) beginning() bool { return !t.quoted && utf8.RuneCountInString(t.text) > 1 }

// splitQuery splits what a person typed at spaces outside double quotes and
// drops what holds no letter or digit, which the index does not know.
func splitQuery(query string) []term {
	var terms []term
	for i, piece := range strings.Split(strings.ToValidUTF8(query, " "), `"`) {
		words := []string{piece}
		if i%2 == 0 {
			words = strings.Fields(piece)
		}
		for _, w := range words {
			w = strings.TrimSpace(strings.ReplaceAll(w, "\x00", " "))
			if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
				terms = append(terms, term{text: w, quoted: i%2 == 1})
			}
		}
	}
	return terms
}

// matchExpression writes terms for the index: every one a string, never syntax.
func matchExpression(terms []term) string {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(t.text, `"`, `""`))
		b.WriteByte('"')
		if i == len(terms)-1 && t.beginning() {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// unspaced reports whether s is in a script that puts no spaces between words.
func unspaced(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
			unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	})
}
