package client

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"bise/app/fault"
)

const (
	connectLimit = 10 * time.Second
	tlsLimit     = 10 * time.Second
	// headerLimit is far above what services take: a runner may load a model
	// of many gigabytes first. Providers have a shorter limit of silence.
	headerLimit = 15 * time.Minute
	// keptConnections bounds the record of a run that lasts for weeks.
	keptConnections = 1000
	maxRedirects    = 5
)

// NetworkOptions say how bise may use the network.
type NetworkOptions struct {
	// LocalOnly refuses every connection that does not stay on this machine,
	// and every name look-up.
	LocalOnly bool
	// Version is what bise calls itself towards servers.
	Version string
	// Now is the clock of the record; nil is time.Now.
	Now func() time.Time
	// Proxy finds the proxy of a request; nil reads the environment. It is not
	// asked for loopback, nor when LocalOnly is set.
	Proxy func(*http.Request) (*url.URL, error)
}

// Network is the one place where HTTP clients are made: it guards the dialler
// and keeps a record of who was connected to. It is safe for concurrent use.
type Network struct {
	opts      NetworkOptions
	localOnly atomic.Bool

	mu      sync.Mutex
	clients map[string]*http.Client
	trusted map[string][]byte // PEM of a purpose's own authorities
	record  []*connection
}

// Connection is an entry of the record. It never holds what was said.
type Connection struct {
	Purpose string // the provider's id, or what else it was for
	Host    string // host[:port] that was asked for
	Address string // address that was dialled: the proxy's, if there is one
	Proxied bool
	// Refused says that LocalOnly kept it from being made.
	Refused bool
	Failed  bool
	Start   time.Time
	End     time.Time // zero while it is open
	// Sent and Received count bytes on the wire, encryption included.
	Sent, Received int64
}

// NewNetwork makes a Network.
func NewNetwork(opts NetworkOptions) *Network {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Proxy == nil {
		opts.Proxy = http.ProxyFromEnvironment
	}
	n := &Network{opts: opts, clients: make(map[string]*http.Client), trusted: make(map[string][]byte)}
	n.localOnly.Store(opts.LocalOnly)
	return n
}

// SetLocalOnly holds bise to this machine from now on, or lets it go. Holding
// it closes the connections that leave, also those at work.
func (n *Network) SetLocalOnly(on bool) {
	if n.localOnly.Swap(on) == on || !on {
		return
	}
	n.mu.Lock()
	record := slices.Clone(n.record)
	n.mu.Unlock()
	for _, c := range record {
		c.leave()
	}
}

// Client gives the HTTP client for a purpose, always the same one. It has no
// overall time limit, since an answer may take hours; it follows redirects
// only within a host, so that neither a key nor a prompt goes to a host the
// person did not choose.
func (n *Network) Client(purpose string) *http.Client {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c, ok := n.clients[purpose]; ok {
		return c
	}
	d := &dialer{network: n, purpose: purpose}
	transport := &http.Transport{
		Proxy:                 n.proxy,
		DialContext:           d.dial,
		TLSHandshakeTimeout:   tlsLimit,
		ResponseHeaderTimeout: headerLimit,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   2,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true, // no bombs, and no stream held back
		// A connection that died while the machine slept is found out.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
	n.trust(transport, purpose)
	c := &http.Client{
		Transport:     &guard{network: n, purpose: purpose, next: transport},
		CheckRedirect: sameHost,
	}
	n.clients[purpose] = c
	return c
}

// NoNetwork is the client of a provider that was given none: it refuses every
// request, since only a Network knows what may be connected to.
var NoNetwork = &http.Client{Transport: refusing{}}

type refusing struct{}

// RoundTrip refuses a request.
func (refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return nil, offline(r.URL.Host)
}

// Connections is a snapshot of the record, oldest first.
func (n *Network) Connections() []Connection {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := make([]Connection, len(n.record))
	for i, c := range n.record {
		out[i] = c.snapshot()
	}
	return out
}

// Close closes the connections that nobody uses.
func (n *Network) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.clients {
		c.CloseIdleConnections()
	}
}

func (n *Network) proxy(r *http.Request) (*url.URL, error) {
	if n.localOnly.Load() || IsLoopback(r.URL.Hostname()) {
		return nil, nil
	}
	return n.opts.Proxy(r)
}

// note adds an entry to the record, dropping the oldest closed one when it is
// full.
func (n *Network) note(c Connection) *connection {
	c.Start = n.opts.Now()
	entry := &connection{Connection: c}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.record) >= keptConnections {
		for i, old := range n.record {
			if !old.open() {
				n.record = append(n.record[:i], n.record[i+1:]...)
				break
			}
		}
	}
	n.record = append(n.record, entry)
	return entry
}

