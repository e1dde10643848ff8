package app

import (
	"maps"
	"time"

	"bise/app/fault"
	"bise/app/policy"
)

// dated are facts that are worth nothing without the day they were stated on,
// each with where that day stands. The day is today's where none is given.
var dated = map[string]string{
	"training_switch": "training_declared_on",
	"zdr":             "zdr_on",
}

// state takes in what a person says of the account; an empty word takes a fact
// back. A fact stated anew has a new day, as the old one is about the old word.
func (p *Profile) state(stated map[string]string, now time.Time) error {
	today := now.Format(time.DateOnly)
	for name, day := range dated {
		word, said := stated[name]
		if _, given := stated[day]; !said || given {
			continue
		}
		if word == "" || word == "none" || word == "unset" {
			stated[day] = ""
		} else {
			stated[day] = today
		}
	}
	zdrOn := p.ZDROn
	if day, ok := stated["zdr_on"]; ok {
		zdrOn = day
		delete(stated, "zdr_on")
	}
	facts := maps.Clone(p.Facts)
	if facts == nil {
		facts = make(map[string]string)
	}
	for name, word := range stated {
		if word == "" {
			delete(facts, name)
			continue
		}
		facts[name] = word
	}
	f, err := policy.NewFacts(facts, now)
	if err != nil {
		return err
	}
	for name, word := range stated {
		if word != "" && name != "turn" && name != "authorisations" {
			facts[name] = f.Get(name) // as the rules spell it
		}
	}
	p.Facts, p.ZDROn = facts, zdrOn
	if len(stated) > 0 {
		p.FactsOn = today
	}
	return nil
}

// confirm takes the fact "accepted" for what it is: a confirmation of what the
// rules in force ask now, not one for ever.
func (p *Profile) confirm(a *App, word string) error {
	switch word {
	case "yes", "true":
		f, err := a.factsOf(*p)
		if err != nil {
			return err
		}
		accepted := a.acceptance(f)
		p.Accepted = &accepted
		return nil
	case "no", "false", "":
		p.Accepted = nil
		a.mu.Lock()
		delete(a.agreed, p.Name)
		a.mu.Unlock()
		return nil
	default:
		return fault.E("app.SetProfile", fault.Usage, nil, "fact", "accepted", "word", word)
	}
}

// acceptance is a confirmation given now.
func (a *App) acceptance(f policy.Facts) Acceptance {
	return Acceptance{
		Ruleset:  a.Rules().ID(),
		Plan:     f.Get("plan"),
		Training: a.training(f),
		On:       a.Now().Format(time.DateOnly),
	}
}

// OldFacts reports whether what the profile says of the account was stated more
// than twelve months ago: plans and companies change (TOS-1.c).
func (p Profile) OldFacts(now time.Time) bool {
	on, err := time.Parse(time.DateOnly, p.FactsOn)
	if err != nil || len(p.Facts) == 0 {
		return false
	}
	year := on.AddDate(1, 0, 0)
	if year.Day() != on.Day() { // 29 February ends on the 28th
		year = year.AddDate(0, 0, -year.Day())
	}
	return now.Format(time.DateOnly) > year.Format(time.DateOnly)
}

// checkFacts gives one quiet line where the facts of the profile in use are old.
func (a *App) checkFacts() []Check {
	p, err := a.Profile(a.Active())
	if err != nil || !p.OldFacts(a.Now()) {
		return nil
	}
	return []Check{says("facts", "doctor.facts_old", "Profile", p.Name, "Date", p.FactsOn)}
}
