package signin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"bise/app/chat"
)

// printed is the JSON of the programs that print some: az, gcloud's
// config-helper, oauth2 replies, Kubernetes' exec plugins.
type printed struct {
	AccessToken  string          `json:"accessToken"`
	AccessToken2 string          `json:"access_token"`
	Token        string          `json:"token"`
	ExpiresOn    string          `json:"expiresOn"`
	ExpiresUnix  json.RawMessage `json:"expires_on"`
	ExpiresIn    json.RawMessage `json:"expires_in"`
	Expiry       string          `json:"expiry"`
	TokenExpiry  string          `json:"token_expiry"`
	Expiration   string          `json:"expirationTimestamp"`
	Credential   *printed        `json:"credential"`
	Status       *printed        `json:"status"`
}

// ReadToken reads what a sign-in program printed: the token alone, or JSON that
// holds one. It reports whether there was a token.
func ReadToken(out []byte, now time.Time) (Token, bool) {
	out = bytes.TrimSpace(out)
	if len(out) == 0 {
		return Token{}, false
	}
	if out[0] == '{' {
		var p printed
		if json.Unmarshal(out, &p) != nil {
			return Token{}, false
		}
		return p.read(now)
	}
	text := strings.Trim(string(out), `"`)
	if !plausible(text) {
		return Token{}, false
	}
	return Token{Secret: chat.Secret(text), Expires: jwtEnd(text)}, true
}

// plausible wants one word of printable ASCII: anything else is a message that
// must not be sent to a server.
func plausible(s string) bool {
	return s != "" && len(s) <= 64<<10 && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func (p *printed) read(now time.Time) (Token, bool) {
	for _, inner := range []*printed{p.Credential, p.Status} {
		if inner != nil {
			return inner.read(now)
		}
	}
	text := ""
	for _, s := range []string{p.AccessToken, p.AccessToken2, p.Token} {
		if text == "" {
			text = s
		}
	}
	if !plausible(text) {
		return Token{}, false
	}
	return Token{Secret: chat.Secret(text), Expires: p.end(text, now)}, true
}

// end is when a token ends. az prints a local time without a zone and, since
// 2023, seconds beside it, which are believed first.
func (p *printed) end(token string, now time.Time) time.Time {
	if n, ok := number(p.ExpiresUnix); ok {
		return time.Unix(n, 0)
	}
	if n, ok := number(p.ExpiresIn); ok && n < 1<<31 {
		return now.Add(time.Duration(n) * time.Second)
	}
	for _, s := range []string{p.Expiry, p.TokenExpiry, p.Expiration, p.ExpiresOn} {
		if at, err := time.Parse(time.RFC3339, s); err == nil {
			return at
		}
	}
	if at, err := time.ParseInLocation("2006-01-02 15:04:05.999999", p.ExpiresOn, now.Location()); err == nil {
		return at
	}
	return jwtEnd(token)
}

// number reads a positive number, be it in quotes.
func number(raw json.RawMessage) (int64, bool) {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	return n, err == nil && n > 0 && n < 1<<40
}

// jwtEnd reads the end of a token that is a JWT; nothing of it is trusted but
// this. Zero is not told.
func jwtEnd(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp json.RawMessage `json:"exp"`
	}
	if json.Unmarshal(body, &claims) != nil {
		return time.Time{}
	}
	if n, ok := number(claims.Exp); ok {
		return time.Unix(n, 0)
	}
	return time.Time{}
}
