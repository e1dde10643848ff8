package policy

import (
	"regexp"
	"slices"
	"strings"
)

// The form of ids: clauses, tables, kinds, ambiguities and non-rules of the
// project's reading of the terms.
var (
	clauseID = regexp.MustCompile(`^([A-Z]{2,4}-[A-Za-z0-9.]+|T[0-9]+(\.[0-9]+)?|(K|A|S|G|DL)[0-9]+)$`)
	ruleID   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*$`)
	bundleID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

// read takes one line: a header, the start of a sheet, its column line, a row.
func (p *parser) read(line string) error {
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
		return nil
	case strings.HasPrefix(line, "["):
		return p.startSheet(line)
	case strings.Contains(line, "|"):
		return p.readRow(line)
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case p.sheet == nil:
		return p.readHeader(word, rest)
	case p.columns != nil:
		return p.refuse(p.line, "unknown line", line)
	default:
		return p.readSheetHeader(word, rest)
	}
}

// readHeader takes a line above the first sheet.
func (p *parser) readHeader(word, rest string) error {
	switch word {
	case "bundle":
		p.rules.id = rest
		if !bundleID.MatchString(rest) {
			return p.refuse(p.line, "unknown word for bundle", rest)
		}
	case "effective_from":
		if _, ok := (factSpec{shape: date}).read(rest); !ok || rest == "" {
			return p.refuse(p.line, "unknown word for effective_from", rest)
		}
		p.rules.effective = rest
	case "source":
		name, title, ok := strings.Cut(rest, "=")
		if !ok {
			return p.refuse(p.line, "source without a title", rest)
		}
		p.rules.sources[strings.TrimSpace(name)] = Source{Title: strings.TrimSpace(title)}
	case "url", "retrieved":
		return p.readAbout(word, rest)
	case "group":
		name, words, ok := strings.Cut(rest, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return p.refuse(p.line, "group without words", rest)
		}
		p.groups[name] = splitList(words)
	default:
		return p.refuse(p.line, "unknown field", word)
	}
	return nil
}

// readAbout takes what a header says about a document declared above: its
// address, or the day it was read.
func (p *parser) readAbout(word, rest string) error {
	name, value, _ := strings.Cut(rest, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	s, ok := p.rules.sources[name]
	if !ok {
		return p.refuse(p.line, word+" of a source that is not declared", name)
	}
	if word == "url" {
		if !strings.HasPrefix(value, "https://") {
			return p.refuse(p.line, "unknown word for url", value)
		}
		s.URL = value
	} else {
		if day, ok := (factSpec{shape: date}).read(value); !ok || day == "" {
			return p.refuse(p.line, "unknown word for retrieved", value)
		}
		s.Retrieved = value
	}
	p.rules.sources[name] = s
	return nil
}

// documentOf is the short name that a row's source begins with.
func documentOf(source string) string {
	name, _, _ := strings.Cut(source, " ")
	return strings.TrimRight(name, ",")
}

// startSheet takes a line such as "[training] T1: who trains on what".
func (p *parser) startSheet(line string) error {
	name, title, ok := strings.Cut(line[1:], "]")
	if !ok || !ruleID.MatchString(name) {
		return p.refuse(p.line, "unknown section", line)
	}
	if slices.ContainsFunc(p.rules.sheets, func(s *sheet) bool { return s.name == name }) {
		return p.refuse(p.line, "section twice", name)
	}
	p.sheet = &sheet{name: name, title: strings.TrimSpace(title), line: p.line}
	p.columns = nil
	p.rules.sheets = append(p.rules.sheets, p.sheet)
	return nil
}

// readSheetHeader takes the lines between the start of a sheet and its columns.
func (p *parser) readSheetHeader(word, rest string) error {
	switch word {
	case "for":
		for _, pattern := range splitList(rest) {
			acts := matchingActs(pattern)
			if len(acts) == 0 {
				return p.refuse(p.line, "unknown act", pattern)
			}
			p.sheet.acts = append(p.sheet.acts, acts...)
		}
	case "match":
		how, into, _ := strings.Cut(rest, " into ")
		i := slices.Index(matchWords[:], how)
		if i < 0 {
			return p.refuse(p.line, "unknown word for match", how)
		}
		p.sheet.match, p.sheet.into = match(i), into
		if _, ok := fieldSpecs[into]; into != "" && !ok {
			return p.refuse(p.line, "unknown field", into)
		}
	case "needs":
		rows, before, _ := strings.Cut(rest, " before ")
		n := need{splitList(rows), strings.TrimSpace(before)}
		if len(n.Rows) == 0 {
			return p.refuse(p.line, "needs without a row", rest)
		}
		p.sheet.needs = append(p.sheet.needs, n)
	default:
		return p.refuse(p.line, "unknown field", word)
	}
	return nil
}

// matchingActs gives the acts of a word or of a pattern such as "export:*".
func matchingActs(pattern string) []Act {
	var acts []Act
	prefix, star := strings.CutSuffix(pattern, "*")
	for _, act := range allActs {
		if string(act) == pattern || star && strings.HasPrefix(string(act), prefix) {
			acts = append(acts, act)
		}
	}
	return acts
}

// readColumns takes the line that names the columns; a condition ends in "?".
func (p *parser) readColumns(cells []string) error {
	s := p.sheet
	for i, name := range cells {
		if slices.Contains(cells[:i], name) || slices.Contains(cells, name+"?") {
			return p.refuse(p.line, "column twice", name)
		}
		if fact, ok := strings.CutSuffix(name, "?"); ok {
			domain := p.domain(s, fact)
			if domain == nil || len(domain) > 64 {
				return p.refuse(p.line, "unknown column", name)
			}
			s.conditions = append(s.conditions, condition{fact, domain})
			continue
		}
		switch name {
		case "rule", "clauses", "source", "decision", "why":
			continue
		}
		if _, ok := columnSpec(name); !ok {
			return p.refuse(p.line, "unknown column", name)
		}
		s.results = append(s.results, name)
	}
	for _, name := range []string{"rule", "clauses", "source"} {
		if !slices.Contains(cells, name) {
			return p.refuse(p.line, "missing column", name)
		}
	}
	p.columns, s.columns = cells, cells
	return nil
}

// readRow takes the column line or a row of the sheet.
func (p *parser) readRow(line string) error {
	if p.sheet == nil {
		return p.refuse(p.line, "row outside a section", line)
	}
	cells := strings.Split(line, "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	if p.columns == nil {
		return p.readColumns(cells)
	}
	if len(cells) != len(p.columns) {
		return p.refuse(p.line, "row with a cell too many or too few", cells[0])
	}
	r := row{line: p.line}
	for i, name := range p.columns {
		if err := p.readCell(&r, name, cells[i]); err != nil {
			return err
		}
	}
	if r.decides && r.why == "" {
		return p.refuse(p.line, "decision without a reason in column why", r.id)
	}
	p.sheet.rows = append(p.sheet.rows, r)
	return nil
}

// readCell takes one cell of a row.
func (p *parser) readCell(r *row, name, word string) error {
	if fact, ok := strings.CutSuffix(name, "?"); ok {
		i := slices.IndexFunc(p.sheet.conditions, func(c condition) bool { return c.name == fact })
		mask, unknown := p.mask(p.sheet.conditions[i].domain, word)
		if unknown != "" || mask == 0 {
			return p.refuse(p.line, "unknown word for "+fact, unknown)
		}
		r.when = append(r.when, mask)
		return nil
	}
	switch name {
	case "rule":
		if !ruleID.MatchString(word) {
			return p.refuse(p.line, "unknown rule id", word)
		}
		if at, twice := p.ids[word]; twice {
			return p.refuse(p.line, "rule id already in use", word+" (line "+itoa(at)+")")
		}
		p.ids[word] = p.line
		r.id = word
	case "clauses":
		r.clauses = splitList(word)
		if len(r.clauses) == 0 {
			return p.refuse(p.line, "row without a clause", r.id)
		}
		for _, c := range r.clauses {
			if !p.knownClause(c) {
				return p.refuse(p.line, "unknown clause", c)
			}
		}
	case "source":
		document := documentOf(word)
		if word == "" || p.rules.sources[document].Title == "" {
			return p.refuse(p.line, "row without a known source", r.id+" "+document)
		}
		r.source = word
	case "why":
		if word != noValue {
			r.why = word
		}
	case "decision":
		i := slices.Index(decisionWords[:], word)
		if i < 0 {
			return p.refuse(p.line, "unknown word for decision", word)
		}
		r.decides, r.what = true, Decision(i)
	default:
		c, err := p.result(name, word)
		if err != nil {
			return err
		}
		r.then = append(r.then, c)
	}
	return nil
}

// knownClause reports whether c is an id of the project's reading, or of a
// document that the bundle declares as a source.
func (p *parser) knownClause(c string) bool {
	if !clauseID.MatchString(c) {
		return false
	}
	document, _, ok := strings.Cut(c, "-")
	return !ok || p.rules.sources[document].Title != ""
}

// result reads a result cell and checks its words.
func (p *parser) result(name, word string) (cell, error) {
	if word == "" {
		return cell{}, p.refuse(p.line, "empty cell in column "+name, noValue+" stands for no value")
	}
	if text, ok := strings.CutPrefix(word, "="); ok {
		terms, bad := parseTerms(text)
		if bad != "" {
			return cell{}, p.refuse(p.line, "unknown word for "+name, bad)
		}
		return cell{word: word, terms: terms}, nil
	}
	spec, _ := columnSpec(name)
	if word != noValue && spec.words != nil {
		for _, w := range splitList(word) {
			if !slices.Contains(spec.words, w) {
				return cell{}, p.refuse(p.line, "unknown word for "+name, w)
			}
		}
	}
	return cell{word: word}, nil
}

// mask reads a condition: "*", words, groups, or either after "!".
func (p *parser) mask(domain []string, word string) (mask uint64, unknown string) {
	all := condition{domain: domain}.all()
	if word == "*" {
		return all, ""
	}
	list, not := strings.CutPrefix(word, "!")
	for _, w := range splitList(list) {
		words := []string{w}
		if g, ok := p.groups[w]; ok {
			words = g
		}
		for _, w := range words {
			bits := patternBits(domain, w)
			if bits == 0 {
				return 0, w
			}
			mask |= bits
		}
	}
	if not {
		mask = all &^ mask
	}
	return mask, ""
}

// patternBits marks the words of a domain that are w or begin as "w*" says.
func patternBits(domain []string, w string) (bits uint64) {
	prefix, star := strings.CutSuffix(w, "*")
	for i, d := range domain {
		if d == w || star && strings.HasPrefix(d, prefix) {
			bits |= 1 << i
		}
	}
	return bits
}
