// Package loan serves one page from this machine while somebody waits for it:
// on loopback, or in the local network when that was asked for. Its address
// cannot be guessed, and everything else there is not found. What it serves was
// published before: the page of a share.
package loan

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"bise/app/fault"
)

// Options say what to serve and where.
type Options struct {
	Page []byte
	// Network serves in the local network instead of on loopback only.
	Network bool
	// Port is the port; 0 takes a free one.
	Port int
	// Until ends it; zero is when ctx ends.
	Until time.Time
	// Read is told each time somebody has fetched the page, with their address.
	Read func(from string)
}

// Serve serves until ctx ends or Until comes; ready is told the address. The
// kinds of its error are Unsupported, where this machine has no address in a
// local network, and Invalid, where the port is taken.
func Serve(ctx context.Context, o Options, ready func(url string)) error {
	const op = "loan.Serve"
	host := "127.0.0.1"
	if o.Network {
		var ok bool
		if host, ok = localAddress(); !ok {
			return fault.E(op, fault.Unsupported, nil, "what", "local network")
		}
	}
	if !o.Until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, o.Until)
		defer cancel()
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(o.Port)))
	if err != nil {
		return fault.E(op, fault.Invalid, err, "what", "port "+strconv.Itoa(o.Port))
	}
	path := "/" + secretPath()
	server := &http.Server{
		Handler: handler(path, o), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 5 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	ready("http://" + l.Addr().String() + path)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fault.E(op, fault.Unknown, err)
	}
	return nil
}

// handler gives the page under its path and nothing under any other.
func handler(path string, o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		if r.URL.Path != path || r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.NotFound(w, r)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Length", strconv.Itoa(len(o.Page)))
		if r.Method == http.MethodHead {
			return
		}
		if _, err := w.Write(o.Page); err == nil && o.Read != nil {
			from, _, _ := net.SplitHostPort(r.RemoteAddr)
			o.Read(from)
		}
	})
}

// secretPath is 160 random bits, so that nobody finds the page by trying.
func secretPath() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// localAddress is an address of this machine in a private network.
func localAddress() (string, bool) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return "", false
	}
	for _, a := range list {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && p.Addr().Is4() && p.Addr().IsPrivate() {
			return p.Addr().String(), true
		}
	}
	return "", false
}
