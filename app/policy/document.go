package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bise/app/fault"
)

// document is a bundle as JSON.
type document struct {
	ID        string            `json:"id"`
	Effective string            `json:"effective_from"`
	Sources   map[string]Source `json:"sources"`
	Sections  []section         `json:"sections"`
	// Rows are the rules of all sections: "section", "id", "clauses", "source"
	// and the columns of the section, by their names.
	Rows []map[string]any `json:"rows"`
}

// section is the head of a table.
type section struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	For   []Act  `json:"for"`
	Match string `json:"match"`
	Into  string `json:"into,omitempty"`
	// Needs are the rows without which a more general one would answer.
	Needs   []need   `json:"needs,omitempty"`
	Columns []string `json:"columns"` // as in the text form: a condition ends in "?"
}

// MarshalJSON writes the whole bundle as one object that Parse takes back.
func (r Rules) MarshalJSON() ([]byte, error) {
	d := document{ID: r.id, Effective: r.effective, Sources: r.sources, Rows: []map[string]any{}}
	for _, s := range r.sheets {
		d.Sections = append(d.Sections, section{s.name, s.title, s.acts, matchWords[s.match], s.into, s.needs, s.columns})
		for _, row := range s.rows {
			o := s.object(row)
			if day := r.sources[documentOf(row.source)].Retrieved; day != "" {
				o["retrieved"] = day
			}
			d.Rows = append(d.Rows, o)
		}
	}
	return json.Marshal(d)
}

func (s *sheet) object(r row) map[string]any {
	o := map[string]any{"section": s.name, "id": r.id, "clauses": r.clauses, "source": r.source}
	for i, c := range s.conditions {
		o[c.name] = c.words(r.when[i])
	}
	for i, name := range s.results {
		o[name] = r.then[i].word
	}
	if slices.Contains(s.columns, "decision") {
		o["decision"] = r.what.String()
	}
	if slices.Contains(s.columns, "why") {
		o["why"] = cmp.Or(r.why, noValue)
	}
	return o
}

// Text writes the whole bundle in its text form, which Parse takes back.
func (r Rules) Text() ([]byte, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, fault.E("policy.Text", fault.Invalid, err, "what", "rule bundle")
	}
	return textForm(data)
}

// textForm turns the JSON form of a bundle into its text form, which alone is
// checked.
func textForm(data []byte) ([]byte, error) {
	const op = "policy.Parse"
	bad := func(err error, problem, name string) error {
		return fault.E(op, fault.Invalid, err, "what", "rule bundle", "problem", problem, "name", name)
	}
	var d document
	if err := decodeOne(data, &d); err != nil {
		return nil, bad(err, "not a bundle in JSON", fieldIn(err))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "bundle %s\neffective_from %s\n", oneLine(d.ID), oneLine(d.Effective))
	for _, name := range slices.Sorted(maps.Keys(d.Sources)) {
		writeSource(&b, name, d.Sources[name])
	}
	written := 0
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "[%s] %s\n", oneLine(s.Name), oneLine(s.Title))
		for _, act := range s.For {
			fmt.Fprintf(&b, "for %s\n", oneLine(string(act)))
		}
		match := s.Match
		if s.Into != "" {
			match += " into " + s.Into
		}
		fmt.Fprintf(&b, "match %s\n", oneLine(match))
		for _, n := range s.Needs {
			b.WriteString(n.line())
		}
		fmt.Fprintf(&b, "%s\n", oneLine(strings.Join(s.Columns, " | ")))
		for _, row := range d.Rows {
			if row["section"] != s.Name {
				continue
			}
			if unknown := d.checkRetrieved(row); unknown != "" {
				return nil, bad(nil, "unknown or unreadable field", unknown)
			}
			line, unknown := s.line(row)
			if unknown != "" {
				return nil, bad(nil, "unknown or unreadable field", unknown)
			}
			b.WriteString(line)
			written++
		}
	}
	if written != len(d.Rows) {
		return nil, bad(nil, "unknown field", "section of a row")
	}
	return b.Bytes(), nil
}

// line writes a need in the text form.
func (n need) line() string {
	line := "needs " + oneLine(strings.Join(n.Rows, ","))
	if n.Before != "" {
		line += " before " + oneLine(n.Before)
	}
	return line + "\n"
}

// writeSource writes the header lines of a document.
func writeSource(b *bytes.Buffer, name string, s Source) {
	fmt.Fprintf(b, "source %s = %s\n", oneLine(name), oneLine(s.Title))
	if s.URL != "" {
		fmt.Fprintf(b, "url %s = %s\n", oneLine(name), oneLine(s.URL))
	}
	if s.Retrieved != "" {
		fmt.Fprintf(b, "retrieved %s = %s\n", oneLine(name), oneLine(s.Retrieved))
	}
}

// checkRetrieved takes the day of a row out of it: it is the one of the row's
// document, and another day names the field.
func (d document) checkRetrieved(row map[string]any) (unknown string) {
	day, ok := row["retrieved"]
	if !ok {
		return ""
	}
	delete(row, "retrieved")
	source, _ := row["source"].(string)
	if day != d.Sources[documentOf(source)].Retrieved {
		return "retrieved"
	}
	return ""
}

// line writes a row by the columns of its section, or names the field that
// stands in the way.
func (s section) line(row map[string]any) (line, unknown string) {
	cells := make([]string, len(s.Columns))
	used := 1 // section
	for i, column := range s.Columns {
		name := strings.TrimSuffix(column, "?")
		if name == "rule" {
			name = "id"
		}
		switch v := row[name].(type) {
		case string:
			cells[i] = v
		case []any:
			words := make([]string, len(v))
			for at, w := range v {
				words[at] = fmt.Sprint(w)
			}
			cells[i] = strings.Join(words, ",")
		case nil:
			if name != "clauses" && name != "source" { // whose absence the check names
				return "", name
			}
		default:
			return "", name
		}
		if strings.ContainsAny(cells[i], "|\n\r") {
			return "", name
		}
		if _, ok := row[name]; ok {
			used++
		}
	}
	if used != len(row) {
		for _, name := range slices.Sorted(maps.Keys(row)) {
			if name != "section" && name != "id" && !slices.Contains(s.Columns, name) && !slices.Contains(s.Columns, name+"?") {
				return "", name
			}
		}
	}
	line = strings.Join(cells, " | ")
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
		return "", strings.TrimSuffix(s.Columns[0], "?")
	}
	return line + "\n", ""
}

// oneLine keeps a word from another file on its own line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, s)
}

// fieldIn finds the quoted name in an error about an unknown field.
func fieldIn(err error) string {
	_, rest, _ := strings.Cut(err.Error(), `"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}
