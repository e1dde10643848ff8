package runner

import (
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/widget"
)

// isFile reports whether what was typed where a name is wanted is a file of
// weights: names of models do not end like that.
func isFile(typed string) bool { return strings.EqualFold(filepath.Ext(typed), ".gguf") }

// lookedMsg is what a file of weights is.
type lookedMsg struct {
	owner *View
	path  string
	file  app.WeightsFile
	err   error
}

// bring looks at a file before a model is made of it.
func (v *View) bring(path string) tea.Cmd {
	a := v.Env.App
	v.busy = v.Env.Words.T("runner.reading", "File", filepath.Base(path))
	return func() tea.Msg {
		f, err := a.LookAtWeights(path)
		return lookedMsg{v, path, f, err}
	}
}

// looked queues the making of the model; a file that does not say how a
// conversation is written is asked about.
func (v *View) looked(msg lookedMsg) tea.Cmd {
	v.busy, v.err = "", msg.err
	if msg.err != nil {
		v.show()
		return nil
	}
	if msg.file.Template != "" {
		return v.make(msg.path, "")
	}
	w := v.Env.Words
	names := app.TemplateNames()
	options := []widget.Option{{Label: w.T("runner.not_now")}}
	for _, name := range names {
		options = append(options, widget.Option{Label: name})
	}
	v.asking = dialog.NewAsk(v.Env, w.T("runner.template_title"))
	v.asking.Say(w.T("runner.template_question", "File", filepath.Base(msg.path)))
	v.asking.SetOptions(options...)
	v.then = func(chosen int) tea.Cmd {
		if chosen == 0 {
			return nil
		}
		return v.make(msg.path, names[chosen-1])
	}
	v.Resize(v.Size())
	return nil
}

// make queues the making of a model and selects it.
func (v *View) make(path, template string) tea.Cmd {
	a := v.Env.App
	v.want = pullID(app.ModelName(path))
	return v.queue(func() { a.QueueImport(path, template) })
}
