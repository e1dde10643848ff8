package app

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"bise/app/fault"
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
	// Started says that the first steps were done or skipped.
	Started  bool               `toml:"started,omitempty"`
	Rules    RulesConfig        `toml:"rules,omitempty"`
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
}

// RulesConfig says which rules are in force.
type RulesConfig struct {
	// Active is the id of a bundle; "" is the built-in one.
	Active string `toml:"active,omitempty"`
}

// Profile is one way to a service with the facts that its rules depend on.
type Profile struct {
	Name string `toml:"-"`
	// Kind is mistral, openai or local.
	Kind string `toml:"kind"`
	// Endpoint is the base URL; "" is the service's own.
	Endpoint string `toml:"endpoint,omitempty"`
	Model    string `toml:"model,omitempty"`
	UserName string `toml:"user_name,omitempty"`
	// SensitiveTerms are words to find before a share.
	SensitiveTerms []string `toml:"sensitive_terms,omitempty"`
	// Facts are by the names of the command-line contract.
	Facts map[string]string `toml:"facts,omitempty"`
	// FactsOn is when they were last stated, YYYY-MM-DD.
	FactsOn string `toml:"facts_on,omitempty"`
	// ZDROn is when zero data retention was requested or approved.
	ZDROn string `toml:"zdr_on,omitempty"`
	// Accepted records what was confirmed before the first prompt.
	Accepted *Acceptance `toml:"accepted,omitempty"`
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
	c := Config{path: path}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fault.E("app.LoadConfig", fault.ReadOnly, err, "path", path)
	}
	meta, err := toml.Decode(string(data), &c)
	if err != nil {
		// The parser's long form quotes the line, which may hold a key.
		return Config{}, fault.E("app.LoadConfig", fault.Invalid, errors.New(tomlReason(err)), "path", path)
	}
	for _, k := range meta.Undecoded() {
		if k[len(k)-1] == "api_key" {
			c.plaintextKey = true
			continue
		}
		return Config{}, fault.E("app.LoadConfig", fault.Invalid, nil, "path", path, "field", k.String())
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

// save writes the configuration in one step: a crash leaves the old or the new
// file, never half of one.
func (c *Config) save() error {
	var b bytes.Buffer
	enc := toml.NewEncoder(&b)
	enc.Indent = ""
	if err := enc.Encode(c); err != nil {
		return fault.E("app.saveConfig", fault.Invalid, err, "path", c.path)
	}
	return writeFile(c.path, b.Bytes())
}

// writeFile replaces path atomically with mode 0600 in a folder of mode 0700.
func writeFile(path string, data []byte) error {
	const op = "app.writeFile"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.E(op, fault.ReadOnly, err, "path", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fault.E(op, fault.ReadOnly, err, "path", path)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone after the rename
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fault.E(op, fault.DiskFull, err, "path", path)
	}
	return nil
}

// clone is c with maps of its own.
func (c Config) clone() Config {
	c.Profiles = maps.Clone(c.Profiles)
	for name, p := range c.Profiles {
		p.Facts = maps.Clone(p.Facts)
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

// Configure changes the configuration and writes it. On an error nothing has
// changed.
func (a *App) Configure(change func(*Config)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.config.clone()
	if c.plaintextKey {
		return fault.E("app.Configure", fault.PlaintextKey, nil, "path", c.path)
	}
	change(&c)
	if err := c.save(); err != nil {
		return err
	}
	a.config = c
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
