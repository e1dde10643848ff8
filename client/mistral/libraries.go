package mistral

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
)

var _ client.Librarian = (*Provider)(nil)

const librariesPath = "/libraries"

func libraryPath(id client.LibraryID, rest string) string {
	return librariesPath + "/" + url.PathEscape(string(id)) + rest
}

func documentPath(id client.LibraryID, doc client.DocumentID, rest string) string {
	return libraryPath(id, "/documents/"+url.PathEscape(string(doc))+rest)
}

// libraryCard is a library as GET /v1/libraries tells it.
type libraryCard struct {
	ID          string
	Name        string
	Description string
	Documents   int       `json:"nb_documents"`
	Size        int64     `json:"total_size"`
	Owner       string    `json:"owner_id"`
	OwnerType   string    `json:"owner_type"`
	Created     time.Time `json:"created_at"`
	Updated     time.Time `json:"updated_at"`
}

func (c libraryCard) library() client.Library {
	return client.Library{
		ID: client.LibraryID(c.ID), Name: c.Name, Description: c.Description, Documents: max(c.Documents, 0),
		Size: max(c.Size, 0), Owner: c.Owner, OwnerType: c.OwnerType, Created: c.Created, Updated: c.Updated,
	}
}

// documentCard is a document of a library.
type documentCard struct {
	ID      string
	Library string `json:"library_id"`
	Name    string
	Size    int64
	Pages   int       `json:"number_of_pages"`
	Created time.Time `json:"created_at"`
	Expires time.Time `json:"expires_at"`
	State   string    `json:"process_status"`
}

func (c documentCard) document() client.LibraryDocument {
	return client.LibraryDocument{
		ID: client.DocumentID(c.ID), Library: client.LibraryID(c.Library), Name: c.Name, Size: max(c.Size, 0),
		Pages: max(c.Pages, 0), Created: c.Created, Expires: c.Expires, State: client.DocumentState(c.State),
	}
}

// Libraries lists the libraries that the key may see, GET /v1/libraries.
func (p *Provider) Libraries(ctx context.Context) ([]client.Library, error) {
	const op = "mistral.Libraries"
	if err := p.offered(op, "libraries"); err != nil {
		return nil, err
	}
	var libraries []client.Library
	query := url.Values{"page_size": {strconv.Itoa(perPage)}}
	for range mostPages {
		var list struct {
			Data []libraryCard
			Next string `json:"next_page_token"`
		}
		if err := p.call(ctx, op, http.MethodGet, librariesPath, query, nil, &list); err != nil {
			return nil, err
		}
		for _, c := range list.Data {
			libraries = append(libraries, c.library())
		}
		if list.Next == "" || len(list.Data) == 0 {
			break
		}
		query.Set("page_token", list.Next)
	}
	return libraries, nil
}

// CreateLibrary makes a library, POST /v1/libraries.
func (p *Provider) CreateLibrary(ctx context.Context, out policy.Outbound) (client.Library, error) {
	const op = "mistral.CreateLibrary"
	if err := p.offered(op, "libraries"); err != nil {
		return client.Library{}, err
	}
	texts, err := client.Written(p.Describe(), out)
	if err != nil {
		return client.Library{}, err
	}
	request := struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
	}{Name: string(texts[0])}
	if len(texts) > 1 {
		request.Description = string(texts[1])
	}
	var c libraryCard
	err = p.call(ctx, op, http.MethodPost, librariesPath, nil, request, &c)
	return c.library(), err
}

// DeleteLibrary deletes a library with all its documents.
func (p *Provider) DeleteLibrary(ctx context.Context, id client.LibraryID) error {
	return p.library(ctx, "mistral.DeleteLibrary", http.MethodDelete, libraryPath(id, ""), id, nil)
}

// Documents lists the documents of a library.
func (p *Provider) Documents(ctx context.Context, id client.LibraryID) ([]client.LibraryDocument, error) {
	const op = "mistral.Documents"
	if err := p.offered(op, "libraries"); err != nil {
		return nil, err
	}
	var documents []client.LibraryDocument
	for page := range mostPages {
		var list struct {
			Data       []documentCard
			Pagination struct {
				More bool `json:"has_more"`
			}
		}
		query := url.Values{"page": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(perPage)}}
		call := openai.Call{Op: op, Method: http.MethodGet, Path: libraryPath(id, "/documents"), Query: query}
		if err := p.resource(ctx, call, "library", string(id), &list); err != nil {
			return nil, err
		}
		for _, c := range list.Data {
			documents = append(documents, c.document())
		}
		if !list.Pagination.More || len(list.Data) == 0 {
			break
		}
	}
	return documents, nil
}

// AddDocument puts the attachment of a permit into a library.
func (p *Provider) AddDocument(ctx context.Context, id client.LibraryID, out policy.Outbound) (client.LibraryDocument, error) {
	const op = "mistral.AddDocument"
	if err := p.offered(op, "libraries"); err != nil {
		return client.LibraryDocument{}, err
	}
	part, err := client.Attachment(p.Describe(), out)
	if err != nil {
		return client.LibraryDocument{}, err
	}
	var c documentCard
	err = p.resource(ctx, newForm().call(op, libraryPath(id, "/documents"), part), "library", string(id), &c)
	return c.document(), err
}

// DocumentState asks how far the service is with a document.
func (p *Provider) DocumentState(ctx context.Context, id client.LibraryID, doc client.DocumentID) (client.DocumentState, error) {
	var c documentCard
	err := p.document(ctx, "mistral.DocumentState", http.MethodGet, documentPath(id, doc, "/status"), doc, &c)
	return client.DocumentState(c.State), err
}

// DeleteDocument takes a document out of a library and deletes it.
func (p *Provider) DeleteDocument(ctx context.Context, id client.LibraryID, doc client.DocumentID) error {
	return p.document(ctx, "mistral.DeleteDocument", http.MethodDelete, documentPath(id, doc, ""), doc, nil)
}

func (p *Provider) library(ctx context.Context, op, method, path string, id client.LibraryID, out any) error {
	if err := p.offered(op, "libraries"); err != nil {
		return err
	}
	return p.resource(ctx, openai.Call{Op: op, Method: method, Path: path}, "library", string(id), out)
}

func (p *Provider) document(ctx context.Context, op, method, path string, doc client.DocumentID, out any) error {
	if err := p.offered(op, "libraries"); err != nil {
		return err
	}
	return p.resource(ctx, openai.Call{Op: op, Method: method, Path: path}, "library document", string(doc), out)
}
