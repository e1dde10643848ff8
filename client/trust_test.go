package client_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"

	"bise/app/fault"
	"bise/client"
)

func TestACompanysAuthorityIsTrustedWhereItIsNamed(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	network := client.NewNetwork(client.NetworkOptions{LocalOnly: true, Version: "test"})
	defer network.Close()
	get := func(c *http.Client) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(req)
		if err != nil {
			return client.Transport(t.Context(), "test", err)
		}
		return resp.Body.Close()
	}
	if err := get(network.Client("work")); !fault.Is(err, fault.WrongHost) {
		t.Errorf("an unknown authority gave %v", err)
	}
	if err := network.Trust("work", authority); err != nil {
		t.Fatal(err)
	}
	if err := get(network.Client("work")); err != nil {
		t.Errorf("its own authority gave %v", err)
	}
	if err := get(network.Client("other")); !fault.Is(err, fault.WrongHost) {
		t.Errorf("another purpose gave %v", err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	network.Tuner("work")(transport)
	if err := get(&http.Client{Transport: transport}); err != nil {
		t.Errorf("a library's own transport gave %v", err)
	}
	if err := network.Trust("", authority); err != nil {
		t.Fatal(err)
	}
	if err := get(network.Client("other")); err != nil {
		t.Errorf("an authority for all gave %v", err)
	}
	if err := network.Trust("work", []byte("no certificate")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file without certificates gave %v", err)
	}
}
