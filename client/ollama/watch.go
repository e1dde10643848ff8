package ollama

import (
	"errors"
	"io"
	"net/http"

	"bise/client/sse"
)

// watch sees what Ollama's package does not tell: the status of an answer
// without a body, and whether a stream ended or broke.
type watch struct {
	next http.RoundTripper
	idle *sse.Idle // nil for short calls

	status int
	html   bool
	ended  bool  // the body was read to its end
	broken error // the body's reading failed
}

// RoundTrip notes the answer.
func (w *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	w.status = resp.StatusCode
	w.html = isHTML(resp.Header.Get("Content-Type"))
	var body io.Reader = resp.Body
	if w.idle != nil {
		body = w.idle.Reader(body)
	}
	resp.Body = &watchedBody{w: w, Reader: body, Closer: resp.Body}
	return resp, nil
}

type watchedBody struct {
	w *watch
	io.Reader
	io.Closer
}

// Read notes how the body ends.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.w.ended = true
	case err != nil:
		b.w.broken = err
	}
	return n, err
}
