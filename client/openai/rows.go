package openai

import (
	"net/url"
	"slices"
	"strings"

	"bise/app/fault"
)

// Settings are what a profile says of its place at a partner, by the names of
// the rows: "region", "project". An absent one is "".
type Settings map[string]string

// The ways of signing in to a partner.
const (
	// AuthKey is a key that the person pastes or the environment holds.
	AuthKey = "key"
	// AuthNone asks without a key.
	AuthNone = "none"
	// AuthCommand is the output of a program of the company.
	AuthCommand = "command"
	// AuthEntra is Microsoft Entra.
	AuthEntra = "entra"
	// AuthGoogle is Google's application default credentials.
	AuthGoogle = "adc"
	// AuthAWS is AWS's credential chain.
	AuthAWS = "chain"
	// AuthIBM changes an IBM Cloud key for a token.
	AuthIBM = "iam"
)

// Row is how one partner serves the dialect: where, signed in how, and with
// what changed. Sources: the partners' own pages and Mistral's SDK, read on
// 23 November 2026.
type Row struct {
	Kind string
	// Product is the partner's product in a few words: "Azure".
	Product string
	// Takes are the settings that mean something, in the order of asking.
	// Those of Needs must be there unless the endpoint is.
	Takes, Needs []string
	// NeedsEndpoint says that nobody but the person knows the address.
	NeedsEndpoint bool
	// Auth are the ways of signing in, the usual one first.
	Auth []string
	// Variables are environment variables that hold a key.
	Variables []string
	// Models are names known from the partner's pages. They are hints: any
	// other can be asked for.
	Models []string
	// OwnWire says that the usual route is not this dialect.
	OwnWire bool

	connect func(base string, s Settings) (string, Dialect, error)
}

// common are settings that every row takes.
var common = []string{"auth", "token_command", "models", "ca_file", "country"}

// Rows lists the partners.
func Rows() []Row { return slices.Clone(rows) }

// RowOf finds the row of a kind of profile.
func RowOf(kind string) (Row, bool) {
	for _, r := range rows {
		if r.Kind == kind {
			return r, true
		}
	}
	return Row{}, false
}

// Knows reports whether a setting means something to the row.
func (r Row) Knows(setting string) bool {
	return slices.Contains(common, setting) || slices.Contains(r.Takes, setting)
}

// Way is how to sign in: as the settings say, else by the command there is,
// else in the usual way. A way that the row lacks is a fault.Usage.
func (r Row) Way(s Settings) (string, error) {
	switch way := s["auth"]; {
	case way == "" && s["token_command"] != "":
		return AuthCommand, nil
	case way == "":
		return r.Auth[0], nil
	case !slices.Contains(r.Auth, way):
		return "", fault.E("openai.Way", fault.Usage, nil, "what", "way of signing in", "word", way)
	case way == AuthCommand && s["token_command"] == "":
		return "", r.missing("token_command")
	default:
		return way, nil
	}
}

// Options gives the address and the dialect of a row. endpoint replaces the
// partner's usual address; "" is that one. What is missing is a fault of kind
// fault.MissingSetting that names the setting.
func (r Row) Options(endpoint string, s Settings) (Options, error) {
	way, err := r.Way(s)
	if err != nil {
		return Options{}, err
	}
	if endpoint == "" && r.NeedsEndpoint {
		return Options{}, r.missing("endpoint")
	}
	for _, name := range r.Needs {
		if s[name] == "" && (endpoint == "" || name == "project") {
			return Options{}, r.missing(name)
		}
	}
	base, d, err := r.connect(strings.TrimRight(endpoint, "/"), s)
	if err != nil {
		return Options{}, err
	}
	d.Partner = r.Kind
	d.Absent = fault.Unreachable
	d.NeedsKey = way != AuthNone
	if way != AuthKey {
		d.KeyHeader = ""
	}
	known := listed(s["models"])
	if len(known) == 0 {
		known = r.Models
	}
	return Options{Name: r.Product, BaseURL: base, Dialect: d, Known: known}, nil
}

func (r Row) missing(setting string) error {
	return fault.E("openai.Options", fault.MissingSetting, nil, "setting", setting, "kind", r.Kind)
}

// listed splits a list with commas.
func listed(s string) []string {
	var all []string
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word != "" {
			all = append(all, word)
		}
	}
	return all
}

// or is the first of two texts that is not "".
func or(text, usual string) string {
	if text != "" {
		return text
	}
	return usual
}

// atAddress is a row that speaks the dialect at an address without anything else.
func atAddress(usual string, blame Blame) func(string, Settings) (string, Dialect, error) {
	return func(base string, _ Settings) (string, Dialect, error) {
		return or(base, usual), Dialect{Strict: true, Blame: blame}, nil
	}
}

