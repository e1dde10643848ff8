package openai_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/openai"
)

func TestAFailureNamesTheSetting(t *testing.T) {
	for _, c := range []struct {
		name, kind, setting string
		settings            openai.Settings
		status              int
		body                string
	}{
		{"an Azure deployment is the model", "azure", "model", with(), 404, `{"error":{"code":"DeploymentNotFound","message":"x"}}`},
		{"a key of another Azure resource is the endpoint", "azure", "endpoint", with(), 401, `{"error":{"code":"401","message":"wrong API endpoint"}}`},
		{"a Vertex region is the location", "vertex", "location", with("project", "p"), 400, `{"error":{"message":"Unsupported region"}}`},
		{"a Vertex role is the project's", "vertex", "project", with("project", "p"), 403, `{"error":{"status":"PERMISSION_DENIED","message":"no"}}`},
		{"a path that SageMaker does not know is the deployment", "sagemaker", "deployment", with("region", "r", "deployment", "d"), 404, `{"message":"no such thing"}`},
		{"a route that a Bedrock model lacks is the route", "bedrock", "route", with("region", "r", "route", "openai"), 400, `{"error":{"message":"x isn't supported on this route"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			p := partner{kind: c.kind, settings: c.settings}.provider(t, server.URL, nil)
			res := clienttest.Collect(t.Context(), p, clienttest.Outbound(t, clienttest.Turn("m", ""), p.Describe().Destination()), nil)
			e, ok := fault.As(res.Err)
			if !ok || e.Detail["setting"] != c.setting || e.Detail["profile"] != "work" {
				t.Errorf("got %v", res.Err)
			}
		})
	}
}

func TestWhatAPartnerIsSent(t *testing.T) {
	for _, c := range []struct {
		name     string
		kind     string
		settings openai.Settings
		header   string
		want     string
		has, not []string
	}{
		{"Azure takes its key by itself", "azure", with(), "Api-Key", "k-1", []string{`"model":"m"`}, []string{"stream_options", "safe_prompt"}},
		{"Entra is a bearer", "azure", with("auth", "entra"), "Authorization", "Bearer k-1", nil, nil},
		{"Vertex has the model in the path and in the body", "vertex", with("project", "p"), "Authorization", "Bearer k-1", []string{`"model":"m"`, `"stream":true`}, []string{"stream_options", "safe_prompt"}},
		{"watsonx has other names and no stream", "watsonx", with("region", "r", "project", "p-1"), "Authorization", "Bearer k-1", []string{`"model_id":"m"`, `"project_id":"p-1"`}, []string{`"stream"`, `"model":`}},
		{"a deployment of watsonx has no model", "watsonx", with("region", "r", "deployment", "d"), "Authorization", "Bearer k-1", nil, []string{`"model_id"`, `"stream"`}},
		{"no key is none", "outscale", with(), "Authorization", "", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var header http.Header
			var body strings.Builder
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				header = r.Header.Clone()
				_, _ = fmt.Fprint(&body, r.URL.RawQuery)
				var raw json.RawMessage
				_ = json.NewDecoder(r.Body).Decode(&raw)
				body.Write(raw)
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = w.Write(wire.Text("hi"))
				_, _ = w.Write(wire.Done(1, 1))
			}))
			defer server.Close()
			p := partner{kind: c.kind, settings: c.settings}.provider(t, server.URL, func(o *openai.Options) {
				if c.want == "" {
					o.Key = nil
				}
			})
			res := clienttest.Collect(t.Context(), p, clienttest.Outbound(t, clienttest.Turn("m", ""), p.Describe().Destination()), nil)
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			if got := header.Get(c.header); got != c.want {
				t.Errorf("%s is %q", c.header, got)
			}
			for _, s := range c.has {
				if !strings.Contains(body.String(), s) {
					t.Errorf("the request lacks %s: %s", s, body.String())
				}
			}
			for _, s := range c.not {
				if strings.Contains(body.String(), s) {
					t.Errorf("the request has %s", s)
				}
			}
		})
	}
}

func TestAzureAddresses(t *testing.T) {
	const v1 = "https://res.services.ai.azure.com/openai/v1/chat/completions"
	for _, c := range []struct{ name, address, want string }{
		{"the resource", "https://res.services.ai.azure.com", v1},
		{"the resource with a slash", "https://res.services.ai.azure.com/", v1},
		{"the v1 route", "https://res.services.ai.azure.com/openai/v1/", v1},
		{"the whole v1 address", v1, v1},
		{"the models route", "https://res.services.ai.azure.com/models", v1},
		{"the whole address of the models route", "https://res.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview", v1},
		{"a project of the portal", "https://res.services.ai.azure.com/api/projects/contoso", v1},
		{"the older domain", "https://res.openai.azure.com/", "https://res.openai.azure.com/openai/v1/chat/completions"},
		{"the oldest domain", "https://res.cognitiveservices.azure.com/", "https://res.cognitiveservices.azure.com/openai/v1/chat/completions"},
		{
			"the deployment form", "https://res.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21",
			"https://res.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21",
		},
		{"a serverless host", "https://m.swedencentral.models.ai.azure.com", "https://m.swedencentral.models.ai.azure.com/v1/chat/completions"},
		{"a serverless host with its path", "https://m.eastus2.inference.ai.azure.com/v1/chat/completions", "https://m.eastus2.inference.ai.azure.com/v1/chat/completions"},
		{"a company's gateway", "https://ai.contoso.example/llm", "https://ai.contoso.example/llm/chat/completions"},
		{"a company's gateway without a path", "https://ai.contoso.example", "https://ai.contoso.example/openai/v1/chat/completions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := partner{kind: "azure"}.provider(t, c.address, nil)
			out := clienttest.Outbound(t, clienttest.Turn("m", ""), p.Describe().Destination())
			got, err := p.Preview(t.Context(), out)
			if err != nil || got.URL != c.want {
				t.Errorf("got %q and %v", got.URL, err)
			}
		})
	}
}

func TestPartnersAddresses(t *testing.T) {
	for _, c := range []struct {
		kind, want string
		settings   openai.Settings
	}{
		{"vertex", "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/publishers/mistralai/models/m:streamRawPredict", with("project", "p")},
		{"vertex", "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/mistralai/models/m:streamRawPredict", with("project", "p", "location", "global")},
		{"bedrock", "https://bedrock-runtime.eu-west-3.amazonaws.com/openai/v1/chat/completions", with("region", "eu-west-3", "route", "openai")},
		{"bedrock", "https://bedrock-mantle.eu-west-3.api.aws/v1/chat/completions", with("region", "eu-west-3", "route", "mantle")},
		{"watsonx", "https://eu-de.ml.cloud.ibm.com/ml/v1/text/chat_stream?version=2024-05-01", with("region", "eu-de", "space", "s")},
		{"snowflake", "https://contoso-prod.snowflakecomputing.com/api/v2/cortex/v1/chat/completions", with("account", "contoso-prod")},
		{"sagemaker", "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/e/openai/v1/chat/completions", with("region", "eu-west-1", "deployment", "e")},
		{"nim", "https://integrate.api.nvidia.com/v1/chat/completions", nil},
		{"ovhcloud", "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1/chat/completions", nil},
		{"scaleway", "https://api.scaleway.ai/v1/chat/completions", nil},
		{"scaleway", "https://api.scaleway.ai/p-1/v1/chat/completions", with("project", "p-1")},
	} {
		t.Run(c.want, func(t *testing.T) {
			p := partner{kind: c.kind, settings: c.settings}.provider(t, "", nil)
			got, err := p.Preview(t.Context(), clienttest.Outbound(t, clienttest.Turn("m", ""), p.Describe().Destination()))
			if err != nil || got.URL != c.want {
				t.Errorf("got %q and %v", got.URL, err)
			}
		})
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for _, c := range []struct {
		kind, setting string
		settings      openai.Settings
	}{
		{"azure", "endpoint", nil},
		{"outscale", "endpoint", nil},
		{"vertex", "project", nil},
		{"bedrock", "region", nil},
		{"watsonx", "region", nil},
		{"watsonx", "project", with("region", "eu-de")},
		{"snowflake", "account", nil},
		{"sagemaker", "deployment", with("region", "eu-west-1")},
		{"scaleway", "token_command", with("auth", "command")},
	} {
		t.Run(c.kind+" lacks "+c.setting, func(t *testing.T) {
			row, _ := openai.RowOf(c.kind)
			_, err := row.Options("", c.settings)
			e, ok := fault.As(err)
			if !ok || e.Kind != fault.MissingSetting || e.Detail["setting"] != c.setting {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	for _, c := range []struct {
		name     string
		refusals int
		want     fault.Kind
		requests int
		renewals int
	}{
		{"a new token answers", 1, fault.Unknown, 2, 1},
		{"a new one that is refused too is told", 2, fault.KeyExpired, 2, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			requests, renewals := 0, 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if requests++; requests <= c.refusals {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(http.StatusUnauthorized)
					_, _ = w.Write([]byte(`{"error":{"code":"401","message":"Access token has expired"}}`))
					return
				}
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = w.Write(wire.Text("hi"))
				_, _ = w.Write(wire.Done(1, 1))
			}))
			defer server.Close()
			p := partner{kind: "azure", settings: with("auth", "entra")}.provider(t, server.URL, func(o *openai.Options) {
				o.Renew = func() bool { renewals++; return true }
			})
			res := clienttest.Collect(t.Context(), p, clienttest.Outbound(t, clienttest.Turn("m", ""), p.Describe().Destination()), nil)
			if fault.KindOf(res.Err) != c.want || requests != c.requests || renewals != c.renewals {
				t.Errorf("got %v after %d requests and %d renewals", res.Err, requests, renewals)
			}
			if len(res.Of(client.WaitDelta)) > 0 {
				t.Error("a renewal is not a wait")
			}
		})
	}
}

func TestModelsAreCheckedWithoutAPrompt(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   fault.Kind
	}{
		{"a request that lacks its messages means that the model is there", 422, `{"detail":[{"loc":["body","messages"],"msg":"too short"}]}`, fault.Unknown},
		{"a deployment that is not there is told", 404, `{"error":{"code":"DeploymentNotFound","message":"x"}}`, fault.NoDeployment},
		{"a missing role is told", 403, `{"error":{"code":"PermissionDenied","message":"x"}}`, fault.NoPermission},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			p := partner{kind: "azure", settings: with("models", "chat-prod")}.provider(t, server.URL, nil)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := p.Check(ctx); fault.KindOf(err) != c.want {
				t.Errorf("got %v", err)
			}
		})
	}
}
