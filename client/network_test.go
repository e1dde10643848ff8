package client_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bise/app/fault"
	"bise/client"
)

func network(t *testing.T, o client.NetworkOptions) *client.Network {
	n := client.NewNetwork(o)
	t.Cleanup(n.Close)
	return n
}

func get(t *testing.T, c *http.Client, url string, header ...string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err == nil {
		t.Cleanup(func() { _ = resp.Body.Close() })
	}
	return resp, err
}

func TestLocalOnlyRefusesAllThatLeavesTheMachine(t *testing.T) {
	n := network(t, client.NetworkOptions{LocalOnly: true})
	for name, address := range map[string]string{
		"a name":                             "http://api.mistral.ai/",
		"a name that looks local":            "http://localhost.example/",
		"a name in the local domain":         "http://printer.localhost/",
		"an address on the network":          "http://192.168.1.10/",
		"any address":                        "http://0.0.0.0/",
		"an address in IPv6":                 "http://[2001:db8::1]/",
		"an IPv4 address written as IPv6":    "http://[::ffff:10.0.0.1]/",
		"a number that some read as 127.1":   "http://2130706433/",
		"a user name that looks like a host": "http://127.0.0.1@192.0.2.1/",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(t, n.Client("test"), address)
			if !fault.Is(err, fault.Offline) {
				t.Errorf("%s gives %v", address, err)
			}
		})
	}
	for _, c := range n.Connections() {
		if !c.Refused || c.Sent != 0 || c.Address != "" {
			t.Errorf("the record says %+v", c)
		}
	}
}

func TestAProviderWithoutAClientConnectsToNothing(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	if _, err := get(t, client.NoNetwork, s.URL); !fault.Is(err, fault.Offline) {
		t.Errorf("the request ended with %v", err)
	}
}

func TestLocalOnlyLetsThisMachineThrough(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {}))
	defer server.Close()
	n := network(t, client.NetworkOptions{LocalOnly: true})
	for _, host := range []string{"127.0.0.1", "localhost", "LocalHost."} {
		address := strings.Replace(server.URL, "127.0.0.1", host, 1)
		if _, err := get(t, n.Client("test"), address); err != nil {
			t.Errorf("%s gives %v", address, err)
		}
	}
}

func TestLocalOnlyAsksNoProxy(t *testing.T) {
	reached := false
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	options := client.NetworkOptions{LocalOnly: true, Proxy: func(*http.Request) (*url.URL, error) { return at, nil }}
	if _, err := get(t, network(t, options).Client("test"), "http://api.mistral.ai/"); !fault.Is(err, fault.Offline) || reached {
		t.Errorf("got %v, proxy reached %v", err, reached)
	}
	options.LocalOnly = false
	n := network(t, options)
	if _, err := get(t, n.Client("test"), "http://api.mistral.ai/"); err != nil || !reached {
		t.Errorf("without it: %v, proxy reached %v", err, reached)
	}
	if c := n.Connections(); len(c) != 1 || !c[0].Proxied || c[0].Host != "api.mistral.ai" {
		t.Errorf("the record says %+v", c)
	}
}

func TestARedirectStaysOnItsHost(t *testing.T) {
	var got http.Header
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusTemporaryRedirect)
		case "/here":
			http.Redirect(w, r, "/there", http.StatusTemporaryRedirect)
		}
	}))
	defer first.Close()
	c := network(t, client.NetworkOptions{}).Client("test")
	for _, path := range []string{"/away", "/round"} {
		if _, err := get(t, c, first.URL+path, "Authorization", "Bearer k", "X-Api-Key", "k"); !fault.Is(err, fault.WrongHost) {
			t.Errorf("%s gives %v", path, err)
		}
	}
	if got != nil {
		t.Error("the other host was asked")
	}
	if _, err := get(t, c, first.URL+"/here"); err != nil {
		t.Errorf("a redirect within the host gives %v", err)
	}
}

func TestTheRecordCountsAndForgetsContents(t *testing.T) {
	var agent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		_, _ = w.Write([]byte(strings.Repeat("x", 5000)))
	}))
	defer server.Close()
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	n := network(t, client.NetworkOptions{Version: "1.2", Now: func() time.Time { return start }})
	resp, err := get(t, n.Client("mistral"), server.URL+"/secret-path")
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 6000)
	for err == nil {
		_, err = resp.Body.Read(buf)
	}
	list := n.Connections()
	if len(list) != 1 {
		t.Fatalf("%d connections", len(list))
	}
	c := list[0]
	if c.Purpose != "mistral" || "http://"+c.Host != server.URL || !c.Start.Equal(start) || !c.End.IsZero() ||
		c.Received < 5000 || c.Sent == 0 || c.Refused || c.Failed || c.Proxied {
		t.Errorf("the record says %+v", c)
	}
	if agent != "bise/1.2" {
		t.Errorf("bise calls itself %q", agent)
	}
	if first := n.Client("mistral"); first != n.Client("mistral") || first == n.Client("ollama") {
		t.Error("a purpose has a client of its own, and only one")
	}
	n.Close()
	if c := n.Connections()[0]; c.End.IsZero() {
		t.Error("a closed connection is still open in the record")
	}
}

func TestTransport(t *testing.T) {
	tlsServer := httptest.NewTLSServer(http.NotFoundHandler())
	defer tlsServer.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	c := network(t, client.NetworkOptions{}).Client("test")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	limit := fault.E("test", fault.TimedOut, nil)
	silent, stop := context.WithCancelCause(t.Context())
	stop(limit)
	_, certificate := get(t, c, tlsServer.URL)
	_, nobody := get(t, c, closed.URL)
	for _, k := range []struct {
		name string
		ctx  context.Context
		err  error
		want fault.Kind
	}{
		{"a certificate nobody vouches for is the wrong host", t.Context(), certificate, fault.WrongHost},
		{"a port without a server is unreachable", t.Context(), nobody, fault.Unreachable},
		{"a name that does not exist is unreachable", t.Context(), &net.DNSError{IsNotFound: true}, fault.Unreachable},
		{"a limit of silence keeps its kind", silent, context.Canceled, fault.TimedOut},
		{"a stop by the person is no fault", cancelled, context.Canceled, fault.Unknown},
		{"anything else cut the answer", t.Context(), net.ErrClosed, fault.Cut},
	} {
		t.Run(k.name, func(t *testing.T) {
			err := client.Transport(k.ctx, "test", k.err, "host", "h")
			if err == nil || fault.KindOf(err) != k.want {
				t.Errorf("got %v, want kind %q", err, k.want)
			}
		})
	}
}
