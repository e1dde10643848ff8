// Package theme turns the colour themes of assets/themes into styles with
// meanings. Code asks for a meaning (Warning, Selected), never for a colour; a
// colour value appears only in a theme file. It reads no environment and asks no
// terminal: the caller says whether the background is dark and whether colours
// are wanted.
//
// Meaning is never carried by colour alone. The theme "none" has no colours at
// all, so whatever is drawn must be clear with it.
package theme

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/BurntSushi/toml"

	"bise/assets"
)

// Theme is the styles of one colour theme, each named by what it means. Its
// zero value draws plain text.
type Theme struct {
	// Name is the file's name without its ending: "dark".
	Name string

	Text        lipgloss.Style `toml:"text"`        // ordinary text
	Muted       lipgloss.Style `toml:"muted"`       // of second rank: times, hints
	Accent      lipgloss.Style `toml:"accent"`      // the one accent: "here"
	Title       lipgloss.Style `toml:"title"`       // the name of a screen or box
	User        lipgloss.Style `toml:"user"`        // what the person wrote
	Assistant   lipgloss.Style `toml:"assistant"`   // the name above an answer
	Thinking    lipgloss.Style `toml:"thinking"`    // a model's reasoning
	Warning     lipgloss.Style `toml:"warning"`     // needs a look
	Error       lipgloss.Style `toml:"error"`       // failed
	Success     lipgloss.Style `toml:"success"`     // done
	Border      lipgloss.Style `toml:"border"`      // lines round things
	Focused     lipgloss.Style `toml:"focused"`     // lines round what has the keys
	Selected    lipgloss.Style `toml:"selected"`    // the row the keys act on
	Match       lipgloss.Style `toml:"match"`       // what a search found
	Disabled    lipgloss.Style `toml:"disabled"`    // switched off, reason beside it
	Key         lipgloss.Style `toml:"key"`         // the name of a key
	Placeholder lipgloss.Style `toml:"placeholder"` // text that vanishes on typing
	StatusBar   lipgloss.Style `toml:"status_bar"`  // the status line

	Heading1  lipgloss.Style `toml:"heading1"`
	Heading2  lipgloss.Style `toml:"heading2"`
	Heading3  lipgloss.Style `toml:"heading3"` // and the levels below it
	Quote     lipgloss.Style `toml:"quote"`
	Link      lipgloss.Style `toml:"link"`       // an address
	Code      lipgloss.Style `toml:"code"`       // code within a sentence
	Rule      lipgloss.Style `toml:"rule"`       // lines in a text: rules, tables
	Marker    lipgloss.Style `toml:"marker"`     // a list's bullets and numbers
	TableHead lipgloss.Style `toml:"table_head"` // a table's column names

	// Syntax colours the kinds of words in a block of code.
	Syntax Syntax
}

// Syntax is the styles of the kinds of words in program text.
type Syntax struct {
	Keyword  lipgloss.Style `toml:"keyword"`
	Type     lipgloss.Style `toml:"type"`
	Function lipgloss.Style `toml:"function"`
	String   lipgloss.Style `toml:"string"`
	Number   lipgloss.Style `toml:"number"`
	Comment  lipgloss.Style `toml:"comment"`
	Operator lipgloss.Style `toml:"operator"`
	Inserted lipgloss.Style `toml:"inserted"`
	Deleted  lipgloss.Style `toml:"deleted"`
}

// Names lists the themes there are, in alphabetical order.
func Names() []string {
	entries, err := assets.Themes.ReadDir("themes")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	slices.Sort(names)
	return names
}

// For is the theme to use: none where there are no colours, else the wanted one,
// else the one for the background. A wanted theme that does not exist is an
// error that names those that do.
func For(dark, noColor bool, wanted string) (Theme, error) {
	switch {
	case noColor:
		return Load("none")
	case wanted != "":
		return Load(wanted)
	case dark:
		return Load("dark")
	default:
		return Load("light")
	}
}

