package share

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"strings"

	"bise/app/chat"
	"bise/app/export"
	"bise/app/fault"
)

// script decrypts a page and shows what comes out; it does nothing else, and
// the page's content policy lets nothing else run.
//
//go:embed page.js
var script string

// Secret is what opens an encrypted page: 32 random bytes. It stands in the
// part of a link that browsers do not send.
type Secret [32]byte

// NewSecret draws a secret.
func NewSecret(random io.Reader) (Secret, error) {
	var s Secret
	_, err := io.ReadFull(random, s[:])
	return s, err
}

// Fragment is the secret as it stands in a link.
func (s Secret) Fragment() chat.Secret {
	return chat.Secret(base64.RawURLEncoding.EncodeToString(s[:]))
}

// ParseSecret reads what Fragment wrote.
func ParseSecret(fragment string) (Secret, error) {
	var s Secret
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(fragment))
	if err != nil || len(raw) != len(s) {
		return s, fault.E("share.ParseSecret", fault.SharePage, nil, "why", "key")
	}
	copy(s[:], raw)
	return s, nil
}

// payload is what an encrypted page holds.
type payload struct {
	HTML     string   `json:"html"`
	Snapshot Snapshot `json:"snapshot"`
}

// sealedFor binds what is encrypted to its use.
const sealedFor = "bise share 1"

// nonceSize is that of AES-GCM, in bytes. A secret encrypts one page, so a
// random nonce cannot come twice.
const nonceSize = 12

func (s Secret) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

const (
	payloadOpen  = `<script type="application/octet-stream" id="payload">`
	snapshotOpen = `<script type="application/json" id="snapshot">`
	scriptClose  = `</script>`
)

// Sealed is the page of a snapshot that shows itself to whoever has the secret.
// It is encrypted with AES-256-GCM; nothing of the conversation, its title
// included, is outside the encryption. It needs nothing from a network.
func (s Snapshot) Sealed(w export.Words, secret Secret, random io.Reader) ([]byte, error) {
	plain, err := json.Marshal(payload{HTML: s.body(w), Snapshot: s})
	if err != nil {
		return nil, err
	}
	aead, err := secret.aead()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize, nonceSize+len(plain)+aead.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, err
	}
	sealed := aead.Seal(nonce, nonce, plain, []byte(sealedFor))
	var b bytes.Buffer
	sum := sha256.Sum256([]byte(script))
	head(&b, w.T("share.page.sealed_title"), "; script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	b.WriteString("<main>\n<h1>" + html.EscapeString(w.T("share.page.sealed_title")) + "</h1>\n<noscript><p>" +
		html.EscapeString(w.T("share.page.noscript")) + "</p></noscript>\n")
	for _, word := range []string{"missing", "wrong", "insecure"} {
		b.WriteString(`<p data-say="` + word + `" hidden>` + html.EscapeString(w.T("share.page."+word)) + "</p>\n")
	}
	b.WriteString(`<form id="ask" hidden><label>` + html.EscapeString(w.T("share.page.key")) +
		` <input id="key" autocomplete="off" spellcheck="false"></label> <button>` + html.EscapeString(w.T("share.page.open")) + "</button></form>\n</main>\n")
	b.WriteString(payloadOpen + base64.StdEncoding.EncodeToString(sealed) + scriptClose + "\n<script>" + script + scriptClose + "\n</body>\n</html>\n")
	return b.Bytes(), nil
}

// Plain is the page of a snapshot as anybody can read it, without a script.
func (s Snapshot) Plain(w export.Words) ([]byte, error) {
	data, err := s.JSON() // which escapes what could end the element
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	head(&b, s.title(w), "")
	b.WriteString(s.body(w) + snapshotOpen)
	b.Write(data)
	b.WriteString(scriptClose + "\n</body>\n</html>\n")
	return b.Bytes(), nil
}

// OpenPage reads the snapshot out of a page that Sealed or Plain made. The kind
// of its error is SharePage.
func OpenPage(page []byte, secret Secret) (Snapshot, error) {
	const op = "share.OpenPage"
	if data, ok := element(page, snapshotOpen); ok {
		return ParseSnapshot(data)
	}
	text, ok := element(page, payloadOpen)
	if !ok {
		return Snapshot{}, fault.E(op, fault.SharePage, nil, "why", "foreign")
	}
	sealed, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(sealed) < nonceSize {
		return Snapshot{}, fault.E(op, fault.SharePage, nil, "why", "foreign")
	}
	aead, err := secret.aead()
	if err != nil {
		return Snapshot{}, err
	}
	plain, err := aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], []byte(sealedFor))
	if err != nil {
		return Snapshot{}, fault.E(op, fault.SharePage, nil, "why", "key")
	}
	var p payload
	if err := json.Unmarshal(plain, &p); err != nil || p.Snapshot.Version != version {
		return Snapshot{}, fault.E(op, fault.SharePage, nil, "why", "foreign")
	}
	return p.Snapshot, nil
}

// element is what stands in the last element of a page that begins with open.
func element(page []byte, open string) ([]byte, bool) {
	i := bytes.LastIndex(page, []byte(open))
	if i < 0 {
		return nil, false
	}
	return bytes.TrimSpace(before(page[i+len(open):])), true
}

func before(rest []byte) []byte {
	inside, _, _ := bytes.Cut(rest, []byte(scriptClose))
	return inside
}

func head(b *bytes.Buffer, title, more string) {
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
		`<meta http-equiv="Content-Security-Policy" content="` + html.EscapeString(export.ContentPolicy()+more) + "\">\n" +
		`<meta name="viewport" content="width=device-width, initial-scale=1">` + "\n" +
		`<meta name="referrer" content="no-referrer">` + "\n" +
		`<meta name="robots" content="noindex">` + "\n" +
		"<title>" + html.EscapeString(title) + "</title>\n<style>" + export.Style + "</style>\n</head>\n<body>\n")
}
