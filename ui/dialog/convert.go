package dialog

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/termsafe"
	"bise/ui/screen"
	"bise/ui/widget"
)

// convert asks whether to send an attachment away to have text made of it.
type convert struct{ *Ask }

// Conversion is what the question is about.
type Conversion struct {
	File string
	Size int64 // bytes
	Need app.Need
	// Provider turns it into text; Model could not take it, "" where the person
	// has asked for the text.
	Provider, Model string
}

// Convert asks whether to turn a file into text. It is answered with
// ConvertQuestion.
func Convert(env *screen.Env, c Conversion) screen.Overlay {
	w := env.Words
	o := &convert{NewAsk(env, w.T("dialog.convert.title"))}
	file, size, name := termsafe.Line(c.File), app.Bytes(c.Size), env.App.Describe(c.Provider).Name
	if c.Model != "" {
		o.Say(w.T("dialog.convert.cannot", "File", file, "Size", size, "Model", termsafe.Line(c.Model)))
	} else {
		o.Say(w.T("dialog.convert.wanted", "File", file, "Size", size))
	}
	key := "dialog.convert.reading"
	if c.Need == app.NeedsTranscript {
		key = "dialog.convert.transcript"
	}
	o.Add(w.T(key, "Name", name))
	if c.Need == app.NeedsReading && c.Size > app.MaxInline {
		o.Warn(w.T("dialog.convert.lent", "Name", name))
	}
	o.SetOptions(
		widget.Option{Label: w.T("dialog.convert.no"), Explain: w.T("dialog.convert.no_means")},
		widget.Option{Label: w.T("dialog.convert.yes", "Name", name)},
	)
	return o
}

// Unasked says that it may come a moment after the key that led to it.
func (o *convert) Unasked() bool { return true }

// Update takes keys.
func (o *convert) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return screen.Stay{}, nil
	}
	if key.String() == "esc" {
		return screen.Answered{Question: ConvertQuestion, Choice: No}, nil
	}
	if chosen := o.Key(key); chosen >= 0 {
		return screen.Answered{Question: ConvertQuestion, Choice: chosen}, nil
	}
	return screen.Stay{}, nil
}
