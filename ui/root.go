// Package ui is the screen: one Bubble Tea model at the root, one function that
// routes messages, and overlays for everything that is not the conversation.
// Update does no I/O, renders no Markdown and takes no lock that is held for
// long; work happens in commands.
//
// It must not import client or localstore: what it needs comes from app.
package ui

import (
	"context"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/chatview"
	"bise/ui/screen"
	"bise/ui/theme"
	"bise/ui/widget"
)

// Root is the only tea.Model of bise.
type Root struct {
	env           *screen.Env
	ctx           context.Context
	noColor       bool
	width, height int

	chat     *chatview.View
	composer *widget.Composer
	overlays []*opened
	// reading says that the conversation, not the composer, has the keys.
	reading bool
	banner  banner
	told    int // counts passing lines
	wheel   wheel
	pace    pacer

	session *app.Session
	choice  app.Choice
	place   app.Place
	window  int // context length of the choice in tokens; 0 is unknown
	used    int // tokens of the context after the last answer; 0 is unknown
	// chosen says that the provider of the next prompt is known.
	chosen      bool
	history     app.HistoryState
	readingLine readingLine
	sought      string   // the words found last
	rules       []string // what a person should know of the rules
	tools       string   // the tools of the next prompt, in words
	gallery     gallery
	saving      chat.MessageID // whose files are about to be saved

	turn    *turn
	sending *sending
	edits   *chat.MessageID // the prompt that the composer's text will replace
	attach  []chat.Part
	// attaching is what has to become text before it goes along.
	attaching attaching
	mention   mention
	draft     int // counts changes, so that only the last one is saved
	// ticking says that a second is being waited for.
	ticking bool
	// wanted is a conversation to open once the history is.
	wanted chat.ConversationID
}

// turn is the answer under way.
type turn struct {
	answer *app.Answer
	// end lets go of what the asking held.
	end context.CancelFunc
	// drawn is when its last progress was taken; the next one waits a frame.
	drawn time.Time
	// stopped says that the person has stopped it once.
	stopped bool
}

// sending is a prompt between the key and the first sign of an answer.
type sending struct {
	prompt app.Prompt
	// typed is put back into the composer if the prompt cannot be sent.
	typed  string
	attach []chat.Part
	// cancel ends the asking and the answer that comes of it; nil while the
	// prompt waits for the history or for a provider.
	cancel context.CancelFunc
	// stopped says that the person ended it before there was an answer.
	stopped bool
}

// opened is an overlay and until when it swallows keys.
type opened struct {
	screen.Overlay
	deaf time.Time
}

// New makes the root model. Nothing is read before Init.
func New(ctx context.Context, a *app.App, noColor bool) (*Root, error) {
	t, err := theme.For(true, noColor, a.Config().Theme)
	if err != nil {
		return nil, err
	}
	env := &screen.Env{App: a, Words: a.Words(), Theme: t}
	r := &Root{
		env:      env,
		ctx:      ctx,
		noColor:  noColor,
		chat:     chatview.New(env),
		composer: widget.NewComposer(t),
		history:  app.HistoryOpening,
	}
	r.composer.SetPlaceholder(env.Words.T("chat.placeholder"))
	r.composer.SetPasteLabel(func(n, lines int) string { return env.Words.N("chat.pasted", lines, "Number", n) })
	r.session = a.NewSession(app.Choice{})
	r.openGallery(os.Getenv)
	return r, nil
}

// Init starts what must not keep the first frame waiting: the choice of a
// provider, the question for the terminal's background. The history is opened
// once the size of the screen is known, since unsealing its key takes a second
// of work that the first frame need not share a processor with.
func (r *Root) Init() tea.Cmd {
	cmds := []tea.Cmd{r.composer.Focus(), r.findChoice()}
	if !r.noColor && r.env.App.Config().Theme == "" {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	if err := r.env.App.Admin().Broken; err != nil {
		r.fail(err)
	}
	return tea.Batch(cmds...)
}

// Update routes a message.
func (r *Root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, key := msg.(tea.KeyPressMsg)
	r.pace.wake(key)
	cmd := tea.Batch(r.route(msg), r.drawPictures())
	if b := &r.banner; b.line != "" && !b.lasting && !b.timed {
		b.timed = true
		told := b.told
		cmd = tea.Batch(cmd, tea.Tick(toastTime, func(time.Time) tea.Msg { return toldMsg{told} }))
	}
	return r, cmd
}

func (r *Root) idle() bool { return r.turn == nil && r.sending == nil }

func (r *Root) top() *opened {
	if len(r.overlays) == 0 {
		return nil
	}
	return r.overlays[len(r.overlays)-1]
}

// deafness is how long an overlay that opened by itself swallows keys, so that
// a key typed for the composer does not answer its question.
const deafness = 400 * time.Millisecond

func (r *Root) push(o screen.Overlay) tea.Cmd {
	entry := &opened{Overlay: o}
	if o.Unasked() {
		entry.deaf = time.Now().Add(deafness)
	}
	o.Resize(r.width, r.height)
	r.overlays = append(r.overlays, entry)
	return o.Init()
}

func (r *Root) pop(o *opened) {
	for i, entry := range r.overlays {
		if entry == o {
			r.overlays = append(r.overlays[:i:i], r.overlays[i+1:]...)
			return
		}
	}
}

func (r *Root) profile() string { return r.env.App.ProfileOf(r.choice.Provider) }

// preview is the verdict on an act for the profile in use.
func (r *Root) preview(act policy.Act, o chat.Origin) policy.Verdict {
	return r.env.App.Preview(r.profile(), act, o)
}
