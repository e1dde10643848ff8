// Package bedrock talks to Amazon Bedrock's Converse route through AWS's own
// library: its signatures, its chain of credentials, its binary event stream.
//
// It must not let that library write, try again or wait by itself: failures
// are told, and waits are counted down where the person sees them. An answer is
// complete only when messageStop was seen, since the library takes a cut stream
// for a finished one.
package bedrock

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/auth/bearer"
	"github.com/aws/smithy-go/logging"

	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
	"bise/client/sse"
)

// bearerScheme is AWS's name of signing by a key alone.
const bearerScheme = "httpBearerAuth"

// Options make a Provider.
type Options struct {
	ID   client.ID
	Name string
	// Region is AWS's: "eu-west-3".
	Region string
	// Endpoint replaces AWS's address; "" is that of the region.
	Endpoint string
	Service  policy.Service
	// Config finds AWS's credentials; it is not called before a request, nor
	// where there is a Key.
	Config func(ctx context.Context) (aws.Config, error)
	// Key reads a Bedrock key; nil signs with AWS's credentials.
	Key client.KeyFunc
	// Renew forgets credentials that were refused, as in openai.Options.
	Renew func() bool
	// HTTP comes from client.Network; nil connects to nothing.
	HTTP  *http.Client
	Retry openai.Retry
	// Idle is how long the service may be silent; 0 is openai.DefaultIdle.
	Idle time.Duration
	// Known are the models to choose from: Bedrock lists them elsewhere, with
	// other rights.
	Known []string
}

// Provider is Bedrock in one region. It is safe for concurrent use.
type Provider struct {
	opts Options
	desc client.Descriptor
	bad  error
}

var (
	_ client.Provider  = (*Provider)(nil)
	_ client.Checker   = (*Provider)(nil)
	_ client.Previewer = (*Provider)(nil)
)

// New makes a Provider. An address that cannot be used is told by every call.
func New(o Options) *Provider {
	if o.HTTP == nil {
		o.HTTP = client.NoNetwork
	}
	if o.Idle == 0 {
		o.Idle = openai.DefaultIdle
	}
	o.Retry = o.Retry.Complete()
	p := &Provider{opts: o, desc: client.Descriptor{
		ID: o.ID, Name: o.Name, Service: o.Service, NeedsKey: o.Key != nil,
		Can: client.Features{Thinking: true, Images: true, System: true},
	}}
	target, err := p.target()
	if err != nil {
		p.bad = err
		return p
	}
	p.desc.Host = target.Host
	if client.IsLoopback(target.Hostname()) {
		p.desc.Place = client.Loopback
	}
	return p
}

// target is the address that is asked.
func (p *Provider) target() (*url.URL, error) {
	const op = "bedrock.New"
	if p.opts.Endpoint == "" {
		if p.opts.Region == "" {
			return nil, fault.E(op, fault.MissingSetting, nil, "setting", "region", "kind", "bedrock", "profile", string(p.opts.ID))
		}
		host := "bedrock-runtime." + p.opts.Region + ".amazonaws.com"
		if strings.HasPrefix(p.opts.Region, "cn-") {
			host += ".cn"
		}
		return &url.URL{Scheme: "https", Host: host}, nil
	}
	u, err := url.Parse(p.opts.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !client.IsLoopback(u.Hostname())) {
		return nil, fault.E(op, fault.Invalid, nil, "what", "endpoint", "field", "address")
	}
	return u, nil
}

// Describe says what the provider is.
func (p *Provider) Describe() client.Descriptor { return p.desc }

// Models gives the known names; Bedrock's runtime lists none.
func (p *Provider) Models(context.Context) ([]client.Model, error) {
	if p.bad != nil {
		return nil, p.bad
	}
	models := make([]client.Model, 0, len(p.opts.Known))
	for _, id := range p.opts.Known {
		models = append(models, client.Model{ID: id, Chat: true})
	}
	return models, nil
}

// Check asks whether the first known model would answer.
func (p *Provider) Check(ctx context.Context) error {
	model := ""
	if len(p.opts.Known) > 0 {
		model = p.opts.Known[0]
	}
	return p.CheckModel(ctx, model)
}

