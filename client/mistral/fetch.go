package mistral

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"bise/app/fault"
	"bise/client"
	"bise/client/openai"
)

// The greatest sizes of what is fetched, in bytes. A picture is fetched
// unasked, a file only when somebody wants it.
const (
	maxPicture = 32 << 20
	maxFile    = 128 << 20
)

// FetchFile gets a file that a tool made, GET /v1/files/{id}/content.
func (p *Provider) FetchFile(ctx context.Context, id string) ([]byte, string, error) {
	return p.fetch(ctx, id, maxFile)
}

func (p *Provider) fetch(ctx context.Context, id string, most int64) ([]byte, string, error) {
	const op = "mistral.FetchFile"
	id = strings.TrimPrefix(id, client.FilePrefix)
	if !isID(id) { // nothing that could lead elsewhere goes into an address
		return nil, "", fault.E(op, fault.NotFound, nil, "what", "file", "name", id)
	}
	if err := p.offered(op, "files"); err != nil {
		return nil, "", err
	}
	var data []byte
	err := p.chat.Do(ctx, openai.Call{
		Op: op, Method: http.MethodGet, Path: "/files/" + id + "/content", Accept: "*/*",
	}, func(_ *http.Response, body io.Reader) (err error) {
		data, err = io.ReadAll(io.LimitReader(body, most+1))
		if err == nil && int64(len(data)) > most {
			err = fault.E(op, fault.BadAnswer, nil, "what", "too_large", "megabytes", strconv.FormatInt(most>>20, 10))
		}
		return err
	})
	if err != nil {
		return nil, "", missing(err, "file", id)
	}
	media, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return data, media, nil
}

// isID reports whether id looks like one of the service's: letters, digits,
// hyphens and underscores.
func isID(id string) bool {
	return id != "" && len(id) <= 128 && !strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// isPicture tells the formats that can be drawn.
func isPicture(media string) bool {
	switch media {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	default:
		return false
	}
}
