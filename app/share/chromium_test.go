//go:build integration

package share

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// browser shows an address in a headless Chromium and gives the page as it then
// is. Every connection it makes goes to a proxy that notes it and refuses.
func browser(t *testing.T, address string) (dom string, asked []string) {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium here")
	}
	var mu sync.Mutex
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if !chatter(r.Host) {
			asked = append(asked, r.Host)
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	out, err := exec.Command(program,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--no-first-run", "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication", "--virtual-time-budget=5000",
		"--user-data-dir="+t.TempDir(), "--proxy-server="+strings.TrimPrefix(proxy.URL, "http://"), "--proxy-bypass-list=127.0.0.1", "--dump-dom", address).Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	return string(out), asked
}

// chatter reports whether a host is one that the browser itself asks, whatever
// page it shows.
func chatter(host string) bool {
	host, _, _ = strings.Cut(host, ":")
	return strings.HasSuffix(host, ".google.com") || strings.HasSuffix(host, ".googleapis.com")
}

func write(t *testing.T, name string, page []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, page, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestARealBrowserOpensTheShare(t *testing.T) {
	w := words(t)
	snap := frozen(t, draft(t, talk()))
	secret, err := NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := snap.Sealed(w, secret, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := snap.Plain(w)
	if err != nil {
		t.Fatal(err)
	}
	sealedPath, plainPath := write(t, "sealed.html", sealed), write(t, "plain.html", plain)
	site := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(sealedPath))))
	defer site.Close()
	key := "#" + string(secret.Fragment())
	wrong := "#" + string(Secret{1}.Fragment())
	refused := `data-say="wrong">`
	for _, tc := range []struct {
		name, address string
		shows, hides  string
	}{
		{"the encrypted file opens with its key", "file://" + sealedPath + key, "What is new?", "octet-stream"},
		{"the encrypted file on a host opens with its key", site.URL + "/sealed.html" + key, "What is new?", "octet-stream"},
		{"another key is refused in words", "file://" + sealedPath + wrong, refused, "What is new?"},
		{"a key cut short is refused in words", "file://" + sealedPath + key[:20], refused, "What is new?"},
		{"without a key it asks for one", "file://" + sealedPath, `data-say="missing">`, "What is new?"},
		{"the plain file is readable", "file://" + plainPath, "What is new?", "<script>alert"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dom, asked := browser(t, tc.address)
			if !strings.Contains(dom, tc.shows) || strings.Contains(dom, tc.hides) {
				t.Errorf("want %q and not %q in\n%s", tc.shows, tc.hides, dom)
			}
			if len(asked) > 0 {
				t.Errorf("the page asked the network for %v", asked)
			}
		})
	}
}

// TestAPageThatTriesToLeaveIsSeen shows that the proxy would notice: the check
// above is worth something only then.
func TestAPageThatTriesToLeaveIsSeen(t *testing.T) {
	page := write(t, "leaky.html", []byte(`<img src="http://leak.example/x.png">`))
	if _, asked := browser(t, "file://"+page); len(asked) == 0 {
		t.Error("a page that loads a picture went unnoticed")
	}
}
