// Package screen is what the root model and the screens share: the environment
// a screen is given, the shape it has, and the actions it reports. A screen
// reports what it wants by the Action it returns, never by a command that sends
// a message.
package screen

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/app/text"
	"bise/ui/keys"
	"bise/ui/theme"
)

// Env is what every screen is given. The root changes Theme in place when the
// terminal's background becomes known, then resizes every screen.
type Env struct {
	App   *app.App
	Words *text.Words
	Theme theme.Theme
}

// Overlay is a screen drawn over the conversation, or instead of it where the
// terminal is small. Update does no I/O: work happens in the commands it
// returns, whose messages come back to it while it is open.
type Overlay interface {
	Init() tea.Cmd
	Update(msg tea.Msg) (Action, tea.Cmd)
	// View draws at most the size last given.
	View() string
	Resize(width, height int)
	// Cursor is where the terminal's cursor belongs, relative to the top left
	// of View; nil hides it.
	Cursor() *tea.Cursor
	// Opened says that the overlay opened by itself, so that keys typed for
	// something else are swallowed for a moment.
	Unasked() bool
}

// Action is what a screen asks of the root. The set is closed.
type Action interface{ action() }

// Stay asks for nothing.
type Stay struct{}

// Close closes the overlay.
type Close struct{}

// Open closes the overlay and opens a conversation of the history, at a message
// where one is named.
type Open struct {
	Conversation chat.ConversationID
	Message      chat.MessageID
}

// Deleted tells that a conversation is gone; if it is the one on the screen, a
// new one begins.
type Deleted struct{ Conversation chat.ConversationID }

// Use closes the overlay and answers from now on with this choice.
type Use struct{ Choice app.Choice }

// SignIn closes the overlay and asks for the key of a profile.
type SignIn struct{ Profile string }

// Run closes the overlay and does what a key does.
type Run struct{ Key keys.ID }

// Tell shows a line for a moment. Close also closes the overlay.
type Tell struct {
	Line  string
	Close bool
}

// Copy puts text that the rules let be copied into the clipboard.
type Copy struct{ Text string }

// Fail shows an error until a key is pressed.
type Fail struct{ Err error }

// Answered closes the overlay with the person's answer to its question.
type Answered struct {
	// Question and Choice are those of the overlay that asked.
	Question string
	Choice   int
	Text     string
	// Verdict is what was confirmed, of a question that asks for that.
	Verdict *policy.Verdict
}

// Quit ends the program.
type Quit struct{}

func (Stay) action()     {}
func (Close) action()    {}
func (Open) action()     {}
func (Deleted) action()  {}
func (Use) action()      {}
func (SignIn) action()   {}
func (Run) action()      {}
func (Tell) action()     {}
func (Copy) action()     {}
func (Fail) action()     {}
func (Answered) action() {}
func (Quit) action()     {}
