package widget

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app/termsafe"
)

// Mention is the word behind an "@" that the cursor stands behind, as it was
// typed. ok is false where there is none: the sign stands at the beginning of a
// word, or it is part of an address.
func (c *Composer) Mention() (word string, ok bool) {
	if c.off != "" {
		return "", false
	}
	return mentioned(c.line())
}

// line is what stands before the cursor in its line.
func (c *Composer) line() string {
	lines := strings.Split(c.area.Value(), "\n")
	row, col := c.area.Line(), c.area.Column()
	if row >= len(lines) {
		return ""
	}
	line := []rune(lines[row])
	return string(line[:min(col, len(line))])
}

// mentioned finds the word; a blank in it stands behind a backslash.
func mentioned(line string) (word string, ok bool) {
	runes := []rune(line)
	for i := len(runes) - 1; i >= 0; i-- {
		switch {
		case runes[i] == '@':
			if i > 0 && !strings.ContainsRune(" \t([{\"'", runes[i-1]) {
				return "", false
			}
			return string(runes[i+1:]), true
		case (runes[i] == ' ' || runes[i] == '\t') && (i == 0 || runes[i-1] != '\\'):
			return "", false
		}
	}
	return "", false
}

// Replace puts s in the place of was, if that is what stands before the cursor,
// and reports whether it did.
func (c *Composer) Replace(was, s string) bool {
	// As the text area has put it in: terminals paste other ends of lines.
	was = termsafe.Text(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(was))
	if c.off != "" || !strings.HasSuffix(c.before(), was) {
		return false
	}
	for range []rune(was) {
		c.area, _ = c.area.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	if s != "" {
		c.area.InsertString(termsafe.Text(s))
	}
	c.cached = false
	return true
}

// before is all that stands before the cursor.
func (c *Composer) before() string {
	lines := strings.Split(c.area.Value(), "\n")
	row := min(c.area.Line(), len(lines))
	return strings.Join(append(lines[:row:row], c.line()), "\n")
}
