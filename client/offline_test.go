package client

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"bise/app/fault"
)

// outside is an address of this machine that is not a loopback one, which
// stands for another machine; "" if it has none.
func outside(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() && !ip.IP.IsLinkLocalUnicast() {
			return ip.IP.String()
		}
	}
	t.Skip("this machine has no address but loopback ones")
	return ""
}

func TestHoldingBiseToTheMachineEndsWhatLeaves(t *testing.T) {
	l, err := net.Listen("tcp", net.JoinHostPort(outside(t), "0"))
	if err != nil {
		t.Skip(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "begin")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	defer s.Close()
	n := NewNetwork(NetworkOptions{})
	defer n.Close()
	resp, err := n.Client("test").Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.ReadFull(resp.Body, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	n.SetLocalOnly(true)
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("an answer under way goes on")
	}
	if c := n.Connections(); len(c) != 1 || c[0].End.IsZero() {
		t.Errorf("the record says %+v", c)
	}
	if _, err := n.Client("test").Get(s.URL); !fault.Is(err, fault.Offline) {
		t.Errorf("another request gave %v", err)
	}
	n.SetLocalOnly(false)
	resp, err = n.Client("test").Get(s.URL)
	if err != nil {
		t.Fatalf("after it was let go: %v", err)
	}
	_ = resp.Body.Close()
}
