package clienttest

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// server is a fake that plays one scenario, whoever asks.
type server struct {
	*httptest.Server
	play     func(p *player)
	requests atomic.Int64
	// gone is closed when a client has left in mid-answer.
	gone chan struct{}
	// gate holds an answer back until the test opens it.
	gate chan struct{}
}

// player writes one answer.
type player struct {
	w    http.ResponseWriter
	r    *http.Request
	wire *Wire
	s    *server
}

func newServer(t *testing.T, wire *Wire, play func(*player)) *server {
	s := &server{play: play, gone: make(chan struct{}, 64), gate: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.Path {
			if wire.Else == nil {
				http.NotFound(w, r)
				return
			}
			wire.Else.ServeHTTP(w, r)
			return
		}
		s.requests.Add(1)
		s.play(&player{w: w, r: r, wire: wire, s: s})
	}))
	t.Cleanup(s.Close)
	return s
}

// open starts the answer.
func (p *player) open() {
	p.drain()
	p.w.Header().Set("Content-Type", p.wire.ContentType)
	p.w.WriteHeader(http.StatusOK)
	p.write(p.wire.Open)
}

// drain reads the request, so that its end is noticed.
func (p *player) drain() {
	buf := make([]byte, 4096)
	for {
		if _, err := p.r.Body.Read(buf); err != nil {
			return
		}
	}
}

func (p *player) text(text string)     { p.write(p.wire.Text(text)) }
func (p *player) thinking(text string) { p.write(p.wire.Thinking(text)) }
func (p *player) done(prompt, completion int) {
	p.write(p.wire.Done(prompt, completion))
}

// write sends bytes at once.
func (p *player) write(b []byte) {
	if len(b) == 0 {
		return
	}
	_, _ = p.w.Write(b)
	_ = http.NewResponseController(p.w).Flush()
}

// split sends every byte by itself.
func (p *player) split(b []byte) {
	for i := range b {
		p.write(b[i : i+1])
	}
}

// wait holds the answer back until the gate opens or the client leaves.
func (p *player) wait() {
	select {
	case <-p.s.gate:
	case <-p.r.Context().Done():
		p.s.gone <- struct{}{}
	}
}

// drop breaks the connection.
func (p *player) drop() { panic(http.ErrAbortHandler) }

// fail writes an error answer.
func (p *player) fail(f Failure) {
	p.drain()
	contentType := f.ContentType
	if contentType == "" {
		contentType = "application/json"
	}
	p.w.Header().Set("Content-Type", contentType)
	for name, value := range f.Header {
		p.w.Header().Set(name, value)
	}
	p.w.WriteHeader(f.Status)
	_, _ = p.w.Write([]byte(f.Body))
}
