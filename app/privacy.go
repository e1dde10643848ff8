package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"bise/app/policy"
	"bise/app/termsafe"
)

// PrivacyPage is one page on what becomes of the words of a profile. The rules
// decide everything on it; the screen and the command line show the same.
type PrivacyPage struct {
	Profile, Provider string
	Service           policy.Service
	// Name is the provider's, for a title.
	Name                           string
	Place                          Place
	Training, Retention, Companies policy.Verdict
	Switches                       []policy.Switch
	Authorisations                 []policy.Authorisation
	Sections                       []PrivacySection
}

// PrivacySection is a heading and what stands below it.
type PrivacySection struct {
	Name  PrivacyTopic
	Title string
	Lines []PrivacyLine
}

// PrivacyTopic names a section.
type PrivacyTopic string

// The sections, in the order in which they are shown; the commands that print
// one alone have their names.
const (
	PrivacyWhere      PrivacyTopic = "where"
	PrivacyTraining   PrivacyTopic = "training"
	PrivacyRetention  PrivacyTopic = "retention"
	PrivacyProviders  PrivacyTopic = "providers"
	PrivacyOptOuts    PrivacyTopic = "optouts"
	PrivacyWeights    PrivacyTopic = "weights"
	PrivacyPermission PrivacyTopic = "authorisations"
	PrivacyRules      PrivacyTopic = "rules"
)

// PrivacyLine is a line of a section before it is wrapped.
type PrivacyLine struct {
	Style PrivacyStyle
	Text  string
}

// PrivacyStyle says how a line reads.
type PrivacyStyle uint8

// The styles of a line.
const (
	PlainLine PrivacyStyle = iota
	WarningLine
	ItemLine
	SwitchLine // an item that a key toggles
	QuietLine
)

// Privacy makes the page of a profile. provider is one of those the profile
// governs; "" is the profile's own.
func (a *App) Privacy(profile, provider string) (PrivacyPage, error) {
	p, err := a.Profile(profile)
	if err != nil {
		return PrivacyPage{}, err
	}
	f, err := a.Facts(profile)
	if err != nil {
		return PrivacyPage{}, err
	}
	if provider == "" {
		provider = a.providerOf(p)
	}
	page := PrivacyPage{
		Profile: profile, Provider: provider, Service: f.Service(), Name: a.Describe(provider).Name,
		Place:          a.Place(provider, false),
		Training:       a.Rules().Decide(f, policy.ShowDataUse, 0),
		Retention:      a.Rules().Decide(f, policy.ShowRetention, 0),
		Companies:      a.Rules().Decide(f, policy.ShowProviders, 0),
		Switches:       a.Rules().Switches(f),
		Authorisations: f.Authorisations,
	}
	if page.Name == "" {
		page.Name = profile
	}
	w := pageWriter{app: a, facts: f, page: &page}
	w.locks = a.Locks(profile)
	w.where()
	w.training()
	w.retention()
	w.companies()
	w.switches()
	w.weights()
	w.permissions()
	w.ruleset()
	return page, nil
}

// providerOf is the provider that answers for a profile.
func (a *App) providerOf(p Profile) string {
	if p.Kind == "local" {
		return OllamaProvider
	}
	return p.Name
}

// SwitchCompany opts a profile out of a company, or back in. It acts in bise at
// once, not at the service. word is that of a policy.Switch.
func (a *App) SwitchCompany(ctx context.Context, profile, word string, off bool) ([]Removed, error) {
	f, err := a.Facts(profile)
	if err != nil {
		return nil, err
	}
	var words []string
	for _, s := range a.Rules().Switches(f) {
		if s.Word == word && off || s.Word != word && s.Off {
			words = append(words, s.Word)
		}
	}
	return a.ChangeProfile(ctx, profile, []string{"optouts=" + strings.Join(words, ",")})
}

// Until says an end that show_retention gives: a word of the rules, a length
// such as "+30d", or a date.
func (a *App) Until(end string) string {
	length, ok := strings.CutPrefix(end, "+")
	if !ok || len(length) < 2 {
		if _, err := time.Parse(time.DateOnly, end); err == nil {
			return a.word("guide.until.date", "Date", end)
		}
		for _, key := range []string{"privacy.until." + end, "guide.until." + end} {
			if w := a.options.Words; w != nil && w.Has(key) {
				return w.T(key)
			}
		}
		return strings.ReplaceAll(end, "_", " ")
	}
	n, err := strconv.Atoi(length[:len(length)-1])
	if err != nil {
		return end
	}
	key := "guide.length." + length[len(length)-1:]
	if n == 1 {
		key += "_single"
	}
	return a.word(key, "N", n)
}

// sentence is a sentence of the rules in words, "" for none.
func (a *App) sentence(s policy.Words) string {
	if s.Key == "" {
		return ""
	}
	args := make([]any, 0, 2*len(s.Args))
	for name, value := range s.Args {
		args = append(args, name, termsafe.Line(value))
	}
	return a.word("rules."+s.Key, args...)
}

// field is a field of a verdict that is one word, "" if there is none.
func field(v policy.Verdict, name string) string { return oneWord(v.Fields[name]) }

func oneWord(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return termsafe.Line(value)
	default:
		return termsafe.Line(fmt.Sprint(value))
	}
}

// list says words as people list them: "web search and news".
func (a *App) list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return a.word("privacy.and", "List", strings.Join(words[:last], ", "), "Last", words[last])
}

func (a *App) features(names []string) string {
	said := slices.Clone(names)
	for i, name := range said {
		said[i] = a.word("privacy.feature." + name)
	}
	return a.list(said)
}
