package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/client"
)

// pulled answers a pull with lines of JSON.
func pulled(lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		for _, l := range lines {
			fmt.Fprintln(w, l)
			_ = http.NewResponseController(w).Flush()
		}
	}
}

func pull(t *testing.T, handle http.HandlerFunc, change func(*Options)) ([]client.Pulling, error) {
	t.Helper()
	f := newFake(t, nil)
	f.more = map[string]http.HandlerFunc{"/api/pull": handle}
	var seen []client.Pulling
	err := provider(t, f.URL, change).Pull(t.Context(), "tiny", func(p client.Pulling) error {
		seen = append(seen, p)
		return nil
	})
	return seen, err
}

func TestAPullAddsUpItsLayers(t *testing.T) {
	seen, err := pull(t, pulled(
		`{"status":"pulling manifest"}`,
		`{"status":"pulling aa","digest":"sha256:aa","total":100}`,
		`{"status":"pulling aa","digest":"sha256:aa","total":100,"completed":60}`,
		`{"status":"pulling aa","digest":"sha256:aa","total":100,"completed":40}`,
		`{"status":"pulling aa","digest":"sha256:aa","total":100,"completed":100}`,
		`{"status":"pulling bb","digest":"sha256:bb","total":10,"completed":10}`,
		`{"status":"verifying sha256 digest"}`,
		`{"status":"success"}`,
	), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []client.Pulling{
		{Status: "pulling manifest"},
		{Status: "pulling aa", Total: 100, Layers: 1, Missing: 100},
		{Status: "pulling aa", Done: 60, Total: 100, Layers: 1, Missing: 40},
		{Status: "pulling aa", Done: 40, Total: 100, Layers: 1, Missing: 60}, // a part is tried again
		{Status: "pulling aa", Done: 100, Total: 100, Layers: 1},
		{Status: "pulling bb", Done: 110, Total: 110, Layers: 2},
		{Status: "verifying sha256 digest", Done: 110, Total: 110, Layers: 2},
		{Status: "success", Done: 110, Total: 110, Layers: 2},
	}
	if !slices.Equal(seen, want) {
		t.Errorf("the progress was\n%+v\nwant\n%+v", seen, want)
	}
}

func TestAPullIsCompleteOnlyWhenTheServerSaysSo(t *testing.T) {
	line := func(message string) string {
		b, _ := json.Marshal(map[string]string{"error": message})
		return string(b)
	}
	for _, c := range []struct {
		name   string
		handle http.HandlerFunc
		want   fault.Kind
		host   string
	}{
		{"a stream that ends without success", pulled(`{"status":"pulling manifest"}`), fault.RunnerStopped, ""},
		{"a server that dies", func(w http.ResponseWriter, _ *http.Request) {
			pulled(`{"status":"pulling manifest"}`)(w, nil)
			panic(http.ErrAbortHandler)
		}, fault.RunnerStopped, ""},
		{"a name that nobody has", pulled(line("pull model manifest: file does not exist")), fault.ModelGone, "registry.ollama.ai"},
		{"a registry that cannot be found", pulled(line(`pull model manifest: Get "https://registry.ollama.ai/v2/": dial tcp: lookup registry.ollama.ai: no such host`)), fault.Unreachable, "registry.ollama.ai"},
		{"a full disk", pulled(line("write /models/blobs/sha256-aa-partial-0: no space left on device")), fault.DiskFull, ""},
		{"a connection that kept breaking", pulled(line("max retries exceeded: unexpected EOF")), fault.Cut, ""},
		{"a server too old for the model", pulled(line("The model you are attempting to pull requires a newer version of Ollama")), fault.Unsupported, ""},
		{"an error before the stream", status(400, line("invalid model name")), fault.Invalid, ""},
		{"a web page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>hello</html>")
		}, fault.WrongHost, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := pull(t, c.handle, nil)
			e, ok := fault.As(err)
			if !ok || e.Kind != c.want {
				t.Fatalf("gave %v, want %s", err, c.want)
			}
			if c.host != "" && e.Detail["host"] != c.host {
				t.Errorf("it speaks of %s, want %s", e.Detail["host"], c.host)
			}
		})
	}
}

func TestAPullStaysAtHomeUnderLocalOnly(t *testing.T) {
	_, err := pull(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") },
		func(o *Options) { o.LocalOnly = true })
	if !fault.Is(err, fault.Offline) {
		t.Errorf("gave %v", err)
	}
}

