package mistral

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"time"

	"bise/app/chat"
	"bise/client/openai"
)

// form is a multipart body around one file, whose bytes are not copied.
type form struct {
	before, after bytes.Buffer
	writer        *multipart.Writer
	file          []byte
}

// newForm makes a form with fields, names and values in turn.
func newForm(fields ...string) *form {
	f := &form{}
	f.writer = multipart.NewWriter(&f.before)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = f.writer.WriteField(fields[i], fields[i+1]) // a buffer takes everything
	}
	return f
}

// call closes the form with a file and makes a call of it.
func (f *form) call(op, path string, part chat.Part) openai.Call {
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="file"; filename="`+plainName(part.Name)+`"`)
	header.Set("Content-Type", mediaOf(part))
	_, _ = f.writer.CreatePart(header)
	f.file = part.Data
	f.after.WriteString("\r\n--" + f.writer.Boundary() + "--\r\n")
	size := int64(f.before.Len() + len(f.file) + f.after.Len())
	return openai.Call{
		Op: op, Method: "POST", Path: path,
		Body:        io.MultiReader(&f.before, bytes.NewReader(f.file), &f.after),
		ContentType: f.writer.FormDataContentType(), Length: size, Idle: patience(size),
	}
}

// patience is how long a service may be silent while size bytes go to it: a
// minute, and what a line of 100 kB a second needs.
func patience(size int64) time.Duration {
	const slowest = 100_000
	return time.Minute + time.Duration(size/slowest)*time.Second
}

func mediaOf(part chat.Part) string {
	if part.MediaType == "" || strings.ContainsAny(part.MediaType, "\r\n") {
		return "application/octet-stream"
	}
	return part.MediaType
}

// plainName is a file name that a header can carry.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' || r == '/' || r == 0x7f {
			return '_'
		}
		return r
	}, name)
	if name == "" {
		return "file"
	}
	return name
}

// resource is call for something that may not be there: an answer 404 is then
// that, and no wrong host.
func (p *Provider) resource(ctx context.Context, c openai.Call, what, id string, out any) error {
	return missing(p.do(ctx, c, out), what, id)
}
