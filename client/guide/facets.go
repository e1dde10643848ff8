package guide

import (
	"slices"

	"bise/app/policy"
)

// facets are the service and plans that a question names.
type facets struct {
	services []policy.Service
	plans    []string
}

func (f facets) empty() bool { return len(f.services) == 0 && len(f.plans) == 0 }

// serviceWords name a service by one of its names in a question.
var serviceWords = map[string]policy.Service{
	"lechat": policy.LeChat, "vibe": policy.LeChat,
	"laplateforme": policy.Platform, "platform": policy.Platform, "plateforme": policy.Platform, "studio": policy.Platform,
	"api": policy.Platform, "apikey": policy.Platform, "developer": policy.Platform,
	"partner": policy.Partner, "partners": policy.Partner, "azure": policy.Partner, "bedrock": policy.Partner, "aws": policy.Partner,
	"amazon": policy.Partner, "vertex": policy.Partner, "gcp": policy.Partner, "foundry": policy.Partner, "cloud": policy.Partner,
	"ollama": policy.Local, "llama": policy.Local, "local": policy.Local, "locally": policy.Local, "offline": policy.Local,
}

// planWords name a plan. A student's plan behaves as Pro.
var planWords = map[string]string{
	"free": "free", "experiment": "free", "unpaid": "free",
	"pro": "pro", "student": "pro", "students": "pro",
	"team": "team", "teams": "team",
	"enterprise": "enterprise",
	"paid":       "paid", "paying": "paid", "scale": "paid",
}

// plansOf are the plans of a service that has plans.
var plansOf = map[policy.Service][]string{
	policy.LeChat:   {"free", "pro", "team", "enterprise"},
	policy.Platform: {"free", "paid"},
}

// facetsOf reads the service and plans out of a question. A plan that only one
// service has names that service too.
func facetsOf(question string) facets {
	var f facets
	for _, w := range rawWords(question) {
		if s, ok := serviceWords[w]; ok && !slices.Contains(f.services, s) {
			f.services = append(f.services, s)
		}
		if p, ok := planWords[w]; ok && !slices.Contains(f.plans, p) {
			f.plans = append(f.plans, p)
		}
	}
	if len(f.services) > 0 {
		return f
	}
	for _, p := range f.plans {
		for _, s := range []policy.Service{policy.LeChat, policy.Platform} {
			if slices.Contains(plansOf[s], p) && !slices.Contains(f.services, s) {
				f.services = append(f.services, s)
			}
		}
	}
	return f
}

// facetTerm reports whether a word only names a service or plan.
func facetTerm(w string) bool {
	_, service := serviceWords[w]
	_, plan := planWords[w]
	return service || plan
}

// match reports whether an entry is about what the question names.
func (f facets) match(e entry) bool {
	if e.service == everyService {
		return true
	}
	if len(f.services) > 0 && !slices.Contains(f.services, e.service) {
		return false
	}
	if len(f.plans) == 0 || len(e.plans) == 0 {
		return true
	}
	known := false // a plan the service lacks does not narrow
	for _, p := range f.plans {
		if slices.Contains(e.plans, p) {
			return true
		}
		known = known || slices.Contains(plansOf[e.service], p)
	}
	return !known
}
