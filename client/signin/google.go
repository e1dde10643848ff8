package signin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

const (
	googleScope = "https://www.googleapis.com/auth/cloud-platform"
	googleName  = "Google"
	// metadataHost is the address at which a machine of Google's finds its own
	// identity.
	metadataHost = "169.254.169.254"
	metadataPath = "/computeMetadata/v1/instance/service-accounts/default/token"
	// metadataLimit is short: elsewhere nobody is at that address.
	metadataLimit = 2 * time.Second
	googleLogin   = "gcloud auth application-default login"
)

// googleTypes are the forms of credentials that bise takes from a file.
var googleTypes = map[string]google.CredentialsType{
	"service_account":                  google.ServiceAccount,
	"authorized_user":                  google.AuthorizedUser,
	"external_account":                 google.ExternalAccount,
	"external_account_authorized_user": google.ExternalAccountAuthorizedUser,
	"impersonated_service_account":     google.ImpersonatedServiceAccount,
}

// Google gets tokens by application default credentials: the file of the
// settings, that of GOOGLE_APPLICATION_CREDENTIALS, that of gcloud, or the
// identity of a machine of Google's.
//
// The search is our own, in Google's order: the library's would connect to the
// machine's address by itself, past --local-only and the list of connections.
func Google(o Options, file string) *Tokens {
	const op = "signin.Google"
	return newTokens(o, lookLimit, func(ctx context.Context) (Token, error) {
		data, err := googleFile(o, file)
		if err != nil {
			return Token{}, absent(o, op, googleName, googleLogin, err)
		}
		if data == nil {
			return googleMachine(ctx, o)
		}
		var f struct {
			Type string `json:"type"`
		}
		kind, known := google.CredentialsType(""), false
		if json.Unmarshal(data, &f) == nil {
			kind, known = googleTypes[f.Type]
		}
		if !known {
			return Token{}, absent(o, op, googleName, googleLogin, errors.New("the file of credentials has a type that bise does not know"))
		}
		ctx = context.WithValue(ctx, oauth2.HTTPClient, o.HTTP)
		creds, err := google.CredentialsFromJSONWithType(ctx, data, kind, googleScope)
		if err != nil {
			return Token{}, absent(o, op, googleName, googleLogin, errors.New("the file of credentials cannot be read"))
		}
		token, err := creds.TokenSource.Token()
		if err != nil {
			return Token{}, googleRefusal(ctx, o, err)
		}
		return Token{Secret: chat.Secret(token.AccessToken), Expires: token.Expiry}, nil
	})
}

// googleFile finds the file of credentials; nil is none. A file that was named
// must be there.
func googleFile(o Options, file string) ([]byte, error) {
	if file == "" {
		file = o.env("GOOGLE_APPLICATION_CREDENTIALS")
	}
	if file != "" {
		data, err := o.ReadFile(file)
		if err != nil {
			return nil, errors.New("the file of credentials that is named cannot be read")
		}
		return data, nil
	}
	for _, folder := range []string{o.env("CLOUDSDK_CONFIG"), under(o.env("HOME"), "/.config/gcloud"), under(o.env("APPDATA"), `\gcloud`)} {
		if folder == "" {
			continue
		}
		if data, err := o.ReadFile(folder + "/application_default_credentials.json"); err == nil {
			return data, nil
		}
	}
	return nil, nil
}

func under(folder, rest string) string {
	if folder == "" {
		return ""
	}
	return folder + rest
}

// googleMachine asks the machine for its identity.
func googleMachine(ctx context.Context, o Options) (Token, error) {
	const op = "signin.Google"
	none := func(err error) error { return absent(o, op, googleName, googleLogin, err) }
	host := o.env("GCE_METADATA_HOST")
	if host == "" {
		host = metadataHost
	}
	ctx, cancel := context.WithTimeout(ctx, metadataLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+metadataPath, nil)
	if err != nil {
		return Token{}, none(nil)
	}
	req.Header.Set("Metadata-Flavor", "Google")
	resp, err := o.HTTP.Do(req)
	if err != nil {
		return Token{}, none(nil)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxToken))
	if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Metadata-Flavor") != "Google" {
		return Token{}, none(nil)
	}
	token, ok := ReadToken(body, o.now())
	if !ok {
		return Token{}, none(nil)
	}
	return token, nil
}

// googleRefusal tells a sign-in that has ended from a network that fails.
func googleRefusal(ctx context.Context, o Options, err error) error {
	const op = "signin.Google"
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		cause := refused.ErrorDescription
		if cause == "" {
			cause = refused.ErrorCode
		}
		if cause == "" && refused.Response != nil {
			cause = refused.Response.Status
		}
		if refused.Response != nil && refused.Response.StatusCode >= 500 {
			return fault.E(op, fault.ServerFailed, nil, "host", "oauth2.googleapis.com", "name", googleName, "profile", o.Profile)
		}
		return absent(o, op, googleName, googleLogin, errors.New(cause))
	}
	return client.Transport(ctx, op, err, "name", googleName, "profile", o.Profile)
}
