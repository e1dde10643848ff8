package openai

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// DefaultIdle is how long a server may be silent. Mistral ends idle streams
// after ten minutes (docs, resources/known-limitations).
const DefaultIdle = 10 * time.Minute

// Options make a Provider.
type Options struct {
	ID   client.ID
	Name string
	// BaseURL is what stands before "/chat/completions", as in
	// "http://127.0.0.1:8080/v1"; without a path "/v1" is added. Plain http is
	// for this machine only.
	BaseURL string
	// Key reads the key; nil, or an error of kind fault.NotSignedIn, asks
	// without one where the dialect allows it.
	Key client.KeyFunc
	// HTTP comes from client.Network; nil connects to nothing.
	HTTP    *http.Client
	Service policy.Service
	Region  string
	Dialect Dialect
	Retry   Retry
	// Idle is how long the server may be silent; 0 is DefaultIdle.
	Idle time.Duration
	// MaxLine is the greatest size of one event in bytes; 0 is
	// sse.DefaultMax.
	MaxLine int
	// Renew forgets a key that was refused and reports whether another can be
	// had; nil is a key that stays what it is.
	Renew func() bool
	// Known are models of a service that does not list them.
	Known []string
}

// Dialect says how a server differs from the plain dialect, which is the zero
// value.
type Dialect struct {
	// Version is the path before the endpoints where the base URL has none;
	// "" is "/v1".
	Version string
	// NeedsKey says that nothing works without a key.
	NeedsKey bool
	// Chunks says that content lists may hold thinking and documents, and that
	// an answer's own reasoning is to be sent back.
	Chunks bool
	// Prefix says that a last assistant message with prefix:true is gone on
	// with.
	Prefix bool
	// RandomSeed says that the seed is called random_seed.
	RandomSeed bool
	// CacheKey says that requests of a conversation are marked by a
	// prompt_cache_key, so that what they share is billed once.
	CacheKey bool
	// ShortIDs says that tool-call ids have nine letters and digits.
	ShortIDs bool
	// Guardrails says that a request may ask for moderation, or for none.
	Guardrails bool
	// Notices reads what a response's header has to say to the person.
	Notices func(header http.Header, model string) []client.Notice
	// Strict says that fields which its document does not name are refused.
	Strict bool
	// Absent is the kind of a server that does not listen; Unknown is
	// fault.RunnerAbsent on this machine and fault.Unreachable elsewhere.
	Absent fault.Kind
	// Partner is the kind of the row that this dialect is of, "" if of none.
	Partner string
	// KeyHeader carries the key by itself; "" is Authorization, as a bearer.
	KeyHeader string
	// ChatPath is the path of a chat; nil is "/chat/completions".
	ChatPath func(model string) string
	// Query follows the path of every request.
	Query string
	// Body is how requests differ.
	Body Body
	// NoList says that the service does not list what can be asked for.
	NoList bool
	// ListPath is where models are listed; "" is "/models".
	ListPath string
	// Only keeps models whose id holds this word; "" keeps all.
	Only string
	// Blame names the setting of a profile that a failure is about.
	Blame Blame
}

// Provider is a server that speaks the dialect. It is safe for concurrent use.
type Provider struct {
	opts Options
	base *url.URL
	desc client.Descriptor
	bad  error // why the base URL cannot be used; every call gives it

	efforts efforts
}

var (
	_ client.Provider  = (*Provider)(nil)
	_ client.Checker   = (*Provider)(nil)
	_ client.Previewer = (*Provider)(nil)
)

// New makes a Provider. A base URL that cannot be used is told by every call,
// as an error of kind fault.Invalid.
func New(o Options) *Provider {
	if o.HTTP == nil {
		o.HTTP = client.NoNetwork
	}
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	o.Retry = o.Retry.withDefaults()
	p := &Provider{opts: o, desc: client.Descriptor{
		ID: o.ID, Name: o.Name, Service: o.Service, Region: o.Region,
		Can:      client.Features{Thinking: true, Images: true, Documents: o.Dialect.Chunks, System: true, Continue: o.Dialect.Prefix},
		NeedsKey: o.Dialect.NeedsKey,
	}}
	p.base, p.bad = baseURL(o.BaseURL, o.Dialect.Version)
	if p.bad != nil {
		return p
	}
	p.desc.Host = p.base.Host
	if client.IsLoopback(p.base.Hostname()) {
		p.desc.Place = client.Loopback
	}
	return p
}

