package signin

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// ibmIAM is where IBM Cloud changes a key for a token.
const ibmIAM = "https://iam.cloud.ibm.com/identity/token"

// IBM changes an IBM Cloud key for tokens, each good for about an hour.
// endpoint is another address of the exchange; "" is IBM's own.
func IBM(o Options, endpoint string, key client.KeyFunc) *Tokens {
	const op = "signin.IBM"
	if endpoint == "" {
		endpoint = ibmIAM
	}
	return newTokens(o, lookLimit, func(ctx context.Context) (Token, error) {
		k, err := key(ctx)
		if err != nil {
			return Token{}, err
		}
		form := url.Values{"grant_type": {"urn:ibm:params:oauth:grant-type:apikey"}, "apikey": {string(k)}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
		if err != nil || req.URL.Scheme != "https" && !client.IsLoopback(req.URL.Hostname()) {
			return Token{}, fault.E(op, fault.Invalid, nil, "what", "iam_endpoint", "field", "address")
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Accept", "application/json")
		resp, err := o.HTTP.Do(req)
		if err != nil {
			return Token{}, client.Transport(ctx, op, err, "host", req.URL.Host, "name", "IBM Cloud")
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxToken))
		if err != nil {
			return Token{}, client.Transport(ctx, op, err, "host", req.URL.Host, "name", "IBM Cloud")
		}
		if resp.StatusCode != http.StatusOK {
			return Token{}, ibmRefusal(op, o.Profile, req.URL.Host, resp.StatusCode)
		}
		return ibmToken(op, req.URL.Host, body, o.now())
	})
}

func ibmRefusal(op, profile, host string, status int) error {
	kind := fault.ServerFailed
	switch {
	case status == http.StatusTooManyRequests:
		kind = fault.RateLimited
	case status < 500:
		kind = fault.KeyRefused // 400 BXNIM0415E: the key is not known
	}
	return fault.E(op, kind, nil, "host", host, "name", "IBM Cloud", "profile", profile)
}

func ibmToken(op, host string, body []byte, now time.Time) (Token, error) {
	var reply struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if json.Unmarshal(body, &reply) != nil || !plausible(reply.AccessToken) {
		return Token{}, fault.E(op, fault.BadAnswer, nil, "host", host)
	}
	token := Token{Secret: chat.Secret(reply.AccessToken)}
	if reply.ExpiresIn > 0 && reply.ExpiresIn < 1<<31 {
		token.Expires = now.Add(time.Duration(reply.ExpiresIn) * time.Second)
	}
	return token, nil
}
