package keys

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// Options say where a vault is and whom it may ask.
type Options struct {
	// Dir is the data folder.
	Dir string
	// History is the history whose key is held; "" is HistoryFile in Dir.
	History string
	// Ring is the keyring; nil is the system's.
	Ring Ring
	// Passphrase gives the passphrase of the sealed file; nil is nobody to ask.
	Passphrase Passphrase
	// Work is the work factor of sealed files; 0 is age's default of 18.
	Work int
}

// Vault holds API keys and the history key. It is safe for use by several
// goroutines; they take turns.
//
// Calls to the keyring last until the deadline of their context, three seconds
// if it has none. Kinds of errors: NotFound, Locked (also for a keyring that
// does not answer), NoKeyring, Invalid (too big), WrongKey (passphrase),
// NeedsAnswer (nobody to ask), Damaged, ReadOnly, DiskFull.
type Vault struct {
	dir     string
	history string
	work    int
	ask     Passphrase
	turn    chan struct{}

	ring   *ringHolder
	sealed *sealedFile

	// stop is called before each step of a change; an error ends it there, as
	// a kill would.
	stop func(step string) error
}

// New makes a vault. It touches nothing yet.
func New(o Options) *Vault {
	v := &Vault{
		dir: o.Dir, history: o.History, work: o.Work, ask: o.Passphrase,
		turn: make(chan struct{}, 1),
		stop: func(string) error { return nil },
	}
	if v.work == 0 {
		v.work = defaultWork
	}
	if v.history == "" {
		v.history = filepath.Join(v.dir, HistoryFile)
	}
	ring := o.Ring
	if ring == nil {
		ring = SystemRing()
	}
	v.ring = &ringHolder{guard: newGuard(ring), cache: make(map[string]string)}
	return v
}

// State is what can be known without asking a person.
type State struct {
	Backend Backend
	// KeyringUsable says that the keyring answered. It is asked only while
	// Backend is None: later the answer would change nothing.
	KeyringUsable bool
	// HistoryExists says that there is a history: with Backend None its key
	// is missing.
	HistoryExists bool
	// SealedExists and RecoveryExists say which files there are.
	SealedExists   bool
	RecoveryExists bool
	// Profiles lists the profiles with an API key.
	Profiles []string
	// Rekeying says that a re-encryption was not finished; see Settle.
	Rekeying bool
}

// State reads the record, and tries the keyring where nobody has chosen yet.
func (v *Vault) State(ctx context.Context) (State, error) {
	r, _, err := readRecord(v.dir)
	if err != nil {
		return State{}, err
	}
	return State{
		Backend:        r.Backend,
		KeyringUsable:  r.Backend == None && v.Probe(ctx) == nil,
		HistoryExists:  v.historyExists(),
		SealedExists:   disk.Exists(filepath.Join(v.dir, SealedFile)),
		RecoveryExists: disk.Exists(filepath.Join(v.dir, RecoveryFile)),
		Profiles:       r.Profiles,
		Rekeying:       r.Next != nil,
	}, nil
}

func (v *Vault) historyExists() bool { return disk.Exists(v.history) }

// UsePassphrase gives the passphrase of the sealed file in place of asking for
// it.
func (v *Vault) UsePassphrase(passphrase chat.Secret) {
	v.turn <- struct{}{}
	defer func() { <-v.turn }()
	v.sealed = nil
	v.ask = func(context.Context) (chat.Secret, error) { return passphrase, nil }
}

