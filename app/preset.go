package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
)

// Presets are instructions and options under a name. Each is a text file of its
// own in the data folder, so that it can be read, kept in a repository and given
// to others: a few lines of TOML between two lines of "+++", then the
// instructions.
const (
	presetFolder = "presets"
	presetEnding = ".md"
	presetFence  = "+++"
	// maxPreset is the greatest size of such a file in bytes.
	maxPreset = 1 << 20
)

// Preset is how a conversation is asked, under a name.
type Preset struct {
	Name        string
	Description string
	// Model is a model, with or without its provider; "" leaves the choice.
	Model   string
	System  chat.Text
	Options chat.Options
	Tools   []string
}

// presetHead is the TOML of a preset.
type presetHead struct {
	Description string   `toml:"description,omitempty"`
	Model       string   `toml:"model,omitempty"`
	Tools       []string `toml:"tools,omitempty"`
	Temperature *float64 `toml:"temperature,omitempty"`
	TopP        *float64 `toml:"top_p,omitempty"`
	Seed        *int     `toml:"seed,omitempty"`
	MaxTokens   *int     `toml:"max_tokens,omitempty"`
	Stop        []string `toml:"stop,omitempty"`
	Effort      string   `toml:"effort,omitempty"`
	Window      int      `toml:"window,omitempty"`
	KeepAlive   string   `toml:"keep_alive,omitempty"`
	// Format is json, or a JSON schema.
	Format string `toml:"format,omitempty"`
}

const maxPresetName = 64 // runes

