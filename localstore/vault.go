package localstore

import (
	"context"
	"path/filepath"

	"bise/app/fault"
	"bise/localstore/keys"
)

// Path is where the history is in the data folder dir.
func Path(dir string) string { return filepath.Join(dir, keys.HistoryFile) }

// OpenVault opens the history in dir with the key that v holds, and first ends
// a re-encryption that was not finished. Its kinds are those of Open and of
// Vault.DataKey.
func OpenVault(ctx context.Context, dir string, v *keys.Vault) (*DB, error) {
	state, err := v.State(ctx)
	if err != nil {
		return nil, err
	}
	if state.Rekeying && state.HistoryExists {
		if err := v.Settle(ctx, func(k Key) error { return opens(ctx, Path(dir), k) }); err != nil {
			return nil, err
		}
	}
	key, err := v.DataKey(ctx)
	if err != nil {
		return nil, err
	}
	return Open(ctx, Path(dir), key)
}

// opens says why the history at path does not open with key. With two keys
// recorded the record vouches for neither, so it is the file that decides.
func opens(ctx context.Context, path string, key Key) error {
	lock, err := hold(ctx, path, key)
	if err != nil {
		return wrap(ctx, "localstore.Open", path, err)
	}
	conn, err := openHeld(ctx, path, key, false)
	if err == nil {
		err = conn.Close()
	}
	if unlock := lock.Unlock(); err == nil {
		err = unlock
	}
	return wrap(ctx, "localstore.Open", path, err)
}

// Rotate encrypts the history in dir with a new key that v makes and keeps. It
// needs the history for itself, and room for a second copy.
func Rotate(ctx context.Context, dir string, v *keys.Vault) error {
	if !Exists(Path(dir)) {
		return fault.E("localstore.Rotate", fault.NotFound, nil, "path", keys.HistoryFile)
	}
	return v.Rotate(ctx, func(old, key Key) error { return Rekey(ctx, Path(dir), old, key) })
}
