package keys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"filippo.io/age"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/internal/disk"
)

const (
	// defaultWork is age's own default: about a second to open.
	defaultWork = 18
	// maxWork bounds what a planted file can cost: age's own limit.
	maxWork = 22
	// maxSealed bounds what is read of a sealed file: thousands of keys.
	maxSealed = 1 << 20
)

// seal encrypts data with a passphrase.
func seal(passphrase chat.Secret, work int, data []byte) ([]byte, error) {
	const op = "keys.seal"
	to, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return nil, fault.E(op, fault.Invalid, err, "what", "passphrase")
	}
	to.SetWorkFactor(work)
	defer giveBack()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err == nil {
		if _, err = w.Write(data); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return nil, fault.E(op, fault.Unknown, err)
	}
	return out.Bytes(), nil
}

// giveBack returns memory to the system: deriving a key takes 256 MiB on purpose,
// which the program does not need again, nor twice at once.
func giveBack() { debug.FreeOSMemory() }

// unseal decrypts what seal made. The kinds are WrongKey for a passphrase that
// does not fit and Damaged.
func unseal(passphrase chat.Secret, path string, data []byte) ([]byte, error) {
	const op = "keys.unseal"
	name := filepath.Base(path)
	id, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return nil, fault.E(op, fault.WrongKey, nil, "what", "passphrase", "path", name)
	}
	id.SetMaxWorkFactor(maxWork)
	defer giveBack()
	r, err := age.Decrypt(bytes.NewReader(data), id)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, fault.E(op, fault.WrongKey, nil, "what", "passphrase", "path", name)
	}
	var plain []byte
	if err == nil {
		plain, err = io.ReadAll(io.LimitReader(r, maxSealed))
	}
	if err != nil {
		return nil, fault.E(op, fault.Damaged, err, "path", name)
	}
	return plain, nil
}

// sealedFile is an open SealedFile: its entries by account, and what is needed
// to write it again.
type sealedFile struct {
	path       string
	work       int
	passphrase chat.Secret
	// raw is the file the entries were read from; another process may have
	// written it since.
	raw     []byte
	entries map[string]string
}

// contents is the JSON inside.
type contents struct {
	Version int               `json:"version"`
	Entries map[string]string `json:"entries"`
}

// read takes the file in, with the passphrase f has, when it is not the one f
// already knows. A file that is not there holds nothing.
func (f *sealedFile) read() error {
	data, err := readBounded(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.raw, f.entries = nil, map[string]string{}
		return nil
	}
	if err != nil {
		return fault.E("keys.read", disk.Kind(err, fault.Damaged), err, "path", filepath.Base(f.path))
	}
	if f.entries != nil && bytes.Equal(data, f.raw) {
		return nil
	}
	plain, err := unseal(f.passphrase, f.path, data)
	if err != nil {
		return err
	}
	entries, err := parseContents(plain)
	if err != nil {
		return err
	}
	f.raw, f.entries = data, entries
	return nil
}

func parseContents(plain []byte) (map[string]string, error) {
	const op = "keys.read"
	var c contents
	// The decoder's error could quote the text.
	if json.Unmarshal(plain, &c) != nil {
		return nil, fault.E(op, fault.Damaged, nil, "path", SealedFile)
	}
	if c.Version > 1 {
		return nil, fault.E(op, fault.NewerSchema, nil, "path", SealedFile)
	}
	if c.Entries == nil {
		c.Entries = map[string]string{}
	}
	return c.Entries, nil
}

// write replaces the file by the entries.
func (f *sealedFile) write(entries map[string]string) error {
	plain, err := json.Marshal(contents{Version: 1, Entries: entries})
	if err != nil {
		return fault.E("keys.write", fault.Unknown, nil)
	}
	data, err := seal(f.passphrase, f.work, plain)
	if err != nil {
		return err
	}
	if err := disk.WriteFile(f.path, data); err != nil {
		return fault.E("keys.write", disk.Kind(err, fault.Unknown), err, "path", filepath.Base(f.path))
	}
	f.raw, f.entries = data, entries
	return nil
}

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSealed))
	return data, errors.Join(err, file.Close())
}

// Passphrase asks for the passphrase of the sealed file. It is called once per
// run, when the file is first needed.
type Passphrase func(ctx context.Context) (chat.Secret, error)
