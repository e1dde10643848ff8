package keys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// A recovery code is 26 random symbols of 5 bits, 130 bits, and 2 that check
// them, in groups of four. The alphabet is Crockford's base 32: no I, L, O, U.
const (
	codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeRandom   = 26
	codeLength   = 28
	codeGroup    = 4
)

// recovered is the content of RecoveryFile.
type recovered struct {
	KeyID string `json:"key_id"`
	Key   string `json:"key"`
}

// MakeRecovery seals the history key with a new code and gives the code: to be
// shown and printed once, since it is kept nowhere. An older code is void.
func (v *Vault) MakeRecovery(ctx context.Context) (chat.Secret, error) {
	const op = "keys.MakeRecovery"
	var code string
	err := v.change(ctx, op, func(r record) error {
		if r.Next != nil {
			return fault.E(op, fault.Locked, nil, "what", "rekeying")
		}
		k, err := v.dataKey(ctx, op, r)
		if err != nil {
			return err
		}
		plain, err := json.Marshal(recovered{KeyID: r.KeyID, Key: k.hex()})
		if err != nil {
			return fault.E(op, fault.Unknown, nil)
		}
		code = newCode()
		sealed, err := seal(chat.Secret(code), v.work, plain)
		if err != nil {
			return err
		}
		if err := disk.WriteFile(filepath.Join(v.dir, RecoveryFile), sealed); err != nil {
			return fault.E(op, disk.Kind(err, fault.Unknown), err, "path", RecoveryFile)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return chat.Secret(code), nil
}

// Recover takes the history key out of the recovery file and keeps it in
// backend, asking for a passphrase for Sealed, whatever has become of the old place. API keys that were in another
// place have to be given again. Kinds: Invalid for a mistyped code, WrongKey
// for a code of another history, NotFound without a recovery file.
func (v *Vault) Recover(ctx context.Context, code chat.Secret, backend Backend) error {
	const op = "keys.Recover"
	if backend != Keyring && backend != Sealed {
		return fault.E(op, fault.Usage, nil, "what", "backend", "name", string(backend))
	}
	canonical, ok := parseCode(string(code))
	if !ok {
		return fault.E(op, fault.Invalid, nil, "what", "recovery_code")
	}
	leave, err := v.enter(ctx, op)
	if err != nil {
		return err
	}
	defer leave()
	return v.locked(ctx, op, func(r record) error {
		found, k, err := v.readRecovery(op, canonical)
		if err != nil {
			return err
		}
		if r.Check != "" && r.Check != k.Check() {
			return fault.E(op, fault.WrongKey, nil, "what", "recovery_code")
		}
		if r.Backend != backend || backend == Sealed {
			r.Profiles = nil
		}
		r.Backend, r.KeyID, r.Check, r.Move = backend, found.KeyID, k.Check(), nil
		if backend == Sealed {
			if err := v.beginSealed(ctx, op); err != nil {
				return err
			}
		}
		return v.carry(ctx, op, r, map[string]string{historyAccount(found.KeyID): k.hex()})
	})
}

func (v *Vault) readRecovery(op, code string) (recovered, Key, error) {
	path := filepath.Join(v.dir, RecoveryFile)
	data, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return recovered{}, Key{}, fault.E(op, fault.NotFound, nil, "what", "recovery_file", "name", RecoveryFile)
	}
	if err != nil {
		return recovered{}, Key{}, fault.E(op, disk.Kind(err, fault.Damaged), err, "path", RecoveryFile)
	}
	plain, err := unseal(chat.Secret(code), path, data)
	if err != nil {
		return recovered{}, Key{}, err
	}
	var r recovered
	if json.Unmarshal(plain, &r) != nil || r.KeyID == "" {
		return recovered{}, Key{}, fault.E(op, fault.Damaged, nil, "path", RecoveryFile)
	}
	k, err := parseKey(op, r.Key)
	return r, k, err
}

// newCode makes a recovery code.
func newCode() string {
	raw := make([]byte, codeRandom)
	// It never fails: the program ends where there is no randomness.
	_, _ = rand.Read(raw)
	symbols := make([]byte, codeRandom)
	for i, b := range raw {
		symbols[i] = codeAlphabet[b&31]
	}
	return group(string(symbols) + codeCheck(string(symbols)))
}

func codeCheck(symbols string) string {
	sum := sha256.Sum256([]byte(symbols))
	return string([]byte{codeAlphabet[sum[0]&31], codeAlphabet[sum[1]&31]})
}

func group(symbols string) string {
	var groups []string
	for i := 0; i < len(symbols); i += codeGroup {
		groups = append(groups, symbols[i:min(i+codeGroup, len(symbols))])
	}
	return strings.Join(groups, "-")
}

// parseCode reads a code as people type it: any case, spaces or dashes, O for
// zero, I and L for one. ok is false for a mistyped one.
func parseCode(s string) (code string, ok bool) {
	symbols := strings.Map(func(r rune) rune {
		switch {
		case r == 'O' || r == 'o':
			return '0'
		case strings.ContainsRune("ILil", r):
			return '1'
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case strings.ContainsRune(" -\t\r\n", r):
			return -1
		default:
			return r
		}
	}, s)
	if len(symbols) != codeLength {
		return "", false
	}
	for i := range len(symbols) {
		if strings.IndexByte(codeAlphabet, symbols[i]) < 0 {
			return "", false
		}
	}
	if codeCheck(symbols[:codeRandom]) != symbols[codeRandom:] {
		return "", false
	}
	return group(symbols), true
}
