package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"bise/ui/keys"
	"bise/ui/screen"
)

// route gives every message to its owner: size, theme and focus to everyone;
// results to what waits for them; keys to ctrl+c, the top
// overlay, the conversation while it is read, the global keys, the composer;
// the rest to the overlays, one of whose commands it belongs to.
func (r *Root) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return r.resize(msg.Width, msg.Height)
	case tea.BackgroundColorMsg:
		return r.retheme(msg.IsDark())
	case owned:
		return msg.reach(r)
	case tea.PasteMsg:
		if o := r.top(); o != nil && !time.Now().Before(o.deaf) {
			return r.toOverlay(o, msg)
		}
		return r.paste(msg)
	case tea.KeyPressMsg:
		return r.key(msg)
	case uv.PrimaryDeviceAttributesEvent:
		return r.terminalTold(msg)
	case tea.TerminalVersionMsg:
		return r.versionTold(msg)
	case uv.CellSizeEvent:
		return r.cellsTold(msg)
	}
	// What an overlay asked for may come when another one lies on it. Messages
	// are of types of their own, so that each overlay knows its results.
	var cmds []tea.Cmd
	for _, o := range slices.Backward(slices.Clone(r.overlays)) {
		cmds = append(cmds, r.toOverlay(o, msg))
	}
	return tea.Batch(cmds...)
}

// key routes a pressed key.
func (r *Root) key(msg tea.KeyPressMsg) tea.Cmd {
	pressed := msg.String()
	if keys.Is(pressed, keys.Quit) {
		return r.interrupt()
	}
	if o := r.top(); o != nil {
		if time.Now().Before(o.deaf) {
			return nil
		}
		return r.toOverlay(o, msg)
	}
	if r.banner.lasting {
		r.banner = banner{}
		r.layout()
	}
	if cmd, taken := r.mentionKey(pressed); taken {
		return cmd
	}
	if cmd, taken := r.global(pressed); taken {
		return cmd
	}
	if r.reading {
		if cmd, taken := r.messageKey(pressed); taken {
			return cmd
		}
		if len(msg.Text) == 0 {
			return nil
		}
		r.leaveReading() // a letter belongs to the composer
	}
	return r.compose(msg)
}

// toOverlay gives a message to an overlay and does what it asks for.
func (r *Root) toOverlay(o *opened, msg tea.Msg) tea.Cmd {
	action, cmd := o.Update(msg)
	shown := len(r.overlays)
	done := r.act(o, action)
	if len(r.overlays) < shown {
		// It may have changed a plan, a declaration or a switch.
		r.countTools()
		return tea.Batch(cmd, done, r.refreshPlace())
	}
	return tea.Batch(cmd, done)
}

// act does what an overlay asked for.
func (r *Root) act(o *opened, action screen.Action) tea.Cmd {
	switch action := action.(type) {
	case nil, screen.Stay:
		return nil
	case screen.Close:
		r.pop(o)
	case screen.Open:
		r.pop(o)
		return r.openSession(action.Conversation, action.Message)
	case screen.Deleted:
		if action.Conversation == r.session.ID() {
			return r.newConversation()
		}
	case screen.Use:
		r.pop(o)
		return r.use(action.Choice)
	case screen.SignIn:
		r.pop(o)
		return r.signIn(action.Profile)
	case screen.Run:
		r.pop(o)
		return r.run(action.Key)
	case screen.Tell:
		if action.Close {
			r.pop(o)
		}
		r.tell(action.Line)
	case screen.Copy:
		return toClipboard(action.Text)
	case screen.Fail:
		r.fail(action.Err)
	case screen.Answered:
		r.pop(o)
		return r.answered(action)
	case screen.Quit:
		return tea.Quit
	}
	return nil
}
