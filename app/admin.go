package app

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"bise/app/fault"
	"bise/app/policy"
)

// admin is the administrator's file: what the organisation that manages this
// machine fixes and switches off (TOS-1.h). It only takes away. Its place is the
// platform's and no variable moves it, so that nobody gets round it. The zero
// value is a machine without one.
type admin struct {
	Organisation string `toml:"organisation"`
	// Contact is whom to ask: an address or a name.
	Contact string `toml:"contact"`
	// LocalOnly refuses every connection that does not stay on this machine.
	LocalOnly bool `toml:"local_only"`
	// History is "off" where nothing may be kept, else "".
	History string `toml:"history"`
	// Forbid are words of policy.LockWords.
	Forbid         []string `toml:"forbid"`
	ForbidKinds    []string `toml:"forbid_kinds"`
	ForbidProfiles []string `toml:"forbid_profiles"`
	// ShareServer is the one server that shares may go to; "" is any. Forbidding
	// "share" forbids them all.
	ShareServer string `toml:"share_server"`
	// Profile is the profile to begin with; "" is the only one that is made here.
	Profile string `toml:"profile"`
	// CAFile holds certificates that every connection accepts besides those of
	// the system.
	CAFile string `toml:"ca_file"`
	// Activity is "on" where the ledger is kept whatever the person says, "off"
	// where it is not; LogRetentionDays is how long, 0 leaves it to the person.
	Activity         string `toml:"activity"`
	LogRetentionDays int    `toml:"log_retention_days"`
	// Optouts are forced for every service outside this machine; the person may
	// add to them.
	Optouts       []string `toml:"optouts"`
	MediaCustomer string   `toml:"media_customer"`
	// Hosted is for every service that Mistral runs, Kinds for a kind of
	// profile, Profiles for one; the narrower one counts.
	Hosted   imposed            `toml:"hosted"`
	Kinds    map[string]imposed `toml:"kinds"`
	Profiles map[string]imposed `toml:"profiles"`

	path string
	// here says that there is a file.
	here bool
	// broken is why the file cannot be used; then nothing may leave.
	broken error
	acts   []string // that Forbid stands for
	// stops says that the file, and not the person, keeps this run from keeping
	// anything.
	stops bool
}

// imposed is what is fixed for some profiles.
type imposed struct {
	// Kind makes a profile that is always there.
	Kind     string         `toml:"kind"`
	Endpoint string         `toml:"endpoint"`
	Model    string         `toml:"model"`
	Facts    map[string]any `toml:"facts"`
	// Cloud is the place at a partner; Models and CAFile are two settings of it.
	Cloud  map[string]string `toml:"cloud"`
	Models []string          `toml:"models"`
	CAFile string            `toml:"ca_file"`

	words map[string]string // the facts, by the words of the contract
}

// maxAdminFile is far above what a list of settings takes, in bytes.
const maxAdminFile = 1 << 20

// readAdmin reads the administrator's file; where there is none, nothing is
// fixed. A file that cannot be read or has one mistake counts as a whole: what
// it meant to forbid is not known, so everything is.
func readAdmin(path string, now time.Time) admin {
	data, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		if nothingAt(path) {
			return admin{path: path}
		}
		err = errors.New("a link leads nowhere")
	}
	if err != nil {
		err = fault.E("app.readAdmin", fault.AdminFile, plainCause(err), "path", path)
	} else {
		var a admin
		if a, err = parseAdmin(data, path, now); err == nil {
			a.path, a.here = path, true
			return a
		}
	}
	acts, _ := policy.LockActs(policy.LockWords()...)
	return admin{path: path, here: true, broken: err, LocalOnly: true, History: historyOff, acts: acts}
}

// nothingAt reports whether nothing stands at a path where no file is found: a
// link that leads nowhere, there or on the way, was put there by somebody.
func nothingAt(path string) bool {
	for {
		if _, err := os.Lstat(path); err == nil {
			_, err = os.Stat(path)
			return err == nil // a folder without the file in it
		} else if !errors.Is(err, fs.ErrNotExist) {
			return false
		}
		above := filepath.Dir(path)
		if above == path {
			return true
		}
		path = above
	}
}

// plainCause leaves the path out of a cause: the wording names it.
func plainCause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxAdminFile+1))
	if err == nil && len(data) > maxAdminFile {
		err = errors.New("larger than 1 MiB")
	}
	return data, err
}

const historyOff = "off"

// parseAdmin checks every field and word. The fault names the field and the
// word, or the line.
func parseAdmin(data []byte, path string, now time.Time) (admin, error) {
	var a admin
	wrong := func(field, word string) error {
		return fault.E("app.parseAdmin", fault.AdminFile, nil, "path", path, "field", field, "word", word)
	}
	among := func(field, word string, words []string) error {
		return fault.E("app.parseAdmin", fault.AdminFile, nil, "path", path, "field", field, "word", word, "words", strings.Join(words, ", "))
	}
	meta, err := toml.Decode(string(data), &a)
	if err != nil {
		return a, noTOML(err, path)
	}
	for _, key := range meta.Undecoded() {
		if !insideFacts(key) {
			return a, wrong(key.String(), "")
		}
	}
	if a.History != "" && a.History != historyOff {
		return a, wrong("history", a.History)
	}
	if a.acts, err = policy.LockActs(a.Forbid...); err != nil {
		e, _ := fault.As(err)
		return a, among("forbid", e.Detail["word"], policy.LockWords())
	}
	for _, kind := range a.ForbidKinds {
		if _, ok := kinds[kind]; !ok {
			return a, among("forbid_kinds", kind, Kinds())
		}
	}
	for _, name := range a.ForbidProfiles {
		if !validName(name) {
			return a, wrong("forbid_profiles", name)
		}
	}
	if checkEndpoint(a.ShareServer) != nil {
		return a, wrong("share_server", a.ShareServer)
	}
	for field, value := range map[string]any{"optouts": a.Optouts, "media_customer": a.MediaCustomer} {
		if _, word, err := factWords(map[string]any{field: value}, now); err != nil {
			return a, wrong(field, word)
		}
	}
	if err := a.parseImposed(wrong, now); err != nil {
		return a, err
	}
	return a, a.parseCloud(wrong)
}

