package signin

import (
	"net"
	"path/filepath"
	"testing"
	"time"

	"bise/app/fault"
)

// TestACommandThatHangsIsKilledWithItsChildren holds a socket open in a child
// of the command: its end shows that the child is gone.
func TestACommandThatHangsIsKilledWithItsChildren(t *testing.T) {
	if _, err := run(t.Context(), []string{"python3", "-c", "0"}); err != nil {
		t.Skip("the child is written in Python")
	}
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	gone := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_, err = conn.Read(make([]byte, 1)) // ends with the child
			_ = conn.Close()
		}
		gone <- err
	}()
	child := `import socket,time;s=socket.socket(socket.AF_UNIX);s.connect("` + socket + `");time.sleep(600)`
	_, err = command(Options{Profile: "work"}, `sh -c 'python3 -c "$0" & wait' '`+child+`'`, 2*time.Second).Key(t.Context())
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.TokenCommand || e.Detail["reason"] != "hung" {
		t.Fatalf("got %v", err)
	}
	if err := <-gone; err == nil {
		t.Error("the child still talks")
	}
}

func FuzzReadToken(f *testing.F) {
	f.Add([]byte("token"))
	f.Add([]byte(`{"accessToken":"a","expires_on":"1"}`))
	f.Add([]byte("a.eyJleHAiOjF9.c"))
	f.Fuzz(func(t *testing.T, out []byte) {
		token, ok := ReadToken(out, time.Unix(0, 0))
		if ok && !plausible(string(token.Secret)) {
			t.Errorf("%q is no token", token.Secret)
		}
	})
}
