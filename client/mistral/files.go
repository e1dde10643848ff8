package mistral

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
)

var _ client.FileStore = (*Provider)(nil)

const (
	filesPath = "/files"
	// perPage is how many entries of a list are asked for at once, the most
	// that the service gives.
	perPage = 100
)

// fileCard is a file as GET /v1/files tells it.
type fileCard struct {
	ID        string `json:"id"`
	Name      string `json:"filename"`
	Bytes     int64  `json:"bytes"`
	Purpose   string `json:"purpose"`
	MediaType string `json:"mimetype"`
	Source    string `json:"source"`
	Created   int64  `json:"created_at"`
	Expires   int64  `json:"expires_at"`
}

func (c fileCard) file() client.File {
	return client.File{
		ID: client.FileID(c.ID), Name: c.Name, Size: max(c.Bytes, 0), Purpose: c.Purpose, MediaType: c.MediaType,
		Source: c.Source, Created: second(c.Created), Expires: second(c.Expires),
	}
}

// second is a time in seconds since 1970, the zero time for 0.
func second(n int64) time.Time {
	if n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// Files lists what lies at the service, GET /v1/files.
func (p *Provider) Files(ctx context.Context) ([]client.File, error) {
	const op = "mistral.Files"
	if err := p.offered(op, "files"); err != nil {
		return nil, err
	}
	var files []client.File
	for page := range mostPages {
		var list struct{ Data []fileCard }
		query := url.Values{"page": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(perPage)}}
		if err := p.call(ctx, op, http.MethodGet, filesPath, query, nil, &list); err != nil {
			return nil, err
		}
		for _, c := range list.Data {
			files = append(files, c.file())
		}
		if len(list.Data) < perPage {
			break
		}
	}
	return files, nil
}

// File describes one file, GET /v1/files/{id}.
func (p *Provider) File(ctx context.Context, id client.FileID) (client.File, error) {
	const op = "mistral.File"
	if err := p.offered(op, "files"); err != nil {
		return client.File{}, err
	}
	var c fileCard
	err := p.resource(ctx, openai.Call{Op: op, Method: http.MethodGet, Path: filePath(id)}, "file at the service", string(id), &c)
	return c.file(), err
}

func filePath(id client.FileID) string { return filesPath + "/" + url.PathEscape(string(id)) }

// Upload puts the attachment of a permit there, POST /v1/files. Only this
// account may see it: the service's own default shows it to the whole workspace.
func (p *Provider) Upload(ctx context.Context, out policy.Outbound) (client.File, error) {
	const op = "mistral.Upload"
	if err := p.offered(op, "files"); err != nil {
		return client.File{}, err
	}
	part, err := client.Attachment(p.Describe(), out)
	if err != nil {
		return client.File{}, err
	}
	purpose := "ocr"
	if strings.HasPrefix(part.MediaType, "audio/") {
		purpose = "audio"
	}
	var c fileCard
	err = p.do(ctx, newForm("purpose", purpose, "visibility", "user").call(op, filesPath, part), &c)
	return c.file(), err
}

// DeleteFile deletes a file there, DELETE /v1/files/{id}.
func (p *Provider) DeleteFile(ctx context.Context, id client.FileID) error {
	const op = "mistral.DeleteFile"
	if err := p.offered(op, "files"); err != nil {
		return err
	}
	return p.resource(ctx, openai.Call{Op: op, Method: http.MethodDelete, Path: filePath(id)}, "file at the service", string(id), nil)
}
