package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"bise/app/fault"
	"bise/client"
)

// TestMain lets this test program stand in for Ollama's: "ollama serve" is a
// link to it.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "ollama" && len(os.Args) == 2 && os.Args[1] == "serve" {
		os.Exit(serveAsOllama())
	}
	if filepath.Base(os.Args[0]) == FileProvider {
		os.Exit(serveAsLlama(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// serveAsOllama is a server with no models; what it prints goes to its log.
func serveAsOllama() int {
	if os.Getenv("FAKE_OLLAMA_FAILS") != "" {
		fmt.Fprintln(os.Stderr, "first line\nError: no folder for models")
		return 1
	}
	for _, name := range []string{"BISE_PASSPHRASE", "MISTRAL_API_KEY"} {
		if os.Getenv(name) != "" {
			fmt.Fprintln(os.Stderr, "Error: a secret came along")
			return 1
		}
	}
	handle := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/version":
			fmt.Fprint(w, `{"version":"0.34.1"}`)
		case "/api/tags", "/api/ps":
			fmt.Fprint(w, `{"models":[]}`)
		case "/api/die":
			os.Exit(3)
		default:
			http.NotFound(w, r)
		}
	}
	err := http.ListenAndServe(os.Getenv("OLLAMA_HOST"), http.HandlerFunc(handle))
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// withProgram opens an app on a machine where Ollama is installed and does not
// run.
func withProgram(t *testing.T, env map[string]string) *App {
	t.Helper()
	bin := t.TempDir()
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(bin, "ollama"))
	}
	if err != nil {
		t.Skip("no links here:", err)
	}
	a, err := Open(Options{DataDir: t.TempDir(), Env: func(name string) string {
		if name == "PATH" {
			return bin
		}
		return env[name]
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// quietHost makes the usual address one where nobody listens, whatever runs on
// the machine of the test.
func needsQuietPort(t *testing.T, a *App) {
	t.Helper()
	if a.Runner(t.Context()).Err == nil {
		t.Skip("an Ollama runs on this machine")
	}
}

func TestAnInstalledRunnerIsStartedAndStopped(t *testing.T) {
	t.Setenv("BISE_PASSPHRASE", "secret")
	t.Setenv("MISTRAL_API_KEY", "secret")
	a := withProgram(t, nil)
	needsQuietPort(t, a)
	if info := a.Runner(t.Context()); info.State != RunnerInstalled || info.Program == "" {
		t.Fatalf("before: %+v", info)
	}
	if err := a.StartRunner(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := a.runner.current()
	info := a.Runner(t.Context())
	if info.State != RunnerStarted || info.Host == "127.0.0.1:11434" || info.Version != "0.34.1" || info.Log == "" {
		t.Fatalf("after: %+v", info)
	}
	if err := a.StartRunner(t.Context()); err != nil || a.runner.current() != s {
		t.Errorf("it was started again: %v", err)
	}
	if mode, err := os.Stat(info.Log); err != nil || mode.Mode().Perm() != 0o600 {
		t.Errorf("the log is %v, %v", mode, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	<-s.done
	if err := a.StartRunner(t.Context()); err == nil {
		t.Error("a closed app starts a server")
	}
}

func TestAServerThatDiedIsStartedAgain(t *testing.T) {
	a := withProgram(t, nil)
	needsQuietPort(t, a)
	if err := a.StartRunner(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := a.runner.current()
	_, _ = http.Get("http://" + first.host + "/api/die")
	<-first.done
	if err := a.StartRunner(t.Context()); err != nil {
		t.Fatal(err)
	}
	if second := a.runner.current(); second == nil || second == first {
		t.Error("no second server runs")
	}
	if info := a.Runner(t.Context()); info.State != RunnerStarted {
		t.Errorf("after the crash: %+v", info)
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	t.Setenv("FAKE_OLLAMA_FAILS", "1")
	a := withProgram(t, nil)
	needsQuietPort(t, a)
	err := a.StartRunner(t.Context())
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.RunnerFailed || e.Detail["message"] != "Error: no folder for models" || e.Detail["path"] == "" {
		t.Errorf("gave %v", err)
	}
}

func TestNothingIsStartedThatNobodyWants(t *testing.T) {
	for name, c := range map[string]struct {
		env   map[string]string
		start string
	}{
		"where another address is named":   {env: map[string]string{"OLLAMA_HOST": "127.0.0.1:1"}},
		"where another machine is named":   {env: map[string]string{"OLLAMA_HOST": "ollama.example"}},
		"where the person has said never":  {start: StartNever},
		"where the address makes no sense": {env: map[string]string{"OLLAMA_HOST": "ftp://x"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := withProgram(t, c.env)
			if err := a.Configure(func(config *Config) { config.Ollama.Start = c.start }); err != nil {
				t.Fatal(err)
			}
			if err := a.StartRunner(t.Context()); err != nil || a.runner.current() != nil {
				t.Errorf("a server was started, %v", err)
			}
		})
	}
}

func TestAServerGetsNoSecrets(t *testing.T) {
	got := serverEnv([]string{
		"PATH=/bin", "HOME=/h", "BISE_PASSPHRASE=x", "MISTRAL_API_KEY=x", "AWS_SECRET_ACCESS_KEY=x", "HF_TOKEN=x",
		"OLLAMA_MODELS=/m", "OLLAMA_DEBUG=2", "OLLAMA_HOST=0.0.0.0", "OLLAMA_NO_CLOUD=0",
	}, "127.0.0.1:5", true)
	want := []string{
		"PATH=/bin", "HOME=/h", "OLLAMA_MODELS=/m",
		"OLLAMA_HOST=127.0.0.1:5", "OLLAMA_NOPRUNE=1", "OLLAMA_DEBUG=0", "GIN_MODE=release", "OLLAMA_NO_CLOUD=1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the environment is %q", got)
	}
	if got := serverEnv([]string{"OLLAMA_NO_CLOUD=0"}, "h", false); !slices.Contains(got, "OLLAMA_NO_CLOUD=0") {
		t.Errorf("what the person said about the cloud is lost: %q", got)
	}
}

// runnerFake is a local runner in the test's own process.
func runnerFake(t *testing.T, handle map[string]http.HandlerFunc) *App {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, ok := handle[r.URL.Path]; ok {
			h(w, r)
			return
		}
		switch r.URL.Path {
		case "/api/version":
			fmt.Fprint(w, `{"version":"0.34.1"}`)
		case "/api/tags":
			fmt.Fprint(w, `{"models":[{"name":"tiny:1b","model":"tiny:1b","size":5,"digest":"1"}]}`)
		case "/api/ps":
			fmt.Fprint(w, `{"models":[]}`)
		case "/api/show":
			fmt.Fprint(w, `{"license":"Mistral AI Research License\nmore","modelfile":"FROM /models/blobs/sha256-1","model_info":{},"capabilities":["completion"]}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	a, err := Open(Options{DataDir: t.TempDir(), Env: func(name string) string {
		return map[string]string{"OLLAMA_HOST": s.URL}[name]
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func progressLines(lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, l := range lines {
			fmt.Fprintln(w, l)
		}
	}
}

func TestAPullGoesOnAfterCuts(t *testing.T) {
	tries := 0
	a := runnerFake(t, map[string]http.HandlerFunc{"/api/pull": func(w http.ResponseWriter, r *http.Request) {
		tries++
		line := fmt.Sprintf(`{"status":"pulling aa","digest":"sha256:aa","total":100,"completed":%d}`, 30*tries)
		if tries <= 3 {
			progressLines(line)(w, r)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		progressLines(line, `{"status":"success"}`)(w, r)
	}})
	var seen []int64
	err := a.Pull(t.Context(), "tiny", func(p PullProgress) { seen = append(seen, p.Done) })
	if err != nil || tries != 4 || !slices.Equal(seen, []int64{30, 60, 90, 100, 100}) {
		t.Errorf("after %d tries, %v: %v", tries, seen, err)
	}
}

func TestAPullThatGetsNowhereEnds(t *testing.T) {
	var count atomic.Int64
	a := runnerFake(t, map[string]http.HandlerFunc{"/api/pull": func(http.ResponseWriter, *http.Request) {
		count.Add(1)
		panic(http.ErrAbortHandler)
	}})
	err := a.Pull(t.Context(), "tiny", func(PullProgress) {})
	if tries := count.Load(); !goesOn(err) || tries < 2 || tries > 10 {
		t.Errorf("after %d tries: %v", tries, err)
	}
}

func TestAPullLooksAtTheRoomFirst(t *testing.T) {
	room := modelRoom{folder: "/models/blobs", free: func(path string) int64 {
		if path == "/models/blobs" {
			return 1 << 30
		}
		return -1
	}}
	if err := room.enough("tiny", 1<<20); err != nil {
		t.Errorf("a small model: %v", err)
	}
	e, ok := fault.As(room.enough("big", 6_000_000_000))
	if !ok || e.Kind != fault.DiskFull || e.Detail["needed"] != "6.0 GB" || e.Detail["free"] != "1.1 GB" {
		t.Errorf("a large model: %v", e)
	}
	if err := (modelRoom{}).enough("big", 1<<60); err != nil {
		t.Errorf("a folder nobody knows: %v", err)
	}
}

func TestSpeedAndTimeLeftComeFromTheLastSeconds(t *testing.T) {
	now := time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)
	m := meter{now: func() time.Time { return now }}
	m.note("tiny", client.Pulling{Done: 0, Total: 1000, Layers: 1}, 0)
	now = now.Add(time.Second)
	if p := m.note("tiny", client.Pulling{Done: 50, Total: 1000, Layers: 1}, 0); p.Speed != 0 || p.Left != 0 {
		t.Errorf("too early: %+v", p)
	}
	now = now.Add(time.Second)
	if p := m.note("tiny", client.Pulling{Done: 200, Total: 1000, Layers: 1}, 0); p.Speed != 100 || p.Left != 8*time.Second {
		t.Errorf("after two seconds: %+v", p)
	}
}

func TestALicenceIsShownOnce(t *testing.T) {
	a := runnerFake(t, nil)
	c := Choice{OllamaProvider, "tiny:1b"}
	n, first := a.firstUse(t.Context(), c)
	if !first || n.Key != "notice.licence_research" || n.Args["Licence"] != "Mistral AI Research License" {
		t.Errorf("the first time: %+v, %v", n, first)
	}
	if _, again := a.firstUse(t.Context(), c); again {
		t.Error("it is shown again")
	}
	f, err := a.factsFor(OllamaProvider)
	if err == nil {
		f, err = a.withWeights(f, c)
	}
	if err != nil || f.Get("weights") != "research_licence" {
		t.Errorf("the fact is %q, %v", f.Get("weights"), err)
	}
	config, err := LoadConfig(filepath.Join(a.dir, configFile))
	if err != nil || config.Ollama.Licences["tiny:1b"].Weights != "research_licence" {
		t.Errorf("it is not written down: %+v, %v", config.Ollama, err)
	}
}

func TestTheCatalogueSaysWhereEachRowIsFrom(t *testing.T) {
	c, err := builtinCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.DateOnly, c.Read); err != nil || len(c.Models) == 0 {
		t.Fatalf("read on %q, %d models", c.Read, len(c.Models))
	}
	for _, m := range c.Models {
		if m.Name == "" || m.Title == "" || m.Source == "" || m.Licence == "" || m.Weights == "" {
			t.Errorf("a row is incomplete: %+v", m)
		}
		if w := c.weightsOf(m.Licence); m.Weights != "open" && w != m.Weights {
			t.Errorf("%s: the licence %q is known as %q", m.Name, m.Licence, w)
		}
	}
	for text, want := range map[string]string{
		"Apache License\nVersion 2.0": "", "Mistral AI  Research\nLicense": "research_licence",
		"# Mistral AI Non-Production License": "research_licence", "MRLX and more": "", "": "",
	} {
		if got := c.weightsOf(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestSizesAreWrittenAsPeopleReadThem(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 170_000: "170 kB", 999_999: "1 MB", 5_400_000: "5 MB", 6_000_000_000: "6.0 GB", 1 << 62: "4.6 EB", -1: "?"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestMemoryIsReadAsLinuxWritesIt(t *testing.T) {
	got := parseMeminfo([]byte("MemTotal:       24576 kB\nMemFree: 1 kB\nMemAvailable:   12288 kB\nHugePages_Total:       0\n"))
	if got != (Memory{Total: 24576 << 10, Available: 12288 << 10}) {
		t.Errorf("read as %+v", got)
	}
}

func FuzzMeminfo(f *testing.F) {
	f.Add([]byte("MemTotal: 1 kB\nMemAvailable: 99999999999999999999 kB"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m := parseMeminfo(data); m.Total < 0 || m.Available < 0 || m.Available > m.Total {
			t.Errorf("read as %+v", m)
		}
	})
}

// bodyModel is the model that a request to the fake names.
func bodyModel(r *http.Request) string {
	var body struct{ Model string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	return body.Model
}
