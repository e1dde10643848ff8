package ui

import (
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/chatview"
	"bise/ui/dialog"
	"bise/ui/sources"
)

// countTools says in words what the next prompt uses, for the line above the
// composer.
func (r *Root) countTools() {
	w, a := r.env.Words, r.env.App
	var names []string
	for _, t := range a.ToolsOf(r.session) {
		names = append(names, w.T("tools.name."+t))
	}
	c := r.session.Snapshot()
	if n := len(c.Settings.Libraries); n > 0 {
		names = append(names, w.N("tools.libraries", n))
	}
	if e := c.Settings.Options.Effort; e != "" {
		names = append(names, w.T("tools.effort.short", "Effort", termsafe.Line(e)))
	}
	if a.FiltersHere(c.Provider) && a.Filter(a.ProfileOf(c.Provider)) == chat.FilterOff {
		names = append(names, w.T("tools.filter.badge"))
	}
	r.tools = strings.Join(names, " · ")
}

// showSources lists what an answer cites.
func (r *Root) showSources(id chat.MessageID) tea.Cmd {
	refs := r.env.App.Sources(r.session, id)
	if len(refs) == 0 {
		r.tell(r.env.Words.T("sources.none"))
		return nil
	}
	c := r.session.Snapshot()
	m, _ := c.Message(id)
	return r.push(sources.New(r.env, r.env.App.ProfileOf(m.Provider), refs, chatview.SourceLine))
}

// askWhereToSave asks for a folder for the pictures and files of an answer.
func (r *Root) askWhereToSave(id chat.MessageID) tea.Cmd {
	files := r.env.App.Files(r.session, id)
	if len(files) == 0 {
		r.tell(r.env.Words.T("picture.nothing_to_save"))
		return nil
	}
	c := r.session.Snapshot()
	m, _ := c.Message(id)
	if v := r.env.App.Preview(r.env.App.ProfileOf(m.Provider), "export:markdown", m.Parts[files[0].Part].Origin); v.Decision == policy.Block {
		r.refuse(v)
		return nil
	}
	r.saving = id
	return r.push(dialog.Folder(r.env, "~/"))
}

// saveFiles writes what an answer made into a folder.
func (r *Root) saveFiles(folder string) tea.Cmd {
	a, s, ctx, w := r.env.App, r.session, r.ctx, r.env.Words
	files := a.Files(s, r.saving)
	return func() tea.Msg {
		path := ""
		for _, f := range files {
			saved, v, err := a.SaveFile(ctx, s, f, filepath.Join(folder, f.Name))
			if err == nil && !v.Decision.Permits() {
				err = &policy.Refusal{Verdict: v}
			}
			if err != nil {
				return doneMsg{err: err}
			}
			path = saved
		}
		return doneMsg{line: w.N("picture.saved", len(files), "Path", path)}
	}
}
