package openai_test

import (
	"context"
	"fmt"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/openai"
)

// partner is a row as its true server speaks: what is set, the path that must
// be asked, how its errors look.
type partner struct {
	kind     string
	settings openai.Settings
	endpoint bool // the server's address is the endpoint; else the row needs one too
	path     string
	model    string
	wire     func(w *clienttest.Wire)
	failures []clienttest.Failure
}

func with(pairs ...string) openai.Settings {
	s := openai.Settings{}
	for i := 0; i < len(pairs); i += 2 {
		s[pairs[i]] = pairs[i+1]
	}
	return s
}

// lists makes the stream think in Mistral's way: a list of chunks.
func lists(w *clienttest.Wire) {
	w.Thinking = func(text string) []byte {
		return event(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":` + quote(text) + `}]}]}`)
	}
	w.Done = func(prompt, completion int) []byte {
		return fmt.Appendf(nil, `data: {"model":"local","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],`+
			`"usage":{"prompt_tokens":%d,"completion_tokens":%d}}`+"\n\ndata: [DONE]\n\n", prompt, completion)
	}
}

// ibm writes as watsonx does: numbered events, and no [DONE].
func ibm(w *clienttest.Wire) {
	numbered := func(b []byte) []byte { return append([]byte("id: 1\nevent: message\n"), b...) }
	text, think := w.Text, w.Thinking
	w.Open = nil
	w.Text = func(s string) []byte { return numbered(text(s)) }
	w.Thinking = func(s string) []byte { return numbered(think(s)) }
	w.Done = func(prompt, completion int) []byte {
		return fmt.Appendf(numbered([]byte(`data: {"model_id":"local","choices":[{"index":0,"finish_reason":"stop","delta":{"content":""}}]}`+"\n\n")),
			"id: 2\nevent: message\n"+`data: {"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}`+"\n\n", prompt, completion)
	}
}

var azureFailures = []clienttest.Failure{
	{
		Name: "a deployment that is not there", Status: 404, Requests: 1, Want: fault.NoDeployment,
		Body: `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}`,
	},
	{
		Name: "a key of another resource", Status: 401, Requests: 1, Want: fault.KeyRefused,
		Body: `{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}`,
	},
	{
		Name: "an identity without the role", Status: 401, Requests: 1, Want: fault.NoPermission,
		Body: `{"error":{"code":"PermissionDenied","message":"The principal x lacks the required data action Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"}}`,
	},
	{
		Name: "a limit with milliseconds to wait", Status: 429, Requests: 4, Want: fault.RateLimited, Header: map[string]string{"retry-after-ms": "1500"},
		Body: `{"error":{"code":"RateLimitReached","message":"Requests have exceeded the rate limit."}}`,
	},
	{
		Name: "the model server's refusal inside the gateway's message", Status: 400, Requests: 1, Want: fault.BadRequest,
		Body: `{"error":{"code":"Bad Request","message":"{\"object\":\"error\",\"message\":{\"detail\":[{\"loc\":[\"body\",\"stream_options\"],\"msg\":\"Extra inputs are not permitted\"}]},\"status\":422}"}}`,
	},
	{
		Name: "a filter", Status: 400, Requests: 1, Want: fault.Guardrail,
		Body: `{"error":{"code":"content_filter","message":"The response was filtered due to the prompt triggering content management policy."}}`,
	},
}

// plainFailures are those of the plain dialect, which every partner may answer.
var plainFailures = []clienttest.Failure{
	{
		Name: "a model that is not served", Status: 404, Requests: 1, Want: fault.ModelGone,
		Body: `{"error":{"message":"The model x does not exist","type":"NotFoundError","code":404}}`,
	},
	{Name: "a key that is unknown", Status: 401, Requests: 1, Want: fault.KeyRefused, Body: `{"error":{"message":"Unauthorized"}}`},
	{Name: "a limit with seconds", Status: 429, Requests: 4, Want: fault.RateLimited, Header: map[string]string{"Retry-After": "2"}, Body: `{"detail":"Too Many Requests"}`},
	{Name: "a gateway's page", Status: 503, ContentType: "text/html", Requests: 4, Want: fault.ServerFailed, Body: "<html>503</html>"},
	{Name: "an error in mid-stream", Status: 200, ContentType: "text/event-stream", Want: fault.RateLimited, Body: "data: {\"errors\":[{\"code\":\"429\",\"message\":\"slow down\"}]}\n\n"},
}

var partners = []partner{
	{kind: "azure", settings: with(), path: "/openai/v1/chat/completions", model: "chat-prod", wire: lists, failures: azureFailures},
	{kind: "azure", settings: with("route", "models"), path: "/models/chat/completions", model: "mistral-medium-2505", failures: azureFailures},
	{kind: "azure", settings: with("route", "deployments"), path: "/openai/deployments/chat-prod/chat/completions", model: "chat-prod", failures: azureFailures},
	{
		kind: "vertex", settings: with("project", "contoso", "location", "europe-west4"), model: "mistral-medium-3", wire: lists,
		path: "/v1/projects/contoso/locations/europe-west4/publishers/mistralai/models/mistral-medium-3:streamRawPredict",
		failures: []clienttest.Failure{
			{
				Name: "a quota, in a list", Status: 429, Requests: 4, Want: fault.RateLimited,
				Body: `[{"error":{"code":429,"message":"Resource exhausted. Please try again later.","status":"RESOURCE_EXHAUSTED"}}]`,
			},
			{
				Name: "a role that is missing", Status: 403, Requests: 1, Want: fault.NoPermission,
				Body: `[{"error":{"code":403,"message":"Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/x' (or it may not exist).","status":"PERMISSION_DENIED"}}]`,
			},
			{
				Name: "a model that the project lacks", Status: 404, Requests: 1, Want: fault.NoDeployment,
				Body: `{"error":{"code":404,"message":"Publisher Model projects/x/locations/y/publishers/mistralai/models/z was not found or your project does not have access to it.","status":"NOT_FOUND"}}`,
			},
			{
				Name: "a region without the model", Status: 400, Requests: 1, Want: fault.WrongRegion,
				Body: `{"error":{"code":400,"message":"Unsupported region for Vertex AI, select from [us-central1]","status":"FAILED_PRECONDITION"}}`,
			},
			{
				Name: "a token past its hour", Status: 401, Requests: 1, Want: fault.KeyRefused,
				Body: `{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED"}}`,
			},
		},
	},
	{
		kind: "bedrock", settings: with("region", "eu-west-1", "route", "openai", "auth", "key"), model: "mistral.mistral-large-3-675b-instruct",
		path: "/openai/v1/chat/completions",
		failures: []clienttest.Failure{
			{
				Name: "throttling, named in the header", Status: 429, Requests: 4, Want: fault.RateLimited,
				Header: map[string]string{"x-amzn-ErrorType": "ThrottlingException:http://internal.amazon.com/"}, Body: `{"message":"Too many requests"}`,
			},
			{
				Name: "a model without this route", Status: 400, Requests: 1, Want: fault.Unsupported,
				Body: `{"error":{"message":"The model 'mistral.mistral-large-2402-v1:0' isn't supported on this route","type":"invalid_request_error"}}`,
			},
			{
				Name: "a session that is over", Status: 403, Requests: 1, Want: fault.KeyExpired,
				Header: map[string]string{"x-amzn-ErrorType": "ExpiredTokenException"}, Body: `{"message":"The security token included in the request is expired"}`,
			},
			{
				Name: "a policy that is missing", Status: 403, Requests: 1, Want: fault.NoPermission,
				Body: `{"Message":"User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: y"}`,
			},
		},
	},
	{
		kind: "watsonx", settings: with("region", "eu-de", "project", "p-1"), path: "/ml/v1/text/chat_stream",
		model: "mistralai/mistral-medium-2505", wire: ibm,
		failures: []clienttest.Failure{
			{
				Name: "a model of another region", Status: 404, Requests: 1, Want: fault.ModelGone,
				Body: `{"errors":[{"code":"model_not_supported","message":"Model 'x' is not supported for this environment.","more_info":"https://cloud.ibm.com"}],"trace":"1","status_code":404}`,
			},
			{
				Name: "a token past its hour", Status: 401, Requests: 1, Want: fault.KeyExpired,
				Body: `{"errors":[{"code":"authentication_token_expired","message":"Failed to authenticate the request due to an expired token"}],"trace":"1","status_code":401}`,
			},
			{
				Name: "a limit", Status: 429, Requests: 4, Want: fault.RateLimited,
				Body: `{"errors":[{"code":"rate_limit_reached_requests","message":"Rate limit reached"}],"trace":"1","status_code":429}`,
			},
		},
	},
	{
		kind: "watsonx", settings: with("region", "eu-de", "deployment", "d-1"), path: "/ml/v1/deployments/d-1/text/chat_stream", model: "d-1", wire: ibm,
	},
	{
		kind: "snowflake", settings: with("account", "contoso-prod"), path: "/api/v2/cortex/v1/chat/completions", model: "mistral-large2",
		failures: []clienttest.Failure{
			{Name: "a model that Cortex lacks", Status: 400, Requests: 1, Want: fault.ModelGone, Body: `{"message":"unknown model \"x\"","request_id":"1"}`},
		},
	},
	{
		kind: "sagemaker", settings: with("region", "eu-west-1", "deployment", "chat-prod"), endpoint: true,
		path: "/endpoints/chat-prod/openai/v1/chat/completions", model: "any",
		failures: []clienttest.Failure{{
			Name: "an endpoint that is not there", Status: 400, Requests: 1, Want: fault.NoDeployment,
			Header: map[string]string{"x-amzn-ErrorType": "ValidationException"}, Body: `{"message":"Endpoint chat-prod of account 1 not found. Could not find endpoint."}`,
		}},
	},
	{kind: "nim", path: "/v1/chat/completions", model: "mistralai/mistral-large"},
	{kind: "outscale", settings: with("auth", "key"), path: "/v1/chat/completions", model: "small-2409"},
	{kind: "ovhcloud", path: "/v1/chat/completions", model: "Mistral-Nemo-Instruct-2407"},
	{kind: "scaleway", path: "/v1/chat/completions", model: "mistral-medium-3.5-128b"},
}

func (c partner) provider(t *testing.T, address string, change func(*openai.Options)) *openai.Provider {
	t.Helper()
	row, ok := openai.RowOf(c.kind)
	if !ok {
		t.Fatal("there is no such row")
	}
	if c.endpoint {
		address += "/endpoints/chat-prod/openai/v1"
	}
	o, err := row.Options(address, c.settings)
	if err != nil {
		t.Fatal(err)
	}
	usual := options(t, o.BaseURL)
	o.ID, o.Service, o.HTTP, o.Retry = "work", policy.Partner, usual.HTTP, usual.Retry
	o.Key = func(context.Context) (chat.Secret, error) { return "k-1", nil }
	if change != nil {
		change(&o)
	}
	return openai.New(o)
}

func TestEveryPartnerIsAProvider(t *testing.T) {
	for _, c := range partners {
		t.Run(c.kind+" "+c.path, func(t *testing.T) {
			own := wire
			own.Path = c.path
			if c.wire != nil {
				c.wire(&own)
			}
			clienttest.Run(t, clienttest.Fixture{
				New: func(t *testing.T, s clienttest.Scenario, url string) client.Provider {
					return c.provider(t, url, func(o *openai.Options) {
						if s == clienttest.Stalled {
							o.Idle = clienttest.StalledLimit
						}
					})
				},
				Wire: &own, Model: c.model, Failures: append(c.failures, plainFailures...),
			})
		})
	}
}
