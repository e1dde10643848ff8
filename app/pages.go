package app

import (
	"context"
	"os/exec"
	"runtime"

	"bise/app/fault"
	"bise/app/policy"
	"bise/app/termsafe"
)

// AccountPage is a page of the service's own console for something that no
// interface reaches: bise can neither read nor change it. Declared is what the
// person has said of it.
type AccountPage struct {
	Name string // stable: training, retention, subscription, usage, limits, billing, keys
	URL  string
	// Text says what is set there.
	Text string
	// Declared is the person's own word on it, with the day, "" where they
	// have said nothing.
	Declared string
}

// accountPages are Mistral's pages by service (Mistral's documentation of the
// Admin Console, August 2026). "" stands for both services.
var accountPages = []struct {
	service   policy.Service
	name, url string
	fact      string // that the person declares of it
}{
	{policy.Platform, "training", "https://admin.mistral.ai/plateforme/privacy", "training_switch"},
	{policy.LeChat, "training", "https://admin.mistral.ai/vibe/privacy", "training_switch"},
	{policy.Platform, "retention", "https://admin.mistral.ai/plateforme/privacy", "zdr"},
	{"", "subscription", "https://admin.mistral.ai/subscription", "plan"},
	{"", "usage", "https://admin.mistral.ai/organization/usage", ""},
	{"", "limits", "https://admin.mistral.ai/plateforme/limits", ""},
	{"", "billing", "https://admin.mistral.ai/organization/billing", ""},
	{"", "keys", KeyPage, ""},
}

// KeyPage is where Mistral gives keys and takes them back.
const KeyPage = "https://console.mistral.ai/api-keys"

// AccountPages lists the pages for a profile; none where the account is not
// Mistral's.
func (a *App) AccountPages(profile string) ([]AccountPage, error) {
	p, err := a.Profile(profile)
	if err != nil {
		return nil, err
	}
	f, err := a.Facts(profile)
	if err != nil || p.Kind != MistralProfile {
		return nil, err
	}
	var pages []AccountPage
	for _, page := range accountPages {
		if page.service != "" && page.service != f.Service() {
			continue
		}
		pages = append(pages, AccountPage{
			Name: page.name, URL: page.url, Text: a.word("account.page." + page.name), Declared: a.declared(p, f, page.fact),
		})
	}
	return pages, nil
}

// declared says what the person has stated of a fact, and when.
func (a *App) declared(p Profile, f policy.Facts, fact string) string {
	if fact == "" || p.Facts[fact] == "" {
		return ""
	}
	word, on := f.Get(fact), p.FactsOn
	switch fact {
	case "training_switch":
		on = f.Get("training_declared_on")
	case "zdr":
		on = p.ZDROn
	}
	if on == "" {
		on = p.FactsOn
	}
	return a.word("account.declared", "Word", termsafe.Line(word), "Date", on)
}

// OpenPage opens one of the pages of a profile in the browser, because the
// person asks for it.
func (a *App) OpenPage(ctx context.Context, profile, name string) (AccountPage, error) {
	pages, err := a.AccountPages(profile)
	if err != nil {
		return AccountPage{}, err
	}
	for _, page := range pages {
		if page.Name == name {
			return page, openLink(ctx, page.URL)
		}
	}
	return AccountPage{}, fault.E("app.OpenPage", fault.NotFound, nil, "what", "page", "name", name)
}

// openLink hands an address of bise's own to the system's opener.
func openLink(ctx context.Context, url string) error {
	const op = "app.openLink"
	name, args := opener(runtime.GOOS)
	path, err := exec.LookPath(name)
	if err != nil {
		return fault.E(op, fault.NotFound, err, "what", "browser", "name", name)
	}
	return launch(ctx, op, path, append(args, url))
}
