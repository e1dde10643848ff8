package app

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore"
)

const configFile = "config.toml"

// Config is config.toml: profiles and settings, never a secret.
type Config struct {
	// Profile is the profile in use; "" chooses by what is there.
	Profile string `toml:"profile,omitempty"`
	// Language overrides the environment's.
	Language string `toml:"language,omitempty"`
	// Theme is auto, dark, light, contrast or none.
	Theme string `toml:"theme,omitempty"`
	// Provider and Model are the last choice for a new conversation.
	Provider string `toml:"provider,omitempty"`
	Model    string `toml:"model,omitempty"`
	// LocalOnly holds bise to this machine, as --local-only does for one run.
	LocalOnly bool `toml:"local_only,omitempty"`
	// Started says that the first steps were done or skipped.
	Started bool        `toml:"started,omitempty"`
	Rules   RulesConfig `toml:"rules,omitempty"`
	// Activity is the ledger of the use, off unless it is asked for.
	Activity ActivityConfig     `toml:"activity,omitempty"`
	Ollama   OllamaConfig       `toml:"ollama,omitempty"`
	Profiles map[string]Profile `toml:"profiles,omitempty"`

	path string
	// plaintextKey says that the file holds an API key.
	plaintextKey bool
}

// OllamaConfig is how to use the local runner.
type OllamaConfig struct {
	// Host overrides OLLAMA_HOST.
	Host string `toml:"host,omitempty"`
	// Window is the context length in tokens; 0 chooses.
	Window int `toml:"window,omitempty"`
	// KeepAlive is how long a model stays loaded, as Ollama writes it: "5m".
	KeepAlive string `toml:"keep_alive,omitempty"`
	// Start is "never" where bise shall not start an installed runner; "" or
	// "when_needed" lets it.
	Start string `toml:"start,omitempty"`
	// Licences are the models whose licence was shown.
	Licences map[string]LicenceSeen `toml:"licences,omitempty"`
}

// RulesConfig says which rules are in force.
type RulesConfig struct {
	// Active is the id of a bundle; "" is the built-in one.
	Active string `toml:"active,omitempty"`
}

// Profile is one way to a service with the facts that its rules depend on.
type Profile struct {
	Name string `toml:"-"`
	// Kind is mistral, openai, local or a partner's, see Kinds.
	Kind string `toml:"kind"`
	// Endpoint is the base URL; "" is the service's own.
	Endpoint string `toml:"endpoint,omitempty"`
	Model    string `toml:"model,omitempty"`
	UserName string `toml:"user_name,omitempty"`
	// SensitiveTerms are words to find before a share.
	SensitiveTerms []string `toml:"sensitive_terms,omitempty"`
	// Tools are the built-in tools that new conversations begin with.
	Tools []string `toml:"tools,omitempty"`
	// Filter is what the service's moderation of prompts is asked for; FilterOff
	// records that it was switched off.
	Filter    chat.Filter  `toml:"filter,omitempty"`
	FilterOff FilterRecord `toml:"filter_off,omitempty"`
	// CheckBeforeSend is "ask" to look for personal data and secrets in every
	// prompt that leaves this machine; "" and "off" are off.
	CheckBeforeSend string `toml:"check_before_send,omitempty"`
	// Facts are by the names of the command-line contract.
	Facts map[string]string `toml:"facts,omitempty"`
	// FactsOn is when they were last stated, YYYY-MM-DD.
	FactsOn string `toml:"facts_on,omitempty"`
	// ZDROn is when zero data retention was requested or approved.
	ZDROn string `toml:"zdr_on,omitempty"`
	// Accepted records what was confirmed before the first prompt.
	Accepted *Acceptance `toml:"accepted,omitempty"`
	// Cloud is the place at a partner, by the settings of its kind: region,
	// project, token_command.
	Cloud map[string]string `toml:"cloud,omitempty"`
	// Ends are the days on which the end of a model was announced, by model.
	Ends map[string]string `toml:"model_ends,omitempty"`
	// Vibe says that the key of Mistral Vibe may be read.
	Vibe bool `toml:"vibe_key,omitempty"`
}

// Acceptance is a confirmation: under which rules, of what, and when.
type Acceptance struct {
	Ruleset string `toml:"ruleset"`
	// Plan and Training are the facts it was given under.
	Plan     string `toml:"plan"`
	Training string `toml:"training"`
	On       string `toml:"on"` // YYYY-MM-DD
}