// rows is every partner. Names of models are those of the partners' lists.
var rows = []Row{
	{
		Kind: "azure", Product: "Azure", NeedsEndpoint: true,
		Takes: []string{"route", "api_version", "tenant", "client_id", "scope", "credential"},
		Auth:  []string{AuthKey, AuthEntra, AuthCommand}, Variables: []string{"AZURE_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_INFERENCE_CREDENTIAL"},
		connect: azure,
	},
	{
		Kind: "vertex", Product: "Vertex AI",
		Takes: []string{"project", "location", "credentials_file"}, Needs: []string{"project"},
		Auth:    []string{AuthGoogle, AuthCommand},
		Models:  []string{"mistral-medium-3", "mistral-small-2503", "codestral-2"},
		connect: vertex,
	},
	{
		Kind: "bedrock", Product: "Bedrock", OwnWire: true,
		Takes: []string{"region", "route", "aws_profile"}, Needs: []string{"region"},
		Auth: []string{AuthAWS, AuthKey, AuthCommand}, Variables: []string{"AWS_BEARER_TOKEN_BEDROCK"},
		Models: []string{
			"mistral.mistral-large-3-675b-instruct", "mistral.ministral-3-14b-instruct", "mistral.ministral-3-8b-instruct",
			"mistral.ministral-3-3b-instruct", "mistral.magistral-small-2509", "mistral.devstral-2-123b",
			"mistral.voxtral-small-24b-2507", "mistral.voxtral-mini-3b-2507", "mistral.mistral-large-2407-v1:0",
			"mistral.mistral-large-2402-v1:0", "mistral.mistral-small-2402-v1:0",
			"eu.mistral.pixtral-large-2502-v1:0", "us.mistral.pixtral-large-2502-v1:0",
		},
		connect: bedrock,
	},
	{
		Kind: "watsonx", Product: "watsonx.ai",
		Takes: []string{"region", "project", "space", "deployment", "api_version", "iam_endpoint"}, Needs: []string{"region"},
		Auth: []string{AuthIBM, AuthCommand}, Variables: []string{"WATSONX_APIKEY", "IBM_CLOUD_API_KEY"},
		Models:  []string{"mistralai/mistral-medium-2505", "mistralai/mistral-large"},
		connect: watsonx,
	},
	{
		Kind: "snowflake", Product: "Snowflake Cortex",
		Takes: []string{"account"}, Needs: []string{"account"},
		Auth: []string{AuthKey, AuthCommand}, Variables: []string{"SNOWFLAKE_PAT"},
		Models:  []string{"mistral-large2", "mistral-7b"},
		connect: snowflake,
	},
	{
		Kind: "sagemaker", Product: "SageMaker",
		Takes: []string{"region", "deployment", "aws_profile"}, Needs: []string{"region", "deployment"},
		Auth:    []string{AuthAWS, AuthCommand},
		connect: sagemaker,
	},
	{
		Kind: "nim", Product: "NVIDIA NIM",
		Auth: []string{AuthKey, AuthNone, AuthCommand}, Variables: []string{"NVIDIA_API_KEY"},
		connect: atAddress("https://integrate.api.nvidia.com/v1", endpointBlame),
	},
	{
		Kind: "outscale", Product: "Outscale", NeedsEndpoint: true,
		Auth:    []string{AuthNone, AuthKey, AuthCommand},
		Models:  []string{"small-2409", "codestral-2405"},
		connect: atAddress("", endpointBlame),
	},
	{
		Kind: "ovhcloud", Product: "OVHcloud",
		Auth: []string{AuthKey, AuthNone, AuthCommand}, Variables: []string{"OVH_AI_ENDPOINTS_ACCESS_TOKEN"},
		Models:  []string{"Mistral-Small-3.2-24B-Instruct-2506", "Mistral-Nemo-Instruct-2407", "Mistral-7B-Instruct-v0.3"},
		connect: atAddress("https://oai.endpoints.kepler.ai.cloud.ovh.net/v1", endpointBlame),
	},
	{
		Kind: "scaleway", Product: "Scaleway",
		Takes: []string{"project"},
		Auth:  []string{AuthKey, AuthCommand}, Variables: []string{"SCW_SECRET_KEY"},
		Models:  []string{"mistral-medium-3.5-128b", "devstral-2-123b-instruct-2512", "mistral-small-3.2-24b-instruct-2506"},
		connect: scaleway,
	},
}

// Blame names the setting to look at for a kind of failure.
type Blame map[fault.Kind]string

