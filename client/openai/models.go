package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"bise/app/fault"
	"bise/client"
	"bise/client/sse"
)

// card is a model as the list tells it. Servers of open weights leave out most
// of it.
type card struct {
	ID           string   `json:"id"`
	ModelID      string   `json:"model_id"` // watsonx's name for it
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	OwnedBy      string   `json:"owned_by"`
	Aliases      []string `json:"aliases"`
	Context      int      `json:"max_context_length"`
	MaxModelLen  int      `json:"max_model_len"` // vLLM's name for it
	Deprecation  string   `json:"deprecation"`
	Replacement  string   `json:"deprecation_replacement_model"`
	Temperature  float64  `json:"default_model_temperature"`
	Type         string   `json:"type"` // "fine-tuned" sets a model apart
	Archived     bool     `json:"archived"`
	Capabilities *struct {
		Chat      bool `json:"completion_chat"`
		Tools     bool `json:"function_calling"`
		Reasoning bool `json:"reasoning"`
		Vision    bool `json:"vision"`
		Audio     bool `json:"audio"`
	} `json:"capabilities"`
}

// tuned is the type of a model that the account has trained.
const tuned = "fine-tuned"

// Models asks for the list of models. A model that the service lists under
// several names is one model with aliases.
func (p *Provider) Models(ctx context.Context) ([]client.Model, error) {
	const op = "openai.Models"
	if p.opts.Dialect.NoList {
		return p.known(), p.bad
	}
	var raw []byte
	call := Call{Op: op, Method: http.MethodGet, Path: or(p.opts.Dialect.ListPath, modelsPath), Idle: min(p.opts.Idle, 30*time.Second)}
	err := p.Do(ctx, call, func(_ *http.Response, body io.Reader) (err error) {
		raw, err = io.ReadAll(io.LimitReader(body, sse.DefaultMax))
		return err
	})
	if err != nil {
		return nil, err
	}
	cards, ok := readCards(raw)
	if !ok {
		return nil, fault.E(op, fault.WrongHost, nil, "host", p.desc.Host, "name", p.desc.Name)
	}
	if word := p.opts.Dialect.Only; word != "" {
		cards = slices.DeleteFunc(cards, func(c card) bool { return !strings.Contains(strings.ToLower(c.ID), word) })
	}
	return p.learnt(grouped(cards)), nil
}

// readCards reads a list of models: {"data":[…]}, {"models":[…]} or the bare
// list that the specification's example shows.
func readCards(raw []byte) ([]card, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, false
	}
	items := []json.RawMessage{}
	if raw[0] == '[' {
		if json.Unmarshal(raw, &items) != nil {
			return nil, false
		}
	} else {
		var list struct{ Data, Models, Resources []json.RawMessage }
		if json.Unmarshal(raw, &list) != nil || list.Data == nil && list.Models == nil && list.Resources == nil {
			return nil, false
		}
		items = slices.Concat(list.Data, list.Models, list.Resources)
	}
	var cards []card
	for _, item := range items {
		var c card
		if Unmarshal(item, &c) != nil {
			continue
		}
		if c.ID = or(c.ID, c.ModelID); c.ID != "" {
			cards = append(cards, c)
		}
	}
	return cards, true
}

// grouped makes one model of the cards that share a name or list each other as
// aliases.
func grouped(cards []card) []client.Model {
	var models []client.Model
	at := map[string]int{} // any name of a model to its place
	for _, c := range cards {
		names := append([]string{c.ID}, c.Aliases...)
		// Elsewhere, and of a model of the person's own, it is a display name.
		if c.Name != "" && c.Capabilities != nil && c.Type != tuned {
			names = append(names, c.Name)
		}
		place := -1
		for _, n := range names {
			if i, ok := at[n]; ok {
				place = i
			}
		}
		if place < 0 {
			place = len(models)
			models = append(models, c.model())
		}
		m := &models[place]
		for _, n := range names {
			if had, ok := at[n]; !ok || had != place {
				m.Aliases = append(m.Aliases, n)
			}
			at[n] = place
		}
	}
	for i := range models {
		name(&models[i])
	}
	return models
}

// model is the model of a card, its names aside.
func (c card) model() client.Model {
	m := client.Model{
		ID: c.ID, Name: c.Name, Detail: c.Description, Chat: true,
		Context: max(c.Context, c.MaxModelLen), Replacement: c.Replacement, Temperature: c.Temperature,
	}
	if at, err := time.Parse(time.RFC3339, c.Deprecation); err == nil {
		m.Retires = at
	}
	if has := c.Capabilities; has != nil {
		m.Chat, m.Thinking, m.Images, m.Tools = has.Chat, has.Reasoning, has.Vision, has.Tools
		if !has.Reasoning {
			m.Efforts = []string{} // it takes none
		}
		m.Audio, m.Told = has.Audio, true
	}
	switch {
	case c.Archived:
		m.Badge, m.Chat = client.Archived, false // it answers no more
	case c.Type == tuned:
		m.Badge = client.FineTuned
	}
	return m
}

// name chooses the id to ask for among a model's names: the one that follows
// the newest version where there is one, so that a conversation does not end
// with a version's life.
func name(m *client.Model) {
	for _, n := range m.Aliases {
		if strings.HasSuffix(n, "-latest") {
			m.ID = n
			break
		}
	}
	m.Aliases = slices.DeleteFunc(m.Aliases, func(n string) bool { return n == m.ID || n == m.Name })
	if m.Name == m.ID {
		m.Name = ""
	}
}
