package app

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"bise/app/fault"
	"bise/client"
	"bise/client/ollama"
)

// Running is a model that the local runner holds in memory.
type Running = client.Running

// Weights are everything the local runner tells of one model.
type Weights = client.Weights

// RunnerState says how the local runner is. The zero value is not known.
type RunnerState string

// The states of the local runner.
const (
	// RunnerAnswers is a server that was there already.
	RunnerAnswers RunnerState = "answers"
	// RunnerStarted is a server that bise started and will stop.
	RunnerStarted RunnerState = "started"
	// RunnerInstalled is a program that is here while nothing answers: bise
	// starts it when it is needed.
	RunnerInstalled RunnerState = "installed"
	// RunnerAbsent is neither: no server answers, and bise may not or cannot
	// start one.
	RunnerAbsent RunnerState = "absent"
)

// RunnerInfo is what is known of the local runner.
type RunnerInfo struct {
	State   RunnerState
	Host    string
	Version string
	// Elsewhere says that the address is another machine.
	Elsewhere bool
	// Program is where the runner was found on this machine, "" if nowhere.
	Program string
	// Log is the file that a server started by bise writes.
	Log string
	// Err is why nothing answers.
	Err error
}

// StartNever is the value of OllamaConfig.Start that leaves starting a server
// to the person.
const StartNever = "never"

// localRunner is the server that this run has started, if it has.
type localRunner struct {
	// starting is held while a server is started, so that two prompts do not
	// start two.
	starting sync.Mutex

	mu     sync.Mutex
	server *server
	closed bool
	seen   map[string]LicenceSeen // shown in this run, by model
}

// current is the server that is alive, nil if there is none.
func (r *localRunner) current() *server {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server == nil || r.server.ended() {
		return nil
	}
	return r.server
}

// adopt takes over a server that has come up. It reports false if bise is
// closing: then the server has to be stopped at once.
func (r *localRunner) adopt(s *server) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.server = s
	return true
}

// close stops the server of this run, and lets no other begin.
func (r *localRunner) close() {
	r.mu.Lock()
	s := r.server
	r.server, r.closed = nil, true
	r.mu.Unlock()
	if s != nil {
		s.stop()
	}
}

// runnerHost is the address of the local runner: the one of the server that
// bise started, else the one that was named, "" for the usual one.
func (a *App) runnerHost() string {
	if s := a.runner.current(); s != nil {
		return s.host
	}
	return a.namedHost()
}

// namedHost is the address that config.toml or the environment names.
func (a *App) namedHost() string {
	if h := a.Config().Ollama.Host; h != "" {
		return h
	}
	return a.options.Env("OLLAMA_HOST")
}

// mayStart says where the program is that bise may start; "" if it may not.
// Whoever names another address than the usual one means a server of their own.
func (a *App) mayStart() string {
	if a.Config().Ollama.Start == StartNever || a.barredProvider(OllamaProvider) != nil {
		return ""
	}
	if h, err := ollama.ParseHost(a.namedHost()); err != nil || !h.Usual() {
		return ""
	}
	return findRunner(a.options.Env)
}

// findRunner looks for the program of Ollama.
func findRunner(env func(string) string) string { return findProgram("ollama", env) }

// findProgram looks for a program: in the folders of PATH, then where the
// installers of local runners put it.
func findProgram(name string, env func(string) string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	folders := filepath.SplitList(env("PATH"))
	switch runtime.GOOS {
	case "windows":
		if d := env("LOCALAPPDATA"); d != "" {
			folders = append(folders, filepath.Join(d, "Programs", "Ollama"))
		}
	case "darwin":
		folders = append(folders, "/usr/local/bin", "/opt/homebrew/bin", "/Applications/Ollama.app/Contents/Resources")
	default:
		folders = append(folders, "/usr/local/bin", "/usr/bin")
	}
	for _, folder := range folders {
		if !filepath.IsAbs(folder) { // a program in the folder one happens to be in
			continue
		}
		path := filepath.Join(folder, name)
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode().Perm()&0o111 != 0) {
			return path
		}
	}
	return ""
}

