package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf16"

	"bise/app"
	"bise/app/policy"
	"bise/app/termsafe"
)

// output prints results to standard output and notices to standard error. Text
// from outside is made safe where it goes to a terminal and keeps its bytes
// elsewhere.
type output struct{ program *program }

// note prints a line to standard error.
func (o output) note(line string) {
	if o.program.console.errTerminal {
		line = termsafe.Text(line)
	}
	_, _ = io.WriteString(o.program.env.Stderr, line+"\n")
}

// line prints a line to standard output.
func (o output) line(line string) error {
	_, err := io.WriteString(o.program.env.Stdout, o.safe(line)+"\n")
	return err
}

// safe is text as standard output may have it.
func (o output) safe(s string) string {
	if o.program.console.outTerminal {
		return termsafe.Text(s)
	}
	return s
}

// json prints v as one line.
func (o output) json(v any) error {
	line, err := encode(v)
	if err != nil {
		return err
	}
	_, err = o.program.env.Stdout.Write(line)
	return err
}

// encode is v as one line of JSON that leaves <, > and & as they are. What a
// terminal might obey is escaped, so that the line means the same and can be
// shown.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	if bytes.IndexFunc(b.Bytes(), obeyed) < 0 {
		return b.Bytes(), nil
	}
	var safe bytes.Buffer
	for _, r := range b.String() {
		switch {
		case !obeyed(r):
			safe.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&safe, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&safe, `\u%04x`, r)
		}
	}
	return safe.Bytes(), nil
}

// obeyed reports whether r is a control or format character that JSON would
// write as it is.
func obeyed(r rune) bool {
	return r > '~' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}

// table prints rows in columns.
func (o output) table(rows [][]string) error {
	w := tabwriter.NewWriter(o.program.env.Stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = termsafe.Line(cell) // a tab or a break would shift columns
		}
		if _, err := io.WriteString(w, strings.TrimRight(strings.Join(cells, "\t"), "\t")+"\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}

// pairs prints names and values in turn, leaving out what has no value.
func (o output) pairs(pairs ...string) error {
	var rows [][]string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			rows = append(rows, []string{pairs[i], pairs[i+1]})
		}
	}
	return o.table(rows)
}

// say is a sentence of the rules.
func (p *program) say(w policy.Words) string {
	args := make([]any, 0, 2*len(w.Args))
	for name, value := range w.Args {
		args = append(args, name, value)
	}
	return p.words.T("rules."+w.Key, args...)
}

// notice is a provider's message.
func (p *program) notice(n app.Notice) string {
	args := make([]any, 0, 2*len(n.Args))
	for name, value := range n.Args {
		args = append(args, name, value)
	}
	return p.words.T(n.Key, args...)
}

// stamp is a time as JSON has it, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// day is a date as JSON has it, "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// yesNo is an answer as the contract words it.
func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// document prints v as JSON: one line with --json, indented for a person.
func (o output) document(v any) error {
	line, err := encode(v)
	if err != nil {
		return err
	}
	if o.program.globals.json {
		_, err = o.program.env.Stdout.Write(line)
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, line, "", "  "); err != nil {
		return err
	}
	_, err = io.WriteString(o.program.env.Stdout, o.safe(b.String()))
	return err
}

// contains reports whether list has word.
func contains(list []string, word string) bool { return slices.Contains(list, word) }