var presetName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_.-]*$`)

// isPresetName reports whether a preset may be called so. The length is counted
// apart: an expression that counts takes megabytes at every start.
func isPresetName(name string) bool {
	return utf8.RuneCountInString(name) <= maxPresetName && presetName.MatchString(name) && !strings.Contains(name, "..")
}

// ParsePreset reads the text of a preset. Errors are of kind fault.Invalid and
// name the field.
func ParsePreset(name string, data []byte) (Preset, error) {
	bad := func(err error, field string) error {
		return fault.E("app.ParsePreset", fault.Invalid, err, "path", name, "field", field)
	}
	if !isPresetName(name) {
		return Preset{}, fault.E("app.ParsePreset", fault.Usage, nil, "what", "preset name", "word", name)
	}
	if len(data) > maxPreset || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return Preset{}, bad(nil, "text")
	}
	head, body, err := cutPreset(string(data))
	if err != nil {
		return Preset{}, bad(nil, presetFence)
	}
	var h presetHead
	meta, err := toml.Decode(head, &h)
	if err != nil {
		return Preset{}, bad(plainTOML(err), "TOML")
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Preset{}, bad(nil, unknown[0].String())
	}
	p := Preset{
		Name: name, Description: h.Description, Model: h.Model, System: chat.Text(strings.TrimSpace(body)),
		Options: chat.Options{
			Temperature: h.Temperature, TopP: h.TopP, Seed: h.Seed, MaxTokens: h.MaxTokens, Stop: h.Stop,
			Effort: h.Effort, Window: h.Window, KeepAlive: h.KeepAlive, Format: h.Format,
		},
	}
	if p.Tools, err = toolWords(strings.Join(h.Tools, ",")); err != nil {
		return Preset{}, err
	}
	if field := WrongOption(p.Options); field != "" {
		return Preset{}, bad(nil, field)
	}
	return p, nil
}

// cutPreset splits a preset into its TOML and its instructions. A file without a
// fence is instructions alone.
func cutPreset(text string) (head, body string, err error) {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	rest, fenced := strings.CutPrefix(text, presetFence+"\n")
	if !fenced {
		return "", text, nil
	}
	if body, whole := strings.CutPrefix(rest, presetFence+"\n"); whole {
		return "", body, nil
	}
	head, body, closed := strings.Cut(rest+"\n", "\n"+presetFence+"\n")
	if !closed {
		return "", "", errors.New("the head has no end")
	}
	return head, body, nil
}

// plainTOML is an error of the TOML reader without the text it was reading.
func plainTOML(err error) error {
	var e toml.ParseError
	if errors.As(err, &e) {
		return errors.New(e.Message)
	}
	return err
}

// keepAlive is a time as Ollama takes it: a duration, or a number of seconds.
var keepAlive = regexp.MustCompile(`^-?(\d+|(\d+(\.\d+)?(ns|us|ms|s|m|h))+)$`)

// WrongOption names the first option that no service takes, by its name in a
// preset; "" is none. The limits are the widest of those that services document.
func WrongOption(o chat.Options) string {
	outside := func(v *float64, low, high float64) bool { return v != nil && !(*v >= low && *v <= high) }
	switch {
	case outside(o.Temperature, 0, 2):
		return "temperature"
	case outside(o.TopP, 0, 1):
		return "top_p"
	case o.MaxTokens != nil && *o.MaxTokens < 1:
		return "max_tokens"
	case o.Window < 0:
		return "window"
	case slices.Contains(o.Stop, ""):
		return "stop"
	case o.KeepAlive != "" && !keepAlive.MatchString(o.KeepAlive):
		return "keep_alive"
	case o.Format != "" && o.Format != chat.FormatJSON && !isSchema(o.Format):
		return "format"
	}
	return ""
}

// File is the text of a preset.
func (p Preset) File() ([]byte, error) {
	o := p.Options
	var b bytes.Buffer
	b.WriteString(presetFence + "\n")
	err := toml.NewEncoder(&b).Encode(presetHead{
		Description: p.Description, Model: p.Model, Tools: p.Tools,
		Temperature: o.Temperature, TopP: o.TopP, Seed: o.Seed, MaxTokens: o.MaxTokens, Stop: o.Stop,
		Effort: o.Effort, Window: o.Window, KeepAlive: o.KeepAlive, Format: o.Format,
	})
	if err != nil {
		return nil, fault.E("app.Preset", fault.Invalid, err, "path", p.Name)
	}
	b.WriteString(presetFence + "\n" + string(p.System) + "\n")
	return b.Bytes(), nil
}

func (a *App) presetPath(name string) string {
	return filepath.Join(a.dir, presetFolder, name+presetEnding)
}

// Preset reads one of the presets.
func (a *App) Preset(name string) (Preset, error) {
	missing := func(err error) error {
		return fault.E("app.Preset", fault.NotFound, err, "what", "preset", "name", name)
	}
	if !isPresetName(name) {
		return Preset{}, missing(nil)
	}
	data, err := os.ReadFile(a.presetPath(name))
	if err != nil {
		return Preset{}, missing(err)
	}
	return ParsePreset(name, data)
}

// BrokenPreset is a file that is no preset, and why.
type BrokenPreset struct {
	Name string
	Err  error
}

// Presets reads all presets, in the order of their names, and says which files
// of the folder are none.
func (a *App) Presets() (presets []Preset, broken []BrokenPreset, err error) {
	entries, err := os.ReadDir(filepath.Join(a.dir, presetFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fault.E("app.Presets", fault.ReadOnly, err, "path", filepath.Join(a.dir, presetFolder))
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), presetEnding)
		if !ok || e.IsDir() {
			continue
		}
		p, err := a.Preset(name)
		if err != nil {
			broken = append(broken, BrokenPreset{name, err})
			continue
		}
		presets = append(presets, p)
	}
	slices.SortFunc(presets, func(a, b Preset) int { return cmp.Compare(a.Name, b.Name) })
	return presets, broken, nil
}

// AddPreset checks the text of a preset and keeps it. One of that name stays
// unless replace says otherwise.
func (a *App) AddPreset(name string, data []byte, replace bool) (Preset, error) {
	p, err := ParsePreset(name, data)
	if err != nil {
		return Preset{}, err
	}
	path := a.presetPath(name)
	if _, err := os.Stat(path); err == nil && !replace {
		return Preset{}, fault.E("app.AddPreset", fault.NeedsAnswer, nil, "question", a.word("preset.exists", "Name", name), "flag", "--yes")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Preset{}, fault.E("app.AddPreset", fault.ReadOnly, err, "path", path)
	}
	return p, localstore.WriteFile(path, data)
}

// SavePreset keeps how a conversation is asked as a preset.
func (a *App) SavePreset(s *Session, name, description string, replace bool) (Preset, error) {
	c := s.Snapshot()
	f, err := a.factsFor(c.Provider)
	if err != nil {
		return Preset{}, err
	}
	permit, v := a.Rules().Keep(f, chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: c.System})
	if !v.Decision.Permits() {
		return Preset{}, &policy.Refusal{Verdict: v}
	}
	part, err := permit.Open()
	if err != nil {
		return Preset{}, err
	}
	p := Preset{
		Name: name, Description: description, Model: c.Provider + "/" + c.Model, System: part.Text,
		Options: c.Settings.Options, Tools: c.Settings.Tools,
	}
	data, err := p.File()
	if err != nil {
		return Preset{}, err
	}
	return a.AddPreset(name, data, replace)
}

// RemovePreset deletes a preset.
func (a *App) RemovePreset(name string) error {
	if _, err := a.Preset(name); fault.Is(err, fault.NotFound) {
		return err
	}
	if err := os.Remove(a.presetPath(name)); err != nil {
		return fault.E("app.RemovePreset", fault.ReadOnly, err, "path", a.presetPath(name))
	}
	return nil
}

// UsePreset asks a conversation's next prompts as a preset says: its
// instructions and options take the place of those before. Its model is for the
// caller to choose, since that may need a question.
func (a *App) UsePreset(ctx context.Context, s *Session, p Preset) error {
	s.mu.Lock()
	s.c.System = p.System
	s.c.Settings.Options, s.c.Settings.Tools = p.Options, slices.Clone(p.Tools)
	s.mu.Unlock()
	return a.keepMeta(ctx, s)
}
