package ollama

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/ollama/ollama/api"
	ollamamodel "github.com/ollama/ollama/types/model"

	"bise/client"
)

// atOnce bounds the questions about single models: the server reads a file of
// many gigabytes for each.
const atOnce = 4

// details are what is to be known of a model before it is asked.
type details struct {
	chat, thinking, images, tools bool
	context                       int // tokens; 0 is unknown
	remote                        string
	licence                       string
}

// Models lists the models of the server, with what each can do.
func (p *Provider) Models(ctx context.Context) ([]client.Model, error) {
	var list *api.ListResponse
	err := p.call(ctx, "ollama.Models", "", func(ctx context.Context, c *api.Client) (err error) {
		list, err = c.List(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	loaded := make(map[string]bool)
	if running, err := p.Running(ctx); err == nil {
		for _, r := range running {
			loaded[r.Model] = true
		}
	}
	models := make([]client.Model, len(list.Models))
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, m := range list.Models {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			d, err := p.detailsOf(ctx, m.Model, m.Digest)
			if err != nil {
				// One model that cannot be read must not hide the others.
				d = details{chat: true, remote: m.RemoteHost}
			}
			models[i] = modelOf(m, d)
			models[i].Loaded = loaded[m.Model]
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return models, nil
}

func modelOf(m api.ListModelResponse, d details) client.Model {
	var about []string
	for _, s := range []string{m.Details.Family, m.Details.ParameterSize, m.Details.QuantizationLevel} {
		if s != "" && s != "unknown" {
			about = append(about, sentence(s))
		}
	}
	return client.Model{
		ID:       m.Model,
		Detail:   strings.Join(about, " "),
		Context:  d.context,
		Size:     m.Size,
		Chat:     d.chat,
		Thinking: d.thinking,
		Images:   d.images,
		Told:     true,
		Tools:    d.tools,
		Remote:   d.remote != "" || m.RemoteHost != "",
		Licence:  d.licence,
	}
}

// Show tells everything about one model. A model the server does not have is
// fault.ModelGone.
func (p *Provider) Show(ctx context.Context, model string) (client.Model, error) {
	models, err := p.Models(ctx)
	if err != nil {
		return client.Model{}, err
	}
	for _, m := range models {
		if tagged(m.ID) == tagged(model) {
			return m, nil
		}
	}
	// Not every model of a server is in its list: cloud models need not be.
	d, err := p.detailsOf(ctx, model, "")
	if err != nil {
		return client.Model{}, err
	}
	return modelOf(api.ListModelResponse{Model: model}, d), nil
}

// Running implements client.Runner.
func (p *Provider) Running(ctx context.Context) ([]client.Running, error) {
	var list *api.ProcessResponse
	err := p.call(ctx, "ollama.Running", "", func(ctx context.Context, c *api.Client) (err error) {
		list, err = c.ListRunning(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []client.Running
	for _, m := range list.Models {
		all = append(all, client.Running{
			Model: m.Model, Window: m.ContextLength, Size: m.Size, VRAM: m.SizeVRAM, Until: m.ExpiresAt,
		})
	}
	return all, nil
}

// detailsOf asks the server about a model, once for each digest. An empty
// digest uses what was last seen under that name.
func (p *Provider) detailsOf(ctx context.Context, model, digest string) (details, error) {
	p.mu.Lock()
	d, ok := p.known[digest]
	if digest == "" {
		d, ok = p.current[model]
	}
	if ok {
		p.current[model] = d
	}
	p.mu.Unlock()
	if ok {
		return d, nil
	}
	var shown *api.ShowResponse
	err := p.call(ctx, "ollama.Show", model, func(ctx context.Context, c *api.Client) (err error) {
		shown, err = c.Show(ctx, &api.ShowRequest{Model: model})
		return err
	})
	if err != nil {
		return details{}, err
	}
	d = read(shown)
	p.mu.Lock()
	defer p.mu.Unlock()
	if digest != "" {
		p.known[digest] = d
	}
	p.current[model] = d
	return d, nil
}

// forget drops what was seen of a model, after the server said otherwise.
func (p *Provider) forget(model string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.current, model)
}

// read takes from "show" what is used. A server that names no capabilities is
// older than them, and all its models chat.
func read(s *api.ShowResponse) details {
	can := func(c ollamamodel.Capability) bool { return slices.Contains(s.Capabilities, c) }
	licence, _, _ := strings.Cut(strings.TrimSpace(s.License), "\n")
	return details{
		chat:     len(s.Capabilities) == 0 || can(ollamamodel.CapabilityCompletion),
		thinking: can(ollamamodel.CapabilityThinking),
		images:   can(ollamamodel.CapabilityVision),
		tools:    can(ollamamodel.CapabilityTools),
		context:  contextLength(s.ModelInfo),
		remote:   s.RemoteHost,
		licence:  sentence(licence),
	}
}

// contextLength finds "<architecture>.context_length"; 0 if there is none that
// makes sense.
func contextLength(info map[string]any) int {
	architecture, _ := info["general.architecture"].(string)
	n, ok := info[architecture+".context_length"].(float64)
	if !ok || n < 1 || n > 1<<30 {
		return 0
	}
	return int(n)
}
