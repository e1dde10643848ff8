package document

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// folder is where the templates are, one folder a language.
const folder = "documents"

// vocabulary is the file of the words that templates share: NAME = WORDS a
// line.
const vocabulary = "words.txt"

// write fills the template of the draft. Its first line is the subject.
func (in Input) write(fsys fs.FS, f policy.Facts, d Draft) (string, chat.Text, error) {
	const op = "document.write"
	language := in.Language
	if !slices.Contains(Languages(), language) {
		language = "en"
	}
	said, err := readWords(fsys, path.Join(folder, language, vocabulary))
	if err != nil {
		return "", "", err
	}
	name := path.Join(folder, language, string(in.Kind)+".md")
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return "", "", fault.E(op, fault.Damaged, err, "path", name)
	}
	tmpl, err := template.New(string(in.Kind)).Option("missingkey=error").Funcs(in.functions(said, f, d)).Parse(string(source))
	if err != nil {
		return "", "", fault.E(op, fault.Damaged, err, "path", name)
	}
	var b strings.Builder
	if err := tmpl.Execute(&b, nil); err != nil {
		return "", "", fault.E(op, fault.Damaged, err, "path", name)
	}
	subject, body, _ := strings.Cut(b.String(), "\n")
	return oneLine(subject), chat.Text(squeeze(body)), nil
}

// functions are what a template can say.
func (in Input) functions(said map[string]string, f policy.Facts, d Draft) template.FuncMap {
	word := func(key string) string {
		if s, ok := said[key]; ok {
			return s
		}
		return key
	}
	on := func(iso string) string {
		t, err := time.Parse(time.DateOnly, iso)
		if err != nil {
			return iso
		}
		return iso + " (" + strconv.Itoa(t.Day()) + " " + word("month."+strconv.Itoa(int(t.Month()))) + " " + strconv.Itoa(t.Year()) + ")"
	}
	return template.FuncMap{
		"has": func(name string) bool { return in.Values[name] != "" },
		"is":  func(name, value string) bool { return in.Values[name] == value },
		"f": func(name string) string { // the field, or a gap to be filled
			if v := in.Values[name]; v != "" {
				return v
			}
			return "[" + word("field."+name) + "]"
		},
		"line": func(name string) string { return oneLine(in.Values[name]) },
		"each": func(name string) []string { return strings.FieldsFunc(in.Values[name], isBreak) },
		"on":   on,
		"onf": func(name string) string {
			if v := in.Values[name]; v != "" {
				return on(v)
			}
			return "[" + word("field."+name) + "]"
		},
		"say":      word,
		"concat":   func(parts ...string) string { return strings.Join(parts, "") },
		"today":    func() string { return on(day(f.Now)) },
		"now":      func() string { return f.Now.Format(time.RFC3339) },
		"to":       func() string { return d.To },
		"fact":     f.Get,
		"ruleset":  in.Rules.ID,
		"changed":  func() []string { return in.Changed },
		"mayQuote": in.quotes,
		"abuse":    in.abuse,
		"trains":   func() bool { return slices.Contains(trained, in.Values["right"]) },
		"lastday":  func() string { s, _ := d.Verdict.Fields["last_day"].(string); return s },
		"expired":  func() bool { return d.Verdict.Fields["status"] == "expired" },
		"deadline": func(kind, field string) string { return in.deadline(f, kind, field) },
		"order":    func() []string { return list(in.Rules.Decide(f, "account_end", 0), "order") },
		"keygone":  func() bool { return in.KeyGone },
		"licence":  func() bool { return licensed(d.Verdict) },
	}
}

// trained are the rights whose requests may concern a trained model, for which
// the policy names technical limits.
var trained = []string{"access", "rectification", "deletion", "objection", "consent_withdrawal", "limitation"}

// deadline is a field of a deadline, "" where the date it counts from is not
// known or the deadline does not exist here.
func (in Input) deadline(f policy.Facts, kind, field string) string {
	v, err := policy.Eval(in.Rules, f, policy.Act("deadline:"+kind))
	if err != nil {
		return ""
	}
	word, _ := v.Fields[field].(string)
	return word
}

// readWords reads NAME = WORDS lines; # begins a remark.
func readWords(fsys fs.FS, name string) (map[string]string, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fault.E("document.readWords", fault.Damaged, err, "path", name)
	}
	words := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		key, value, ok := strings.Cut(line, "=")
		if ok && !strings.HasPrefix(line, "#") {
			words[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return words, nil
}

func isBreak(r rune) bool { return r == '\n' || r == '\r' }

// oneLine keeps a header on one line, whatever a field holds.
func oneLine(s string) string { return strings.Join(strings.FieldsFunc(s, isBreak), " ") }

// squeeze drops the empty lines that an empty part of a template leaves.
func squeeze(s string) string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		line = strings.TrimRight(line, " \t\r")
		if line == "" && len(out) > 0 && out[len(out)-1] == "" {
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n") + "\n"
}
