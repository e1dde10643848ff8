package keys

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"

	"bise/app/fault"
)

// Key encrypts the history. Printed or logged it shows nothing; slicing it
// gives the bytes.
type Key [32]byte

// String hides k.
func (k Key) String() string { return "key" }

// GoString hides k.
func (k Key) GoString() string { return "key" }

// LogValue hides k.
func (k Key) LogValue() slog.Value { return slog.StringValue("key") }

// NewKey makes a random key.
func NewKey() (Key, error) {
	var k Key
	_, err := rand.Read(k[:])
	return k, err
}

// checked is what a check value is the HMAC of. Changing it makes every
// recorded check value wrong.
const checked = "bise: check value of a history key, version 1"

// Check is a value that tells whether another key is the same one. It does not
// help to find the key.
func (k Key) Check() string {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte(checked))
	return hex.EncodeToString(mac.Sum(nil))
}

func (k Key) hex() string { return hex.EncodeToString(k[:]) }

func parseKey(op, s string) (Key, error) {
	b, err := hex.DecodeString(s)
	var k Key
	if err != nil || len(b) != len(k) {
		return Key{}, fault.E(op, fault.Damaged, nil, "what", "history_key")
	}
	copy(k[:], b)
	return k, nil
}
