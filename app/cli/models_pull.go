package cli

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"bise/app"
	"bise/app/termsafe"
)

// pullJSON is a line of models pull --json; the last one of a model has state
// done.
type pullJSON struct {
	Model   string `json:"model"`
	State   string `json:"state"` // pulling, importing, done
	Status  string `json:"status,omitempty"`
	Done    int64  `json:"completed_bytes"`
	Total   int64  `json:"total_bytes"`
	Layers  int    `json:"layers"`
	Speed   int64  `json:"bytes_per_second,omitempty"`
	Left    int    `json:"seconds_left,omitempty"`
	Again   int    `json:"again,omitempty"`
	Licence string `json:"licence,omitempty"`
	Weights string `json:"weights,omitempty"`
}

// modelsPull fetches models one after the other. A model that cannot be fetched
// does not keep the next ones from it; the first failure is the command's.
func (p *program) modelsPull(c *cobra.Command, a *app.App, args []string) error {
	var first error
	for _, word := range args {
		model, err := local(a, word)
		if err == nil {
			err = p.pull(c.Context(), a, model)
		}
		if c.Context().Err() != nil {
			p.output.note(p.words.T("cli.models.pull.stopped", "Model", model))
			return c.Context().Err()
		}
		switch {
		case err == nil:
		case first == nil:
			first = err
		default:
			p.report(err)
		}
	}
	return first
}

// pull fetches one model and tells its progress on standard error, or as JSON.
func (p *program) pull(ctx context.Context, a *app.App, model string) error {
	t := newPullTeller(p, "pulling")
	var last app.PullProgress
	err := a.Pull(ctx, model, func(now app.PullProgress) {
		last = now
		t.tell(now)
	})
	t.end()
	if err != nil {
		return err
	}
	l, err := a.LicenceOf(ctx, model)
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(pullJSON{
			Model: model, State: "done", Done: last.Done, Total: last.Total, Layers: last.Layers, Licence: l.Name, Weights: l.Weights,
		})
	}
	line := p.words.T("cli.models.pull.done", "Model", model, "Size", app.Size(last.Total), "Licence", l.Name)
	if l.Name == "" {
		line = p.words.T("cli.models.pull.done_bare", "Model", model, "Size", app.Size(last.Total))
	}
	if err := p.output.line(line); err != nil {
		return err
	}
	if l.Research() {
		p.output.note(p.words.T("notice.licence_research", "Model", model, "Licence", l.Name))
	}
	return nil
}

// pullTeller tells the progress of a pull or an import: on a terminal one line drawn anew,
// elsewhere a line now and then.
type pullTeller struct {
	p      *program
	state  string
	redraw bool
	width  int
	every  time.Duration
	told   time.Time
	status string
	drawn  bool
}

func newPullTeller(p *program, state string) *pullTeller {
	t := &pullTeller{p: p, state: state, every: 5 * time.Second}
	if p.globals.json {
		t.every = time.Second
		return t
	}
	if f, ok := p.console.err.(*os.File); ok && p.console.errTerminal && !p.accessible() {
		t.redraw, t.every, t.width = true, 100*time.Millisecond, 80
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 10 {
			t.width = w
		}
	}
	return t
}

func (t *pullTeller) tell(now app.PullProgress) {
	if time.Since(t.told) < t.every && now.Status == t.status {
		return
	}
	t.told, t.status = time.Now(), now.Status
	switch {
	case t.p.globals.json:
		_ = t.p.output.json(pullJSON{
			Model: now.Model, State: t.state, Status: now.Status, Done: now.Done, Total: now.Total, Layers: now.Layers,
			Speed: int64(now.Speed), Left: int(now.Left.Seconds()), Again: now.Again,
		})
	case t.redraw:
		t.drawn = true
		_, _ = io.WriteString(t.p.env.Stderr, "\r\x1b[K"+termsafe.Line(t.line(now, t.width-1)))
	default:
		t.p.output.note(t.line(now, 0))
	}
}

// end leaves the line that was drawn.
func (t *pullTeller) end() {
	if t.drawn {
		_, _ = io.WriteString(t.p.env.Stderr, "\r\x1b[K")
	}
}

// line is the progress in words, no wider than width; 0 is no limit.
func (t *pullTeller) line(now app.PullProgress, width int) string {
	w := t.p.words
	if now.Total == 0 || now.Done == now.Total {
		return now.Model + ": " + now.Status
	}
	parts := []string{
		now.Model,
		percent(now),
		w.T("pull.of", "Done", app.Size(now.Done), "Total", app.Size(now.Total)),
	}
	if t.redraw {
		parts[1] = bar(now, 16) + " " + parts[1]
	}
	if now.Speed >= 1 {
		parts = append(parts, app.Size(int64(now.Speed))+"/s")
	}
	if now.Left > 0 {
		parts = append(parts, w.T("pull.left", "Time", now.Left.String()))
	}
	if now.Again > 0 {
		parts = append(parts, w.T("pull.again"))
	}
	line := strings.Join(parts, "  ")
	for width > 0 && len([]rune(line)) > width && len(parts) > 2 {
		parts = parts[:len(parts)-1]
		line = strings.Join(parts, "  ")
	}
	return line
}

// bar draws how much is there.
func bar(now app.PullProgress, width int) string {
	full := int(float64(width) * float64(now.Done) / float64(max(now.Total, 1)))
	full = min(max(full, 0), width)
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// percent is how much is there in words.
func percent(now app.PullProgress) string {
	return strconv.Itoa(int(100*now.Done/max(now.Total, 1))) + " %"
}
