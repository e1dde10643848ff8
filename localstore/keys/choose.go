package keys

import (
	"context"
	"crypto/rand"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// Choose keeps the keys in backend from now on. The first time it makes the
// history key; later it moves what there is. Killed at any moment it leaves
// every key readable in the old or the new place, and the next change clears
// the other one.
//
// Off forgets the history key, so it is refused with the kind Invalid while
// there is a history. The kind KeyMissing says that there is a history whose
// key nobody recorded: a new one would make it unreadable for good. Sealed asks
// for the passphrase.
func (v *Vault) Choose(ctx context.Context, backend Backend) error {
	const op = "keys.Choose"
	return v.change(ctx, op, func(r record) error {
		switch backend {
		case Off:
			return v.turnOff(ctx, op, r)
		case Keyring, Sealed:
		default:
			return fault.E(op, fault.Usage, nil, "what", "backend", "name", string(backend))
		}
		if r.Backend != backend {
			return v.relocate(ctx, op, r, backend)
		}
		if backend == Sealed { // chosen before: the passphrase must fit
			_, err := v.unsealed(ctx)
			return err
		}
		return nil
	})
}

func (v *Vault) turnOff(ctx context.Context, op string, r record) error {
	if r.Backend == Off {
		return nil
	}
	if v.historyExists() {
		return fault.E(op, fault.Invalid, nil, "what", "history_exists")
	}
	old := r
	r.Backend, r.KeyID, r.Check, r.Next = Off, "", "", nil
	r.Created = time.Now().UTC()
	if err := v.writeRecord(r); err != nil {
		return err
	}
	if err := v.dropRecovery(); err != nil || old.KeyID == "" {
		return err
	}
	return v.at(old.Backend).edit(ctx, nil, historyAccount(old.KeyID))
}

// relocate brings every entry of r to the backend to and switches r over.
func (v *Vault) relocate(ctx context.Context, op string, r record, to Backend) error {
	from := v.place(r)
	put, err := v.entries(ctx, op, r, from)
	if err != nil {
		return err
	}
	moved := r
	moved.Backend = to
	if r.KeyID == "" {
		if err := v.mint(op, &moved, put); err != nil {
			return err
		}
	}
	if from != to && (r.KeyID != "" || len(r.Profiles) > 0) {
		r.Move = &move{To: to, KeyID: moved.KeyID}
		if err := v.step("announce", func() error { return v.writeRecord(r) }); err != nil {
			return err
		}
		moved.Move = &move{Erase: from, KeyID: moved.KeyID}
	}
	if to == Sealed && from != Sealed {
		if err := v.beginSealed(ctx, op); err != nil {
			return err
		}
	}
	return v.carry(ctx, op, moved, put)
}

// carry writes put to the backend of r, verifies it, and makes r the record.
func (v *Vault) carry(ctx context.Context, op string, r record, put map[string]string) error {
	for _, s := range []struct {
		name string
		run  func() error
	}{
		{"copy", func() error { return v.at(r.Backend).edit(ctx, put) }},
		{"verify", func() error { return v.verify(ctx, op, r.Backend, put) }},
		{"switch", func() error { return v.writeRecord(r) }},
		{"erase", func() error { return v.finish(ctx, r) }},
	} {
		if err := v.step(s.name, s.run); err != nil {
			return err
		}
	}
	return nil
}

// entries reads what record r has in the place from.
func (v *Vault) entries(ctx context.Context, op string, r record, from Backend) (map[string]string, error) {
	put := map[string]string{}
	if r.KeyID != "" {
		k, err := v.dataKey(ctx, op, r)
		if err != nil {
			return nil, err
		}
		put[historyAccount(r.KeyID)] = k.hex()
	}
	if r.Next != nil {
		// Moving now could leave the key of the rewritten history behind.
		return nil, fault.E(op, fault.Locked, nil, "what", "rekeying")
	}
	for _, p := range r.Profiles {
		s, err := v.at(from).get(ctx, profileAccount(p))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		put[profileAccount(p)] = s
	}
	return put, nil
}

// mint makes the history key, unless there is a history already.
func (v *Vault) mint(op string, r *record, put map[string]string) error {
	if v.historyExists() {
		return fault.E(op, fault.KeyMissing, nil, "path", HistoryFile)
	}
	k, err := NewKey()
	if err != nil {
		return fault.E(op, fault.Unknown, err)
	}
	r.KeyID, r.Check, r.Created = newKeyID(), k.Check(), time.Now().UTC()
	put[historyAccount(r.KeyID)] = k.hex()
	return nil
}

func newKeyID() string { return strings.ToLower(rand.Text()[:12]) }

// verify reads put back from the place itself, not from memory.
func (v *Vault) verify(ctx context.Context, op string, b Backend, put map[string]string) error {
	clear(v.ring.cache)
	if b == Sealed {
		f := v.sealedWith(v.sealed.passphrase)
		if err := f.read(); err != nil {
			return err
		}
		v.sealed = f
	}
	for _, account := range slices.Sorted(maps.Keys(put)) {
		s, err := v.at(b).get(ctx, account)
		if err != nil {
			return err
		}
		if s != put[account] {
			return fault.E(op, fault.Damaged, nil, "what", "keyring_entry", "name", account)
		}
	}
	return nil
}

// finish ends the move that r tells of: it clears the place that is not, or no
// longer, in use.
func (v *Vault) finish(ctx context.Context, r record) error {
	if r.Move == nil {
		return nil
	}
	stale := r.Move.Erase
	if stale == None {
		stale = r.Move.To
	}
	if stale != v.place(r) {
		if err := v.empty(ctx, stale, r); err != nil {
			return err
		}
	}
	r.Move = nil
	return v.writeRecord(r)
}

func (v *Vault) empty(ctx context.Context, b Backend, r record) error {
	if b == Sealed {
		v.sealed = nil
		if err := disk.Remove(filepath.Join(v.dir, SealedFile)); err != nil {
			return fault.E("keys.erase", disk.Kind(err, fault.Unknown), err, "path", SealedFile)
		}
		return nil
	}
	var drop []string
	if r.Move.KeyID != "" {
		drop = append(drop, historyAccount(r.Move.KeyID))
	}
	for _, p := range r.Profiles {
		drop = append(drop, profileAccount(p))
	}
	return v.at(b).edit(ctx, nil, drop...)
}

func (v *Vault) step(name string, run func() error) error {
	if err := v.stop(name); err != nil {
		return err
	}
	return run()
}

// ChangePassphrase seals the file again under another passphrase. The old one
// is asked for as usual.
func (v *Vault) ChangePassphrase(ctx context.Context, passphrase chat.Secret) error {
	const op = "keys.ChangePassphrase"
	if passphrase == "" {
		return fault.E(op, fault.NeedsAnswer, nil, "what", "passphrase")
	}
	return v.change(ctx, op, func(r record) error {
		if v.place(r) != Sealed {
			return fault.E(op, fault.NotFound, nil, "what", "sealed_entry", "name", SealedFile)
		}
		f, err := v.unsealed(ctx)
		if err != nil {
			return err
		}
		if err := f.read(); err != nil {
			return err
		}
		g := v.sealedWith(passphrase)
		if err := g.write(f.entries); err != nil {
			return err
		}
		v.sealed = g
		return nil
	})
}
