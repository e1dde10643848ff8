package app

import (
	"strings"

	"bise/app/policy"
	"bise/client"
)

// labsPrefix begins the names of Mistral's experimental models, which no switch
// keeps from training (Mistral's page on the life of models, August 2026).
const labsPrefix = "labs-"

// PlaceOfModel is Place for one model of a list.
func (a *App) PlaceOfModel(provider string, m Model) Place {
	p := a.Place(provider, m.Remote)
	if m.Badge == client.Labs {
		return a.labsPlace(p)
	}
	return p
}

// labsPlace is a place whose model is an experiment.
func (a *App) labsPlace(p Place) Place {
	p.Consequence, p.Trains = a.word("place.training.labs"), true
	return p
}

// labs reports whether a choice is an experimental model, by its name or by the
// list that the service gave last.
func (a *App) labs(c Choice) bool {
	d := a.Describe(c.Provider)
	if d.Service != policy.Platform && d.Service != policy.LeChat {
		return false
	}
	if strings.HasPrefix(c.Model, labsPrefix) {
		return true
	}
	l, _ := a.cachedModels(d)
	for _, m := range l.Models {
		if m.Badge == client.Labs && m.Named(c.Model) {
			return true
		}
	}
	return false
}
