package client

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/http"

	"bise/app/fault"
)

// Trust lets the connections of a purpose accept the certificates of further
// authorities, given as PEM; "" is every purpose. They come beside those of the
// system: nothing is believed unchecked. Certificates that cannot be read are a
// fault of kind fault.Invalid.
func (n *Network) Trust(purpose string, pem []byte) error {
	if len(pem) > 0 && !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fault.E("client.Trust", fault.Invalid, nil, "what", "ca_file", "field", "certificates")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if bytes.Equal(n.trusted[purpose], pem) {
		return nil
	}
	n.trusted[purpose] = bytes.Clone(pem)
	for name, c := range n.clients { // made anew when they are asked for
		if purpose == "" || name == purpose {
			c.CloseIdleConnections()
			delete(n.clients, name)
		}
	}
	return nil
}

// Tuner prepares the transport of a library that makes its own: the guarded
// dialler, the proxy and the authorities of the purpose.
func (n *Network) Tuner(purpose string) func(*http.Transport) {
	return func(t *http.Transport) {
		n.mu.Lock()
		defer n.mu.Unlock()
		t.Proxy = n.proxy
		t.DialContext = (&dialer{network: n, purpose: purpose}).dial
		n.trust(t, purpose)
	}
}

// trust adds the authorities of a purpose to a transport. The caller holds the
// lock.
func (n *Network) trust(t *http.Transport, purpose string) {
	own, common := n.trusted[purpose], n.trusted[""]
	if len(own)+len(common) == 0 {
		return
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(common)
	pool.AppendCertsFromPEM(own)
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	t.TLSClientConfig.RootCAs = pool
}
