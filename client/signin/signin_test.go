package signin_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/signin"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options(t testing.TB) signin.Options {
	network := client.NewNetwork(client.NetworkOptions{LocalOnly: true, Version: "test"})
	t.Cleanup(network.Close)
	return signin.Options{
		Profile: "work", HTTP: network.Client("work"), Now: func() time.Time { return now },
		Env:      func(string) string { return "" },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
	}
}

func TestWhatACommandPrints(t *testing.T) {
	for _, c := range []struct {
		name, line string
		want       chat.Secret
	}{
		{"a token alone", `sh -c 'echo t-1'`, "t-1"},
		{"a token with what a shell leaves around it", `sh -c 'printf "  \"t-1\"\r\n"'`, "t-1"},
		{"what az prints", `sh -c 'echo "{\"accessToken\":\"t-1\",\"expiresOn\":\"2026-11-24 13:00:00.000000\",\"expires_on\":1795525200}"'`, "t-1"},
		{"what gcloud's helper prints", `sh -c 'echo "{\"credential\":{\"access_token\":\"t-1\",\"token_expiry\":\"2026-11-24T13:00:00Z\"}}"'`, "t-1"},
		{"words with quotes", `printf '%s' "t-1"`, "t-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := signin.Command(options(t), c.line).Key(t.Context())
			if err != nil || got != c.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestACommandThatFails(t *testing.T) {
	for _, c := range []struct{ name, line, reason string }{
		{"a program that is not there", "no-such-program-of-ours", "missing"},
		{"one that ends badly", `sh -c 'echo s3cret; exit 3'`, "status"},
		{"one that prints a message", `sh -c 'echo "please sign in first"'`, "output"},
		{"one that prints nothing", `true`, "output"},
		{"quotes that do not match", `sh -c 'echo`, "words"},
		{"no shell reads it", `echo t-1 | cat`, "output"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := signin.Command(options(t), c.line).Key(t.Context())
			e, ok := fault.As(err)
			if !ok || e.Kind != fault.TokenCommand || e.Detail["reason"] != c.reason {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "please") {
				t.Error("the error quotes the output")
			}
		})
	}
}

// counting is a command that counts its runs in a file.
func counting(t *testing.T) (line string, runs func() int) {
	file := filepath.Join(t.TempDir(), "runs")
	line = `sh -c 'echo x >> "$0"; echo token-$(wc -l < "$0" | tr -d " ")' ` + file
	return line, func() int {
		got, err := signin.Command(options(t), `sh -c 'wc -l < "$0" | tr -d " "' `+file).Key(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		_, _ = fmt.Sscan(string(got), &n)
		return n
	}
}

func TestATokenIsKeptUntilItEnds(t *testing.T) {
	line, runs := counting(t)
	o := options(t)
	at := now
	o.Now = func() time.Time { return at }
	tokens := signin.Command(o, line)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got, err := tokens.Key(t.Context()); err != nil || got != "token-1" {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if n := runs(); n != 1 {
		t.Errorf("the command ran %d times for four at once", n)
	}
	at = at.Add(31 * time.Minute)
	if got, err := tokens.Key(t.Context()); err != nil || got != "token-2" {
		t.Errorf("after its time: %v", err)
	}
	if !tokens.Renew() || tokens.Renew() {
		t.Error("there is one token to forget, once")
	}
	if got, err := tokens.Key(t.Context()); err != nil || got != "token-3" {
		t.Errorf("after it was refused: %v", err)
	}
}

func TestIBMChangesAKey(t *testing.T) {
	asked, status := 0, http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.FormValue("grant_type") != "urn:ibm:params:oauth:grant-type:apikey" || r.FormValue("apikey") != "k-1" {
			t.Errorf("asked with %v", r.Form)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"access_token":"t-1","expires_in":3600}`))
	}))
	defer server.Close()
	o := options(t)
	at := now
	o.Now = func() time.Time { return at }
	key := func(context.Context) (chat.Secret, error) { return "k-1", nil }
	tokens := signin.IBM(o, server.URL, key)
	for _, later := range []time.Duration{0, 54 * time.Minute, 56 * time.Minute} {
		at = now.Add(later)
		if got, err := tokens.Key(t.Context()); err != nil || got != "t-1" {
			t.Fatalf("got %v", err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times for an hour, once five minutes before its end", asked)
	}
	status = http.StatusBadRequest
	if _, err := signin.IBM(o, server.URL, key).Key(t.Context()); !fault.Is(err, fault.KeyRefused) {
		t.Errorf("a key that is not known gave %v", err)
	}
	if _, err := signin.IBM(o, "http://iam.contoso.example", key).Key(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("an address without encryption gave %v", err)
	}
}

func TestALookUpThatIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := signin.Command(options(t), "sleep 60").Key(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
