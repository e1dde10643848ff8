package app

import (
	"context"
	"path/filepath"
	"sync"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore"
	"bise/localstore/keys"
)

// HistoryState says whether conversations are kept, and what is needed before
// they are.
type HistoryState string

// The states of the history.
const (
	// HistoryOpening is a history that has not been opened yet.
	HistoryOpening HistoryState = "opening"
	// HistoryOpen is a history in use.
	HistoryOpen HistoryState = "open"
	// HistoryAsking is a machine without a keyring where nobody has chosen yet
	// what holds the key.
	HistoryAsking HistoryState = "asking"
	// HistoryLocked is a sealed key that needs its passphrase.
	HistoryLocked HistoryState = "locked"
	// HistoryOff is a run that keeps nothing.
	HistoryOff HistoryState = "off"
	// HistoryFailed is a history that cannot be opened.
	HistoryFailed HistoryState = "failed"
)

// Holder says what holds the key of the history.
type Holder = keys.Backend

// The holders.
const (
	// Keyring is the keyring of the operating system.
	Keyring = keys.Keyring
	// Sealed is a file sealed by a passphrase.
	Sealed = keys.Sealed
	// Nobody keeps no history.
	Nobody = keys.Off
)

// history is the encrypted store with the vault that holds its key. It is
// opened when it is first needed.
type history struct {
	app   *App
	vault *keys.Vault

	mu    sync.Mutex
	state HistoryState
	store *localstore.DB
	err   error
	// without is the state that a person has chosen to go on without.
	without HistoryState
}

func newHistory(a *App) *history {
	h := &history{app: a, state: HistoryOpening}
	if a.options.NoStore {
		h.state = HistoryOff
	}
	h.vault = keys.New(keys.Options{Dir: a.dir, Passphrase: a.options.Passphrase, Work: a.options.SealWork})
	return h
}

// HistoryState is the state of the history.
func (a *App) HistoryState() HistoryState {
	a.history.mu.Lock()
	defer a.history.mu.Unlock()
	return a.history.state
}

// keeps reports whether messages are written at all.
func (h *history) keeps() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state != HistoryOff
}

// db is the open store; it is opened if it has not been.
func (h *history) db(ctx context.Context) (*localstore.DB, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch h.state {
	case HistoryOpen:
		return h.store, nil
	case HistoryOff:
		return nil, h.whyOff()
	default:
	}
	h.state, h.err = h.open(ctx)
	return h.store, h.err
}

// whyOff says why a run keeps nothing: the organisation, a flag, a history that
// the person went on without, or the person's own choice.
func (h *history) whyOff() error {
	const op = "app.history"
	switch a := h.app; {
	case a.admin.stops:
		return a.lockedHistory(op)
	case a.options.NoStore:
		return fault.E(op, fault.NotStored, nil, "why", "flag")
	case h.without == HistoryLocked:
		return fault.E(op, fault.Locked, nil, "what", "passphrase")
	case h.without == HistoryFailed && h.err != nil:
		return h.err
	default:
		return fault.E(op, fault.NotStored, nil)
	}
}

// lockedHistory says that the organisation has switched keeping off.
func (a *App) lockedHistory(op string) error {
	return fault.E(op, fault.LockedByAdmin, nil,
		"setting", "history", "organisation", a.admin.Organisation, "contact", a.admin.Contact)
}

// open finds the key and opens the store. Where there is a keyring it is used
// without a question; where there is none the state says what to ask.
func (h *history) open(ctx context.Context) (HistoryState, error) {
	s, err := h.vault.State(ctx)
	if err != nil {
		return HistoryFailed, err
	}
	switch {
	case s.Backend == keys.Off:
		return HistoryOff, fault.E("app.history", fault.NotStored, nil)
	case s.Backend == keys.None && s.HistoryExists:
		return HistoryFailed, fault.E("app.history", fault.KeyMissing, nil, "path", filepath.Join(h.app.dir, keys.HistoryFile))
	case s.Backend == keys.None:
		backend := keys.Keyring
		if !s.KeyringUsable {
			if h.app.options.Passphrase == nil {
				return HistoryAsking, fault.E("app.history", fault.NoKeyring, nil)
			}
			backend = keys.Sealed
		}
		if err := h.vault.Choose(ctx, backend); err != nil {
			return stateFor(err), err
		}
	}
	return h.openStore(ctx)
}

