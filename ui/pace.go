package ui

import (
	"reflect"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
)

// pacer lets the renderer's clock run only while there may be something to
// draw. Bubble Tea looks for a changed screen sixty times a second for ever,
// which costs a laptop one per cent of a core at an empty prompt and adds half
// a sixtieth of a second to every key. It offers no way to change that, so the
// pacer holds the clock itself; where a version of Bubble Tea keeps it
// somewhere else, the pacer finds nothing and everything works as usual.
type pacer struct {
	program *tea.Program
	clock   *time.Ticker
	// easing ends the brisk pace, resting stops the clock.
	easing, resting *time.Timer
}

// The paces of the renderer's clock.
const (
	// briskPace follows a key: what was typed is to be seen at once.
	briskPace = 2 * time.Millisecond
	briskTime = 24 * time.Millisecond
	// usualPace is Bubble Tea's own.
	usualPace = time.Second / 60
	// restAfter is how long nothing must happen before the clock stops. Far
	// more than a frame ever takes, so that none is left undrawn.
	restAfter = time.Second
)

// clockOf finds the renderer's clock in a running program; nil if this version
// of Bubble Tea has none of that name and type.
func clockOf(p *tea.Program) *time.Ticker {
	if p == nil {
		return nil
	}
	field := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return *(**time.Ticker)(unsafe.Pointer(field.UnsafeAddr())) //nolint:gosec // checked by type just above
}

// wake lets the clock run. It is called from Update, while the program runs.
func (p *pacer) wake(brisk bool) {
	if p.clock == nil {
		if p.clock = clockOf(p.program); p.clock == nil {
			return
		}
	}
	clock := p.clock
	if p.resting == nil {
		p.easing = time.AfterFunc(briskTime, func() { clock.Reset(usualPace) })
		p.resting = time.AfterFunc(restAfter, clock.Stop)
	}
	p.easing.Stop()
	if brisk {
		clock.Reset(briskPace)
		p.easing.Reset(briskTime)
	} else {
		clock.Reset(usualPace)
	}
	p.resting.Reset(restAfter)
}
