package mistral

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"bise/app/fault"
	"bise/client/openai"
)

// maxReply is the greatest size of a reply in JSON, in bytes; anything above is
// no list of agents or files.
const maxReply = 32 << 20

// call makes a request with the JSON of in, nothing where it is nil, and reads
// the reply into out, unless it is nil. Fields that out lacks are passed over:
// the service adds some at any time.
func (p *Provider) call(ctx context.Context, op, method, path string, query url.Values, in, out any) error {
	c := openai.Call{Op: op, Method: method, Path: path, Query: query}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return fault.E(op, fault.Invalid, err)
		}
		c.Body, c.ContentType = bytes.NewReader(body), "application/json"
	}
	return p.do(ctx, c, out)
}

// do makes a call and reads its JSON into out, unless it is nil.
func (p *Provider) do(ctx context.Context, c openai.Call, out any) error {
	if out == nil {
		return p.chat.Do(ctx, c, nil)
	}
	return p.chat.Do(ctx, c, func(_ *http.Response, body io.Reader) error {
		raw, err := io.ReadAll(io.LimitReader(body, maxReply))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, out); err != nil {
			return fault.E(c.Op, fault.BadAnswer, nil, "host", p.chat.Describe().Host)
		}
		return nil
	})
}

// missing gives a resource that is not there its own kind: a service's 404
// means the wrong address only where the address is fixed.
func missing(err error, what, name string) error {
	if e, ok := fault.As(err); ok && e.Detail["status"] == "404" {
		return fault.E(e.Op, fault.NotFound, nil, "what", what, "name", name)
	}
	return err
}
