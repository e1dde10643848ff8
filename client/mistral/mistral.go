// Package mistral talks to Mistral's own service, api.mistral.ai and its
// regional hosts: the chat-completions dialect of package openai with Mistral's
// own shapes, and the conversations endpoint where built-in tools or an agent
// take part. There is no list of models in it, since they come and go within
// months: Models asks the service.
//
// It must not read a key by itself, nor send a field that the service's
// OpenAPI document does not name.
package mistral

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"time"

	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
)

// DefaultBaseURL is the global host, which promises no place
// (docs, inference/regional-inference).
const DefaultBaseURL = "https://api.mistral.ai"

// regions are the hosts that process within a region.
var regions = map[string]string{
	"api.eu.mistral.ai": "eu",
	"api.us.mistral.ai": "us",
}

// Options make a Provider. Zero fields have defaults.
type Options struct {
	ID   client.ID // "" is "mistral"
	Name string    // "" is "Mistral"
	// BaseURL is the host to ask; "" is DefaultBaseURL. Plain http is for this
	// machine only.
	BaseURL string
	// Key reads the API key.
	Key  client.KeyFunc
	HTTP *http.Client
	// Service says whose terms hold; "" is policy.Platform.
	Service policy.Service
	Retry   openai.Retry
	// Idle is how long the service may be silent; 0 is ten minutes.
	Idle time.Duration
	// MaxLine is the greatest size of one event in bytes; 0 is 16 MiB.
	MaxLine int
}

// Provider is Mistral's service. It is safe for concurrent use.
type Provider struct{ chat *openai.Provider }

var (
	_ client.Provider  = (*Provider)(nil)
	_ client.Checker   = (*Provider)(nil)
	_ client.Previewer = (*Provider)(nil)
)

// New makes a Provider. A base URL that cannot be used is told by every call,
// as an error of kind fault.Invalid.
func New(o Options) *Provider {
	if o.ID == "" {
		o.ID = "mistral"
	}
	if o.Name == "" {
		o.Name = "Mistral"
	}
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	if o.Service == "" {
		o.Service = policy.Platform
	}
	return &Provider{chat: openai.New(openai.Options{
		ID: o.ID, Name: o.Name, BaseURL: o.BaseURL, Key: o.Key, HTTP: o.HTTP,
		Service: o.Service, Region: region(o.BaseURL), Dialect: dialect,
		Retry: o.Retry, Idle: o.Idle, MaxLine: o.MaxLine,
	})}
}

func region(base string) string {
	_, rest, _ := strings.Cut(base, "://")
	host, _, _ := strings.Cut(rest, "/")
	return regions[strings.ToLower(host)]
}

// Describe says what the provider is. Built-in tools are there on the global
// host only.
func (p *Provider) Describe() client.Descriptor {
	d := p.chat.Describe()
	if d.Region == "" {
		d.Can.Tools = toolNames()
	}
	return d
}

// Check asks for the list of models: the key is accepted and this is the
// service.
func (p *Provider) Check(ctx context.Context) error { return p.chat.Check(ctx) }

// Efforts are the reasoning efforts that a model is known to take.
func (p *Provider) Efforts(model string) ([]string, bool) { return p.chat.Efforts(model) }

// Stream answers a prompt: POST /v1/chat/completions, or POST /v1/conversations
// where a built-in tool or an agent takes part.
func (p *Provider) Stream(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	if t, _, err := out.Open(); err == nil && converses(t) {
		return p.converse(ctx, out)
	}
	return p.chat.Stream(ctx, out)
}

// Preview gives the request that Stream would make.
func (p *Provider) Preview(ctx context.Context, out policy.Outbound) (client.Preview, error) {
	if t, _, err := out.Open(); err == nil && converses(t) {
		x, _, err := p.conversation(out)
		if err != nil {
			return client.Preview{}, err
		}
		return p.chat.Show(x), nil
	}
	return p.chat.Preview(ctx, out)
}
