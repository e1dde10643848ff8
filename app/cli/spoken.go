package cli

import (
	"strings"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

// spokenAnswer prints whole sentences and lines, so that a screen reader is
// not interrupted in the middle of a word.
type spokenAnswer struct {
	plainAnswer
	provider, asked string
	model           string // the one that answers, where it is another
	begun           bool
	held            strings.Builder
}

func (l *spokenAnswer) delta(d app.Delta) error {
	switch d.Kind {
	case app.ModelDelta:
		l.model = d.Model
		return nil
	case app.TextDelta:
		if err := l.begin(); err != nil {
			return err
		}
		l.held.WriteString(string(d.Text))
		held := l.held.String()
		if end := lastSentence(held); end > 0 {
			l.held.Reset()
			l.held.WriteString(held[end:])
			return l.text(held[:end])
		}
		return nil
	default:
		return l.plainAnswer.delta(d)
	}
}

// begin names who speaks.
func (l *spokenAnswer) begin() error {
	if l.begun {
		return nil
	}
	l.begun = true
	return l.text(l.program.speaker(l.provider, l.model, l.asked) + ": ")
}

func (l *spokenAnswer) end(m chat.Message, err error) error {
	if l.held.Len() > 0 {
		if err := l.text(l.held.String()); err != nil {
			return err
		}
	}
	if err := l.plainAnswer.end(m, err); err != nil {
		return err
	}
	if fault.Is(err, fault.Interrupted) {
		l.program.output.note(l.program.words.T("cli.chat.stopped"))
	}
	return nil
}

// lastSentence is where the last whole sentence or line of s ends, 0 if there
// is none.
func lastSentence(s string) int {
	end := strings.LastIndexByte(s, '\n') + 1
	for i := len(s) - 1; i > end; i-- {
		if s[i] == ' ' && strings.ContainsRune(".!?:;", rune(s[i-1])) {
			return i + 1
		}
	}
	return end
}
