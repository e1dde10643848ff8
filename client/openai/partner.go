package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"bise/app/fault"
	"bise/client"
)

// Body says how a partner's requests differ from the dialect's.
type Body struct {
	// Model is what the model's field is called; "" is "model", "-" leaves it
	// out.
	Model string
	// NoStream leaves the field "stream" out: the path says it.
	NoStream bool
	// Add are further fields, which name a place and not a person.
	Add map[string]string
}

// none reports whether nothing differs.
func (b Body) none() bool { return b.Model == "" && !b.NoStream && len(b.Add) == 0 }

// apply makes the partner's form of a request.
func (b Body) apply(body []byte) ([]byte, error) {
	if b.none() {
		return body, nil
	}
	fields := make(map[string]json.RawMessage)
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fault.E("openai.encode", fault.Invalid, err)
	}
	if b.Model != "" {
		model := fields["model"]
		delete(fields, "model")
		if b.Model != "-" {
			fields[b.Model] = model
		}
	}
	if b.NoStream {
		delete(fields, "stream")
	}
	for name, value := range b.Add {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fault.E("openai.encode", fault.Invalid, err)
		}
		fields[name] = text
	}
	out, err := json.Marshal(fields)
	if err != nil {
		return nil, fault.E("openai.encode", fault.Invalid, err)
	}
	return out, nil
}

// chatPath is the path of a chat with a model.
func (p *Provider) chatPath(model string) string {
	if p.opts.Dialect.ChatPath != nil {
		return p.opts.Dialect.ChatPath(model)
	}
	return chatPath
}

// blame completes a fault with the setting that it is about.
func (p *Provider) blame(err error) error {
	e, ok := fault.As(err)
	if !ok || p.opts.Dialect.Partner == "" {
		return err
	}
	if e.Detail == nil {
		e.Detail = make(map[string]string)
	}
	if e.Detail["profile"] == "" {
		e.Detail["profile"] = string(p.desc.ID)
	}
	if setting := p.opts.Dialect.Blame[e.Kind]; setting != "" && e.Detail["setting"] == "" {
		e.Detail["setting"] = setting
	}
	return err
}

// known are the models of a service that does not list them.
func (p *Provider) known() []client.Model {
	models := make([]client.Model, 0, len(p.opts.Known))
	for _, id := range p.opts.Known {
		models = append(models, client.Model{ID: id, Chat: true})
	}
	return models
}

// CheckModel asks whether a model would answer, without a prompt: the request
// holds no message, so a service that takes the key and has the model says
// that something is missing.
func (p *Provider) CheckModel(ctx context.Context, model string) error {
	const op = "openai.Check"
	if p.bad != nil {
		return p.bad
	}
	body, err := json.Marshal(map[string]any{"model": model, "messages": []string{}, "stream": true})
	if err == nil {
		body, err = p.opts.Dialect.Body.apply(body)
	}
	if err != nil {
		return err
	}
	err = p.Do(ctx, Call{
		Op: op, Method: http.MethodPost, Path: p.chatPath(model), Body: bytes.NewReader(body), ContentType: "application/json",
	}, func(resp *http.Response, _ io.Reader) error {
		if isPage(resp.Header) {
			return fault.E(op, fault.WrongHost, nil, "host", p.desc.Host, "name", p.desc.Name)
		}
		return nil
	})
	if e, ok := fault.As(err); ok {
		if e.Kind == fault.BadRequest {
			return nil
		}
		e.Detail["model"] = model
	}
	return err
}