// openStore opens the store, anew if it is open: two at once would keep each
// other from re-encrypting it.
func (h *history) openStore(ctx context.Context) (HistoryState, error) {
	if h.store != nil {
		err := h.store.Close()
		h.store = nil
		if err != nil {
			return HistoryFailed, err
		}
	}
	store, err := localstore.OpenVault(ctx, h.app.dir, h.vault)
	if err != nil {
		return stateFor(err), err
	}
	if err := h.app.settle(ctx, store); err != nil {
		_ = store.Close()
		return HistoryFailed, err
	}
	h.store = store
	return HistoryOpen, nil
}

func stateFor(err error) HistoryState {
	e, _ := fault.As(err)
	switch fault.KindOf(err) {
	case fault.NoKeyring:
		return HistoryAsking
	case fault.NeedsAnswer:
		return HistoryLocked
	case fault.WrongKey:
		if e.Detail["what"] != "passphrase" {
			return HistoryFailed // the keyring's key is another one: no passphrase helps
		}
		return HistoryLocked
	case fault.NotStored:
		return HistoryOff
	default:
		return HistoryFailed
	}
}

func (h *history) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.store == nil {
		return nil
	}
	err := h.store.Close()
	h.store, h.state = nil, HistoryOff
	return err
}

// HistoryExists reports whether anything was ever kept here.
func (a *App) HistoryExists(ctx context.Context) bool {
	s, err := a.history.vault.State(ctx)
	return err != nil || s.HistoryExists
}

// OpenHistory opens the history. HistoryState says what is needed where it
// fails: a choice, a passphrase, or a repair.
func (a *App) OpenHistory(ctx context.Context) error {
	_, err := a.history.db(ctx)
	return err
}

// OpenPast is OpenHistory for reading and destroying what is stored, which stays
// possible where the organisation has switched keeping off.
func (a *App) OpenPast(ctx context.Context) error {
	_, err := a.history.past(ctx)
	return err
}

// ChooseHolder makes the key of a new history with a holder; Sealed needs a
// passphrase.
func (a *App) ChooseHolder(ctx context.Context, holder Holder, passphrase chat.Secret) error {
	if a.admin.History != "" && holder != keys.Off {
		return a.lockedHistory("app.ChooseHolder")
	}
	h := a.history
	h.mu.Lock()
	defer h.mu.Unlock()
	if passphrase != "" {
		h.vault.UsePassphrase(passphrase)
	}
	if err := h.vault.Choose(ctx, holder); err != nil {
		return err
	}
	if holder == keys.Off {
		h.state, h.err = HistoryOff, nil
		return nil
	}
	h.state, h.err = h.openStore(ctx)
	return h.err
}

// Unlock opens a history whose key is sealed by a passphrase.
func (a *App) Unlock(ctx context.Context, passphrase chat.Secret) error {
	h := a.history
	h.mu.Lock()
	defer h.mu.Unlock()
	h.vault.UsePassphrase(passphrase)
	h.state, h.err = h.openStore(ctx)
	return h.err
}

// KeepNothing switches the history off for this run.
func (a *App) KeepNothing() {
	h := a.history
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.store == nil && h.state != HistoryOff {
		h.without, h.state = h.state, HistoryOff
	}
}

