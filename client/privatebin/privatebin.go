// Package privatebin gives text to a PrivateBin server: encrypted here, readable
// by whoever has the link, gone when its time is over or its token is shown. The
// server never has the key, which stands behind the # of the link.
//
// It speaks version 2 of the server's API (PrivateBin 1.3 and later): AES-256-GCM
// with a key of PBKDF2, raw deflate, the key in base58. What is posted was
// cleared by the rules: Post takes the permit.
package privatebin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// limit is how long a server may take for one request: a paste of ten
// megabytes over a slow line.
const limit = 2 * time.Minute

// maxAnswer is the largest answer that is read, in bytes: the servers' own
// limit is ten megabytes.
const maxAnswer = 32 << 20

// maxLife is above any time that a server offers, in seconds: a century.
const maxLife = 100 * 365 * 24 * 3600

// Expiry is how long a share stays, by the words of the API.
type Expiry string

// The expiries that a server offers unless its owner has changed them. A server
// takes a word that it does not offer for its own default.
const (
	Hour  Expiry = "1hour"
	Day   Expiry = "1day"
	Week  Expiry = "1week"
	Month Expiry = "1month"
	Year  Expiry = "1year"
	Never Expiry = "never"
)

// lengths are the expiries in time, in their order; 0 is for ever.
var lengths = []struct {
	word   Expiry
	length time.Duration
}{
	{"5min", 5 * time.Minute},
	{"10min", 10 * time.Minute},
	{Hour, time.Hour},
	{Day, 24 * time.Hour},
	{Week, 7 * 24 * time.Hour},
	{Month, 30 * 24 * time.Hour},
	{Year, 365 * 24 * time.Hour},
	{Never, 0},
}

// Length is how long an expiry is, 0 for ever; ok says that there is such a word.
func (e Expiry) Length() (length time.Duration, ok bool) {
	for _, l := range lengths {
		if l.word == e {
			return l.length, true
		}
	}
	return 0, false
}

// Server is one PrivateBin server.
type Server struct {
	http *http.Client
	base *url.URL
}

// New makes the client of the server at an address. The kind Usage says that it
// is not an address.
func New(h *http.Client, address string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !client.IsLoopback(u.Hostname())) || u.User != nil {
		return nil, fault.E("privatebin.New", fault.Usage, nil, "what", "address", "word", strings.SplitN(address, "#", 2)[0])
	}
	u.RawQuery, u.Fragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return &Server{http: h, base: u}, nil
}

// Options say how long a share stays and whether the first reader destroys it.
type Options struct {
	Expiry Expiry
	Burn   bool
}

// Posted is a share on a server.
type Posted struct {
	// Link opens it, with the key behind the #.
	Link chat.Secret
	// DeleteToken deletes it.
	DeleteToken chat.Secret
	// Left is how long it stays, as the server says it, 0 for ever; Told says
	// that the server has said so. One that is burnt by reading is not asked.
	Left time.Duration
	Told bool
	// SHA256 is that of what lies on the server, in hexadecimal.
	SHA256 string
}

// answer is what the server says.
type answer struct {
	Status      int             `json:"status"`
	Message     string          `json:"message"`
	ID          string          `json:"id"`
	DeleteToken string          `json:"deletetoken"`
	AData       json.RawMessage `json:"adata"`
	CT          string          `json:"ct"`
	Meta        json.RawMessage `json:"meta"`
}

// life is how long what was read stays, 0 for ever; told says that the server
// has said so. Without an end its object is empty, which PHP writes as a list.
func (a answer) life() (left time.Duration, told bool) {
	var meta struct {
		TimeToLive *float64 `json:"time_to_live"`
	}
	switch err := json.Unmarshal(a.Meta, &meta); {
	case string(a.Meta) == "[]", err == nil && len(a.Meta) > 0 && a.Meta[0] == '{' && meta.TimeToLive == nil:
		return 0, true
	case err != nil, meta.TimeToLive == nil, !(*meta.TimeToLive > 0 && *meta.TimeToLive < maxLife):
		return 0, false
	}
	return time.Duration(*meta.TimeToLive) * time.Second, true
}

