package app

import (
	"context"
	"maps"
	"time"

	"bise/app/policy"
)

// listed is l as the rules list it for the profile: a model whose end was
// announced before the profile was made is left out, and so is one that is not
// for everybody; one that ends later has its day.
func (a *App) listed(ctx context.Context, l ModelList) ModelList {
	profile := a.ProfileOf(string(l.Provider.ID))
	f, err := a.Facts(profile)
	if err != nil || len(l.Models) == 0 {
		return l
	}
	ends := a.announcedEnds(ctx, profile)
	models := make([]Model, 0, len(l.Models))
	for _, m := range l.Models {
		g, err := f.With("model", m.ID)
		if err == nil {
			g, err = g.With("discontinuation_notice", ends[m.ID])
		}
		if err != nil { // a name that is no fact has no rule
			models = append(models, m)
			continue
		}
		v := a.Rules().Decide(g, policy.ListModels, 0)
		if v.Decision == policy.Block {
			continue
		}
		if end, ok := v.Fields["earliest_end"].(string); ok && m.Retires.IsZero() {
			if day, err := time.Parse(time.DateOnly, end); err == nil {
				m.Retires = day
			}
		}
		models = append(models, m)
	}
	l.Models = models
	return l
}

// announcedEnds gives the models of a profile whose end a notice in the inbox
// announces, with the day of the notice. A history that is not open is not
// opened for it: the profile has them too.
func (a *App) announcedEnds(ctx context.Context, profile string) map[string]string {
	ends := make(map[string]string)
	if p, err := a.Profile(profile); err == nil {
		maps.Copy(ends, p.Ends)
	}
	if a.HistoryState() != HistoryOpen {
		return ends
	}
	inbox, err := a.Inbox(ctx, profile, true)
	if err != nil {
		return ends
	}
	for _, n := range inbox {
		if n.Kind == ModelNotice {
			ends[n.Facts["model"]] = n.On
		}
	}
	return ends
}