// CheckModel asks whether a model would answer, without a prompt: a request
// that holds no message is called wrong by a service that has the model and
// knows who asks.
func (p *Provider) CheckModel(ctx context.Context, model string) error {
	const op = "bedrock.Check"
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	service, err := p.service(ctx)
	if err != nil {
		return err
	}
	_, err = service.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: &model})
	if err != nil {
		err = p.fault(ctx, op, model, err)
	}
	if fault.Is(err, fault.BadRequest) {
		return nil
	}
	return err
}

// service makes AWS's client. It is made for each request: credentials may have
// been renewed, and making one costs microseconds.
func (p *Provider) service(ctx context.Context, more ...func(*bedrockruntime.Options)) (*bedrockruntime.Client, error) {
	if p.bad != nil {
		return nil, p.bad
	}
	config := aws.Config{Region: p.opts.Region}
	switch {
	case p.opts.Key != nil:
		key, err := p.opts.Key(ctx)
		if err != nil {
			return nil, err
		}
		config.BearerAuthTokenProvider = bearer.StaticTokenProvider{Token: bearer.Token{Value: strings.TrimSpace(string(key))}}
		config.AuthSchemePreference = []string{bearerScheme}
	case p.opts.Config != nil:
		var err error
		if config, err = p.opts.Config(ctx); err != nil {
			return nil, err
		}
	}
	quiet := func(o *bedrockruntime.Options) {
		o.HTTPClient = whole{p.opts.HTTP}
		o.Logger = logging.Nop{}
		o.ClientLogMode = 0
		o.Retryer = aws.NopRetryer{}
		if p.opts.Endpoint != "" {
			o.BaseEndpoint = &p.opts.Endpoint
		}
	}
	return bedrockruntime.NewFromConfig(config, append([]func(*bedrockruntime.Options){quiet}, more...)...), nil
}

// whole makes requests whose body is in memory. The library closes the body of
// a request as soon as an answer begins; a server that is quick then finds the
// transport still at the body's end, and the connection is lost.
type whole struct{ http *http.Client }

// Do makes a request.
func (w whole) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(data))
	}
	return w.http.Do(r)
}

// watched makes requests whose answers are watched for silence.
type watched struct {
	whole
	idle *sse.Idle
}

// Do makes a request.
func (w watched) Do(r *http.Request) (*http.Response, error) {
	resp, err := w.whole.Do(r)
	if err != nil {
		return nil, err
	}
	resp.Body = body{w.idle.Reader(resp.Body), resp.Body}
	return resp, nil
}

type body struct {
	io.Reader
	io.Closer
}

// stub keeps a request instead of making it.
type stub struct {
	request *http.Request
	body    []byte
}

// Do takes the request and goes no further.
func (s *stub) Do(r *http.Request) (*http.Response, error) {
	s.request = r
	if r.Body != nil {
		var err error
		if s.body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	return nil, fault.E("bedrock.Preview", fault.Offline, nil)
}

// masked signs a request that is only shown.
var masked = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "masked", SecretAccessKey: "masked"}, nil
})

// Preview gives the request that Stream would make. No credentials are read.
func (p *Provider) Preview(ctx context.Context, out policy.Outbound) (client.Preview, error) {
	in, _, err := p.prepare(out)
	if err != nil {
		return client.Preview{}, err
	}
	taken := &stub{}
	plain := *p
	plain.opts.Key = nil
	plain.opts.Config = func(context.Context) (aws.Config, error) {
		return aws.Config{Region: p.opts.Region, Credentials: masked}, nil
	}
	service, err := plain.service(ctx, func(o *bedrockruntime.Options) { o.HTTPClient = taken })
	if err != nil {
		return client.Preview{}, err
	}
	_, err = service.ConverseStream(ctx, in)
	if taken.request == nil {
		return client.Preview{}, p.fault(ctx, "bedrock.Preview", aws.ToString(in.ModelId), err)
	}
	r := taken.request
	return client.Preview{Method: r.Method, URL: r.URL.String(), Body: taken.body, Header: []client.HeaderLine{
		{Name: "Authorization", Value: "****"}, {Name: "Content-Type", Value: r.Header.Get("Content-Type")},
	}}, nil
}
