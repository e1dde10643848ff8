package app

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/mistral"
	"bise/client/openai"
	"bise/localstore"
)

// KeySource says where a key comes from.
type KeySource string

// The sources of a key.
const (
	NoKey          KeySource = "none"
	KeyNotNeeded   KeySource = "not_needed"
	KeyEnvironment KeySource = "environment"
	KeyKeyring     KeySource = "keyring"
	KeySealed      KeySource = "sealed_file"
	KeyVibe        KeySource = "mistral_vibe"
	// KeyCommand is a sign-in program of the company, KeyCloud the sign-in of
	// its cloud on this machine.
	KeyCommand KeySource = "command"
	KeyCloud   KeySource = "cloud"
)

// keyVariables are the environment variables that hold a key for a kind of
// profile; bise reads them and never writes them.
func keyVariables(kind string) []string {
	if kind == "mistral" {
		return []string{"MISTRAL_API_KEY"}
	}
	row, _ := openai.RowOf(kind)
	return row.Variables
}

// keyVariable is the usual one of them, "" if there is none.
func keyVariable(kind string) string {
	for _, name := range keyVariables(kind) {
		return name
	}
	return ""
}

// apiKey reads the key of a profile: the environment, the keyring or the
// sealed file, and with consent the entry of Mistral Vibe.
func (a *App) apiKey(ctx context.Context, profile string) (chat.Secret, error) {
	key, _, err := a.findKey(ctx, profile)
	return key, err
}

func (a *App) findKey(ctx context.Context, profile string) (chat.Secret, KeySource, error) {
	const op = "app.apiKey"
	if c := a.Config(); c.plaintextKey {
		return "", NoKey, fault.E(op, fault.PlaintextKey, nil, "path", c.path)
	}
	p, err := a.Profile(profile)
	if err != nil {
		return "", NoKey, err
	}
	for _, name := range keyVariables(p.Kind) {
		if v := strings.TrimSpace(a.options.Env(name)); v != "" {
			return chat.Secret(v), KeyEnvironment, nil
		}
	}
	key, source, err := a.history.apiKey(ctx, profile)
	if err == nil {
		return key, source, nil
	}
	if p.Vibe && fault.Is(err, fault.NotFound) {
		if key, vibeErr := a.history.vibeKey(ctx); vibeErr == nil {
			return key, KeyVibe, nil
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.NoKeyring) {
		return "", NoKey, fault.E(op, fault.NotSignedIn, err, "profile", profile, "service", p.Kind)
	}
	return "", NoKey, err
}

// plainKey is the refusal of a service other than this machine while the config
// file holds a key, so that nothing is asked before it.
func (a *App) plainKey(s policy.Service) error {
	c := a.Config()
	if !c.plaintextKey || s == policy.Local {
		return nil
	}
	return fault.E("app.plainKey", fault.PlaintextKey, nil, "path", c.path)
}

// SignIn checks a key with the service and keeps it in the keyring or the
// sealed file. A key the service refuses is not kept.
func (a *App) SignIn(ctx context.Context, profile string, key chat.Secret) error {
	key, err := cleanKey(key)
	if err != nil {
		return err
	}
	p, err := a.Profile(profile)
	if err != nil {
		return err
	}
	if err := a.tryKey(ctx, p, key); err != nil {
		return err
	}
	if err := a.history.setAPIKey(ctx, profile, key); err != nil {
		return err
	}
	a.dropModelCache(profile)
	if p.Facts["account_terminated"] != "" { // a key that works has an account
		return a.SetProfile(profile, []string{"account_terminated="})
	}
	return a.rebuildProviders()
}

// SignInWithVibe reads the key of Mistral Vibe from now on, as the person has
// consented.
func (a *App) SignInWithVibe(ctx context.Context, profile string) error {
	p, err := a.Profile(profile)
	if err != nil {
		return err
	}
	key, err := a.history.vibeKey(ctx)
	if err != nil {
		return err
	}
	if err := a.tryKey(ctx, p, key); err != nil {
		return err
	}
	p.Vibe = true
	return a.putProfile(p)
}

// cleanKey takes the white space off that a paste brings along and refuses what
// cannot be a key.
func cleanKey(key chat.Secret) (chat.Secret, error) {
	s := strings.TrimSpace(string(key))
	bad := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r > unicode.MaxASCII })
	if s == "" || bad >= 0 || len(s) > 2048 {
		return "", fault.E("app.SignIn", fault.Usage, nil, "what", "key", "word", "")
	}
	return chat.Secret(s), nil
}

// tryKey asks the service whether it takes a key.
func (a *App) tryKey(ctx context.Context, p Profile, key chat.Secret) error {
	if err := a.barred(p); err != nil {
		return err
	}
	service, fixed := kinds[p.Kind], fixedKey(key)
	switch p.Kind {
	case LocalProfile:
		return fault.E("app.SignIn", fault.Usage, nil, "what", "kind", "word", p.Kind)
	case "mistral":
		return mistral.New(mistral.Options{
			ID: client.ID(p.Name), Name: p.Name, BaseURL: p.Endpoint, Key: fixed, HTTP: a.network.Client(p.Name),
		}).Check(ctx)
	case "openai":
		return check(ctx, a.usual(p, service, fixed))
	default:
		return check(ctx, a.partner(p, service, fixed))
	}
}

// check asks a provider whether it would work.
func check(ctx context.Context, p client.Provider) error {
	if c, ok := p.(client.Checker); ok {
		return c.Check(ctx)
	}
	return nil
}

