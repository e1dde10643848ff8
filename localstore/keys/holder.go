package keys

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// service is the name of bise's entries in a keyring.
const service = "bise"

// The accounts of the entries.
func profileAccount(profile string) string { return "profile/" + profile }
func historyAccount(keyID string) string   { return "history/" + keyID }

// holder is a place for secrets by account.
type holder interface {
	// get says NotFound for what is not there.
	get(ctx context.Context, account string) (string, error)
	// edit puts and drops entries and makes sure that what is dropped is gone.
	edit(ctx context.Context, put map[string]string, drop ...string) error
}

// ringHolder keeps entries in the keyring. Each is read once per run.
type ringHolder struct {
	guard *guard
	cache map[string]string
}

func (h *ringHolder) get(ctx context.Context, account string) (string, error) {
	if s, ok := h.cache[account]; ok {
		return s, nil
	}
	s, err := h.guard.get(ctx, service, account)
	if err == nil {
		h.cache[account] = s
	}
	return s, err
}

func (h *ringHolder) edit(ctx context.Context, put map[string]string, drop ...string) error {
	for _, account := range slices.Sorted(maps.Keys(put)) {
		delete(h.cache, account)
		if err := h.guard.set(ctx, account, put[account]); err != nil {
			return err
		}
	}
	for _, account := range drop {
		delete(h.cache, account)
		if err := h.guard.remove(ctx, account); err != nil {
			return err
		}
	}
	return nil
}

// sealedHolder keeps entries in the sealed file. ask gives it open.
type sealedHolder struct{ v *Vault }

func (h sealedHolder) get(ctx context.Context, account string) (string, error) {
	f, err := h.v.unsealed(ctx)
	if err != nil {
		return "", err
	}
	s, ok := f.entries[account]
	if !ok {
		return "", fault.E("keys.get", fault.NotFound, nil, "what", "sealed_entry", "name", account)
	}
	return s, nil
}

func (h sealedHolder) edit(ctx context.Context, put map[string]string, drop ...string) error {
	f, err := h.v.unsealed(ctx)
	if err != nil {
		return err
	}
	if err := f.read(); err != nil { // another process may have written it
		return err
	}
	entries := maps.Clone(f.entries)
	maps.Copy(entries, put)
	for _, account := range drop {
		delete(entries, account)
	}
	if maps.Equal(entries, f.entries) && f.raw != nil {
		return nil
	}
	return f.write(entries)
}

// unsealed gives the sealed file open, asking for its passphrase the first
// time.
func (v *Vault) unsealed(ctx context.Context) (*sealedFile, error) {
	if v.sealed != nil {
		return v.sealed, nil
	}
	passphrase, err := v.passphrase(ctx)
	if err != nil {
		return nil, err
	}
	f := v.sealedWith(passphrase)
	if err := f.read(); err != nil {
		return nil, err
	}
	v.sealed = f
	return f, nil
}

func (v *Vault) passphrase(ctx context.Context) (p chat.Secret, err error) {
	if v.ask != nil {
		p, err = v.ask(ctx)
	}
	if err == nil && p == "" {
		err = fault.E("keys.unseal", fault.NeedsAnswer, nil, "what", "passphrase")
	}
	return p, err
}

// beginSealed makes ready for a new sealed file under the passphrase asked for.
// An old one is what a move left behind: nothing in use is in it.
func (v *Vault) beginSealed(ctx context.Context, op string) error {
	passphrase, err := v.passphrase(ctx)
	if err != nil {
		return err
	}
	v.sealed = v.sealedWith(passphrase)
	v.sealed.entries = map[string]string{}
	if err := disk.Remove(v.sealed.path); err != nil {
		return fault.E(op, disk.Kind(err, fault.Unknown), err, "path", SealedFile)
	}
	return nil
}

// at gives the holder of a backend that is one.
func (v *Vault) at(b Backend) holder {
	if b == Sealed {
		return sealedHolder{v}
	}
	return v.ring
}

// place is where the entries of record r are. Before the choice, and with the
// history off, that is the sealed file where there is one, else the keyring.
func (v *Vault) place(r record) Backend {
	switch {
	case r.Backend == Keyring, r.Backend == Sealed:
		return r.Backend
	case r.Move != nil && r.Move.To == Sealed:
		return Keyring // the file is the copy of a move that was not finished
	case disk.Exists(filepath.Join(v.dir, SealedFile)):
		return Sealed
	default:
		return Keyring
	}
}