// Load reads a theme by name.
func Load(name string) (Theme, error) {
	if !slices.Contains(Names(), name) {
		return Theme{}, fmt.Errorf("no theme %q: there are %s", name, strings.Join(Names(), ", "))
	}
	data, err := assets.Themes.ReadFile("themes/" + name + ".toml")
	if err != nil {
		return Theme{}, fmt.Errorf("read theme %s: %w", name, err)
	}
	t, err := parse(string(data))
	if err != nil {
		return Theme{}, fmt.Errorf("theme %s: %w", name, err)
	}
	t.Name = name
	return t, nil
}

// file is a theme file as it is written.
type file struct {
	Colors map[string]string `toml:"colors"`
	Styles map[string]look   `toml:"styles"`
	Code   map[string]look   `toml:"code"`
}

// look is one style as it is written; colours are names from [colors].
type look struct {
	FG        string `toml:"fg"`
	BG        string `toml:"bg"`
	Bold      bool   `toml:"bold"`
	Italic    bool   `toml:"italic"`
	Underline bool   `toml:"underline"`
	Faint     bool   `toml:"faint"`
	Reverse   bool   `toml:"reverse"`
	Strike    bool   `toml:"strike"`
}

// parse reads the text of a theme file. Every style must be there, and nothing
// else; the error names the field.
func parse(data string) (Theme, error) {
	var f file
	meta, err := toml.Decode(data, &f)
	if err != nil {
		return Theme{}, err
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return Theme{}, fmt.Errorf("%s: unknown field", extra[0])
	}
	for name, value := range f.Colors {
		if !hex(value) {
			return Theme{}, fmt.Errorf("colors.%s: %q is not a colour like #a1b2c3", name, value)
		}
	}
	var t Theme
	if err := fill(&t, "styles", f.Styles, f.Colors); err != nil {
		return Theme{}, err
	}
	if err := fill(&t.Syntax, "code", f.Code, f.Colors); err != nil {
		return Theme{}, err
	}
	return t, nil
}

// fill sets the styles of target, a pointer to a struct, by their toml names.
func fill(target any, table string, looks map[string]look, colors map[string]string) error {
	v := reflect.ValueOf(target).Elem()
	known := make(map[string]bool)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("toml")
		if name == "" {
			continue
		}
		known[name] = true
		l, ok := looks[name]
		if !ok {
			return fmt.Errorf("%s.%s: missing", table, name)
		}
		s, err := l.style(colors)
		if err != nil {
			return fmt.Errorf("%s.%s%w", table, name, err)
		}
		v.Field(i).Set(reflect.ValueOf(s))
	}
	for name := range looks {
		if !known[name] {
			return fmt.Errorf("%s.%s: unknown field", table, name)
		}
	}
	return nil
}

func (l look) style(colors map[string]string) (lipgloss.Style, error) {
	s := lipgloss.NewStyle()
	if l.FG != "" {
		value, ok := colors[l.FG]
		if !ok {
			return s, fmt.Errorf(".fg: no colour %q in [colors]", l.FG)
		}
		s = s.Foreground(lipgloss.Color(value))
	}
	if l.BG != "" {
		value, ok := colors[l.BG]
		if !ok {
			return s, fmt.Errorf(".bg: no colour %q in [colors]", l.BG)
		}
		s = s.Background(lipgloss.Color(value))
	}
	// Only what is set is written, so that one style can be laid over another.
	for _, attribute := range []struct {
		on  bool
		set func(lipgloss.Style) lipgloss.Style
	}{
		{l.Bold, func(s lipgloss.Style) lipgloss.Style { return s.Bold(true) }},
		{l.Italic, func(s lipgloss.Style) lipgloss.Style { return s.Italic(true) }},
		{l.Underline, func(s lipgloss.Style) lipgloss.Style { return s.Underline(true) }},
		{l.Faint, func(s lipgloss.Style) lipgloss.Style { return s.Faint(true) }},
		{l.Reverse, func(s lipgloss.Style) lipgloss.Style { return s.Reverse(true) }},
		{l.Strike, func(s lipgloss.Style) lipgloss.Style { return s.Strikethrough(true) }},
	} {
		if attribute.on {
			s = attribute.set(s)
		}
	}
	return s, nil
}

func hex(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	_, err := strconv.ParseUint(s[1:], 16, 32)
	return err == nil
}
