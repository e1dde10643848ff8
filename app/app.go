package app

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/text"
	"bise/client"
)

// Options is what the command line and the environment say. The zero value
// works: the platform's data folder and the real clock.
type Options struct {
	// DataDir holds everything bise reads or writes for this user; "" is
	// DefaultDataDir.
	DataDir string
	// Profile overrides the profile in use.
	Profile string
	// Now replaces the clock where it is not nil.
	Now func() time.Time
	// Rehearsing says that Now is not the real time; every screen shows it.
	Rehearsing bool
	// LocalOnly refuses every connection that is not loopback.
	LocalOnly bool
	// NoStore keeps this run out of the history.
	NoStore bool
	// BuiltinRules opens with the built-in rules where the active ones cannot
	// be read, so that others can be activated.
	BuiltinRules bool
	// Yes gives every confirmation.
	Yes bool
	// Env reads an environment variable; nil reads none.
	Env func(name string) string
	// Passphrase is asked for the passphrase of the sealed key file; nil means
	// that nobody can be asked.
	Passphrase func(ctx context.Context) (chat.Secret, error)
	// SealWork is the work factor of files sealed by a passphrase, the binary
	// logarithm of its cost; 0 is the safe one. Only tests lower it.
	SealWork int
	Version  string
	Words    *text.Words
	// AdminFile is where the administrator's file is; "" is the platform's
	// place. It is for tests: no flag and no variable sets it.
	AdminFile string
}

// App is one run of bise: its configuration, rules, providers and history. Its
// methods are safe for concurrent use.
type App struct {
	options Options
	dir     string
	inForce atomic.Pointer[policy.Rules]
	network *client.Network
	admin   admin
	runner  localRunner
	weights weightsRun
	pulls   pullQueue

	agentNames sync.Map // names of agents by the model that stands for them

	mu        sync.Mutex
	config    Config
	providers client.Set
	history   *history
	live      map[*Answer]struct{}
	agreed    map[string]Acceptance // of profiles, confirmed in this run
	removed   []Removed             // when the history was opened
	limits    map[string]LimitsSeen // the latest of each provider
}

// Open reads the configuration and the rules. It opens neither the history nor
// the keyring nor a connection, so that the first screen need not wait.
func Open(o Options) (*App, error) {
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	dir := o.DataDir
	if dir == "" {
		d, err := DefaultDataDir(o.Env)
		if err != nil {
			return nil, err
		}
		dir = d
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fault.E("app.Open", fault.Invalid, err, "path", dir)
	}
	config, err := LoadConfig(filepath.Join(dir, configFile))
	if err != nil {
		return nil, err
	}
	rules, err := openRules(dir, config.Rules.Active, o.BuiltinRules)
	if err != nil {
		return nil, err
	}
	a := &App{
		options: o,
		dir:     dir,
		config:  config,
		live:    make(map[*Answer]struct{}),
		agreed:  make(map[string]Acceptance),
	}
	a.inForce.Store(&rules)
	if o.AdminFile == "" {
		o.AdminFile = adminPath()
	}
	a.admin = readAdmin(o.AdminFile, o.Now())
	a.options.LocalOnly = o.LocalOnly || a.admin.LocalOnly
	a.admin.stops = a.admin.History != "" && !o.NoStore
	a.options.NoStore = o.NoStore || a.admin.stops
	a.network = client.NewNetwork(client.NetworkOptions{LocalOnly: a.LocalOnly(), Version: o.Version})
	a.trustCompany()
	a.history = newHistory(a)
	if o.Profile != "" {
		if _, err := a.Profile(o.Profile); err != nil {
			return nil, err
		}
	}
	if err := a.rebuildProviders(); err != nil {
		return nil, err
	}
	return a, nil
}

// Rules is the active bundle.
func (a *App) Rules() policy.Rules { return *a.inForce.Load() }

// Words is the wording of this run.
func (a *App) Words() *text.Words { return a.options.Words }

// Now is the clock of this run.
func (a *App) Now() time.Time { return a.options.Now() }

// Rehearsing reports whether the clock was set by hand.
func (a *App) Rehearsing() bool { return a.options.Rehearsing }

// Version is the version of the program.
func (a *App) Version() string { return a.options.Version }

// DataDir is the folder that holds everything of this user.
func (a *App) DataDir() string { return a.dir }

// Connections lists what this run has connected to.
func (a *App) Connections() []client.Connection { return a.network.Connections() }

// Close stops the answers under way, keeps what arrived, and closes the
// history. It waits at most five seconds for the answers.
func (a *App) Close() error {
	a.mu.Lock()
	live := make([]*Answer, 0, len(a.live))
	for answer := range a.live {
		live = append(live, answer)
	}
	a.mu.Unlock()
	for _, answer := range live {
		answer.Cancel()
	}
	// Five seconds: a disk that does not answer by then will not.
	wait, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var late error
	for _, answer := range live {
		select {
		case <-answer.Done():
		case <-wait.Done():
			if !a.history.keeps() {
				continue // nothing is lost
			}
			late = fault.E("app.Close", fault.ReadOnly, wait.Err(), "path", a.dir)
		}
	}
	a.closePulls()
	a.runner.close()
	a.weights.close()
	return errors.Join(late, a.history.close())
}
