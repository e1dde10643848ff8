package openai

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bise/app/fault"
	"bise/client/sse"
)

// quiet is how long a request besides a chat may be silent.
const quiet = time.Minute

// Call is one request besides a chat: a list, an upload, a deletion.
type Call struct {
	Op     string // for the error
	Method string
	// Path comes after the base URL: "/models".
	Path  string
	Query url.Values
	// Body is what the caller was cleared to send; nil is none.
	Body        io.Reader
	ContentType string // of Body
	Length      int64  // of Body in bytes; 0 where the kind of reader tells it
	Accept      string // "" is application/json
	// KeyHeader carries the key as well, beside Authorization; "" is none.
	KeyHeader string
	// Idle is how long the server may be silent; 0 is a minute.
	Idle time.Duration
}

// Do makes a call with the key of the provider and hands its answer to read
// when it is a success. It tries once. Errors are those of Stream; read's are
// classified like those of the connection unless they are faults.
func (p *Provider) Do(ctx context.Context, c Call, read func(*http.Response, io.Reader) error) error {
	if p.bad != nil {
		return p.bad
	}
	if c.Idle == 0 {
		c.Idle = min(p.opts.Idle, quiet)
	}
	ctx, idle := sse.NewIdle(ctx, c.Idle)
	defer idle.Stop()
	target := p.endpoint(c.Path)
	if len(c.Query) > 0 {
		sep := "?"
		if p.opts.Dialect.Query != "" {
			sep = "&"
		}
		target += sep + c.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, target, c.Body)
	if err != nil {
		return fault.E(c.Op, fault.Invalid, err)
	}
	if c.Length > 0 {
		req.ContentLength = c.Length
	}
	req.Header.Set("Accept", "application/json")
	if c.Accept != "" {
		req.Header.Set("Accept", c.Accept)
	}
	if c.ContentType != "" {
		req.Header.Set("Content-Type", c.ContentType)
	}
	if err := p.authorize(ctx, req.Header); err != nil {
		return err
	}
	if c.KeyHeader != "" {
		_, key, _ := strings.Cut(req.Header.Get("Authorization"), " ")
		req.Header.Set(c.KeyHeader, key)
	}
	resp, err := p.opts.HTTP.Do(req)
	if err != nil {
		return p.transport(ctx, c.Op, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return p.refused(c.Op, "", resp)
	}
	if read == nil {
		if isPage(resp.Header) { // a sign-in page in between: nothing was done
			return p.blame(fault.E(c.Op, fault.WrongHost, nil, "host", p.desc.Host, "name", p.desc.Name))
		}
		return nil
	}
	err = read(resp, idle.Reader(resp.Body))
	if err != nil && fault.KindOf(err) == fault.Unknown {
		err = p.transport(ctx, c.Op, err)
	}
	return err
}