// Post encrypts text and gives it to the server. Without a cleared permit
// nothing is sent (kind Refused). The kind ShareServer is a server that did not
// take it; the rest are those of the network.
func (s *Server) Post(ctx context.Context, permit policy.Shareable, text chat.Text, o Options) (Posted, error) {
	const op = "privatebin.Post"
	if _, to, err := permit.Open(); err != nil || to != policy.Anyone {
		return Posted{}, fault.E(op, fault.Refused, policy.ErrUncleared)
	}
	key, sealed, err := seal([]byte(text), o)
	if err != nil {
		return Posted{}, err
	}
	body, err := json.Marshal(sealed)
	if err != nil {
		return Posted{}, err
	}
	var a answer
	if err := s.do(ctx, op, http.MethodPost, "", body, &a); err != nil {
		return Posted{}, err
	}
	if !validID(a.ID) || a.DeleteToken == "" {
		return Posted{}, s.fault(op, "foreign", "")
	}
	link := *s.base
	link.RawQuery, link.Fragment = a.ID, encodeKey(key)
	p := Posted{Link: chat.Secret(link.String()), DeleteToken: chat.Secret(a.DeleteToken), SHA256: digest(sealed.CT)}
	if o.Burn {
		return p, nil
	}
	// A server replaces an expiry that it does not offer and does not say so.
	var kept answer
	if err := s.do(ctx, op, http.MethodGet, a.ID, nil, &kept); err != nil {
		return p, nil // it is there; only its end is not known
	}
	p.Left, p.Told = kept.life()
	return p, nil
}

// Read fetches and decrypts what a link opens. It is not for what is burnt by
// reading.
func (s *Server) Read(ctx context.Context, link chat.Secret) (chat.Text, error) {
	const op = "privatebin.Read"
	id, key, err := parts(link)
	if err != nil {
		return "", err
	}
	var a answer
	if err := s.do(ctx, op, http.MethodGet, id, nil, &a); err != nil {
		return "", err
	}
	return open(key, a)
}

// Delete destroys a share. The kind ShareServer says by its detail "why" that
// the server has it no more, or does not accept the token.
func (s *Server) Delete(ctx context.Context, link, token chat.Secret) error {
	const op = "privatebin.Delete"
	id, _, err := parts(link)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"pasteid": id, "deletetoken": string(token)})
	if err != nil {
		return err
	}
	var a answer
	return s.do(ctx, op, http.MethodPost, "", body, &a)
}

// parts are the id and the key in a link.
func parts(link chat.Secret) (id string, key []byte, err error) {
	const op = "privatebin.parts"
	u, err := url.Parse(string(link))
	if err != nil {
		return "", nil, fault.E(op, fault.SharePage, nil, "why", "key")
	}
	key, err = decodeKey(strings.TrimPrefix(u.Fragment, "-"))
	if err != nil || !validID(u.RawQuery) {
		return "", nil, fault.E(op, fault.SharePage, nil, "why", "key")
	}
	return u.RawQuery, key, nil
}

// validID wants the 16 hexadecimal digits of an id.
func validID(id string) bool {
	return len(id) == 16 && strings.Trim(id, "0123456789abcdef") == ""
}

// do makes one request. The header tells a server that a program asks.
func (s *Server) do(ctx context.Context, op, method, id string, body []byte, into *answer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fault.E(op, fault.TimedOut, nil, "host", s.base.Host))
	defer cancel()
	target := *s.base
	if id != "" {
		target.RawQuery = "pasteid=" + id
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return fault.E(op, fault.Invalid, err)
	}
	req.Header.Set("X-Requested-With", "JSONHttpRequest")
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return client.Transport(ctx, op, err, "host", s.base.Host)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return client.Transport(ctx, op, err, "host", s.base.Host)
	}
	if resp.StatusCode == http.StatusRequestEntityTooLarge {
		return s.fault(op, "too_large", "")
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(data, into) != nil {
		return s.fault(op, "foreign", "")
	}
	if into.Status != 0 {
		return s.refused(op, into.Message)
	}
	return nil
}

// refusals are words by which servers say why: every error comes with the same
// status. They are those of the server's English messages.
var refusals = []struct{ word, why string }{
	{"wait", "wait"},
	{"limited to", "too_large"},
	{"does not exist", "gone"},
	{"wrong deletion token", "token"},
}

func (s *Server) refused(op, message string) error {
	for _, r := range refusals {
		if strings.Contains(strings.ToLower(message), r.word) {
			return s.fault(op, r.why, "")
		}
	}
	return s.fault(op, "refused", message)
}

func (s *Server) fault(op, why, message string) error {
	if r := []rune(message); len(r) > 200 {
		message = string(r[:200])
	}
	return fault.E(op, fault.ShareServer, nil, "host", s.base.Host, "why", why, "message", message)
}