// DefaultDataDir is the folder for everything bise keeps: BISE_DATA_DIR, else
// the platform's place for application data.
func DefaultDataDir(env func(string) string) (string, error) {
	if d := env("BISE_DATA_DIR"); d != "" {
		return d, nil
	}
	home, err := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		if d := env("LOCALAPPDATA"); d != "" {
			return filepath.Join(d, "bise"), nil
		}
	case "darwin":
		if err == nil {
			return filepath.Join(home, "Library", "Application Support", "bise"), nil
		}
	default:
		if d := env("XDG_DATA_HOME"); filepath.IsAbs(d) {
			return filepath.Join(d, "bise"), nil
		}
	}
	if err != nil {
		return "", fault.E("app.DefaultDataDir", fault.NotFound, err, "name", "HOME")
	}
	return filepath.Join(home, ".local", "share", "bise"), nil
}

// LoadConfig reads config.toml; a missing file is an empty configuration. An
// unknown field is an error that names it, so that a typing error is not
// silently a default.
func LoadConfig(path string) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Config{}, fault.E("app.LoadConfig", fault.ReadOnly, err, "path", path)
	}
	return parseConfig(path, data)
}

func parseConfig(path string, data []byte) (Config, error) {
	const op = "app.LoadConfig"
	c := Config{path: path}
	meta, err := toml.Decode(string(data), &c)
	if err != nil {
		// The parser's long form quotes the line, which may hold a key.
		return Config{}, fault.E(op, fault.Invalid, errors.New(tomlReason(err)), "path", path)
	}
	for _, k := range meta.Undecoded() {
		if k[len(k)-1] == "api_key" {
			c.plaintextKey = true
			continue
		}
		return Config{}, fault.E(op, fault.Invalid, nil, "path", path, "field", k.String())
	}
	for name, p := range c.Profiles {
		if usual, ok := builtinProfiles[name]; ok && p.Kind == "" {
			p.Kind = usual.Kind
			c.Profiles[name] = p
		}
		switch _, known := kinds[p.Kind]; {
		case !validName(name), takenName(name) && builtinProfiles[name].Kind != p.Kind:
			return Config{}, fault.E(op, fault.Invalid, nil, "path", path, "field", "profiles."+name)
		case !known:
			return Config{}, fault.E(op, fault.Invalid, nil, "path", path, "field", "profiles."+name+".kind")
		}
	}
	return c, nil
}

func tomlReason(err error) string {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return "line " + itoa(parse.Position.Line) + ": " + parse.Message
	}
	return err.Error()
}

func (c *Config) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := toml.NewEncoder(&b)
	enc.Indent = ""
	if err := enc.Encode(c); err != nil {
		return nil, fault.E("app.saveConfig", fault.Invalid, err, "path", c.path)
	}
	return b.Bytes(), nil
}

// writeFile replaces a file of the data folder that holds no secret.
func writeFile(path string, data []byte) error { return localstore.WriteFile(path, data) }

// clone is c with maps of its own.
func (c Config) clone() Config {
	c.Profiles = maps.Clone(c.Profiles)
	c.Ollama.Licences = maps.Clone(c.Ollama.Licences)
	for name, p := range c.Profiles {
		p.Facts = maps.Clone(p.Facts)
		p.Cloud, p.Ends = maps.Clone(p.Cloud), maps.Clone(p.Ends)
		p.SensitiveTerms = slices.Clone(p.SensitiveTerms)
		c.Profiles[name] = p
	}
	return c
}

// Config is a copy of the configuration.
func (a *App) Config() Config {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.config.clone()
}

// Configure changes the configuration and writes it. The change is made to the
// file as it is now, which another window or an editor may have written. On an
// error nothing has changed.
func (a *App) Configure(change func(*Config)) error {
	before := a.Config()
	var c Config
	others := false // somebody else has changed the profiles
	err := localstore.EditFile(before.path, func(data []byte) (_ []byte, err error) {
		if c, err = parseConfig(before.path, data); err != nil {
			return nil, err
		}
		if c.plaintextKey {
			return nil, fault.E("app.Configure", fault.PlaintextKey, nil, "path", c.path)
		}
		others = !reflect.DeepEqual(c.clone().Profiles, before.Profiles)
		change(&c)
		return c.encode()
	})
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.config = c
	a.mu.Unlock()
	a.network.SetLocalOnly(a.LocalOnly())
	if others {
		return a.rebuildProviders()
	}
	return nil
}

// validName holds profile names to what fits a keyring account, a TOML key and
// a shell word.
func validName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.", r))
	}) < 0
}