// sameHost refuses redirects that leave the host or its encryption.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if !strings.EqualFold(req.URL.Host, first.Host) || req.URL.Scheme != first.Scheme || len(via) > maxRedirects {
		return fault.E("client.Network", fault.WrongHost, nil, "host", first.Host, "redirect", req.URL.Host)
	}
	return nil
}

// IsLoopback reports whether host is this machine without a name look-up: the
// name "localhost" or a loopback address.
func IsLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}

// guard stands before the transport: it refuses before a connection is thought
// of, and before one that is open already is used again.
type guard struct {
	network *Network
	purpose string
	next    *http.Transport
}

type targetKey struct{}

// RoundTrip sends a request if it may leave.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if g.network.localOnly.Load() && !IsLoopback(r.URL.Hostname()) {
		g.network.note(Connection{Purpose: g.purpose, Host: r.URL.Host, Refused: true})
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, offline(r.URL.Host)
	}
	r = r.Clone(context.WithValue(r.Context(), targetKey{}, r.URL.Host))
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", "bise/"+g.network.opts.Version)
	}
	return g.next.RoundTrip(r)
}

// CloseIdleConnections serves http.Client's method of that name.
func (g *guard) CloseIdleConnections() { g.next.CloseIdleConnections() }

func offline(host string) error {
	return fault.E("client.Network", fault.Offline, nil, "host", host)
}

type dialer struct {
	network *Network
	purpose string
}

// dial connects and starts the entry of the record.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	target, _ := ctx.Value(targetKey{}).(string)
	if target == "" {
		target = address
	}
	c := d.network.note(Connection{
		Purpose: d.purpose, Host: target, Address: address,
		Proxied: !strings.EqualFold(host, hostOnly(target)),
	})
	conn, err := d.connect(ctx, network, host, port)
	if err != nil {
		c.fail(d.network.opts.Now(), fault.Is(err, fault.Offline))
		return nil, err
	}
	counted := &countedConn{Conn: conn, entry: c, now: d.network.opts.Now}
	c.connected(counted)
	if d.network.localOnly.Load() { // it may have been held since
		c.leave()
	}
	return counted, nil
}

// connect dials. The name "localhost" is never looked up: it is this machine
// whatever a resolver says.
func (d *dialer) connect(ctx context.Context, network, host, port string) (net.Conn, error) {
	nd := net.Dialer{Timeout: connectLimit}
	if d.network.localOnly.Load() {
		if !IsLoopback(host) {
			return nil, offline(host)
		}
		nd.ControlContext = loopbackOnly
	}
	if !strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return nd.DialContext(ctx, network, net.JoinHostPort(host, port))
	}
	conn, err := nd.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil && ctx.Err() == nil {
		if six, err6 := nd.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
			return six, nil
		}
	}
	return conn, err
}

// loopbackOnly looks at the address a socket is about to connect to, the last
// moment at which it can be refused.
func loopbackOnly(_ context.Context, _, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !IsLoopback(host) {
		return offline(address)
	}
	return nil
}

func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

// connection is a live entry of the record.
type connection struct {
	Connection
	mu             sync.Mutex
	conn           *countedConn // nil before it is there
	sent, received atomic.Int64
}

// leave closes a connection that does not stay on this machine.
func (c *connection) leave() {
	c.mu.Lock()
	conn := c.conn
	if conn != nil && IsLoopback(hostOnly(c.Address)) {
		conn = nil
	}
	c.mu.Unlock()
	if conn != nil {
		_ = conn.Close()
	}
}

func (c *connection) snapshot() Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.Connection
	s.Sent, s.Received = c.sent.Load(), c.received.Load()
	return s
}

func (c *connection) open() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.End.IsZero() && !c.Refused
}

func (c *connection) fail(now time.Time, refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.End, c.Failed, c.Refused = now, true, refused
}

func (c *connection) connected(conn *countedConn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn, c.Address = conn, conn.RemoteAddr().String()
}

func (c *connection) close(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = nil
	if c.End.IsZero() {
		c.End = now
	}
}

// countedConn counts the bytes of a connection.
type countedConn struct {
	net.Conn
	entry *connection
	now   func() time.Time
}

// Read counts what was received.
func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.entry.received.Add(int64(n))
	return n, err
}

// Write counts what was sent.
func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.entry.sent.Add(int64(n))
	return n, err
}

// Close ends the entry.
func (c *countedConn) Close() error {
	c.entry.close(c.now())
	err := c.Conn.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