// Runner looks at the local runner. It starts nothing.
func (a *App) Runner(ctx context.Context) RunnerInfo {
	info := RunnerInfo{State: RunnerAbsent, Program: findRunner(a.options.Env)}
	r, err := a.ollama()
	if err != nil {
		info.Err = err
		return info
	}
	d := r.Describe()
	info.Host, info.Elsewhere = d.Host, d.Place == client.Elsewhere
	info.Version, info.Err = r.Version(ctx)
	switch {
	case info.Err == nil && a.runner.current() != nil:
		info.State, info.Log = RunnerStarted, a.runnerLog()
	case info.Err == nil:
		info.State = RunnerAnswers
	case fault.Is(info.Err, fault.RunnerAbsent) && a.mayStart() != "":
		info.State = RunnerInstalled
	}
	return info
}

// ollama is the local runner as a provider.
func (a *App) ollama() (client.Runner, error) {
	p, err := a.provider(OllamaProvider)
	if err != nil {
		return nil, err
	}
	r, ok := p.(client.Runner)
	if !ok {
		return nil, fault.E("app.ollama", fault.Unsupported, nil, "provider", OllamaProvider)
	}
	return r, nil
}

// absence says of a local runner that does not answer that it is installed, in
// the detail program: then the cure is another one.
func (a *App) absence(err error) error {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.RunnerAbsent {
		return err
	}
	program := a.mayStart()
	if program == "" {
		return err
	}
	return fault.E(e.Op, fault.RunnerAbsent, e.Err, "name", e.Detail["name"], "host", e.Detail["host"], "program", program)
}

// Startable reports whether err says that a local runner is installed and only
// has to be started.
func Startable(err error) bool {
	e, ok := fault.As(err)
	return ok && e.Kind == fault.RunnerAbsent && e.Detail["program"] != ""
}

// awake is the local runner after it has been started where that was needed.
func (a *App) awake(ctx context.Context) (client.Runner, error) {
	if err := a.StartRunner(ctx); err != nil {
		return nil, err
	}
	return a.ollama()
}

// wake starts the local runner if a prompt is for it.
func (a *App) wake(ctx context.Context, provider string) error {
	if provider != OllamaProvider {
		return nil
	}
	return a.StartRunner(ctx)
}

// StartRunner starts the installed runner if nothing answers and bise may start
// it; else it does nothing, and the first request says what is wrong. The
// server ends with this run. Kinds: fault.RunnerFailed with the details path,
// where its log is, and message, the last line of that.
func (a *App) StartRunner(ctx context.Context) error {
	if a.runner.current() != nil {
		return nil
	}
	program := a.mayStart()
	if program == "" {
		return nil
	}
	a.runner.starting.Lock()
	defer a.runner.starting.Unlock()
	if a.runner.current() != nil {
		return nil
	}
	if r, err := a.ollama(); err != nil || !fault.Is(r.Check(ctx), fault.RunnerAbsent) {
		return nil // somebody answers there
	}
	s, err := a.startServer(ctx, program)
	if err != nil {
		return err
	}
	if !a.runner.adopt(s) {
		s.stop()
		return fault.E("app.StartRunner", fault.Interrupted, nil)
	}
	go func() {
		<-s.done
		_ = a.rebuildProviders() // from now on the usual address is asked again
	}()
	return a.rebuildProviders()
}

// startLimit is how long a server may take to answer: 0.1 s where it was
// measured, longer from a cold and slow disk.
const startLimit = 20 * time.Second

// startServer starts the program and waits until it answers.
func (a *App) startServer(ctx context.Context, program string) (*server, error) {
	const op = "app.StartRunner"
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	host, err := client.FreeLoopback(ctx)
	if err != nil {
		return nil, fault.E(op, fault.RunnerFailed, err)
	}
	p := ollama.New(ollama.Options{HTTP: a.network.Client(OllamaProvider), Host: host})
	s, err := startServer(starting{
		program: program, args: []string{"serve"}, host: host, log: a.runnerLog(),
		env: serverEnv(os.Environ(), host, a.LocalOnly()),
	})
	if err != nil {
		return nil, err
	}
	return s, s.await(ctx, op, func() bool { return p.Check(ctx) == nil })
}

func (a *App) runnerLog() string { return filepath.Join(a.dir, "logs", "ollama.log") }
