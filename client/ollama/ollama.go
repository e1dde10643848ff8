// Package ollama talks to an Ollama server, on this machine or another, by
// Ollama's own protocol (docs/api.md of github.com/ollama/ollama).
//
// An answer counts only when the server said "done"; a context is never cut by
// the server behind the reader's back; what a model cannot take is refused and
// not dropped. The package starts and stops no server, reads no environment
// and writes nothing to disk.
package ollama

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// ID names Ollama among the providers.
const ID client.ID = "ollama"

const (
	name = "Ollama"
	// DefaultWindow is the context length asked for where nobody chose one, in
	// tokens. Ollama's own default of 4096 cuts ordinary conversations; 8192
	// still fits beside a small model in 8 GB.
	DefaultWindow = 8192
	// defaultSilence is how long a server may say nothing: without a graphics
	// card, reading a prompt of 8192 tokens takes minutes.
	defaultSilence = 15 * time.Minute
	// callLimit ends a call that is not a chat: a server on a slow disk takes
	// seconds to look at a large model.
	callLimit  = 30 * time.Second
	checkLimit = 2 * time.Second
)

// Options say which server to use and how.
type Options struct {
	// HTTP comes from client.Network; nil connects to nothing.
	HTTP *http.Client
	// Host is the server as OLLAMA_HOST writes it; "" is 127.0.0.1:11434.
	Host string
	// Window is the context length in tokens; 0 is DefaultWindow. A model's own
	// limit bounds it.
	Window int
	// KeepAlive is how long a model stays loaded after an answer, as Ollama
	// writes it: "5m", "0", "-1" for ever; "" leaves it to the server.
	KeepAlive string
	// Silence is how long the server may say nothing; 0 is 15 minutes.
	Silence time.Duration
	// LocalOnly refuses models that the server passes on to another host.
	LocalOnly bool
}

// Provider is an Ollama server. It is safe for concurrent use.
type Provider struct {
	opts      Options
	host      Host
	keepAlive *api.Duration
	// wrong is what is wrong with the options; every use gives it.
	wrong error

	mu      sync.Mutex
	version string
	known   map[string]details // by digest
	current map[string]details // by model name, as last seen
	noticed map[string]bool
}

// New makes a provider. An address or keep-alive that cannot be read is told
// at the first use, as fault.Invalid.
func New(opts Options) *Provider {
	if opts.HTTP == nil {
		opts.HTTP = client.NoNetwork
	}
	if opts.Window <= 0 {
		opts.Window = DefaultWindow
	}
	if opts.Silence == 0 {
		opts.Silence = defaultSilence
	}
	p := &Provider{
		opts: opts, known: make(map[string]details), current: make(map[string]details), noticed: make(map[string]bool),
	}
	p.host, p.wrong = ParseHost(opts.Host)
	if p.wrong == nil {
		p.keepAlive, p.wrong = parseKeepAlive(opts.KeepAlive)
	}
	return p
}

// parseKeepAlive reads a duration or a number of seconds; a negative one keeps
// a model loaded for ever.
func parseKeepAlive(s string) (*api.Duration, error) {
	if s == "" {
		return nil, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		n, numErr := strconv.Atoi(s)
		if numErr != nil {
			return nil, fault.E("ollama.New", fault.Invalid, nil, "what", "keep_alive", "value", s)
		}
		d = time.Duration(n) * time.Second
	}
	return &api.Duration{Duration: d}, nil
}

// Describe says what the provider is. Only a server on this machine counts as
// local; where the server passes a model on, Model.Remote says so.
func (p *Provider) Describe() client.Descriptor {
	place := client.Elsewhere
	if p.wrong == nil && client.IsLoopback(p.host.url.Hostname()) {
		place = client.Loopback
	}
	return client.Descriptor{
		ID:      ID,
		Name:    name,
		Service: policy.Local,
		Place:   place,
		Host:    p.host.String(),
		Can:     client.Features{Thinking: true, Images: true, Continue: true, Window: true, System: true},
	}
}

// api makes a client of Ollama's package for one call; w watches its answers.
func (p *Provider) api(w *watch) *api.Client {
	c := *p.opts.HTTP
	if c.Transport == nil { // it would be net/http's own, which knows no limits
		c.Transport = client.NoNetwork.Transport
	}
	w.next, c.Transport = c.Transport, w
	return api.NewClient(p.host.url, &c)
}

// call makes one short request and classifies its error.
func (p *Provider) call(ctx context.Context, op, model string, do func(context.Context, *api.Client) error) error {
	if p.wrong != nil {
		return p.wrong
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	limited, cancel := context.WithTimeoutCause(ctx, callLimit,
		fault.E(op, fault.TimedOut, nil, "after", callLimit.String()))
	defer cancel()
	w := &watch{}
	err := do(limited, p.api(w))
	if err == nil && w.status < http.StatusBadRequest {
		return nil
	}
	return p.failed(limited, op, model, w, err)
}

// Check asks the server for its version, within two seconds. The error is of
// kind fault.RunnerAbsent when nothing answers, fault.WrongHost when it is not
// Ollama.
func (p *Provider) Check(ctx context.Context) error {
	_, err := p.Version(ctx)
	return err
}

// Version is the server's version, as Check. A server built from its module
// says "0.0.0".
func (p *Provider) Version(ctx context.Context) (string, error) {
	const op = "ollama.Version"
	limited, cancel := context.WithTimeoutCause(ctx, checkLimit, fault.E(op, fault.RunnerAbsent, nil))
	defer cancel()
	var version string
	err := p.call(limited, op, "", func(ctx context.Context, c *api.Client) (err error) {
		version, err = c.Version(ctx)
		return err
	})
	if err == nil && version == "" {
		err = fault.E(op, fault.WrongHost, nil, "host", p.host.String(), "name", name)
	}
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version = version
	return version, nil
}

// guarded is the first version that heeds "truncate" and "shift"; older ones
// drop the beginning of a long conversation without a word.
var guarded = [3]int{0, 12, 4}

// old reports whether a version is one that lacks them. A version that cannot
// be read, or 0.0.0, is taken for a new one.
func old(version string) bool {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "-")
	fields := strings.Split(version, ".")
	if len(fields) < len(guarded) {
		return false
	}
	var got [3]int
	for i := range got {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return false
		}
		got[i] = n
	}
	if got == [3]int{} {
		return false
	}
	for i := range got {
		if got[i] != guarded[i] {
			return got[i] < guarded[i]
		}
	}
	return false
}
