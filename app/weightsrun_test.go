package app

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bise/app/fault"
)

// serveAsLlama is llama-server as far as bise needs it. It wants to be told of
// the file by a name without a folder, so that its log holds no path.
func serveAsLlama(args []string) int {
	value := func(flag string) string {
		if i := slices.Index(args, flag); i >= 0 && i+1 < len(args) {
			return args[i+1]
		}
		return ""
	}
	file := value("--model")
	if _, err := os.Stat(file); err != nil || filepath.IsAbs(file) || os.Getenv("MISTRAL_API_KEY") != "" {
		fmt.Fprintln(os.Stderr, "error: not as it should be started:", args)
		return 1
	}
	if strings.Contains(file, "broken") {
		fmt.Fprintln(os.Stderr, "error: failed to load model")
		return 1
	}
	loading := 2
	handle := func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/v1/models" && loading > 0:
			loading--
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"error":{"code":503,"message":"Loading model"}}`)
		case r.URL.Path == "/v1/models":
			fmt.Fprintf(w, `{"data":[{"id":%q}]}`, value("--alias"))
		case r.URL.Path == "/v1/chat/completions":
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"From the file.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
		default:
			http.NotFound(w, r)
		}
	}
	err := http.ListenAndServe(value("--host")+":"+value("--port"), http.HandlerFunc(handle))
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// tinyWeights is a file whose header passes: a model of one block of two
// weights.
func tinyWeights(t *testing.T, name string) string {
	t.Helper()
	var b []byte
	number := func(n uint64, width int) {
		for range width {
			b = append(b, byte(n))
			n >>= 8
		}
	}
	text := func(s string) { number(uint64(len(s)), 8); b = append(b, s...) }
	pair := func(key, value string) { text(key); number(8, 4); text(value) }
	count := func(key string, n uint64) { text(key); number(4, 4); number(n, 4) }
	b = append(b, "GGUF"...)
	number(3, 4)
	number(2, 8)
	number(6, 8)
	pair("general.architecture", "llama")
	count("llama.block_count", 1)
	count("llama.context_length", 128)
	count("llama.embedding_length", 1)
	pair("tokenizer.ggml.model", "llama")
	text("tokenizer.ggml.tokens")
	number(9, 4)
	number(8, 4)
	number(1, 8)
	text("a")
	for i, tensor := range []string{"token_embd.weight", "blk.0.attn_q.weight"} {
		text(tensor)
		number(1, 4)
		number(8, 8)
		number(0, 4)
		number(uint64(32*i), 8)
	}
	for len(b)%32 != 0 {
		b = append(b, 0)
	}
	for range 64 {
		b = append(b, 1)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// withLlama opens an app on a machine where llama-server is installed, or is
// not.
func withLlama(t *testing.T, installed bool) *App {
	t.Helper()
	bin := t.TempDir()
	self, err := os.Executable()
	if err == nil && installed {
		err = os.Symlink(self, filepath.Join(bin, FileProvider))
	}
	if err != nil {
		t.Skip("no links here:", err)
	}
	t.Setenv("MISTRAL_API_KEY", "not for a local server")
	a, err := Open(Options{DataDir: t.TempDir(), NoStore: true, Env: func(name string) string {
		if name == "PATH" {
			return bin
		}
		return ""
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func TestAFileIsAnsweredFromWhereItLies(t *testing.T) {
	a := withLlama(t, true)
	path := tinyWeights(t, "My Secret.Q4.gguf")
	choice, err := a.RunWeights(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if choice != (Choice{FileProvider, "my-secret.q4"}) || a.Place(FileProvider, false).Where == "" {
		t.Errorf("the choice is %+v at %+v", choice, a.Place(FileProvider, false))
	}
	p := ask(t, a, a.NewSession(choice), Prompt{Text: "Hello"})
	if p.Err != nil || p.Message.Text() != "From the file." {
		t.Errorf("answered %q, %v", string(p.Message.Text()), p.Err)
	}
	if log, _ := os.ReadFile(filepath.Join(a.DataDir(), "logs", FileProvider+".log")); strings.Contains(string(log), filepath.Dir(path)) {
		t.Errorf("the log tells where the file is: %s", log)
	}
	server := a.weights.current()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if !server.ended() {
		t.Error("the server outlived the program")
	}
}

func TestAFileThatCannotBeRunSaysWhy(t *testing.T) {
	a := withLlama(t, true)
	if _, err := a.RunWeights(t.Context(), tinyWeights(t, "broken.gguf")); !fault.Is(err, fault.RunnerFailed) {
		t.Errorf("a server that ends: %v", err)
	}
	bad := filepath.Join(t.TempDir(), "x.gguf")
	if err := os.WriteFile(bad, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.RunWeights(t.Context(), bad); !fault.Is(err, fault.ModelFile) {
		t.Errorf("another kind of file: %v", err)
	}
	without := withLlama(t, false)
	if _, err := without.RunWeights(t.Context(), tinyWeights(t, "tiny.gguf")); !fault.Is(err, fault.NotFound) {
		t.Errorf("without the program: %v", err)
	}
}
