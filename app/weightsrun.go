package app

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
)

// FileProvider answers from a file of weights that lies where it is: through
// llama-server, which bise starts for this run alone. It is there only while
// that server is.
const FileProvider = "llama-server"

// weightsRun is the llama-server of this run, if there is one.
type weightsRun struct {
	mu     sync.Mutex
	server *server
	closed bool
}

func (r *weightsRun) current() *server {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server == nil || r.server.ended() {
		return nil
	}
	return r.server
}

// adopt takes over a server and gives the one before it, which the caller
// stops. ok is false where bise is closing.
func (r *weightsRun) adopt(s *server) (before *server, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, false
	}
	before, r.server = r.server, s
	return before, true
}

func (r *weightsRun) close() {
	r.mu.Lock()
	s := r.server
	r.server, r.closed = nil, true
	r.mu.Unlock()
	if s != nil {
		s.stop()
	}
}

// loadLimit is how long llama-server may take to read a file: a large one on a
// slow disk takes minutes.
const loadLimit = 15 * time.Minute

// RunWeights starts llama-server on a file of weights and gives the choice that
// answers with it. The header of the file is checked first; nothing is copied.
// The server listens on this machine alone and ends with this run. Kinds:
// fault.ModelFile, fault.NotFound with what "llama-server" where it is not
// installed, fault.RunnerFailed as for StartRunner.
func (a *App) RunWeights(ctx context.Context, path string) (Choice, error) {
	const op = "app.RunWeights"
	if err := a.barredProvider(OllamaProvider); err != nil {
		return Choice{}, err
	}
	file, _, err := openWeights(path)
	if err != nil {
		return Choice{}, err
	}
	if err := file.Close(); err != nil {
		return Choice{}, fault.E(op, fault.NotFound, err, "what", "file", "name", path)
	}
	program := findProgram("llama-server", a.options.Env)
	if program == "" {
		return Choice{}, fault.E(op, fault.NotFound, nil, "what", FileProvider, "name", "")
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return Choice{}, fault.E(op, fault.NotFound, err, "what", "file", "name", path)
	}
	name := ModelName(path)
	s, err := a.startWeights(ctx, program, whole, name)
	if err != nil {
		return Choice{}, err
	}
	before, ok := a.weights.adopt(s)
	if before != nil {
		before.stop()
	}
	if !ok {
		s.stop()
		return Choice{}, fault.E(op, fault.Interrupted, nil)
	}
	return Choice{FileProvider, name}, a.rebuildProviders()
}

// startWeights starts the server in the folder of the file, so that its log
// holds no path, and waits until the file is read.
func (a *App) startWeights(ctx context.Context, program, path, name string) (*server, error) {
	const op = "app.RunWeights"
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	host, err := client.FreeLoopback(ctx)
	if err != nil {
		return nil, fault.E(op, fault.RunnerFailed, err)
	}
	ip, port, _ := strings.Cut(host, ":")
	start := starting{
		program: program, folder: filepath.Dir(path), host: host,
		log: filepath.Join(a.dir, "logs", FileProvider+".log"), env: cleanEnv(os.Environ()),
		args: []string{
			"--model", "." + string(filepath.Separator) + filepath.Base(path), "--alias", name, "--host", ip, "--port", port,
			"--ctx-size", strconv.Itoa(a.fileWindow()), "--jinja",
		},
	}
	s, err := startServer(start)
	if err != nil {
		return nil, err
	}
	return s, s.await(ctx, op, func() bool { return a.fileProvider(host).Check(ctx) == nil })
}

// fileWindow is the context length that the server is started with, in tokens.
func (a *App) fileWindow() int {
	return a.window(context.Background(), Choice{Provider: OllamaProvider}, 0)
}

// fileProvider talks to the llama-server at host.
func (a *App) fileProvider(host string) *openai.Provider {
	return openai.New(openai.Options{
		ID: FileProvider, Name: FileProvider, BaseURL: "http://" + host + "/v1",
		HTTP: a.network.Client(FileProvider), Service: policy.Local, Retry: openai.Retry{Tries: 1},
	})
}
