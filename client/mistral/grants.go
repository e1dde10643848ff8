package mistral

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"bise/app/fault"
	"bise/client"
	"bise/client/openai"
)

// grantCard is a share as GET /v1/libraries/{id}/share tells it.
type grantCard struct {
	Type  string `json:"share_with_type"`
	With  string `json:"share_with_uuid"`
	User  string `json:"user_id"`
	Level string `json:"role"`
}

// grantRequest is the body of PUT and, without a level, of DELETE. Of the latter
// the OpenAPI document requires a level that it does not allow; the service's
// own clients send none.
type grantRequest struct {
	Level string `json:"level,omitempty"`
	Type  string `json:"share_with_type"`
	With  string `json:"share_with_uuid"`
}

// Grants lists whom a library is shared with.
func (p *Provider) Grants(ctx context.Context, id client.LibraryID) ([]client.Grant, error) {
	var list struct{ Data []grantCard }
	err := p.library(ctx, "mistral.Grants", http.MethodGet, libraryPath(id, "/share"), id, &list)
	if err != nil {
		return nil, err
	}
	var grants []client.Grant
	for _, c := range list.Data {
		if c.With == "" {
			c.With = c.User
		}
		grants = append(grants, client.Grant{Grantee: client.Grantee{Type: c.Type, ID: c.With}, Level: c.Level})
	}
	return grants, nil
}

// Grant shares a library.
func (p *Provider) Grant(ctx context.Context, id client.LibraryID, g client.Grant) error {
	return p.share(ctx, "mistral.Grant", http.MethodPut, id, grantRequest{g.Level, g.Type, g.ID})
}

// Revoke ends a share.
func (p *Provider) Revoke(ctx context.Context, id client.LibraryID, g client.Grantee) error {
	return p.share(ctx, "mistral.Revoke", http.MethodDelete, id, grantRequest{Type: g.Type, With: g.ID})
}

func (p *Provider) share(ctx context.Context, op, method string, id client.LibraryID, r grantRequest) error {
	if err := p.offered(op, "libraries"); err != nil {
		return err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fault.E(op, fault.Invalid, err)
	}
	return p.resource(ctx, openai.Call{
		Op: op, Method: method, Path: libraryPath(id, "/share"), Body: bytes.NewReader(body), ContentType: "application/json",
	}, "library", string(id), nil)
}
