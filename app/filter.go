package app

import (
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// FilterRecord says when and under which rules a person confirmed to go without
// the service's moderation of prompts.
type FilterRecord struct {
	Ruleset string `toml:"ruleset,omitempty"`
	On      string `toml:"on,omitempty"` // YYYY-MM-DD
}

// Filter is what a profile asks the service's moderation of prompts for.
func (a *App) Filter(profile string) chat.Filter {
	p, err := a.Profile(profile)
	if err != nil {
		return chat.FilterDefault
	}
	if p.Filter == chat.FilterOff && a.Preview(profile, noFilter, 0).Decision == policy.Block {
		return chat.FilterDefault // switched off by somebody who may
	}
	return p.Filter
}

const noFilter policy.Act = "use_feature:no_filter"

// FilterRecord is the record of the last confirmation, the zero value where the
// filter is not off.
func (a *App) FilterRecord(profile string) FilterRecord {
	p, err := a.Profile(profile)
	if err != nil || p.Filter != chat.FilterOff {
		return FilterRecord{}
	}
	return p.FilterOff
}

// FiltersHere reports whether a provider can be told about its moderation:
// Mistral's own API, which takes it with each prompt.
func (a *App) FiltersHere(provider string) bool {
	p, err := a.Profile(a.ProfileOf(provider))
	return err == nil && p.Kind == "mistral"
}

// SetFilter changes what a profile asks the moderation for. That it is switched
// off has been confirmed by the person; it is recorded.
func (a *App) SetFilter(profile string, f chat.Filter) error {
	p, err := a.Profile(profile)
	if err != nil {
		return err
	}
	switch f {
	case chat.FilterDefault, chat.FilterOn, chat.FilterOff:
	default:
		return fault.E("app.SetFilter", fault.Usage, nil, "what", "filter", "word", string(f))
	}
	if f == chat.FilterOff {
		if v := a.Preview(profile, noFilter, 0); v.Decision == policy.Block {
			return &policy.Refusal{Verdict: v}
		}
	}
	p.Filter, p.FilterOff = f, FilterRecord{}
	if f == chat.FilterOff {
		p.FilterOff = FilterRecord{Ruleset: a.Rules().ID(), On: a.Now().Format(time.DateOnly)}
	}
	return a.putProfile(p)
}
