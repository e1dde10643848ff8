package signin

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

const (
	awsName  = "AWS"
	awsLogin = "aws sso login"
	// mintedLife is how long a minted token is good for; AWS allows twelve hours,
	// and a short one does less harm.
	mintedLife = time.Hour
	// emptyHash is the SHA-256 of no body.
	emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// AWS finds the credentials of AWS as its own tools do: the environment,
// profiles, SSO, a role, a machine's identity.
type AWS struct {
	o               Options
	region, profile string

	mu     sync.Mutex
	loaded *aws.Config
}

// NewAWS makes an AWS for a region; profile is one of the person's AWS files,
// "" is the usual one. Nothing is read before Config.
func NewAWS(o Options, region, profile string) *AWS {
	return &AWS{o: o, region: region, profile: profile}
}

// Config gives AWS's configuration. The library neither writes anywhere nor
// tries again by itself.
func (a *AWS) Config(ctx context.Context) (aws.Config, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.loaded != nil {
		return *a.loaded, nil
	}
	c, err := a.load(ctx, a.o.HTTP)
	if err != nil && a.o.Tune != nil && strings.Contains(err.Error(), "WithTransportOptions") {
		// With a CA bundle of AWS's own the library refuses every client but its
		// kind, which is then built on our dialler and our proxy.
		c, err = a.load(ctx, awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { a.o.Tune(t) }))
	}
	if err != nil {
		return aws.Config{}, a.none(err)
	}
	a.loaded = &c
	return c, nil
}

func (a *AWS) load(ctx context.Context, http config.HTTPClient) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithRegion(a.region),
		config.WithHTTPClient(http),
		config.WithLogger(logging.Nop{}),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
	}
	if a.profile != "" {
		options = append(options, config.WithSharedConfigProfile(a.profile))
	}
	return config.LoadDefaultConfig(ctx, options...)
}

// Credentials gives the credentials. That there are none is a fault of kind
// fault.NoCredentials.
func (a *AWS) Credentials(ctx context.Context) (aws.Credentials, error) {
	c, err := a.Config(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	creds, err := c.Credentials.Retrieve(ctx)
	if err == nil {
		return creds, nil
	}
	if e, ok := fault.As(err); ok && e.Kind != fault.Unreachable { // of our own network
		return aws.Credentials{}, fault.E("signin.AWS", e.Kind, nil, "host", e.Detail["host"], "name", awsName, "profile", a.o.Profile)
	}
	return aws.Credentials{}, a.none(err)
}

// Signing is Config with credentials that are there, or a key of Bedrock's in
// the environment, which the library takes by itself. Without it a request
// would fail as a broken connection does.
func (a *AWS) Signing(ctx context.Context) (aws.Config, error) {
	c, err := a.Config(ctx)
	if err == nil && a.o.env("AWS_BEARER_TOKEN_BEDROCK") == "" {
		_, err = a.Credentials(ctx)
	}
	return c, err
}

// none is the fault of credentials that are not there.
func (a *AWS) none(err error) error {
	const op = "signin.AWS"
	text := err.Error()
	switch {
	case strings.Contains(text, "no EC2 IMDS role found"), strings.Contains(text, "static credentials are empty"):
		err = nil // it was the last place to look; that says nothing
	case strings.Contains(text, "failed to get shared config profile"):
		return fault.E(op, fault.NoCredentials, folded("there is no AWS profile of that name"),
			"profile", a.o.Profile, "way", awsName, "command", "aws configure list-profiles", "setting", "aws_profile")
	case strings.Contains(text, "SSO"), strings.Contains(text, "token"), strings.Contains(text, "expired"):
		err = errors.New("the sign-in of AWS has ended")
	default:
		err = brief(err)
	}
	return absent(a.o, op, awsName, awsLogin, err)
}

// Renew forgets the credentials, so that the next request looks again. It
// reports whether there is something to look at.
func (a *AWS) Renew() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	had := a.loaded != nil
	a.loaded = nil // files may have changed as well: aws sso login
	return had
}

// Bearer mints bearer tokens for a service ("bedrock", "sagemaker") out of the
// credentials, on this machine: a signed address in base64, as AWS's own token
// generators make it.
func (a *AWS) Bearer(service string) *Tokens {
	return newTokens(a.o, lookLimit, func(ctx context.Context) (Token, error) {
		creds, err := a.Credentials(ctx)
		if err != nil {
			return Token{}, err
		}
		now := a.o.now()
		secret, err := mint(ctx, creds, service, a.region, now)
		if err != nil {
			return Token{}, client.Transport(ctx, "signin.AWS", err, "name", awsName)
		}
		end := now.Add(mintedLife)
		if creds.CanExpire && creds.Expires.Before(end) {
			end = creds.Expires
		}
		return Token{Secret: secret, Expires: end}, nil
	})
}

// mintPrefix marks a token as a signed address.
var mintPrefix = map[string]string{"bedrock": "bedrock-api-key-", "sagemaker": "sagemaker-api-key-"}

func mint(ctx context.Context, creds aws.Credentials, service, region string, now time.Time) (chat.Secret, error) {
	query := url.Values{"Action": {"CallWithBearerToken"}, "X-Amz-Expires": {"3600"}}
	target := "https://" + service + ".amazonaws.com/?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, nil)
	if err != nil {
		return "", err
	}
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, creds, req, emptyHash, service, region, now)
	if err != nil {
		return "", err
	}
	text := strings.TrimPrefix(signed, "https://") + "&Version=1"
	return chat.Secret(mintPrefix[service] + base64.StdEncoding.EncodeToString([]byte(text))), nil
}
