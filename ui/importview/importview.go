// Package importview is the screen on which conversations of another program are
// read into the history: first what is in the file and what would become of it,
// then, when the person says so, the reading itself.
package importview

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/fault"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// beat is how often the number of conversations read is looked at.
const beat = 200 * time.Millisecond

// step is where the person is.
type step int

const (
	looking   step = iota // bise finds out what is in the file
	asking                // the person reads what is in it
	importing             // it is read into the history
	failed                // there is nothing in it to read
	done                  // what can be read of it is in the history
)

// view is the overlay.
type view struct {
	*dialog.Panel
	ctx    context.Context //nolint:containedctx // ends with the program or at Esc
	cancel context.CancelFunc
	path   string
	step   step
	read   *atomic.Int64 // conversations read so far, counted by the work
	report app.ImportReport
	err    error
	pager  *widget.Pager
}

// readMsg says how a reading ended, one that only counts or one that keeps.
type readMsg struct {
	owner  *view
	kept   bool
	report app.ImportReport
	err    error
}

// beatMsg has the screen show how far a reading is.
type beatMsg struct {
	owner *view
	step  step
}

// New looks into a file and asks whether to import what is in it.
func New(env *screen.Env, ctx context.Context, path string) screen.Overlay {
	v := &view{Panel: dialog.NewPanel(env, env.Words.T("import.title")), path: path, pager: widget.NewPager(env.Theme)}
	v.ctx, v.cancel = context.WithCancel(ctx)
	v.hint()
	return v
}

// Unasked says that the person opened it.
func (v *view) Unasked() bool { return false }

// Init starts to look.
func (v *view) Init() tea.Cmd { return v.start(looking) }

// start reads the file, to count or to keep.
func (v *view) start(s step) tea.Cmd {
	v.step, v.read = s, new(atomic.Int64)
	a, ctx, path, read, kept := v.Env.App, v.ctx, v.path, v.read, s == importing
	work := func() tea.Msg {
		report, err := a.Import(ctx, app.ImportRequest{
			Path: path, DryRun: !kept, Progress: func(done int) { read.Store(int64(done)) },
		})
		return readMsg{v, kept, report, err}
	}
	return tea.Batch(work, v.tick())
}

// tick looks at the count again in a moment.
func (v *view) tick() tea.Cmd {
	s := v.step
	return tea.Tick(beat, func(time.Time) tea.Msg { return beatMsg{v, s} })
}

// Update takes keys and what the work gave.
func (v *view) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case beatMsg:
		if msg.owner == v && msg.step == v.step && (v.step == looking || v.step == importing) {
			return screen.Stay{}, v.tick()
		}
	case readMsg:
		if msg.owner == v {
			return v.ended(msg), nil
		}
	case tea.KeyPressMsg:
		return v.key(msg)
	}
	return screen.Stay{}, nil
}

func (v *view) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	switch pressed := msg.String(); {
	case pressed == "esc":
		v.cancel()
		if v.step == importing {
			return screen.Stay{}, nil // what has been kept is told when the work has stopped
		}
		return screen.Close{}, nil
	case v.step == looking, v.step == importing:
	case v.step == asking && pressed == "enter" && v.report.Added > 0:
		cmd := v.start(importing)
		v.hint()
		return screen.Stay{}, cmd
	default:
		v.pager.Update(msg)
	}
	return screen.Stay{}, nil
}

// ended takes the report of a reading.
func (v *view) ended(msg readMsg) screen.Action {
	v.report, v.err = msg.report, msg.err
	if v.err == nil && msg.report.Conversations == 0 && len(msg.report.Problems) > 0 {
		v.err = msg.report.Problems[0].Err
	}
	switch {
	case msg.kept && fault.Is(v.err, fault.Interrupted):
		v.step = done
		return screen.Tell{Line: v.Env.Words.T("import.stopped", "Report", v.said("cli.import.done")), Close: true}
	case msg.kept && v.err == nil:
		v.step = done
		return screen.Tell{Line: v.said("cli.import.done"), Close: true}
	case msg.kept:
		v.step = done // in part, and the screen says why
	case v.err != nil && msg.report.Added == 0:
		v.step = failed
	default:
		v.step = asking
	}
	v.hint()
	v.layOut()
	return screen.Stay{}
}

// said is what was counted, in words.
func (v *view) said(key string) string {
	r := &v.report
	return v.Env.Words.N(key, r.Conversations, "New", r.New, "Grown", r.Grown, "Same", r.Same, "Added", r.Added)
}

func (v *view) hint() {
	w := v.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	switch {
	case v.step == importing:
		v.SetHints(dialog.Hint{Key: "esc", Does: w.T("import.stop")})
	case v.step == asking && v.report.Added > 0:
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("import.keep")}, back)
	default:
		v.SetHints(back)
	}
}

// Resize lays it out.
func (v *view) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.pager.SetTheme(v.Env.Theme)
	v.pager.SetSize(v.Inner())
	v.layOut()
}

// layOut writes what is in the file, or why it cannot be read.
func (v *view) layOut() {
	t, w, r := &v.Env.Theme, v.Env.Words, &v.report
	lines := append(v.Wrap(t.Text, termsafe.Line(filepath.Base(v.path))), "")
	switch {
	case r.Conversations == 0:
	case v.step == done:
		lines = append(lines, v.Wrap(t.Text, v.said("cli.import.done"))...)
	case r.Added == 0:
		lines = append(lines, v.Wrap(t.Text, w.T("import.nothing_new"))...)
	default:
		lines = append(lines, v.Wrap(t.Text, v.said("import.holds"))...)
	}
	for _, reason := range r.Left {
		lines = append(lines, v.Wrap(t.Warning, "! "+strings.TrimSpace(app.LeftOut(w, reason)+" "+reason.Reason))...)
	}
	if v.err != nil {
		lines = append(lines, v.Fault(v.err)...)
	}
	if len(r.Problems) > 0 && v.step != failed {
		lines = append(lines, "")
		lines = append(lines, v.Wrap(t.Warning, "! "+w.N("import.lost", r.Lost))...)
		for _, p := range r.Problems {
			message, _ := w.Fault(p.Err)
			lines = append(lines, v.Wrap(t.Muted, w.T("cli.import.problem", "Where", p.Where, "Message", message))...)
		}
		if more := r.Lost - len(r.Problems); more > 0 {
			lines = append(lines, v.Wrap(t.Muted, w.N("cli.import.more_problems", more))...)
		}
	}
	v.pager.SetLines(lines)
}

// View draws how far the reading is, or what it found.
func (v *view) View() string {
	t, w := &v.Env.Theme, v.Env.Words
	switch v.step {
	case looking:
		return v.DrawFull(v.Wrap(t.Muted, w.T("import.looking", "Done", v.read.Load())))
	case importing:
		return v.DrawFull(v.Wrap(t.Muted, w.T("import.importing", "Done", v.read.Load(), "All", v.report.Conversations)))
	case asking, failed, done:
	}
	return v.DrawFull(strings.Split(v.pager.View(), "\n"))
}

// Cursor hides the terminal's cursor.
func (v *view) Cursor() *tea.Cursor { return nil }