// baseURL takes the many forms in which people paste an address.
func baseURL(text, version string) (*url.URL, error) {
	bad := func(why string) error {
		return fault.E("openai.New", fault.Invalid, nil, "what", "endpoint", "field", why)
	}
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, bad("address")
	case u.User != nil:
		return nil, bad("user name") // a key in the address would be logged with it
	case u.Scheme == "http" && !client.IsLoopback(u.Hostname()):
		return nil, bad("plain http")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, bad("scheme")
	}
	if version == "" {
		version = "/v1"
	}
	path := strings.TrimRight(u.Path, "/")
	path = strings.TrimSuffix(path, "/chat/completions")
	if path == "" {
		path = version
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}, nil
}

// Describe says what the provider is.
func (p *Provider) Describe() client.Descriptor { return p.desc }

// Check asks for the list of models, which needs a key but no prompt. Where
// there is none, it asks whether the first known model would answer.
func (p *Provider) Check(ctx context.Context) error {
	if p.opts.Dialect.NoList {
		model := ""
		if len(p.opts.Known) > 0 {
			model = p.opts.Known[0]
		}
		return p.CheckModel(ctx, model)
	}
	_, err := p.Models(ctx)
	return err
}

// endpoint is the URL of an endpoint.
func (p *Provider) endpoint(path string) string {
	target := p.base.String() + path
	if p.opts.Dialect.Query != "" {
		target += "?" + p.opts.Dialect.Query
	}
	return target
}

// authorize puts the key on a request.
func (p *Provider) authorize(ctx context.Context, h http.Header) error {
	key, err := p.key(ctx)
	if err != nil {
		return err
	}
	switch {
	case key == "":
	case p.opts.Dialect.KeyHeader != "":
		h.Set(p.opts.Dialect.KeyHeader, string(key))
	default:
		h.Set("Authorization", "Bearer "+string(key))
	}
	return nil
}

// keyless reports whether a request went without a key.
func (p *Provider) keyless(h http.Header) bool {
	return h.Get("Authorization") == "" && (p.opts.Dialect.KeyHeader == "" || h.Get(p.opts.Dialect.KeyHeader) == "")
}

// key reads the key; a missing one is an error only where it is needed.
func (p *Provider) key(ctx context.Context) (chat.Secret, error) {
	var key chat.Secret
	var err error
	if p.opts.Key != nil {
		key, err = p.opts.Key(ctx)
		key = chat.Secret(strings.TrimSpace(string(key)))
	}
	needed := p.opts.Dialect.NeedsKey
	switch {
	case err != nil && (needed || !fault.Is(err, fault.NotSignedIn)):
		return "", err
	case strings.ContainsFunc(string(key), func(r rune) bool { return r <= ' ' || r > '~' }):
		// No key looks like that: something else was pasted.
		return "", fault.E("openai.key", fault.KeyRefused, nil, "host", p.desc.Host, "name", p.desc.Name)
	case key == "" && needed:
		return "", fault.E("openai.key", fault.NotSignedIn, nil, "provider", string(p.desc.ID), "host", p.desc.Host)
	}
	return key, nil
}

// absent is the kind of a server that does not listen.
func (p *Provider) absent() fault.Kind {
	switch {
	case p.opts.Dialect.Absent != fault.Unknown:
		return p.opts.Dialect.Absent
	case p.desc.Place == client.Loopback:
		return fault.RunnerAbsent
	}
	return fault.Unreachable
}

// transport classifies an error of the HTTP client.
func (p *Provider) transport(ctx context.Context, op string, err error) error {
	err = client.Transport(ctx, op, err, "host", p.desc.Host, "name", p.desc.Name)
	if e, ok := fault.As(err); ok && e.Kind == fault.Unreachable {
		e.Kind = p.absent()
	}
	return p.blame(err)
}
