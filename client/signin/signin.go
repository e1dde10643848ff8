// Package signin gets the credentials of clouds: the output of a company's own
// command, Microsoft Entra, Google's application default credentials, AWS's
// chain, IBM's exchange of a key. Nothing of a cloud is looked at before the
// first request needs it.
//
// It must not keep a credential anywhere but in memory, nor log one, nor put
// one into an error; it must not open a browser nor ask anything; and every
// connection goes through the client that the caller gives.
package signin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
)

const (
	// lookLimit ends a search for credentials: addresses that a cloud's own
	// machines have take seconds to fail elsewhere.
	lookLimit = 10 * time.Second
	// unknownLife is how long a token is believed that does not say when it
	// ends. Clouds give an hour at least; one refused earlier is renewed.
	unknownLife = 30 * time.Minute
	// margin is how long before its end a token is renewed, so that it does not
	// end on the way.
	margin = 5 * time.Minute
)

// Options are what every way of signing in needs.
type Options struct {
	// Profile is for errors.
	Profile string
	// HTTP makes every connection; it comes from client.Network.
	HTTP *http.Client
	// Tune prepares the transport of a library that insists on making its own.
	Tune func(*http.Transport)
	// Env reads an environment variable, ReadFile a file of the person's.
	Env      func(name string) string
	ReadFile func(path string) ([]byte, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

func (o Options) env(name string) string {
	if o.Env == nil {
		return ""
	}
	return o.Env(name)
}

// Token is what a request carries.
type Token struct {
	Secret chat.Secret
	// Expires is when it ends; zero is not told.
	Expires time.Time
}

// Tokens gets a token when one is needed and keeps it until shortly before its
// end. It is safe for concurrent use: who comes second waits for the token of
// the first.
type Tokens struct {
	fetch func(ctx context.Context) (Token, error)
	now   func() time.Time
	turn  chan struct{} // holds one token: whoever has it may look and fetch
	held  Token
	until time.Time
}

func newTokens(o Options, limit time.Duration, fetch func(ctx context.Context) (Token, error)) *Tokens {
	t := &Tokens{now: o.now, turn: make(chan struct{}, 1)}
	t.fetch = func(ctx context.Context) (Token, error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return fetch(ctx)
	}
	t.turn <- struct{}{}
	return t
}

// Key gives the token; it is a client.KeyFunc.
func (t *Tokens) Key(ctx context.Context) (chat.Secret, error) {
	select {
	case <-t.turn:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { t.turn <- struct{}{} }()
	now := t.now()
	if t.held.Secret != "" && now.Before(t.until) {
		return t.held.Secret, nil
	}
	t.held = Token{}
	token, err := t.fetch(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", err
	}
	t.held, t.until = token, now.Add(unknownLife)
	if !token.Expires.IsZero() {
		// A token of a few minutes is used for nine tenths of them.
		t.until = token.Expires.Add(-min(margin, token.Expires.Sub(now)/10))
	}
	return token.Secret, nil
}

// Renew forgets a token that was refused. It reports whether there was one, so
// that another try makes sense.
func (t *Tokens) Renew() bool {
	<-t.turn
	had := t.held.Secret != ""
	t.held = Token{}
	t.turn <- struct{}{}
	return had
}

// absent is the fault of credentials that are not there. The cause is folded to
// one line: the clouds' own texts run over many.
func absent(o Options, op, way, command string, err error) error {
	return fault.E(op, fault.NoCredentials, brief(err), "profile", o.Profile, "way", way, "command", command, "setting", "auth")
}

// folded is a cause of one line.
type folded string

func (f folded) Error() string { return string(f) }

// brief folds an error to its first telling line. Microsoft's texts begin with
// a list of what was tried; the line with the code says what is wrong.
func brief(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if i := strings.Index(text, "AADSTS"); i >= 0 {
		text = text[i:]
	}
	text, _, _ = strings.Cut(text, "\n")
	text, _, _ = strings.Cut(text, "\\r\\n")
	text = strings.TrimRight(strings.Join(strings.Fields(text), " "), ".: ")
	const most = 160
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return folded(text)
}
