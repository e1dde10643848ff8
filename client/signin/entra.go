package signin

import (
	"context"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"bise/app/chat"
	"bise/app/fault"
)

// EntraScope is what tokens for Azure's models are for (Microsoft's samples of
// both routes). Newer pages name https://ai.azure.com/.default.
const EntraScope = "https://cognitiveservices.azure.com/.default"

// EntraSettings say how to sign in with Microsoft Entra.
type EntraSettings struct {
	Tenant, ClientID string
	// Scope is what the token is for; "" is EntraScope.
	Scope string
	// Credential is one way alone: "cli", "environment", "managed",
	// "workload"; "" tries what is there.
	Credential string
}

// quietAzure keeps Microsoft's library from writing to the screen, which it
// does where AZURE_SDK_GO_LOGGING is set.
var quietAzure = sync.OnceFunc(func() { log.SetListener(nil) })

// Entra gets tokens of Microsoft Entra without asking anybody: the environment,
// a workload's or machine's identity, or the sign-in of az.
func Entra(o Options, s EntraSettings) *Tokens {
	const op = "signin.Entra"
	const way = "Microsoft Entra"
	scope := s.Scope
	if scope == "" {
		scope = EntraScope
	}
	var credential azcore.TokenCredential
	return newTokens(o, lookLimit, func(ctx context.Context) (Token, error) {
		quietAzure()
		if credential == nil { // one caller at a time, see Tokens
			c, err := entraCredential(o, s)
			if fault.Is(err, fault.Usage) {
				return Token{}, err
			}
			if err != nil {
				return Token{}, absent(o, op, way, "az login", err)
			}
			credential = c
		}
		token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}, TenantID: s.Tenant})
		if e, ok := fault.As(err); ok { // of our own network
			return Token{}, fault.E(op, e.Kind, nil, "host", e.Detail["host"], "name", way, "profile", o.Profile)
		}
		if err != nil {
			return Token{}, absent(o, op, way, "az login", err)
		}
		return Token{Secret: chat.Secret(token.Token), Expires: token.ExpiresOn}, nil
	})
}

func entraCredential(o Options, s EntraSettings) (azcore.TokenCredential, error) {
	options := azcore.ClientOptions{
		Transport: o.HTTP,
		// Tries of its own would hold a prompt back in silence.
		Retry:     policy.RetryOptions{MaxRetries: -1},
		Telemetry: policy.TelemetryOptions{Disabled: true},
	}
	switch s.Credential {
	case "":
		return azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: options, TenantID: s.Tenant})
	case "cli":
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: s.Tenant})
	case "environment":
		return azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{ClientOptions: options})
	case "workload":
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: options, ClientID: s.ClientID, TenantID: s.Tenant,
		})
	case "managed":
		managed := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if s.ClientID != "" {
			managed.ID = azidentity.ClientID(s.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(managed)
	default:
		return nil, fault.E("signin.Entra", fault.Usage, nil, "what", "credential", "word", s.Credential)
	}
}
