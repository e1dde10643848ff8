package keys

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// The names of the files in the data folder.
const (
	// HistoryFile is the encrypted history.
	HistoryFile = "history.db"
	// RecordFile says where the key of the history is; it holds no secret.
	RecordFile = "history.key.json"
	// SealedFile holds keys sealed by a passphrase; `age -d` opens it.
	SealedFile = "keys.age"
	// RecoveryFile holds the history key sealed by the recovery code.
	RecoveryFile = "recovery.age"

	lockFile = "keys.lock"
)

// Backend is a place for keys. The zero value is none chosen yet.
type Backend string

// The backends.
const (
	// None is a choice nobody has made yet.
	None Backend = ""
	// Keyring is the keyring of the system.
	Keyring Backend = "keyring"
	// Sealed is a file sealed by a passphrase.
	Sealed Backend = "sealed"
	// Off keeps no history, so there is no history key.
	Off Backend = "off"
)

// recordVersion is raised when an older bise could misread the record.
const recordVersion = 1

// record is RecordFile.
type record struct {
	Version int       `json:"version"`
	Backend Backend   `json:"backend"`
	KeyID   string    `json:"key_id,omitempty"`
	Check   string    `json:"check,omitempty"`
	Created time.Time `json:"created"`
	// Profiles lists the profiles with an API key: a keyring cannot be asked.
	Profiles []string `json:"profiles,omitempty"`
	// Move is a move between backends that is not finished.
	Move *move `json:"move,omitempty"`
	// Next is the history key of a re-encryption that is not finished.
	Next *next `json:"next,omitempty"`
}

type next struct {
	KeyID string `json:"key_id"`
	Check string `json:"check"`
}

// move is in one of two steps: before the switch Backend is the old place and
// To the new one; after it Backend is the new place and Erase the old one.
type move struct {
	To    Backend `json:"to,omitempty"`
	Erase Backend `json:"erase,omitempty"`
	// KeyID names the history key on its way.
	KeyID string `json:"key_id,omitempty"`
}

// readRecord reads the record in dir; there need not be one.
func readRecord(dir string) (record, bool, error) {
	const op = "keys.readRecord"
	data, err := os.ReadFile(filepath.Join(dir, RecordFile))
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, false, nil
	}
	if err != nil {
		return record{}, false, fault.E(op, disk.Kind(err, fault.Damaged), err, "path", RecordFile)
	}
	r, err := parseRecord(data)
	return r, err == nil, err
}

func parseRecord(data []byte) (record, error) {
	const op = "keys.readRecord"
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return record{}, fault.E(op, fault.Damaged, nil, "path", RecordFile)
	}
	if r.Version > recordVersion {
		return record{}, fault.E(op, fault.NewerSchema, nil, "path", RecordFile)
	}
	holds := r.Backend == Keyring || r.Backend == Sealed
	if !holds && r.Backend != Off && r.Backend != None || holds != (r.KeyID != "" && r.Check != "") {
		return record{}, fault.E(op, fault.Damaged, nil, "path", RecordFile)
	}
	return r, nil
}

func writeRecord(dir string, r record) error {
	r.Version = recordVersion
	data, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = disk.WriteFile(filepath.Join(dir, RecordFile), append(data, '\n'))
	}
	if err != nil {
		return fault.E("keys.writeRecord", disk.Kind(err, fault.Unknown), err, "path", RecordFile)
	}
	return nil
}

// Fit says whether a key belongs to the history in a folder.
type Fit uint8

// The answers, the one that says nothing first.
const (
	// NoRecord is a folder whose record names no key.
	NoRecord Fit = iota
	// Mismatch is a key that is not the recorded one.
	Mismatch
	// Match is the recorded key, or the next one of an unfinished
	// re-encryption.
	Match
)

// Fits compares k with the record in dir.
func Fits(dir string, k Key) (Fit, error) {
	r, found, err := readRecord(dir)
	switch {
	case err != nil:
		return NoRecord, err
	case !found || r.Check == "":
		return NoRecord, nil
	case r.Check == k.Check(), r.Next != nil && r.Next.Check == k.Check():
		return Match, nil
	default:
		return Mismatch, nil
	}
}
