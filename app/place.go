package app

import (
	"time"

	"bise/app/policy"
	"bise/client"
)

// Place says in words where a provider's answers come from and what may be done
// with what is sent there: the status line, the model picker and the commands
// say the same.
type Place struct {
	// Where is "this machine", "Mistral EU", "another machine (host)".
	Where string
	// Plan is the plan as the person stated it, "" where there is none.
	Plan string
	// Consequence is what happens to the words: "nothing leaves".
	Consequence string
	// Trains says that the service may train on it; it deserves a warning.
	Trains bool
}

// Place describes a provider, and a model of it that a local runner passes on
// to another host.
func (a *App) Place(provider string, remote bool) Place {
	d := a.Describe(provider)
	if d.ID == "" {
		return Place{}
	}
	if d.Service == policy.Local {
		return a.localPlace(d, remote)
	}
	f, err := a.factsFor(provider)
	if err != nil {
		return Place{Where: d.Name}
	}
	v := a.Rules().Decide(f, policy.ShowDataUse, 0)
	training, _ := v.Fields["training"].(string)
	direction, _ := v.Fields["direction"].(string)
	p := Place{Where: d.Name, Trains: training == "on" || training == "on_assumed"}
	if d.Region != "" {
		p.Where += " " + a.word("place.region."+d.Region)
	}
	if d.Service == policy.Partner {
		p.Where = a.partnerPlace(d, f)
	}
	if plan := f.Get("plan"); plan != "" && plan != "unset" {
		p.Plan = a.word("place.plan." + plan)
	}
	key := "place.training." + training
	if training == "on" && direction == "opt_out" {
		key = "place.training.on_unless"
	}
	declared, _ := v.Fields["declared_on"].(string)
	if training == "off" && declared != "" {
		p.Consequence = a.word("place.training.off_declared", "Date", declared)
		return p
	}
	p.Consequence = a.word(key)
	return p
}

func (a *App) localPlace(d Descriptor, remote bool) Place {
	switch {
	case remote:
		return Place{Where: a.word("place.remote_model", "Name", d.Name), Consequence: a.word("place.leaves")}
	case d.Place == client.Elsewhere:
		return Place{Where: a.word("place.other_machine", "Host", d.Host), Consequence: a.word("place.leaves")}
	default:
		return Place{Where: a.word("place.here"), Consequence: a.word("place.stays")}
	}
}

// Clock is the clock of this run for the screen, and whether it was set by
// hand.
func (a *App) Clock() (now time.Time, rehearsing bool) {
	return a.Now(), a.options.Rehearsing
}