// SignOut removes the key of a profile and makes sure that it is gone. It
// reports whether an environment variable still holds one.
func (a *App) SignOut(ctx context.Context, profile string) (stillInEnvironment bool, err error) {
	p, err := a.Profile(profile)
	if err != nil {
		return false, err
	}
	if err := a.history.deleteAPIKey(ctx, profile); err != nil {
		return false, err
	}
	if p.Vibe {
		p.Vibe = false
		if err := a.putProfile(p); err != nil {
			return false, err
		}
	}
	a.dropModelCache(profile)
	for _, name := range keyVariables(p.Kind) {
		stillInEnvironment = stillInEnvironment || a.options.Env(name) != ""
	}
	return stillInEnvironment, nil
}

// Identity is what is known of a profile without asking the service.
type Identity struct {
	Profile  Profile
	Provider Descriptor
	Key      KeySource
	KeyErr   error
}

// WhoAmI describes the profile in use. It never shows the key.
func (a *App) WhoAmI(ctx context.Context, profile string) (Identity, error) {
	p, err := a.Profile(profile)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Profile: p, Provider: a.Describe(p.Name), Key: KeyNotNeeded}
	if p.Kind == "local" {
		id.Provider = a.Describe(OllamaProvider)
		return id, nil
	}
	switch p.way() {
	case openai.AuthCommand:
		id.Key = KeyCommand
		return id, nil
	case openai.AuthEntra, openai.AuthGoogle, openai.AuthAWS:
		id.Key = KeyCloud
		return id, nil
	case openai.AuthNone:
		return id, nil
	}
	_, id.Key, id.KeyErr = a.findKey(ctx, profile)
	if p.Kind == "openai" && fault.Is(id.KeyErr, fault.NotSignedIn) {
		id.Key, id.KeyErr = KeyNotNeeded, nil // such a server may need none; it will say so
	}
	return id, nil
}

// MovedKeys are the profiles whose keys were moved, and whether all services
// could be asked about them.
type MovedKeys struct {
	Profiles []string
	Checked  bool
}

// MoveKeyFromConfig keeps the keys that config.toml holds in a safe place and
// takes them out of the file. A key that its service refuses stays where it is;
// one whose service cannot be reached is moved all the same, since it must not
// lie open for as long as that lasts.
func (a *App) MoveKeyFromConfig(ctx context.Context) (MovedKeys, error) {
	found, err := a.keysInConfig()
	if err != nil {
		return MovedKeys{}, err
	}
	moved := MovedKeys{Checked: true}
	for _, profile := range slices.Sorted(maps.Keys(found)) {
		checked, err := a.moveKey(ctx, profile, found[profile])
		if err != nil {
			return MovedKeys{}, err
		}
		moved.Profiles = append(moved.Profiles, profile)
		moved.Checked = moved.Checked && checked
	}
	return moved, a.dropKeysInConfig()
}

// keysInConfig reads the keys in config.toml, by profile.
func (a *App) keysInConfig() (map[string]chat.Secret, error) {
	const op = "app.MoveKeyFromConfig"
	c := a.Config()
	data, err := os.ReadFile(c.path)
	if err != nil {
		return nil, fault.E(op, fault.NotFound, err, "what", "file", "name", c.path)
	}
	var raw map[string]any
	if err := toml.Unmarshal(data, &raw); err != nil {
		return nil, fault.E(op, fault.Invalid, errors.New(tomlReason(err)), "path", c.path)
	}
	found := make(map[string]chat.Secret)
	takeKeys(raw, MistralProfile, found)
	if len(found) == 0 {
		return nil, fault.E(op, fault.NotFound, nil, "what", "api_key", "name", c.path)
	}
	return found, nil
}

// moveKey keeps a key, and reports whether its service could be asked about it.
func (a *App) moveKey(ctx context.Context, profile string, key chat.Secret) (checked bool, err error) {
	p, err := a.Profile(profile)
	if err != nil {
		return false, err
	}
	if key, err = cleanKey(key); err != nil {
		return false, err
	}
	err = a.tryKey(ctx, p, key)
	switch fault.KindOf(err) {
	case fault.Unreachable, fault.TimedOut, fault.Offline:
	default:
		if err != nil {
			return false, err
		}
	}
	return err == nil, a.history.setAPIKey(ctx, profile, key)
}

// dropKeysInConfig takes the keys out of config.toml.
func (a *App) dropKeysInConfig() error {
	const op = "app.MoveKeyFromConfig"
	c := a.Config()
	err := localstore.EditFile(c.path, func(data []byte) ([]byte, error) {
		var b bytes.Buffer
		var raw map[string]any
		err := toml.Unmarshal(data, &raw)
		if err == nil {
			takeKeys(raw, MistralProfile, make(map[string]chat.Secret))
			err = toml.NewEncoder(&b).Encode(raw)
		}
		if err != nil {
			return nil, fault.E(op, fault.Invalid, errors.New(tomlReason(err)), "path", c.path)
		}
		return b.Bytes(), nil
	})
	if err != nil {
		return err
	}
	fresh, err := LoadConfig(c.path)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.config = fresh
	a.mu.Unlock()
	return a.rebuildProviders()
}

// takeKeys removes every api_key from a decoded file; one inside
// [profiles.NAME] belongs to NAME, any other to the Mistral profile.
func takeKeys(table map[string]any, profile string, found map[string]chat.Secret) {
	for name, value := range table {
		switch v := value.(type) {
		case string:
			if name == "api_key" {
				found[profile] = chat.Secret(v)
				delete(table, name)
			}
		case map[string]any:
			if name == "profiles" {
				for p, sub := range v {
					if t, ok := sub.(map[string]any); ok {
						takeKeys(t, p, found)
					}
				}
				continue
			}
			takeKeys(v, profile, found)
		}
	}
}
