package mistral

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
)

var (
	_ client.Reader       = (*Provider)(nil)
	_ client.UploadReader = (*Provider)(nil)
)

// ocrModel follows the newest model for reading (docs, inference/models).
const ocrModel = "mistral-ocr-latest"

type ocrRequest struct {
	Model    string      `json:"model"`
	Document ocrDocument `json:"document"`
	// Pages count from 0.
	Pages []int `json:"pages,omitempty"`
	// Blocks repeat the text with its place on the page.
	Blocks bool `json:"include_blocks"`
}

type ocrDocument struct {
	Type         string `json:"type"`
	DocumentURL  string `json:"document_url,omitempty"`
	DocumentName string `json:"document_name,omitempty"`
	ImageURL     string `json:"image_url,omitempty"`
	FileID       string `json:"file_id,omitempty"`
}

// ocrReply is what POST /v1/ocr answers.
type ocrReply struct {
	Model string
	Pages []struct {
		Index    int
		Markdown string
	}
	Usage struct {
		Processed int `json:"pages_processed"`
	} `json:"usage_info"`
}

func (r ocrReply) reading() client.Reading {
	out := client.Reading{Model: r.Model, Processed: max(r.Usage.Processed, 0)}
	for _, page := range r.Pages {
		out.Pages = append(out.Pages, client.Page{Number: page.Index + 1, Text: chat.Text(page.Markdown)})
	}
	slices.SortStableFunc(out.Pages, func(a, b client.Page) int { return a.Number - b.Number })
	return out
}

// ReadDocument turns the attachment of a permit into text, POST /v1/ocr. The
// document travels within the request and is not kept.
func (p *Provider) ReadDocument(ctx context.Context, out policy.Outbound, o client.ReadOptions) (client.Reading, error) {
	part, err := client.Attachment(p.Describe(), out)
	if err != nil {
		return client.Reading{}, err
	}
	doc := ocrDocument{Type: "document_url", DocumentURL: dataURL(part), DocumentName: part.Name}
	if strings.HasPrefix(part.MediaType, "image/") {
		doc = ocrDocument{Type: "image_url", ImageURL: dataURL(part)}
	}
	return p.ocr(ctx, doc, o, int64(len(part.Data)))
}

// ReadUploaded turns a file that lies at the service into text.
func (p *Provider) ReadUploaded(ctx context.Context, id client.FileID, o client.ReadOptions) (client.Reading, error) {
	reading, err := p.ocr(ctx, ocrDocument{Type: "file", FileID: string(id)}, o, 0)
	return reading, missing(err, "file at the service", string(id))
}

func (p *Provider) ocr(ctx context.Context, doc ocrDocument, o client.ReadOptions, size int64) (client.Reading, error) {
	const op = "mistral.ReadDocument"
	request := ocrRequest{Model: o.Model, Document: doc}
	if request.Model == "" {
		request.Model = ocrModel
	}
	for _, page := range o.Pages {
		request.Pages = append(request.Pages, page-1)
	}
	body, err := json.Marshal(request)
	if err != nil {
		return client.Reading{}, fault.E(op, fault.Invalid, err)
	}
	var reply ocrReply
	err = p.do(ctx, openai.Call{
		Op: op, Method: http.MethodPost, Path: "/ocr", Body: bytes.NewReader(body), ContentType: "application/json",
		Idle: patience(size) + openai.DefaultIdle, // a thousand pages take their time
	}, &reply)
	if err == nil && len(reply.Pages) == 0 {
		err = fault.E(op, fault.EmptyAnswer, nil, "model", request.Model)
	}
	return reply.reading(), err
}

func dataURL(part chat.Part) string {
	return "data:" + mediaOf(part) + ";base64," + base64.StdEncoding.EncodeToString(part.Data)
}
