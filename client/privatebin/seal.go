package privatebin

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/mr-tron/base58"

	"bise/app/chat"
	"bise/app/fault"
)

// The sizes of the format; all but the rounds are what servers check.
const (
	keySize  = 32
	ivSize   = 16
	saltSize = 8
	// rounds is more than the servers' own page uses (100,000): the key is
	// random, so it need not be more.
	rounds = 310_000
	// maxRounds bounds the work that an answer can ask for.
	maxRounds = 10_000_000
)

// sealed is what is posted.
type sealed struct {
	Version int               `json:"v"`
	AData   json.RawMessage   `json:"adata"`
	CT      string            `json:"ct"`
	Meta    map[string]Expiry `json:"meta"`
}

// seal encrypts text with a new key.
func seal(text []byte, o Options) (key []byte, s sealed, err error) {
	key = make([]byte, keySize)
	iv, salt := make([]byte, ivSize), make([]byte, saltSize)
	for _, b := range [][]byte{key, iv, salt} {
		_, _ = rand.Read(b) // never fails since Go 1.24
	}
	burn := 0
	if o.Burn {
		burn = 1
	}
	adata, err := json.Marshal([]any{
		[]any{base64.StdEncoding.EncodeToString(iv), base64.StdEncoding.EncodeToString(salt), rounds, keySize * 8, 128, "aes", "gcm", "zlib"},
		"markdown", 0, burn,
	})
	if err != nil {
		return nil, s, err
	}
	plain, err := json.Marshal(map[string]string{"paste": string(text)})
	if err != nil {
		return nil, s, err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, s, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, s, err
	}
	if err := w.Close(); err != nil {
		return nil, s, err
	}
	aead, err := aeadFor(key, salt, rounds)
	if err != nil {
		return nil, s, err
	}
	ct := aead.Seal(nil, iv, packed.Bytes(), adata)
	return key, sealed{Version: 2, AData: adata, CT: base64.StdEncoding.EncodeToString(ct), Meta: map[string]Expiry{"expire": o.Expiry}}, nil
}

func aeadFor(key, salt []byte, rounds int) (cipher.AEAD, error) {
	derived, err := pbkdf2.Key(sha256.New, string(key), salt, rounds, keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithNonceSize(block, ivSize)
}

// open decrypts an answer.
func open(key []byte, a answer) (chat.Text, error) {
	foreign := fault.E("privatebin.open", fault.SharePage, nil, "why", "foreign")
	var adata []json.RawMessage
	var spec [8]any
	if json.Unmarshal(a.AData, &adata) != nil || len(adata) == 0 || json.Unmarshal(adata[0], &spec) != nil {
		return "", foreign
	}
	iv, salt := decode(spec[0]), decode(spec[1])
	n, _ := spec[2].(float64)
	ct, err := base64.StdEncoding.DecodeString(a.CT)
	if err != nil || len(iv) != ivSize || len(salt) == 0 || n < 1 || n > maxRounds {
		return "", foreign
	}
	aead, err := aeadFor(key, salt, int(n))
	if err != nil {
		return "", foreign
	}
	packed, err := aead.Open(nil, iv, ct, compact(a.AData))
	if err != nil {
		return "", fault.E("privatebin.open", fault.SharePage, nil, "why", "key")
	}
	plain := packed
	if spec[7] == "zlib" {
		if plain, err = io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxAnswer)); err != nil {
			return "", foreign
		}
	}
	var paste struct {
		Paste string `json:"paste"`
	}
	if json.Unmarshal(plain, &paste) != nil {
		return "", foreign
	}
	return chat.Text(paste.Paste), nil
}

func decode(v any) []byte {
	s, _ := v.(string)
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return data
}

// compact is the additional data as it was when it was encrypted: a server
// may write JSON with other spaces, and slashes as \/.
func compact(adata json.RawMessage) []byte {
	var v any
	if json.Unmarshal(adata, &v) != nil {
		return adata
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return adata
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func encodeKey(key []byte) string { return base58.Encode(key) }

func decodeKey(s string) ([]byte, error) {
	key, err := base58.Decode(s)
	if err != nil {
		return nil, err
	}
	for len(key) < keySize { // a browser leaves zeros at the front out
		key = append([]byte{0}, key...)
	}
	if len(key) != keySize {
		return nil, base64.CorruptInputError(len(key))
	}
	return key, nil
}

func digest(ct string) string {
	sum := sha256.Sum256([]byte(ct))
	return hex.EncodeToString(sum[:])
}
