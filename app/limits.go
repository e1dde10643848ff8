package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bise/client"
)

// The latest limits of each provider are kept in memory, and in a file below
// the cache so that the next run can tell them. They hold nothing of a person's
// words.

// LimitsSeen are the limits of an account as a service told them last.
type LimitsSeen struct {
	Provider string  `json:"provider"`
	Host     string  `json:"host"`
	Model    string  `json:"model"` // that was asked; limits differ from model to model
	Limits   []Limit `json:"limits"`
	// At is when they were told: they fill up again by themselves.
	At time.Time `json:"at"`
}

func (a *App) limitsPath(d Descriptor) string {
	return filepath.Join(a.dir, "cache", "limits-"+string(d.ID)+".json")
}

// noteLimits keeps what a service has told of its limits with an answer.
func (a *App) noteLimits(provider, model string, limits []Limit) {
	d := a.Describe(provider)
	if len(limits) == 0 || d.ID == "" {
		return
	}
	seen := LimitsSeen{Provider: provider, Host: d.Host, Model: model, Limits: slices.Clone(limits), At: a.Now()}
	a.mu.Lock()
	if a.limits == nil {
		a.limits = make(map[string]LimitsSeen)
	}
	a.limits[provider] = seen
	a.mu.Unlock()
}

// keepLimits writes what noteLimits has of a provider: once an answer, not with
// each of its tries.
func (a *App) keepLimits(provider string) {
	a.mu.Lock()
	seen, ok := a.limits[provider]
	a.mu.Unlock()
	if !ok || a.options.NoStore {
		return
	}
	if data, err := json.Marshal(seen); err == nil {
		// A disk that refuses it costs a line in "bise usage", nothing else.
		_ = writeFile(a.limitsPath(a.Describe(provider)), data)
	}
}

// Limits are the latest limits of every hosted provider that has told any, in
// the order of the providers.
func (a *App) Limits() []LimitsSeen {
	var all []LimitsSeen
	for _, d := range a.Providers() {
		if d.Place != client.Elsewhere && d.ID == GuideProvider {
			continue
		}
		if seen, ok := a.LimitsOf(string(d.ID)); ok {
			all = append(all, seen)
		}
	}
	return all
}

// LimitsOf are the latest limits of a provider, false if it has told none. A
// file of another host is none.
func (a *App) LimitsOf(provider string) (LimitsSeen, bool) {
	a.mu.Lock()
	seen, ok := a.limits[provider]
	a.mu.Unlock()
	d := a.Describe(provider)
	if ok || d.ID == "" {
		return seen, ok
	}
	data, err := os.ReadFile(a.limitsPath(d))
	if err != nil || json.Unmarshal(data, &seen) != nil || seen.Host != d.Host || len(seen.Limits) == 0 {
		return LimitsSeen{}, false
	}
	return seen, true
}

// LimitName says a limit in words: "requests a minute". A name that bise has no
// word for is said as the service does.
func (a *App) LimitName(name string) string {
	if w := a.options.Words; w != nil && w.Has("usage.limit."+name) {
		return a.word("usage.limit." + name)
	}
	return strings.ReplaceAll(name, "_", " ")
}