func TestAStoppedPullSaysWhoStoppedIt(t *testing.T) {
	f := newFake(t, nil)
	f.more = map[string]http.HandlerFunc{"/api/pull": func(w http.ResponseWriter, r *http.Request) {
		pulled(`{"status":"pulling aa","digest":"sha256:aa","total":100,"completed":1}`)(w, r)
		<-r.Context().Done()
	}}
	p := provider(t, f.URL, nil)
	full := errors.New("no room")
	if err := p.Pull(t.Context(), "tiny", func(client.Pulling) error { return full }); !errors.Is(err, full) {
		t.Errorf("the caller's own stop gave %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := p.Pull(ctx, "tiny", func(client.Pulling) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled pull gave %v", err)
	}
}

func TestARegistryIsKnownByTheName(t *testing.T) {
	for model, want := range map[string]string{
		"mistral": "registry.ollama.ai", "someone/model:7b": "registry.ollama.ai",
		"hf.co/a/b": "hf.co", "localhost:5000/a/b": "localhost:5000",
	} {
		if got := registryOf(model); got != want {
			t.Errorf("%s is of %s, want %s", model, got, want)
		}
	}
}

func TestWeightsTellEverything(t *testing.T) {
	f := newFake(t, nil)
	f.loaded = plainModel
	f.shows[plainModel] = `{"license":"\nMistral AI Research License\nmore","template":"{{ .Prompt }}","parameters":"stop \"x\"",
		"modelfile":"# made\nFROM /srv/models/blobs/sha256-aa\nTEMPLATE x","details":{"family":"llama","parameter_size":"7.2B","quantization_level":"Q4_0","format":"gguf"},
		"model_info":{"general.architecture":"llama","llama.context_length":4096},"capabilities":["completion","tools"]}`
	w, err := provider(t, f.URL, nil).Weights(t.Context(), plainModel)
	if err != nil {
		t.Fatal(err)
	}
	if w.ID != plainModel || w.Size != 170_000 || w.Context != 4096 || !w.Loaded || !w.Tools || w.Licence != "Mistral AI Research License" {
		t.Errorf("the model is %+v", w.Model)
	}
	if w.LicenceText != "Mistral AI Research License\nmore" || w.Template != "{{ .Prompt }}" || w.Quantisation != "Q4_0" || w.Path != "/srv/models/blobs/sha256-aa" {
		t.Errorf("the weights are %+v", w)
	}
	if _, err := provider(t, f.URL, nil).Weights(t.Context(), "nowhere"); !fault.Is(err, fault.ModelGone) {
		t.Errorf("a model that is not there gave %v", err)
	}
}

func TestModelsAreDeletedCopiedAndLetGo(t *testing.T) {
	f := newFake(t, nil)
	var bodies []string
	note := func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.Method+" "+r.URL.Path+" "+strings.TrimSpace(string(b)))
		if strings.Contains(string(b), "nowhere") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":"model 'nowhere' not found"}`)
			return
		}
		fmt.Fprint(w, `{"model":"plain","done":true,"done_reason":"unload","message":{"role":"assistant","content":""}}`)
	}
	f.more = map[string]http.HandlerFunc{"/api/delete": note, "/api/copy": note, "/api/chat": note}
	p := provider(t, f.URL, nil)
	for _, err := range []error{p.Remove(t.Context(), "plain"), p.Copy(t.Context(), "plain", "mine"), p.Unload(t.Context(), "plain")} {
		if err != nil {
			t.Error(err)
		}
	}
	want := []string{
		`DELETE /api/delete {"model":"plain","name":""}`,
		`POST /api/copy {"source":"plain","destination":"mine"}`,
		`POST /api/chat {"model":"plain","messages":null,"stream":false,"keep_alive":"0s"`,
	}
	for i, w := range want {
		if i >= len(bodies) || !strings.HasPrefix(bodies[i], w) {
			t.Fatalf("the server was asked %q, want %q", bodies, want)
		}
	}
	for _, err := range []error{p.Remove(t.Context(), "nowhere"), p.Copy(t.Context(), "nowhere", "mine"), p.Unload(t.Context(), "nowhere")} {
		if !fault.Is(err, fault.ModelGone) {
			t.Errorf("a model that is not there gave %v", err)
		}
	}
}

func FuzzPullProgress(f *testing.F) {
	f.Add("sha256:aa", int64(100), int64(40), "sha256:bb", int64(-1), int64(1<<62))
	f.Add("", int64(0), int64(0), "sha256:aa", int64(1<<62), int64(1<<62))
	f.Fuzz(func(t *testing.T, d1 string, t1, c1 int64, d2 string, t2, c2 int64) {
		var l layers
		for _, r := range []api.ProgressResponse{{Digest: d1, Total: t1, Completed: c1}, {Digest: d2, Total: t2, Completed: c2}, {Digest: d1, Total: t1, Completed: c2}} {
			p, err := l.note(r)
			if err == nil && (p.Done < 0 || p.Total < 0 || p.Done > p.Total || p.Missing < 0) {
				t.Errorf("progress makes no sense: %+v", p)
			}
		}
	})
}
