package ui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

type nothing struct{}

func (nothing) Init() tea.Cmd                       { return tea.Quit }
func (nothing) Update(tea.Msg) (tea.Model, tea.Cmd) { return nothing{}, nil }
func (nothing) View() tea.View                      { return tea.NewView("") }

// A new version of Bubble Tea that keeps its clock elsewhere only costs the
// idle rest, but somebody should notice.
func TestTheRenderersClockIsFoundInThisVersionOfBubbleTea(t *testing.T) {
	var out, in discard
	p := tea.NewProgram(nothing{}, tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignals())
	if _, err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if clockOf(p) == nil {
		t.Error("the clock is not there: an idle screen is looked at sixty times a second")
	}
	if clockOf(nil) != nil {
		t.Error("no program has no clock")
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Read([]byte) (int, error)    { select {} }
