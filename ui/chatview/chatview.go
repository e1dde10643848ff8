// Package chatview draws a conversation: the active branch, the answer that
// grows, and the message that is selected. It draws only the lines that are
// visible, so that a frame costs the same in a short and in a long
// conversation. It must not reach the network or the history; it is told what
// to show.
package chatview

import (
	"slices"
	"time"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/ui/markdown"
	"bise/ui/screen"
)

// View is a conversation on the screen.
type View struct {
	env           *screen.Env
	width, height int
	items         []*item
	// back is how many lines the view is scrolled up from the end; 0 follows a
	// growing answer.
	back int
	// selected is the item that message keys work on; -1 is none.
	selected int
	hit      hit  // what Find found
	thinking bool // shows reasoning unfolded
	details  bool // shows time, model and counts
	waiting  Waiting
	welcome  []string
	pictures bool     // draws pictures
	wanted   []Wanted // pictures that are seen and not drawn

	cache []string // the lines drawn last; nil when something changed
}

// Waiting is what the program waits for before the first token.
type Waiting struct {
	// On says that an answer is awaited at all.
	On bool
	// Loading says that a runner loads the model.
	Loading bool
	// Summarising says that the oldest messages are put into a few words first.
	Summarising bool
	// Until is when a new try begins; zero is no pause.
	Until   time.Time
	Kind    fault.Kind
	Limit   string // of the account that was hit, "" if it was none
	Try, Of int
}

// New makes an empty view.
func New(env *screen.Env) *View { return &View{env: env, selected: -1} }

// Resize gives the view its size in cells. What is read keeps its place: the
// first line where all lines break anew, else the last one.
func (v *View) Resize(width, height int) {
	if width == v.width {
		v.holding(sameTop, func() { v.height = height })
		return
	}
	following := v.back == 0
	var p place
	var found bool
	if !following {
		p, found = v.placeAt(v.back + v.height)
	}
	v.width, v.height, v.hit, v.cache = width, height, hit{}, nil
	for _, it := range v.items {
		it.resize(v.inner())
	}
	switch {
	case following:
	case found:
		v.back = v.farthest(max(0, v.linesBelow(samePart, p)-height))
	default:
		v.ScrollTop()
	}
}

// Retheme draws everything anew with the theme of the environment. Themes differ
// in colours alone, so that every height stays.
func (v *View) Retheme() {
	for _, it := range v.items {
		it.retheme(v.env)
	}
	v.cache = nil
}

// inner is the width of text: a margin of two cells on the left.
func (v *View) inner() int { return max(8, v.width-2) }

// Show replaces what is shown with the active branch of c. Items that are still
// there keep their layout, and so does an answer that grows on that branch.
func (v *View) Show(c chat.Conversation) {
	selected, _ := v.Selected()
	v.holding(sameTop, func() { v.show(c) })
	if v.selected < 0 {
		return
	}
	v.selected = len(v.items) - 1
	for i, it := range v.items {
		if it.message.ID == selected.ID {
			v.selected = i
		}
	}
}

func (v *View) show(c chat.Conversation) {
	old := make(map[chat.MessageID]*item, len(v.items))
	var growing *item
	for _, it := range v.items {
		old[it.message.ID] = it
		if it.growing {
			growing = it
		}
	}
	v.items = v.items[:0:0]
	counts := siblings(c)
	for _, m := range c.Branch() {
		if m.Role == chat.System || m.Role == chat.Tool {
			continue
		}
		it, ok := old[m.ID]
		switch {
		case !ok || !it.growing && textSize(it.message) != textSize(m):
			it = newItem(m, v.inner())
		case it.growing:
			growing = nil
		default:
			it.message, it.height = m, 0
			it.count(m)
		}
		it.height = 0
		ids := counts[m.Parent]
		it.branches, it.branch = len(ids), slices.Index(ids, m.ID)
		v.items = append(v.items, it)
	}
	if growing != nil && v.find(growing.message.Parent) != nil {
		v.after(growing.message.Parent)
		v.items = append(v.items, growing)
	}
}

// after takes out what follows the message id: another branch.
func (v *View) after(id chat.MessageID) {
	for i, it := range v.items {
		if it.message.ID == id {
			v.items = v.items[: i+1 : i+1]
			return
		}
	}
}

// textSize is how many bytes of text, reasoning included, a message has.
func textSize(m chat.Message) int {
	n := 0
	for _, p := range m.Parts {
		if p.Kind == chat.TextPart || p.Kind == chat.ThinkingPart {
			n += len(p.Text)
		}
	}
	return n
}

func siblings(c chat.Conversation) map[chat.MessageID][]chat.MessageID {
	counts := make(map[chat.MessageID][]chat.MessageID, len(c.Messages))
	for _, m := range c.Messages {
		counts[m.Parent] = append(counts[m.Parent], m.ID)
	}
	return counts
}

// Welcome sets the lines shown while the conversation is empty.
func (v *View) Welcome(lines []string) { v.welcome, v.cache = lines, nil }

