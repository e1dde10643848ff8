package ollama

import (
	"context"
	"strings"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/client"
)

var _ client.Runner = (*Provider)(nil)

// mostLicence bounds the licence and the template that are kept of a model, in
// bytes: the longest licences take about 20 kB.
const mostLicence = 256 << 10

// Weights implements client.Runner.
func (p *Provider) Weights(ctx context.Context, model string) (client.Weights, error) {
	var shown *api.ShowResponse
	err := p.call(ctx, "ollama.Weights", model, func(ctx context.Context, c *api.Client) (err error) {
		shown, err = c.Show(ctx, &api.ShowRequest{Model: model})
		return err
	})
	if err != nil {
		return client.Weights{}, err
	}
	d := read(shown)
	entry := api.ListModelResponse{Model: tagged(model), Details: shown.Details}
	if listed, ok := p.entry(ctx, model); ok {
		entry = listed
	}
	w := client.Weights{
		Model:        modelOf(entry, d),
		Family:       sentence(shown.Details.Family),
		Parameters:   sentence(shown.Details.ParameterSize),
		Quantisation: sentence(shown.Details.QuantizationLevel),
		Format:       sentence(shown.Details.Format),
		LicenceText:  strings.TrimSpace(head(shown.License)),
		Template:     head(shown.Template),
		System:       head(shown.System),
		Settings:     strings.TrimSpace(head(shown.Parameters)),
		Path:         pathIn(shown.Modelfile),
	}
	for _, c := range shown.Capabilities {
		w.Abilities = append(w.Abilities, sentence(string(c)))
	}
	if running, ok := p.loaded(ctx, model); ok {
		w.Loaded = running.Size > 0
	}
	return w, nil
}

// entry finds a model in the server's list.
func (p *Provider) entry(ctx context.Context, model string) (api.ListModelResponse, bool) {
	var list *api.ListResponse
	err := p.call(ctx, "ollama.Weights", "", func(ctx context.Context, c *api.Client) (err error) {
		list, err = c.List(ctx)
		return err
	})
	if err != nil {
		return api.ListModelResponse{}, false
	}
	for _, m := range list.Models {
		if tagged(m.Model) == tagged(model) {
			return m, true
		}
	}
	return api.ListModelResponse{}, false
}

func head(s string) string {
	if len(s) > mostLicence {
		s = s[:mostLicence]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// pathIn finds the file of the weights in a Modelfile: its line FROM.
func pathIn(modelfile string) string {
	for line := range strings.Lines(modelfile) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "FROM "); ok {
			path = strings.Trim(strings.TrimSpace(path), `"`)
			if strings.ContainsAny(path, `/\`) && strings.Contains(path, "blobs") {
				return path
			}
			return ""
		}
	}
	return ""
}

// Remove implements client.Runner.
func (p *Provider) Remove(ctx context.Context, model string) error {
	err := p.call(ctx, "ollama.Remove", model, func(ctx context.Context, c *api.Client) error {
		return c.Delete(ctx, &api.DeleteRequest{Model: model})
	})
	p.forget(model)
	return err
}

// Copy implements client.Runner.
func (p *Provider) Copy(ctx context.Context, from, to string) error {
	return p.call(ctx, "ollama.Copy", from, func(ctx context.Context, c *api.Client) error {
		return c.Copy(ctx, &api.CopyRequest{Source: from, Destination: to})
	})
}

// Unload implements client.Runner. A server without an engine holds nothing
// and says so.
func (p *Provider) Unload(ctx context.Context, model string) error {
	return p.call(ctx, "ollama.Unload", model, func(ctx context.Context, c *api.Client) error {
		never := false
		return c.Chat(ctx, &api.ChatRequest{
			Model: model, Stream: &never, KeepAlive: &api.Duration{Duration: 0},
		}, func(api.ChatResponse) error { return nil })
	})
}

// invalidName reports a name that Ollama would refuse before it is sent.
func invalidName(model string) bool {
	return model == "" || len(model) > 350 || strings.ContainsFunc(model, func(r rune) bool { return r <= ' ' || r > '~' })
}

// CheckName refuses what cannot be the name of a model, as fault.Invalid.
func CheckName(model string) error {
	if invalidName(model) {
		return fault.E("ollama.CheckName", fault.Invalid, nil, "what", "model", "value", sentence(model))
	}
	return nil
}
