package app

import (
	"context"
	"net/netip"
	"net/url"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/imports"
	"bise/app/policy"
	"bise/assets"
	"bise/client"
	"bise/client/guide"
	"bise/client/mistral"
	"bise/client/ollama"
)

// What front ends need of a provider, so that they need not import client.
type (
	// Descriptor says what a provider is.
	Descriptor = client.Descriptor
	// Model is one model of a provider.
	Model = client.Model
	// Delta is one piece of a growing answer.
	Delta = client.Delta
	// Connection is one connection of this run.
	Connection = client.Connection
	// Notice is a provider's message by its wording key under "notice.".
	Notice = client.Notice
	// ToolActivity is a built-in tool at work.
	ToolActivity = client.ToolActivity
	// ToolState says how far a run of a tool is.
	ToolState = client.ToolState
	// Limit is one limit of the account.
	Limit = client.Limit
)

// The kinds of a Delta, as in client.
const (
	TextDelta     = client.TextDelta
	ThinkingDelta = client.ThinkingDelta
	PartDelta     = client.PartDelta
	UsageDelta    = client.UsageDelta
	ModelDelta    = client.ModelDelta
	WaitDelta     = client.WaitDelta
	LimitDelta    = client.LimitDelta
	NoticeDelta   = client.NoticeDelta
	StatusDelta   = client.StatusDelta
	ToolDelta     = client.ToolDelta
	DoneDelta     = client.DoneDelta
)

// The states of a tool's run, as in client.
const (
	ToolStarted = client.ToolStarted
	ToolDone    = client.ToolDone
	ToolFailed  = client.ToolFailed
)

// The badges of a model, as in client.
const (
	AgentModel     = client.Agent
	FineTunedModel = client.FineTuned
	LabsModel      = client.Labs
	ArchivedModel  = client.Archived
)

// GuideProvider and OllamaProvider are the providers that are always there.
const (
	GuideProvider  = "guide"
	OllamaProvider = "ollama"
)

// rebuildProviders makes the set of providers out of the profiles. The set is
// explicit: nothing registers itself.
func (a *App) rebuildProviders() error {
	c := a.Config()
	providers := []client.Provider{
		guide.New(guide.Options{Pages: assets.Guide, Rules: a.Rules(), Words: a.word, Now: a.Now}),
	}
	if a.barredProvider(OllamaProvider) == nil {
		providers = append(providers, ollama.New(ollama.Options{
			HTTP:      a.network.Client(OllamaProvider),
			Host:      a.runnerHost(),
			Window:    c.Ollama.Window,
			KeepAlive: c.Ollama.KeepAlive,
			LocalOnly: a.LocalOnly(),
		}))
	}
	if s := a.weights.current(); s != nil {
		providers = append(providers, a.fileProvider(s.host))
	}
	for _, p := range a.Profiles() {
		f, err := a.Facts(p.Name)
		if err != nil {
			return err
		}
		if a.admin.barred(p, f.Service()) != nil {
			continue
		}
		switch p.Kind {
		case "mistral":
			providers = append(providers, mistral.New(mistral.Options{
				ID:      client.ID(p.Name),
				Name:    providerName("Mistral", p.Name, MistralProfile),
				BaseURL: p.Endpoint,
				Key:     a.keyFunc(p.Name),
				HTTP:    a.network.Client(p.Name),
				Service: f.Service(),
			}))
		case "openai":
			if p.Endpoint == "" {
				continue // nothing to talk to until the address is given
			}
			providers = append(providers, a.usual(p, f.Service(), nil))
		case LocalProfile:
		default:
			providers = append(providers, a.partner(p, f.Service(), nil))
		}
	}
	set, err := client.NewSet(providers...)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.providers = set
	a.mu.Unlock()
	return nil
}

func (a *App) word(key string, args ...any) string {
	if a.options.Words == nil {
		return key
	}
	return a.options.Words.T(key, args...)
}

func providerName(product, profile, usual string) string {
	if profile == usual {
		return product
	}
	return product + " (" + profile + ")"
}

func (a *App) set() client.Set {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.providers
}

// provider finds a provider by its id.
func (a *App) provider(id string) (client.Provider, error) {
	p, ok := a.set().Get(client.ID(id))
	if !ok {
		if err := a.barredProvider(id); err != nil {
			return nil, err
		}
		return nil, fault.E("app.provider", fault.NotFound, nil, "what", "provider", "name", id)
	}
	return p, nil
}

// Describe says what a provider is; the zero Descriptor if there is none.
func (a *App) Describe(id string) Descriptor {
	if name, ok := imports.NameOf(id); ok { // it answered elsewhere
		return Descriptor{ID: client.ID(id), Name: name}
	}
	p, err := a.provider(id)
	if err != nil {
		return Descriptor{}
	}
	return p.Describe()
}

// Providers describes every provider in the order in which they are shown.
func (a *App) Providers() []Descriptor {
	var all []Descriptor
	for _, p := range a.set().All() {
		all = append(all, p.Describe())
	}
	return all
}

// ProfileOf names the profile whose facts govern a provider.
func (a *App) ProfileOf(provider string) string {
	switch provider {
	case GuideProvider, OllamaProvider, FileProvider, "":
		return LocalProfile
	}
	return provider
}

// factsFor are the facts for a prompt to a provider. A runner on another
// machine and a model that a runner passes on are not "this machine": the
// service word stays local, the place tells the rest.
func (a *App) factsFor(provider string) (policy.Facts, error) {
	return a.Facts(a.ProfileOf(provider))
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func loopbackURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && loopbackHost(u.Hostname())
}

// keyFunc reads the key of a profile when a request needs it: the environment
// first, then the keyring or the sealed file.
func (a *App) keyFunc(profile string) client.KeyFunc {
	return func(ctx context.Context) (chat.Secret, error) { return a.apiKey(ctx, profile) }
}
