package mistral

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"bise/app/fault"
	"bise/client"
	"bise/client/openai"
)

var (
	_ client.Accounts = (*Provider)(nil)
	_ client.Tuned    = (*Provider)(nil)
)

// wireNamed is an organisation, workspace or key; a null is nothing.
type wireNamed struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (w *wireNamed) named() client.Named {
	if w == nil {
		return client.Named{}
	}
	return client.Named{ID: w.ID, Name: w.Name}
}

// Account asks whose key this is, GET /v1/users/me and the lists below it. The
// specification wants the key in a header of its own there. A list that is not
// given is left out: it is no reason to know nothing.
func (p *Provider) Account(ctx context.Context) (client.Account, error) {
	const op, path = "mistral.Account", "/users/me"
	var me struct {
		ID           string     `json:"id"`
		Email        string     `json:"email"`
		First        string     `json:"first_name"`
		Last         string     `json:"last_name"`
		Workspace    *wireNamed `json:"workspace"`
		Organisation *wireNamed `json:"organization"`
		Key          *wireNamed `json:"api_key"`
	}
	if err := p.ofOwner(ctx, op, path, &me); err != nil {
		return client.Account{}, missing(err, "account page", path)
	}
	a := client.Account{
		User:  client.Named{ID: me.ID, Name: strings.TrimSpace(me.First + " " + me.Last)},
		Email: me.Email, Workspace: me.Workspace.named(), Organisation: me.Organisation.named(), Key: me.Key.named(),
	}
	var lists struct {
		Organisations []wireNamed `json:"organizations"`
		Workspaces    []wireNamed `json:"workspaces"`
	}
	if p.ofOwner(ctx, op, path+"/organizations", &lists) == nil {
		a.Organisations = allNamed(lists.Organisations)
	}
	if p.ofOwner(ctx, op, path+"/workspaces", &lists) == nil {
		a.Workspaces = allNamed(lists.Workspaces)
	}
	return a, ctx.Err()
}

func allNamed(list []wireNamed) []client.Named {
	var all []client.Named
	for _, w := range list {
		all = append(all, w.named())
	}
	return all
}

func (p *Provider) ofOwner(ctx context.Context, op, path string, out any) error {
	return p.do(ctx, openai.Call{Op: op, Method: http.MethodGet, Path: path, KeyHeader: "X-Api-Key"}, out)
}

// ArchiveModel puts a fine-tuned model away, POST
// /v1/fine_tuning/models/{id}/archive, or takes it out again with DELETE.
func (p *Provider) ArchiveModel(ctx context.Context, id string, archived bool) error {
	method := http.MethodPost
	if !archived {
		method = http.MethodDelete
	}
	path := "/fine_tuning/models/" + url.PathEscape(id) + "/archive"
	return missing(p.call(ctx, "mistral.ArchiveModel", method, path, nil, nil, nil), "fine-tuned model", id)
}

// DeleteModel deletes a fine-tuned model, DELETE /v1/models/{id}.
func (p *Provider) DeleteModel(ctx context.Context, id string) error {
	err := p.call(ctx, "mistral.DeleteModel", http.MethodDelete, "/models/"+url.PathEscape(id), nil, nil, nil)
	return missing(err, "fine-tuned model", id)
}

// Tuning asks for the list of training jobs, GET /v1/fine_tuning/jobs. The
// service has ended fine-tuning and answers 410 since August 2026; a later
// answer that is none is believed as well.
func (p *Provider) Tuning(ctx context.Context) error {
	const op = "mistral.Tuning"
	err := p.call(ctx, op, http.MethodGet, "/fine_tuning/jobs", nil, nil, nil)
	if e, ok := fault.As(err); ok && (e.Detail["status"] == "410" || e.Detail["status"] == "404") {
		return fault.E(op, fault.Retired, nil, "what", "fine-tuning", "host", p.Describe().Host)
	}
	return err
}