// Probe says why the keyring cannot be used, nil if it can. A keyring that is
// locked may show its prompt.
func (v *Vault) Probe(ctx context.Context) error {
	_, err := v.ring.guard.get(ctx, service, "probe")
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// DataKey gives the key of the history. Kinds besides those of Vault:
// NeedsAnswer when no backend has been chosen, NotStored when the history is
// off, KeyMissing when the key should be there and is not, WrongKey when it is
// another one than recorded.
func (v *Vault) DataKey(ctx context.Context) (Key, error) {
	const op = "keys.DataKey"
	leave, err := v.enter(ctx, op)
	if err != nil {
		return Key{}, err
	}
	defer leave()
	r, _, err := readRecord(v.dir)
	if err != nil {
		return Key{}, err
	}
	k, err := v.dataKey(ctx, op, r)
	if err == nil && r.Move != nil {
		// The key is safe whatever comes of this; the next run tries again.
		_ = v.locked(ctx, op, func(r record) error { return v.finish(ctx, r) })
	}
	return k, err
}

func (v *Vault) dataKey(ctx context.Context, op string, r record) (Key, error) {
	switch {
	case r.Backend == None && v.historyExists():
		return Key{}, fault.E(op, fault.KeyMissing, nil, "path", HistoryFile)
	case r.Backend == None:
		return Key{}, fault.E(op, fault.NeedsAnswer, nil, "what", "backend")
	case r.Backend == Off:
		return Key{}, fault.E(op, fault.NotStored, nil)
	}
	return v.keyNamed(ctx, op, r.Backend, r.KeyID, r.Check)
}

// keyNamed reads the history key id and compares it with its check value.
func (v *Vault) keyNamed(ctx context.Context, op string, b Backend, id, check string) (Key, error) {
	s, err := v.at(b).get(ctx, historyAccount(id))
	if fault.Is(err, fault.NotFound) {
		return Key{}, fault.E(op, fault.KeyMissing, nil, "backend", string(b), "id", id)
	}
	if err != nil {
		return Key{}, err
	}
	k, err := parseKey(op, s)
	if err != nil {
		return Key{}, err
	}
	if k.Check() != check {
		return Key{}, fault.E(op, fault.WrongKey, nil, "backend", string(b), "id", id)
	}
	return k, nil
}

// APIKey gives the API key of a profile and the place it is in. The kind
// NotFound says that there is none.
func (v *Vault) APIKey(ctx context.Context, profile string) (chat.Secret, Backend, error) {
	const op = "keys.APIKey"
	leave, err := v.enter(ctx, op)
	if err != nil {
		return "", None, err
	}
	defer leave()
	r, _, err := readRecord(v.dir)
	if err != nil {
		return "", None, err
	}
	place := v.place(r)
	s, err := v.at(place).get(ctx, profileAccount(profile))
	// A machine without a keyring, and no key ever given: there is none.
	if fault.Is(err, fault.NoKeyring) && !slices.Contains(r.Profiles, profile) {
		err = fault.E(op, fault.NotFound, err, "what", "api_key", "name", profile)
	}
	if err != nil {
		return "", None, err
	}
	return chat.Secret(s), place, nil
}

// SetAPIKey keeps the API key of a profile. Where there is no keyring and no
// choice yet, it makes a sealed file if there is somebody to ask for a
// passphrase.
func (v *Vault) SetAPIKey(ctx context.Context, profile string, key chat.Secret) error {
	return v.change(ctx, "keys.SetAPIKey", func(r record) error {
		put := map[string]string{profileAccount(profile): string(key)}
		err := v.at(v.place(r)).edit(ctx, put)
		undecided := r.Backend == None || r.Backend == Off
		if fault.Is(err, fault.NoKeyring) && undecided && v.ask != nil {
			err = v.at(Sealed).edit(ctx, put)
		}
		if err != nil || slices.Contains(r.Profiles, profile) {
			return err
		}
		r.Profiles = append(r.Profiles, profile)
		slices.Sort(r.Profiles)
		return v.writeRecord(r)
	})
}

// DeleteAPIKey removes the API key of a profile and makes sure that it is gone.
func (v *Vault) DeleteAPIKey(ctx context.Context, profile string) error {
	return v.change(ctx, "keys.DeleteAPIKey", func(r record) error {
		err := v.at(v.place(r)).edit(ctx, nil, profileAccount(profile))
		i := slices.Index(r.Profiles, profile)
		if fault.Is(err, fault.NoKeyring) && i < 0 {
			return nil
		}
		if err != nil || i < 0 {
			return err
		}
		r.Profiles = slices.Delete(r.Profiles, i, i+1)
		return v.writeRecord(r)
	})
}

// VibeKey reads the API key that Mistral Vibe keeps in the keyring. It is the
// other program's: ask the person first.
func (v *Vault) VibeKey(ctx context.Context) (chat.Secret, error) {
	s, err := v.ring.guard.get(ctx, "ai.mistral.vibe", "MISTRAL_API_KEY")
	return chat.Secret(s), err
}

// change runs fn in turn, alone among processes, on a record without
// unfinished moves.
func (v *Vault) change(ctx context.Context, op string, fn func(record) error) error {
	leave, err := v.enter(ctx, op)
	if err != nil {
		return err
	}
	defer leave()
	return v.locked(ctx, op, func(r record) error {
		if err := v.finish(ctx, r); err != nil {
			return err
		}
		r.Move = nil
		return fn(r)
	})
}

// enter takes the turn of this process.
func (v *Vault) enter(ctx context.Context, op string) (leave func(), err error) {
	select {
	case v.turn <- struct{}{}:
		return func() { <-v.turn }, nil
	case <-ctx.Done():
		return nil, fault.E(op, fault.Interrupted, ctx.Err())
	}
}

// patience is how long one process waits for another that changes keys.
const patience = 10 * time.Second

// locked runs fn on the record while no other process changes it.
func (v *Vault) locked(ctx context.Context, op string, fn func(record) error) error {
	if err := disk.MakeDir(v.dir); err != nil {
		return fault.E(op, disk.Kind(err, fault.Unknown), err)
	}
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	lock, err := disk.Exclusive(wait, filepath.Join(v.dir, lockFile))
	if disk.Held(err) {
		return fault.E(op, fault.Locked, nil, "path", lockFile)
	}
	if err != nil {
		return fault.E(op, disk.Kind(err, fault.Unknown), err, "path", lockFile)
	}
	r, _, err := readRecord(v.dir)
	if err == nil {
		err = fn(r)
	}
	// Closing the lock file frees it even when it fails.
	_ = lock.Unlock()
	return err
}

func (v *Vault) writeRecord(r record) error { return writeRecord(v.dir, r) }

func (v *Vault) sealedWith(passphrase chat.Secret) *sealedFile {
	return &sealedFile{path: filepath.Join(v.dir, SealedFile), work: v.work, passphrase: passphrase}
}
