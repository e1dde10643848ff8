package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/ui/keys"
)

// compose gives a key to the composer.
func (r *Root) compose(msg tea.KeyPressMsg) tea.Cmd {
	switch pressed := msg.String(); {
	case keys.Is(pressed, keys.Send):
		return r.submit()
	case pressed == "backspace" && r.composer.Empty() && r.detach():
		return nil
	case pressed == "up" && r.composer.AtTop(), pressed == "down" && r.composer.AtBottom():
		return r.wheelOrHistory(pressed)
	}
	height, changed := r.composer.Height(), r.composer.Update(msg)
	if r.composer.Height() != height {
		r.layout()
	}
	if !changed {
		r.closeMention()
		return nil
	}
	return tea.Batch(r.composed(), r.lookUp())
}

func (r *Root) paste(msg tea.PasteMsg) tea.Cmd {
	r.leaveReading()
	r.composer.Paste(msg.Content)
	r.layout()
	return tea.Batch(r.composed(), r.dropped(msg.Content))
}

// wheel tells a mouse wheel from the arrow keys. Terminals turn the wheel into
// arrow keys while a program like this one has the whole screen and has not
// taken the mouse, which would break selecting text. A turn of the wheel is
// several arrows at once; a finger is never that fast.
type wheel struct {
	key   string
	count int
	turn  int // counts bursts, so that only the last timer of one ends it
}

// wheelMsg ends a burst of arrow keys.
type wheelMsg struct{ turn int }

// burst is the time within which a second arrow belongs to the wheel; the
// fastest key repeat is about thirty a second.
const burst = 12 * time.Millisecond

// wheelLines is how many lines an arrow of the wheel moves.
const wheelLines = 1

func (r *Root) wheelOrHistory(pressed string) tea.Cmd {
	if r.wheel.key != pressed {
		r.wheel.key, r.wheel.count = pressed, 0
	}
	r.wheel.count++
	r.wheel.turn++
	turn := r.wheel.turn
	if r.wheel.count > 1 {
		n := wheelLines
		if r.wheel.count == 2 {
			n = 2 * wheelLines // the first of the burst has been waiting
		}
		if pressed == "down" {
			n = -n
		}
		r.chat.Scroll(n)
	}
	return tea.Tick(burst, func(time.Time) tea.Msg { return wheelMsg{turn} })
}

// wheelTurned ends a burst; a single arrow walks through the prompts sent.
func (r *Root) wheelTurned(msg wheelMsg) tea.Cmd {
	if msg.turn != r.wheel.turn {
		return nil
	}
	pressed, count := r.wheel.key, r.wheel.count
	r.wheel.key, r.wheel.count = "", 0
	if count != 1 {
		return nil
	}
	if pressed == "up" {
		r.composer.Earlier()
	} else {
		r.composer.Later()
	}
	r.layout()
	return nil
}