// Begin adds the answer that is about to grow and follows it. It stands below
// its prompt, in the place of an earlier answer. Continuing a cut answer grows
// the item it has; one that shows already what is still to come, because the
// conversation was faster, begins anew.
func (v *View) Begin(m chat.Message) {
	it := v.find(m.ID)
	switch {
	case it == nil:
		v.after(m.Parent)
		it = newItem(m, v.inner())
		it.branches = 1
		v.items = append(v.items, it)
	case textSize(it.message) != textSize(m):
		it.anew(m)
	default:
		it.message = m
	}
	it.ready(v.env)
	it.growing, it.height = true, 0
	v.bottom()
}

func (v *View) bottom() {
	v.back, v.selected, v.cache = 0, -1, nil
}

// Grow adds what has arrived to the growing answer. What is being read further
// up stays where it is.
func (v *View) Grow(id chat.MessageID, deltas []app.Delta) {
	it := v.find(id)
	if it == nil || !it.growing {
		return
	}
	v.cache = nil
	before := 0
	if v.back > 0 {
		before = v.heightOf(it)
	}
	it.height = 0
	for _, d := range deltas {
		v.grow(it, d)
	}
	if v.back > 0 {
		// It is the last one: its growth is what is more below the edge. Finding
		// the edge again would look at every message below it.
		v.back = max(1, v.back+v.heightOf(it)-before)
	}
}

// End replaces the growing answer by its final form and lays it out once more.
func (v *View) End(m chat.Message) {
	it := v.find(m.ID)
	v.holding(sameTop, func() {
		v.waiting = Waiting{}
		switch {
		case it == nil:
		case m.Empty():
			v.items = slices.DeleteFunc(v.items, func(other *item) bool { return other == it })
			v.selected = min(v.selected, len(v.items)-1)
		default:
			it.message, it.height = m, 0
			it.count(m)
			it.finish()
		}
	})
}

// Wait says what is waited for.
func (v *View) Wait(w Waiting) {
	if v.waiting != w {
		v.holding(sameTop, func() {
			v.waiting = w
			for _, it := range v.items {
				if it.growing {
					it.height = 0
				}
			}
		})
	}
}

// Ticking reports whether the view shows seconds that pass.
func (v *View) Ticking() bool { return v.waiting.On && !v.waiting.Until.IsZero() }

// Tick draws the passing seconds anew.
func (v *View) Tick() { v.cache = nil }

func (v *View) find(id chat.MessageID) *item {
	for i := len(v.items) - 1; i >= 0; i-- {
		if v.items[i].message.ID == id {
			return v.items[i]
		}
	}
	return nil
}

// ToggleThinking folds or unfolds reasoning. It stands above an answer, so that
// the lines below it stay.
func (v *View) ToggleThinking() {
	v.holding(sameEnd, func() {
		v.thinking = !v.thinking
		v.forget()
	})
}

// ToggleDetails shows or hides time, model and counts.
func (v *View) ToggleDetails() {
	v.holding(sameTop, func() {
		v.details = !v.details
		v.forget()
	})
}

// forget drops the heights, which have changed.
func (v *View) forget() {
	for _, it := range v.items {
		it.height = 0
	}
}

// Empty reports whether there is nothing but the welcome.
func (v *View) Empty() bool { return len(v.items) == 0 }

// Selected is the message that message keys work on.
func (v *View) Selected() (chat.Message, bool) {
	if v.selected < 0 || v.selected >= len(v.items) {
		return chat.Message{}, false
	}
	return v.items[v.selected].message, true
}

// SelectLast selects the last message; it reports whether there is one.
func (v *View) SelectLast() bool {
	v.selected, v.cache = len(v.items)-1, nil
	v.reveal()
	return v.selected >= 0
}

// Deselect selects nothing.
func (v *View) Deselect() { v.selected, v.hit, v.cache = -1, hit{}, nil }

// Select moves the selection by n messages.
func (v *View) Select(n int) {
	if len(v.items) == 0 {
		return
	}
	v.selected = min(max(v.selected+n, 0), len(v.items)-1)
	v.hit, v.cache = hit{}, nil
	v.reveal()
}

// SelectMessage selects the message id and brings it into view.
func (v *View) SelectMessage(id chat.MessageID) {
	for i, it := range v.items {
		if it.message.ID == id {
			v.selected, v.cache = i, nil
			v.reveal()
			return
		}
	}
}

// OpenSelected shows all of a folded prompt, or folds it again; it reports
// whether the selected message is such a prompt.
func (v *View) OpenSelected() bool {
	if v.selected < 0 || v.items[v.selected].message.Role != chat.User {
		return false
	}
	it := v.items[v.selected]
	it.promptLines()
	if it.more == 0 && !it.opened {
		return false
	}
	it.opened, it.prompt, it.height = !it.opened, nil, 0
	v.cache = nil
	v.reveal()
	return true
}

// Code lists the code blocks of a message as they were written.
func (v *View) Code(id chat.MessageID) []markdown.Code {
	it := v.find(id)
	if it == nil {
		return nil
	}
	if it.ready(v.env); it.body == nil {
		return nil
	}
	return it.body.Blocks()
}

// LastAnswer is the last answer on the active branch.
func (v *View) LastAnswer() (chat.Message, bool) {
	for i := len(v.items) - 1; i >= 0; i-- {
		if v.items[i].message.Role == chat.Assistant {
			return v.items[i].message, true
		}
	}
	return chat.Message{}, false
}
