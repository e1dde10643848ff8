package keys

import (
	"context"
	"path/filepath"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// Rotate makes a new history key and has rewrite encrypt the history with it,
// while no other process changes keys. Killed at any moment, both keys are
// there until Settle knows which one the history has. The recovery code of the
// old key is void afterwards.
func (v *Vault) Rotate(ctx context.Context, rewrite func(old, key Key) error) error {
	const op = "keys.Rotate"
	return v.change(ctx, op, func(r record) error {
		if r.Next != nil {
			return fault.E(op, fault.Locked, nil, "what", "rekeying")
		}
		old, err := v.dataKey(ctx, op, r)
		if err != nil {
			return err
		}
		key, err := NewKey()
		if err != nil {
			return fault.E(op, fault.Unknown, err)
		}
		r.Next = &next{KeyID: newKeyID(), Check: key.Check()}
		put := map[string]string{historyAccount(r.Next.KeyID): key.hex()}
		for _, s := range []struct {
			name string
			run  func() error
		}{
			{"announce", func() error { return v.writeRecord(r) }},
			{"copy", func() error { return v.at(r.Backend).edit(ctx, put) }},
			{"verify", func() error { return v.verify(ctx, op, r.Backend, put) }},
			{"rewrite", func() error { return rewrite(old, key) }},
			{"promote", func() error { return v.promote(ctx, r) }},
		} {
			if err := v.step(s.name, s.run); err != nil {
				return err
			}
		}
		return nil
	})
}

// Settle ends a re-encryption that was not finished. opens says whether a key
// opens the history; both keys are kept while neither does.
func (v *Vault) Settle(ctx context.Context, opens func(Key) error) error {
	const op = "keys.Settle"
	return v.change(ctx, op, func(r record) error {
		if r.Next == nil {
			return nil
		}
		old, err := v.dataKey(ctx, op, r)
		if err != nil {
			return err
		}
		first := opens(old)
		if first == nil {
			dropped := *r.Next
			r.Next = nil
			if err := v.writeRecord(r); err != nil {
				return err
			}
			return v.at(r.Backend).edit(ctx, nil, historyAccount(dropped.KeyID))
		}
		if !fault.Is(first, fault.WrongKey) && !fault.Is(first, fault.Damaged) {
			return first
		}
		key, err := v.keyNamed(ctx, op, r.Backend, r.Next.KeyID, r.Next.Check)
		if err != nil {
			return first
		}
		if err := opens(key); err != nil {
			return first
		}
		return v.promote(ctx, r)
	})
}

// promote makes the next key the key. The recovery code goes first: afterwards
// it would seem to be good.
func (v *Vault) promote(ctx context.Context, r record) error {
	old := r.KeyID
	if err := v.dropRecovery(); err != nil {
		return err
	}
	r.KeyID, r.Check, r.Next = r.Next.KeyID, r.Next.Check, nil
	if err := v.writeRecord(r); err != nil {
		return err
	}
	return v.at(r.Backend).edit(ctx, nil, historyAccount(old))
}

func (v *Vault) dropRecovery() error {
	if err := disk.Remove(filepath.Join(v.dir, RecoveryFile)); err != nil {
		return fault.E("keys.erase", disk.Kind(err, fault.Unknown), err, "path", RecoveryFile)
	}
	return nil
}
