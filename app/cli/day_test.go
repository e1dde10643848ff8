//go:build integration

// These stories run against a stand-in for Mistral's service that checks every
// request against the service's OpenAPI document and counts what it would have
// refused. Its address is in BISE_MISTRALMOCK; it records its requests:
//
//	BISE_MISTRALMOCK=http://127.0.0.1:8765 go test -tags integration -run Day ./app/cli
package cli_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestDay(t *testing.T) {
	url := strings.TrimSuffix(os.Getenv("BISE_MISTRALMOCK"), "/")
	if url == "" {
		t.Skip("BISE_MISTRALMOCK is not set")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "standin"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("OLLAMA_HOST", "127.0.0.1:1") // nobody answers there
			env.Setenv("LANG", "C")
			env.Setenv("STANDIN", url)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"nowhere": nowhere,
			"id":      takeID,
			"refused": func(ts *testscript.TestScript, _ bool, _ []string) { wantLawful(ts, url) },
		},
	})
}

// wantLawful wants the stand-in to have found nothing wrong with any request
// since the start of the story, but for the one effort that the story provokes:
// only a refusal tells what a model takes.
func wantLawful(ts *testscript.TestScript, url string) {
	r, err := http.Get(url + "/_mock/requests?violations=1")
	ts.Check(err)
	defer func() { _ = r.Body.Close() }()
	var seen struct {
		Requests []struct {
			Path       string
			Violations []struct{ Rule, Text, Severity string }
		}
	}
	ts.Check(json.NewDecoder(r.Body).Decode(&seen))
	for _, q := range seen.Requests {
		for _, v := range q.Violations {
			if v.Severity != "warning" && v.Rule != "reasoning-effort" {
				ts.Fatalf("%s: %s %s", q.Path, v.Rule, v.Text)
			}
		}
	}
}