var endpointBlame = Blame{
	fault.Unreachable: "endpoint", fault.WrongHost: "endpoint", fault.KeyRefused: "endpoint",
	fault.NoDeployment: "model", fault.ModelGone: "model",
}

// regional is the blame where the address is made of a region.
func regional(setting string) Blame {
	return Blame{
		fault.Unreachable: setting, fault.WrongHost: setting, fault.WrongRegion: setting,
		fault.NoDeployment: "model", fault.ModelGone: "model", fault.Unsupported: "route",
	}
}

// vertex is Google's raw route, whose body is Mistral's own (Mistral's SDK for
// Google Cloud; its default region is europe-west4).
func vertex(base string, s Settings) (string, Dialect, error) {
	location := or(s["location"], "europe-west4")
	host := location + "-aiplatform.googleapis.com"
	if location == "global" {
		host = "aiplatform.googleapis.com"
	}
	base = or(base, "https://"+host) + "/v1/projects/" + url.PathEscape(s["project"]) +
		"/locations/" + url.PathEscape(location) + "/publishers/mistralai/models"
	blame := regional("location")
	blame[fault.NoPermission] = "project"
	return base, Dialect{
		Chunks: true, Prefix: true, RandomSeed: true, ShortIDs: true, Strict: true, NoList: true, Blame: blame,
		ChatPath: func(model string) string { return "/" + url.PathEscape(model) + ":streamRawPredict" },
	}, nil
}

// bedrock is AWS's route in this dialect, for models that have it.
func bedrock(base string, s Settings) (string, Dialect, error) {
	d := Dialect{Strict: true, NoList: true, Blame: regional("region")}
	switch s["route"] {
	case "mantle":
		d.NoList = false
		return or(base, "https://bedrock-mantle."+s["region"]+".api.aws/v1"), d, nil
	case "openai":
		return or(base, "https://bedrock-runtime."+s["region"]+".amazonaws.com") + "/openai/v1", d, nil
	default:
		return "", d, fault.E("openai.Options", fault.Usage, nil, "what", "route", "word", s["route"])
	}
}

// watsonx is IBM's chat route. It takes model_id and a project or space, and
// asking for a stream is a path of its own.
func watsonx(base string, s Settings) (string, Dialect, error) {
	d := Dialect{
		Strict: true, Blame: regional("region"), Query: "version=" + or(s["api_version"], "2024-05-01"),
		ListPath: "/foundation_model_specs", Only: "mistral",
		Body: Body{Model: "model_id", NoStream: true, Add: map[string]string{}},
	}
	for setting, field := range map[string]string{"project": "project_id", "space": "space_id"} {
		if s[setting] != "" {
			d.Body.Add[field] = s[setting]
		}
	}
	path := "/text/chat_stream"
	if s["deployment"] != "" {
		path = "/deployments/" + url.PathEscape(s["deployment"]) + path
		d.Body.Model = "-"
		d.Blame[fault.NoDeployment] = "deployment"
	} else if len(d.Body.Add) == 0 {
		return "", d, fault.E("openai.Options", fault.MissingSetting, nil, "setting", "project", "kind", "watsonx")
	}
	d.Blame[fault.NoPermission] = "project"
	d.ChatPath = func(string) string { return path }
	return or(base, "https://"+s["region"]+".ml.cloud.ibm.com") + "/ml/v1", d, nil
}

func snowflake(base string, s Settings) (string, Dialect, error) {
	blame := regional("account")
	return or(base, "https://"+s["account"]+".snowflakecomputing.com") + "/api/v2/cortex/v1",
		Dialect{Strict: true, NoList: true, Blame: blame}, nil
}

// sagemaker is an endpoint of one's own; the model is whatever runs there.
func sagemaker(base string, s Settings) (string, Dialect, error) {
	blame := regional("region")
	blame[fault.NoDeployment] = "deployment"
	if base == "" {
		base = "https://runtime.sagemaker." + s["region"] + ".amazonaws.com/endpoints/" + url.PathEscape(s["deployment"]) + "/openai/v1"
	}
	return base, Dialect{Strict: true, NoList: true, Blame: blame}, nil
}

func scaleway(base string, s Settings) (string, Dialect, error) {
	usual := "https://api.scaleway.ai/v1"
	if s["project"] != "" {
		usual = "https://api.scaleway.ai/" + url.PathEscape(s["project"]) + "/v1"
	}
	blame := Blame{
		fault.NoPermission: "project", fault.Forbidden: "project", fault.NoDeployment: "model",
		fault.ModelGone: "model", fault.Unreachable: "endpoint", fault.WrongHost: "endpoint",
	}
	return or(base, usual), Dialect{Strict: true, Blame: blame}, nil
}
