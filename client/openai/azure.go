package openai

import (
	"net/url"
	"strings"

	"bise/app/fault"
)

// The routes of Azure's resources.
const (
	azureV1          = "v1"
	azureModels      = "models"
	azureDeployments = "deployments"
)

// azureSuffixes are the domains of resources that have the v1 route.
var azureSuffixes = []string{".services.ai.azure.com", ".openai.azure.com", ".cognitiveservices.azure.com"}

// azureServerless are the domains of deployments that are hosts of their own.
var azureServerless = []string{".models.ai.azure.com", ".inference.ai.azure.com"}

// azure takes every form of an address that Azure's pages show for copying and
// rebuilds the one to ask: the v1 route, unless the settings or the host say
// otherwise. Mistral's documents and its SDK use older routes, and people paste
// from both.
func azure(raw string, s Settings) (string, Dialect, error) {
	d := Dialect{
		RandomSeed: true, Strict: true, NoList: true, KeyHeader: "api-key",
		Blame: Blame{
			fault.Unreachable: "endpoint", fault.WrongHost: "endpoint", fault.KeyRefused: "endpoint",
			fault.NoDeployment: "model", fault.ModelGone: "model", fault.NoPermission: "auth",
		},
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return raw, d, nil // New says what is wrong with it
	}
	version := or(s["api_version"], u.Query().Get("api-version"))
	root := u.Scheme + "://" + u.Host
	path := strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/chat/completions")
	host := strings.ToLower(u.Hostname())
	if endsWith(host, azureServerless) {
		d.KeyHeader = "" // such a host takes its key as a bearer
		return root + "/v1", d, nil
	}
	if !endsWith(host, azureSuffixes) && path != "" && s["route"] == "" {
		return root + path, d, nil // a company's own gateway: as it says
	}
	switch route := or(s["route"], azureRoute(path)); route {
	case azureV1:
		return root + "/openai/v1", d, nil
	case azureModels:
		d.Query = "api-version=" + url.QueryEscape(or(version, "2024-05-01-preview"))
		return root + "/models", d, nil
	case azureDeployments:
		d.Query = "api-version=" + url.QueryEscape(or(version, "2024-10-21"))
		d.ChatPath = func(model string) string { return "/" + url.PathEscape(model) + chatPath }
		return root + "/openai/deployments", d, nil
	default:
		return "", d, fault.E("openai.azure", fault.Usage, nil, "what", "route", "word", route)
	}
}

// azureRoute is the route that an address asks for. Only the old deployment
// form is kept as it is: its resources may lack the v1 route.
func azureRoute(path string) string {
	if strings.HasPrefix(path, "/openai/deployments") {
		return azureDeployments
	}
	return azureV1
}

// AzureDeployment is the deployment that an address names, "" if none.
func AzureDeployment(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	_, rest, ok := strings.Cut(u.Path, "/openai/deployments/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func endsWith(host string, suffixes []string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return false
}
