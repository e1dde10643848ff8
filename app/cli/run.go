package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/text"
)

// Screen shows the screen until the person ends it, with a conversation open
// where one is named.
type Screen func(ctx context.Context, a *app.App, noColor bool, open chat.ConversationID) error

// Env is what a run of the program is given from outside.
type Env struct {
	Args    []string // without the name of the program
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Getenv  func(name string) string
	Version string // "" takes what the build recorded
	Screen  Screen
	// AdminFile is app.Options.AdminFile; only tests set it.
	AdminFile string
	// SealWork is app.Options.SealWork; only tests set it.
	SealWork int
}

// program is one run of the command line.
type program struct {
	env     Env
	words   *text.Words
	globals globals
	output  output
	console console
	// wantsJSON says that --json is among the arguments, also where they could
	// not be read to the end.
	wantsJSON bool

	mu  sync.Mutex
	app *app.App

	// mending opens the app also where the active rules cannot be read.
	mending bool

	// readsLines says that the line mode reads what is typed, so that nothing can
	// be typed unseen.
	readsLines bool

	// onInterrupt takes an interrupt instead of ending the program.
	onInterrupt atomic.Pointer[func()]
}

// globals are the flags that every command has.
type globals struct {
	profile   string
	dataDir   string
	now       string
	localOnly bool
	json      bool
	yes       bool
	noStore   bool
}

// Run reads the arguments, does what they say and gives the exit code. An
// interrupt, SIGTERM or a closed terminal ends an answer under way; what
// arrived of it is kept.
func Run(ctx context.Context, env Env) int {
	p := &program{env: env, wantsJSON: slices.Contains(env.Args, "--json")}
	language := text.FromEnvironment()
	if p.wantsJSON {
		language = "en" // scripts read English words
	}
	words, err := text.Load(language)
	if err != nil {
		_, _ = io.WriteString(env.Stderr, err.Error()+"\n")
		return exitFailed
	}
	p.words = words
	p.console = newConsole(env)
	p.output = output{program: p}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := p.heedSignals(cancel)
	defer stop()

	root := p.root()
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetHelpFunc(p.help)
	err = root.ExecuteContext(ctx)
	if closeErr := p.close(); err == nil {
		err = closeErr
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = fault.E("cli.Run", fault.Interrupted, err)
	}
	return p.report(err)
}

// heedSignals cancels the run at the first signal; a second one ends the
// program as if nobody listened. A reader of the output who leaves makes the
// next write fail instead of killing the program, so that the answer is kept.
func (p *program) heedSignals(cancel context.CancelFunc) (stop func()) {
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				if take := p.onInterrupt.Load(); s == os.Interrupt && take != nil {
					(*take)()
					continue
				}
				signal.Stop(signals)
				cancel()
				return
			}
		}
	}()
	return func() {
		signal.Stop(pipe)
		signal.Stop(signals)
		close(done)
	}
}

// open opens the app with what the flags and the environment say. ask lets it
// ask for a passphrase on the terminal; the screen asks by itself.
func (p *program) open(ask bool) (*app.App, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.app != nil {
		return p.app, nil
	}
	o := app.Options{
		DataDir:   p.globals.dataDir,
		Profile:   p.globals.profile,
		LocalOnly: p.globals.localOnly,
		NoStore:   p.globals.noStore,
		Yes:       p.globals.yes,

		BuiltinRules: p.mending,
		Env:          p.env.Getenv,
		SealWork:     p.env.SealWork,
		AdminFile:    p.env.AdminFile,
		Version:      p.version().Version,
		Words:        p.words,
	}
	now, set, err := p.clock()
	if err != nil {
		return nil, err
	}
	if set {
		o.Now, o.Rehearsing = func() time.Time { return now }, true
	}
	switch passphrase := p.env.Getenv(passphraseVariable); {
	case passphrase != "":
		o.Passphrase = func(context.Context) (chat.Secret, error) { return chat.Secret(passphrase), nil }
	case ask && p.console.interactive():
		o.Passphrase = p.askPassphrase
	}
	a, err := app.Open(o)
	if err != nil {
		return nil, err
	}
	p.app = a
	if set && ask && !p.globals.json {
		p.output.note(p.words.T("cli.rehearsing", "Time", now.Format(time.RFC3339)))
	}
	return a, nil
}

// clock reads --now.
func (p *program) clock() (now time.Time, set bool, err error) {
	if p.globals.now == "" {
		return time.Time{}, false, nil
	}
	now, err = time.Parse(time.RFC3339, p.globals.now)
	if err != nil {
		return time.Time{}, false, fault.E("cli.clock", fault.Usage, nil, "what", "time", "word", p.globals.now)
	}
	return now, true, nil
}

func (p *program) close() error {
	p.mu.Lock()
	a := p.app
	p.mu.Unlock()
	if a == nil {
		return nil
	}
	p.noteRemoved(a.TakeRemoved())
	return a.Close()
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
