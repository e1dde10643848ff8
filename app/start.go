package app

import "bise/localstore"

// EndFirstSteps records that the first steps were done or skipped, and with a
// choice other than the zero one what answers from now on. Where the
// configuration cannot be written it holds for this run.
func (a *App) EndFirstSteps(choice Choice) error {
	change := func(c *Config) {
		c.Started = true
		if choice != (Choice{}) {
			c.Provider, c.Model = choice.Provider, choice.Model
		}
	}
	err := a.Configure(change)
	if err != nil {
		a.mu.Lock()
		change(&a.config)
		a.mu.Unlock()
	}
	return err
}

// FirstSteps reports whether the first steps are to be shown: nobody has seen
// them, nobody has chosen on the command line what answers, and no company has
// set it up. A company's file that cannot be
// used is told first.
func (a *App) FirstSteps() bool {
	c := a.Config()
	return !c.Started && c.Profile == "" && c.Provider == "" && a.admin.broken == nil && a.admin.first() == ""
}

// NoStore reports whether this run keeps nothing, by the command line or by the
// administrator's file.
func (a *App) NoStore() bool { return a.options.NoStore }

// Snippet is the place of a message that a search found.
type Snippet = localstore.Snippet
