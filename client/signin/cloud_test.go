package signin

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"bise/app/fault"
)

func none(string) ([]byte, error) { return nil, fs.ErrNotExist }

func TestGoogleReadsAServiceAccount(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("assertion") == "" {
			t.Error("nothing was signed")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"t-1","token_type":"Bearer","expires_in":3600}`)
	}))
	defer server.Close()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	account, _ := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "bise@contoso.example", "token_uri": server.URL, "project_id": "contoso",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	for _, c := range []struct {
		name, setting, variable, want string
	}{
		{"the file of the settings", "/etc/sa.json", "", "/etc/sa.json"},
		{"the file of the environment", "", "/env/sa.json", "/env/sa.json"},
		{"gcloud's own file", "", "", "/home/ada/.config/gcloud/application_default_credentials.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{
				Profile: "work", HTTP: server.Client(),
				Env: func(name string) string {
					return map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": c.variable, "HOME": "/home/ada"}[name]
				},
				ReadFile: func(path string) ([]byte, error) {
					if path == c.want {
						return account, nil
					}
					return nil, fs.ErrNotExist
				},
			}
			if got, err := Google(o, c.setting).Key(t.Context()); err != nil || got != "t-1" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestGoogleWithoutASignIn(t *testing.T) {
	metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Metadata-Flavor", "Google")
		_, _ = io.WriteString(w, `{"access_token":"machine","expires_in":600}`)
	}))
	defer metadata.Close()
	u, _ := url.Parse(metadata.URL)
	env := map[string]string{"GCE_METADATA_HOST": u.Host}
	o := Options{Profile: "work", HTTP: metadata.Client(), Env: func(name string) string { return env[name] }, ReadFile: none}
	if got, err := Google(o, "").Key(t.Context()); err != nil || got != "machine" {
		t.Errorf("a machine of Google's gave %v", err)
	}
	metadata.Close()
	if _, err := Google(o, "").Key(t.Context()); !fault.Is(err, fault.NoCredentials) {
		t.Errorf("nothing there gave %v", err)
	}
	if _, err := Google(o, "/missing.json").Key(t.Context()); !fault.Is(err, fault.NoCredentials) {
		t.Errorf("a file that is not there gave %v", err)
	}
	o.ReadFile = func(string) ([]byte, error) { return []byte(`{"type":"strange"}`), nil }
	if _, err := Google(o, "/strange.json").Key(t.Context()); !fault.Is(err, fault.NoCredentials) {
		t.Errorf("a strange file gave %v", err)
	}
}

// clear takes AWS's variables and files away.
func clearAWS(t *testing.T) {
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CA_BUNDLE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/nowhere")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func TestAWSMintsATokenOnThisMachine(t *testing.T) {
	clearAWS(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
	refuse := &http.Client{Transport: refusing{t}}
	chain := NewAWS(Options{Profile: "work", HTTP: refuse}, "eu-west-3", "")
	token, err := chain.Bearer("sagemaker").Key(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(string(token), "sagemaker-api-key-")
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || !strings.HasPrefix(string(raw), "sagemaker.amazonaws.com/?Action=CallWithBearerToken") ||
		!strings.Contains(string(raw), "%2Feu-west-3%2Fsagemaker%2Faws4_request") || !strings.HasSuffix(string(raw), "&Version=1") {
		t.Errorf("the token is %q", raw)
	}
	if strings.Contains(string(raw), "wJalrXUtnFEMI") {
		t.Error("the token holds the secret")
	}
}

// refusing fails the test when a connection is made.
type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	r.t.Errorf("a connection was made to %s", req.URL.Host)
	return nil, errors.New("refused")
}

// TestTheSignatureIsPinned holds the form of a minted token at one time: a
// service cannot be asked here whether it takes it.
func TestTheSignatureIsPinned(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	got, err := mint(t.Context(), aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI"}, "bedrock", "eu-west-3", at)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(got), "bedrock-api-key-"))
	const want = "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256" +
		"&X-Amz-Credential=AKIDEXAMPLE%2F20261124%2Feu-west-3%2Fbedrock%2Faws4_request&X-Amz-Date=20261124T120000Z&X-Amz-Expires=3600" +
		"&X-Amz-SignedHeaders=host&X-Amz-Signature="
	if err != nil || !strings.HasPrefix(string(raw), want) {
		t.Fatalf("the token is %s", raw)
	}
	if signature := strings.TrimSuffix(strings.TrimPrefix(string(raw), want), "&Version=1"); signature != pinned {
		t.Errorf("the signature is %s", signature)
	}
}

func TestAWSWithoutCredentials(t *testing.T) {
	clearAWS(t)
	chain := NewAWS(Options{Profile: "work", HTTP: &http.Client{Transport: refusing{t}}}, "eu-west-3", "")
	_, err := chain.Credentials(t.Context())
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.NoCredentials || e.Detail["command"] != "aws sso login" {
		t.Errorf("got %v", err)
	}
	if _, err := chain.Signing(t.Context()); !fault.Is(err, fault.NoCredentials) {
		t.Errorf("signing without credentials gave %v", err)
	}
	_, err = NewAWS(Options{Profile: "work", HTTP: http.DefaultClient}, "eu-west-3", "no-such-profile").Credentials(t.Context())
	if e, ok := fault.As(err); !ok || e.Kind != fault.NoCredentials || e.Detail["setting"] != "aws_profile" {
		t.Errorf("a profile that is not there gave %v", err)
	}
}

func TestEntraReadsTheEnvironment(t *testing.T) {
	t.Setenv("AZURE_TENANT_ID", "contoso-tenant")
	t.Setenv("AZURE_CLIENT_ID", "bise")
	t.Setenv("AZURE_CLIENT_SECRET", "s3cret")
	status := http.StatusOK
	o := Options{Profile: "work", HTTP: &http.Client{Transport: microsoft{&status}}}
	got, err := Entra(o, EntraSettings{Credential: "environment"}).Key(t.Context())
	if err != nil || got != "t-1" {
		t.Fatalf("got %v", err)
	}
	status = http.StatusUnauthorized
	_, err = Entra(o, EntraSettings{Credential: "environment"}).Key(t.Context())
	if !fault.Is(err, fault.NoCredentials) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a refused secret gave %v", err)
	}
	if _, err := Entra(o, EntraSettings{Credential: "magic"}).Key(t.Context()); !fault.Is(err, fault.Usage) {
		t.Errorf("an unknown way gave %v", err)
	}
}

// microsoft plays the sign-in service.
type microsoft struct{ status *int }

func (m microsoft) RoundTrip(r *http.Request) (*http.Response, error) {
	const host = "https://login.microsoftonline.com/contoso-tenant"
	body, status := `{"token_endpoint":"`+host+`/token","authorization_endpoint":"`+host+`/auth","issuer":"`+host+`/v2.0","tenant_discovery_endpoint":"`+host+`/v2.0/.well-known/openid-configuration",`+
		`"metadata":[{"preferred_network":"login.microsoftonline.com","preferred_cache":"login.windows.net","aliases":["login.microsoftonline.com"]}]}`, 200
	if r.Method == http.MethodPost {
		body, status = `{"token_type":"Bearer","expires_in":3600,"access_token":"t-1"}`, *m.status
		if status != http.StatusOK {
			body = `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"}`
		}
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

func TestACloudsTextIsFolded(t *testing.T) {
	err := brief(errors.New("DefaultAzureCredential: failed to acquire a token.\nAttempted credentials:\n\tEnvironmentCredential: AADSTS700016: no such application.\r\nTrace"))
	if err.Error() != "AADSTS700016: no such application" {
		t.Errorf("got %q", err)
	}
	if brief(context.Canceled).Error() != "context canceled" {
		t.Error("a short text is left alone")
	}
}

const pinned = "f22deffe5a92b38a7c176be7879f34609138a953a5ca7ee3a4c22d64797a8fdc"