// Rekey encrypts the history with a new key, held by the holder in use or by
// another one; the recovery code of the old key is void afterwards. The history
// must not be open in another window. Killed at any moment it can be repeated.
func (a *App) Rekey(ctx context.Context, holder Holder, passphrase chat.Secret) error {
	h := a.history
	h.mu.Lock()
	defer h.mu.Unlock()
	switch h.state {
	case HistoryOpen:
	case HistoryOff:
		return h.whyOff()
	default:
		if h.state, h.err = h.open(ctx); h.err != nil {
			return h.err
		}
	}
	err := h.store.Close()
	h.store, h.state = nil, HistoryOpening
	if err != nil {
		return err
	}
	if err := localstore.Rotate(ctx, a.dir, h.vault); err != nil {
		return err
	}
	s, err := h.vault.State(ctx)
	if err != nil {
		return err
	}
	switch {
	case holder == s.Backend && holder == keys.Sealed && passphrase != "":
		err = h.vault.ChangePassphrase(ctx, passphrase)
	case holder != s.Backend:
		if passphrase != "" {
			h.vault.UsePassphrase(passphrase)
		}
		err = h.vault.Choose(ctx, holder)
	}
	if err != nil {
		return err
	}
	h.state, h.err = h.openStore(ctx)
	return h.err
}

// Holder says what holds the key of the history, and whether a recovery code
// has been made.
func (a *App) Holder(ctx context.Context) (holder Holder, recovery bool, err error) {
	s, err := a.history.vault.State(ctx)
	return s.Backend, s.RecoveryExists, err
}

// RecoveryCode makes a code that opens the history when its key is lost. It is
// shown once and kept nowhere; an older code is void.
func (a *App) RecoveryCode(ctx context.Context) (chat.Secret, error) {
	if err := a.OpenHistory(ctx); err != nil {
		return "", err
	}
	return a.history.vault.MakeRecovery(ctx)
}

// Recover brings the history's key back with a recovery code and gives it to a
// holder; Sealed needs a passphrase.
func (a *App) Recover(ctx context.Context, code chat.Secret, holder Holder, passphrase chat.Secret) error {
	h := a.history
	h.mu.Lock()
	defer h.mu.Unlock()
	if passphrase != "" {
		h.vault.UsePassphrase(passphrase)
	}
	if err := h.vault.Recover(ctx, code, holder); err != nil {
		return err
	}
	h.state, h.err = h.openStore(ctx)
	return h.err
}

// FindKey looks for the key that a provider needs, which may ask for the passphrase
// of the sealed file: for who cannot be asked later. A key that nobody gave yet is
// none to look for.
func (a *App) FindKey(ctx context.Context, provider string) error {
	profile := a.ProfileOf(provider)
	p, err := a.Profile(profile)
	if err != nil || p.Kind == LocalProfile || a.barred(p) != nil {
		return nil
	}
	_, err = a.apiKey(ctx, profile)
	if fault.Is(err, fault.NotSignedIn) {
		return nil
	}
	return err
}

// VerifyHistory reads the whole history and its index and says what is damaged.
func (a *App) VerifyHistory(ctx context.Context) error {
	h := a.history
	h.mu.Lock()
	defer h.mu.Unlock()
	key, err := h.vault.DataKey(ctx)
	if err != nil {
		return err
	}
	return localstore.Verify(ctx, filepath.Join(a.dir, keys.HistoryFile), localstore.Key(key))
}

func (h *history) apiKey(ctx context.Context, profile string) (chat.Secret, KeySource, error) {
	key, backend, err := h.vault.APIKey(ctx, profile)
	source := KeyKeyring
	if backend == keys.Sealed {
		source = KeySealed
	}
	return key, source, err
}

func (h *history) setAPIKey(ctx context.Context, profile string, key chat.Secret) error {
	return h.vault.SetAPIKey(ctx, profile, key)
}

func (h *history) deleteAPIKey(ctx context.Context, profile string) error {
	return h.vault.DeleteAPIKey(ctx, profile)
}

func (h *history) vibeKey(ctx context.Context) (chat.Secret, error) { return h.vault.VibeKey(ctx) }
