package cli

import "bise/app"

// noteBroken says on standard error that the administrator's file cannot be
// used: the company's profile is then not there, and the guide answers in its
// place.
func (p *program) noteBroken(a *app.App) {
	if err := a.Admin().Broken; err != nil {
		e := p.describe(err)
		p.output.note(e.Message)
		p.output.note(e.Remedy)
	}
}