// typeFault finds line and field in what the parser says of a value.
var typeFault = regexp.MustCompile(`line (\d+) \(last key "([^"]+)"\)`)

// noTOML says what is wrong with a file that does not fit: a value of the wrong
// type by its field, anything else in the words of the parser.
func noTOML(err error, path string) error {
	const op = "app.parseAdmin"
	if at := typeFault.FindStringSubmatch(err.Error()); at != nil {
		for _, want := range []struct{ says, form string }{
			{"destination has type slice", "list"},
			{"destination has type string", "text"},
			{"destination has type boolean", "truth"},
			{"destination has type integer", "number"},
			{"expected table", "table"},
		} {
			if strings.Contains(err.Error(), want.says) {
				return fault.E(op, fault.AdminFile, nil, "path", path, "field", at[2], "form", want.form, "line", at[1])
			}
		}
	}
	return fault.E(op, fault.AdminFile, errors.New(strings.TrimPrefix(err.Error(), "toml: ")), "path", path)
}

// insideFacts reports whether a key is part of a fact. The parser counts tables
// in lists as unread there; the facts are checked one by one.
func insideFacts(key toml.Key) bool {
	at := 2 // profiles.NAME.facts
	if key[0] == "hosted" {
		at = 1
	}
	return len(key) > at+1 && key[at] == "facts"
}

// parseImposed checks what is fixed for kinds and profiles.
func (a *admin) parseImposed(wrong func(field, word string) error, now time.Time) error {
	if a.Hosted.Kind != "" || a.Hosted.Endpoint != "" || a.Hosted.Model != "" {
		return wrong("hosted", "only facts")
	}
	if err := a.Hosted.parse("hosted", wrong, now); err != nil {
		return err
	}
	for name, k := range a.Kinds {
		field := "kinds." + name
		_, known := kinds[name]
		switch {
		case !known:
			return wrong(field, name)
		case k.Kind != "":
			return wrong(field+".kind", k.Kind)
		case k.Endpoint != "" && name == LocalProfile:
			return wrong(field+".endpoint", k.Endpoint)
		}
		if err := cmp.Or(k.parse(field, wrong, now), k.parseCloud(field, name, wrong)); err != nil {
			return err
		}
		a.Kinds[name] = k
	}
	for name, p := range a.Profiles {
		field := "profiles." + name
		if !validName(name) {
			return wrong("profiles", name)
		}
		if _, known := kinds[p.Kind]; p.Kind != "" && !known {
			return wrong(field+".kind", p.Kind)
		}
		if err := cmp.Or(p.parse(field, wrong, now), p.parseCloud(field, p.Kind, wrong)); err != nil {
			return err
		}
		a.Profiles[name] = p
	}
	return nil
}

func (i *imposed) parse(field string, wrong func(field, word string) error, now time.Time) error {
	if checkEndpoint(i.Endpoint) != nil {
		return wrong(field+".endpoint", i.Endpoint)
	}
	i.Endpoint = strings.TrimRight(i.Endpoint, "/")
	for _, name := range unfixable {
		if _, ok := i.Facts[name]; ok {
			return wrong(field+".facts."+name, "")
		}
	}
	words, bad, err := factWords(i.Facts, now)
	if err != nil {
		e, _ := fault.As(err)
		return wrong(field+".facts."+e.Detail["fact"], bad)
	}
	i.words = words
	return nil
}

// unfixable are facts that only a person, or the turn itself, can state.
var unfixable = []string{"accepted", "turn"}

// factWords brings decoded values to the words that facts take. An error comes
// with the word that is wrong.
func factWords(values map[string]any, now time.Time) (words map[string]string, bad string, err error) {
	words = make(map[string]string, len(values))
	for name, value := range values {
		word, err := factWord(value)
		if err == nil {
			_, err = policy.NewFacts(map[string]string{name: word}, now)
		}
		if err != nil {
			if e, ok := fault.As(err); ok && e.Detail["word"] != "" {
				word = e.Detail["word"]
			}
			return nil, word, fault.E("app.factWords", fault.Usage, err, "fact", name, "word", word)
		}
		words[name] = word
	}
	return words, "", nil
}

// factWord writes a value of the file as --fact takes it: a list of words with
// commas, a list of tables as JSON.
func factWord(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool:
		if v {
			return "yes", nil
		}
		return "no", nil
	case int64:
		return itoa(int(v)), nil
	case time.Time:
		return v.Format(time.DateOnly), nil
	case []string:
		return strings.Join(v, ","), nil
	case []any:
		words := make([]string, 0, len(v))
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return tablesJSON(v)
			}
			words = append(words, s)
		}
		return strings.Join(words, ","), nil
	case []map[string]any:
		return tablesJSON(v)
	default:
		return "", fault.E("app.factWord", fault.Usage, nil)
	}
}

func tablesJSON(tables any) (string, error) {
	data, err := json.Marshal(tables)
	if err != nil {
		return "", fault.E("app.tablesJSON", fault.Usage, err)
	}
	return string(data), nil
}
