// Package text gives the words a person reads, in the person's language. Every
// word lives in assets/text under a dotted key; code holds only keys.
package text

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"bise/app/fault"
	"bise/assets"
)

// Words is the wording of one language, English where it has none.
type Words struct{ localizer *i18n.Localizer }

// Languages lists the languages there is wording for, English first.
func Languages() []string {
	names := []string{"en"}
	entries, err := assets.Text.ReadDir("text")
	if err != nil {
		return names
	}
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".toml"); name != "en" {
			names = append(names, name)
		}
	}
	return names
}

// Load reads the wording for a language tag such as "fr" or "fr_FR.UTF-8";
// what it lacks is English.
func Load(tag string) (*Words, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	tag, _, _ = strings.Cut(tag, ".")
	tag = strings.ReplaceAll(tag, "_", "-")
	base, _, _ := strings.Cut(tag, "-")
	for _, name := range Languages() {
		if name != "en" && name != base {
			continue
		}
		data, err := assets.Text.ReadFile("text/" + name + ".toml")
		if err != nil {
			return nil, fmt.Errorf("read wording: %w", err)
		}
		if _, err := bundle.ParseMessageFileBytes(data, name+".toml"); err != nil {
			return nil, fmt.Errorf("read wording %s: %w", name, err)
		}
	}
	return &Words{localizer: i18n.NewLocalizer(bundle, tag, "en")}, nil
}

// FromEnvironment names the language that LC_ALL, LC_MESSAGES or LANG ask for.
func FromEnvironment() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" && v != "C" && v != "POSIX" {
			return v
		}
	}
	return "en"
}

// T is the wording of key, its places filled from name and value in turn. A key
// without wording gives the key itself, which a test looks for.
func (w *Words) T(key string, args ...any) string {
	return w.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data(args)}, key)
}

// N is the wording of key in the plural form for n; {{.N}} is the number.
func (w *Words) N(key string, n int, args ...any) string {
	d := data(args)
	d["N"] = n
	return w.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: d, PluralCount: n}, key)
}

// Has reports whether key has wording.
func (w *Words) Has(key string) bool {
	_, err := w.localizer.Localize(&i18n.LocalizeConfig{MessageID: key})
	var missing *i18n.MessageNotFoundErr
	return !errors.As(err, &missing)
}

func (w *Words) localize(c *i18n.LocalizeConfig, key string) string {
	s, err := w.localizer.Localize(c)
	if s == "" && err != nil {
		return key
	}
	return s
}

func data(args []any) map[string]any {
	d := make(map[string]any, len(args)/2+1)
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			d[name] = args[i+1]
		}
	}
	return d
}

// Fault is what to tell a person about err: what happened, and what to do next.
// An error nobody classified is told by its own text.
func (w *Words) Fault(err error) (message, remedy string) {
	e, ok := fault.As(err)
	if !ok {
		return w.T("fault.unknown.message", "Cause", err.Error()), w.T("fault.unknown.remedy")
	}
	kind := string(e.Kind)
	if kind == "" {
		kind = "unknown"
	}
	args := make([]any, 0, 2*len(e.Detail)+4)
	for name, value := range e.Detail {
		if name == "" {
			continue
		}
		args = append(args, strings.ToUpper(name[:1])+name[1:], value)
	}
	cause := ""
	if e.Err != nil {
		cause = e.Err.Error()
	}
	args = append(args, "Cause", cause, "RetryAfter", fault.Brief(e.RetryAfter))
	return w.T("fault."+kind+".message", args...), w.T("fault."+kind+".remedy", args...)
}
