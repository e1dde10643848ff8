package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/widget"
)

func (v *View) selected() (row, bool) {
	selected, ok := v.list.Selected()
	if !ok {
		return row{}, false
	}
	r, ok := v.rows[selected.ID]
	return r, ok
}

// pullID names the row of a pull.
func pullID(model string) string { return "pull " + app.WithTag(model) }

// show makes the rows: the runner where it does not answer, what is fetched,
// what is there, what there is to fetch.
func (v *View) show() {
	w := v.Env.Words
	v.rows = make(map[string]row)
	if !v.read { // rows that move while somebody chooses are chosen by mistake
		v.hint()
		return
	}
	var rows []widget.Row
	add := func(id string, r row, shown widget.Row) {
		if _, twice := v.rows[id]; !twice {
			shown.ID = id
			v.rows[id] = r
			rows = append(rows, shown)
		}
	}
	if v.state.info.Err != nil {
		text := w.T("runner.absent")
		if v.state.info.State == app.RunnerInstalled {
			text = w.T("runner.installed")
		}
		add("start", row{kind: startRow}, widget.Row{Text: text, Group: w.T("runner.group.server")})
	}
	for _, p := range v.pulls {
		if p.State != app.PullDone {
			add(pullID(p.Model), row{kind: pullRow, pull: p}, widget.Row{Text: p.Model, Detail: v.pullState(p), Group: w.T("runner.group.pulls")})
		}
	}
	var here []string
	for _, m := range v.state.models {
		r := row{kind: installedRow, model: m}
		if at := slices.IndexFunc(v.state.running, func(x app.Running) bool { return app.WithTag(x.Model) == app.WithTag(m.ID) }); at >= 0 {
			r.running = &v.state.running[at]
		}
		here = append(here, app.WithTag(m.ID))
		add("model "+m.ID, r, widget.Row{Text: m.ID, Detail: v.brief(r), Group: v.server()})
	}
	for _, m := range v.catalogue.Models {
		name := app.WithTag(m.Name)
		if slices.Contains(here, name) || slices.ContainsFunc(v.pulls, func(p app.PullJob) bool { return p.Model == name && p.State != app.PullDone }) {
			continue
		}
		off := ""
		if v.Env.App.LocalOnly() {
			off = w.T("runner.local_only")
		}
		add("offer "+m.Name, row{kind: offerRow, offer: m}, widget.Row{
			Text: m.Title, Detail: v.needs(m), Off: off, Group: w.T("runner.group.offers"),
		})
	}
	v.list.SetRows(rows)
	if _, there := v.rows[v.want]; there {
		v.list.Select(v.want)
		v.want = ""
	}
	v.hint()
}

// server is the heading of the models that are there.
func (v *View) server() string {
	w, info := v.Env.Words, v.state.info
	parts := []string{w.T("runner.group.here", "Version", info.Version)}
	switch {
	case info.Elsewhere:
		parts = append(parts, w.T("runner.elsewhere", "Host", info.Host))
	case info.State == app.RunnerStarted:
		parts = append(parts, w.T("runner.ours"))
	}
	if m := v.state.memory; m.Available > 0 && !info.Elsewhere {
		parts = append(parts, w.T("runner.memory", "Free", app.Size(m.Available), "Total", app.Size(m.Total)))
	}
	return strings.Join(parts, " · ")
}

// brief is what stands beside a model that is there.
func (v *View) brief(r row) string {
	w := v.Env.Words
	var parts []string
	if r.running != nil {
		parts = append(parts, w.T("runner.in_memory"), v.computes(*r.running))
	}
	if r.model.Remote {
		parts = append(parts, w.T("models.remote"))
	} else {
		parts = append(parts, app.Size(r.model.Size))
	}
	return strings.Join(parts, " · ")
}

// computes says what computes: the processor, the graphics card, or both.
func (v *View) computes(r app.Running) string {
	w := v.Env.Words
	switch share := r.GPU(); share {
	case 0:
		return w.T("cli.models.running.cpu")
	case 100:
		return w.T("cli.models.running.gpu")
	default:
		return w.T("cli.models.running.both", "Share", strconv.Itoa(share))
	}
}

func (v *View) needs(m app.CatalogueModel) string {
	if m.Needs() == 0 {
		return m.Licence
	}
	memory := strconv.FormatFloat(m.Needs(), 'f', -1, 64) + " GB"
	return v.Env.Words.T("runner.needs", "Memory", memory) + " · " + m.Licence
}

// pullState is how a pull is, in a few words.
func (v *View) pullState(p app.PullJob) string {
	w := v.Env.Words
	switch p.State {
	case app.PullWaits:
		return w.T("runner.pull.waits")
	case app.PullPaused:
		return w.T("runner.pull.paused")
	case app.PullFailed:
		return w.T("runner.pull.failed")
	case app.PullRuns, app.PullDone: // in numbers
	}
	if p.Progress.Total == 0 {
		return w.T("runner.pull.begins")
	}
	parts := []string{fmt.Sprintf("%d %%", 100*p.Progress.Done/p.Progress.Total)}
	if p.Progress.Speed >= 1 {
		parts = append(parts, app.Size(int64(p.Progress.Speed))+"/s")
	}
	return strings.Join(parts, " · ")
}

// hint names the keys that do something for the selected row.
func (v *View) hint() {
	w := v.Env.Words
	hint := func(key, does string) dialog.Hint { return dialog.Hint{Key: key, Does: w.T(does)} }
	if !v.read {
		v.SetHints(hint("esc", "dialog.close"))
		return
	}
	if v.naming != nil {
		v.SetHints(hint("enter", "runner.fetch"), hint("esc", "dialog.back"))
		return
	}
	var hints []dialog.Hint
	r, ok := v.selected()
	switch {
	case !ok:
	case r.kind == startRow && v.state.info.State == app.RunnerInstalled:
		hints = append(hints, hint("enter", "runner.start"))
	case r.kind == startRow:
		hints = append(hints, hint("enter", "runner.again"))
	case r.kind == installedRow:
		hints = append(hints, hint("enter", "models.use"), hint("d", "runner.delete"))
		if r.running != nil {
			hints = append(hints, hint("u", "runner.unload"))
		}
	case r.kind == pullRow && (r.pull.State == app.PullRuns || r.pull.State == app.PullWaits):
		hints = append(hints, hint("enter", "runner.pause"), hint("d", "runner.drop"))
	case r.kind == pullRow:
		hints = append(hints, hint("enter", "runner.resume"), hint("d", "runner.drop"))
	case r.kind == offerRow && !v.Env.App.LocalOnly():
		hints = append(hints, hint("enter", "runner.fetch"))
	}
	v.SetHints(append(hints, hint("esc", "dialog.close"), hint("n", "runner.other_name"))...)
}

// View draws the screen.
func (v *View) View() string {
	if v.asking != nil {
		return v.asking.View()
	}
	width, height := v.Inner()
	room := v.detailRoom()
	body := strings.Split(v.list.View(), "\n")
	for len(body) < height-room {
		body = append(body, "")
	}
	body = append(body, v.Env.Theme.Border.Render(strings.Repeat("─", width)))
	v.line = len(body)
	if v.naming != nil {
		return v.DrawFull(append(body, v.naming.View()))
	}
	detail := v.detail(width)
	return v.DrawFull(append(body, detail[:min(len(detail), room-1)]...))
}

// detail says what the selected row is, the most important line first.
func (v *View) detail(width int) []string {
	t, w := &v.Env.Theme, v.Env.Words
	switch {
	case v.busy != "":
		return v.Wrap(t.Muted, v.busy)
	case v.err != nil:
		return v.Fault(v.err)
	case v.note != "":
		return v.Wrap(t.Success, v.note)
	case v.state.err != nil:
		return v.Fault(v.state.err)
	}
	r, ok := v.selected()
	if !ok {
		return nil
	}
	switch r.kind {
	case startRow:
		if v.state.info.State == app.RunnerInstalled {
			return v.Wrap(t.Muted, w.T("runner.installed_means", "Program", v.state.info.Program))
		}
		_, remedy := w.Fault(v.state.info.Err) // what happened is in the row
		return append(v.Wrap(t.Text, remedy), v.Wrap(t.Muted, w.T("firstrun.runner.install"))...)
	case pullRow:
		return v.pullDetail(r.pull, width)
	case offerRow:
		lines := v.Wrap(t.Text, strings.Join(v.offerTraits(r.offer), " · "))
		return append(lines, v.Wrap(t.Muted, w.T("runner.source", "Source", r.offer.Source, "Date", v.catalogue.Read))...)
	default:
		return v.modelDetail(r)
	}
}

func (v *View) modelDetail(r row) []string {
	t, w := &v.Env.Theme, v.Env.Words
	var parts []string
	for _, s := range []string{r.model.Detail, r.model.Licence} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if r.model.Context > 0 {
		parts = append(parts, w.T("runner.context", "Tokens", strconv.Itoa(r.model.Context)))
	}
	lines := v.Wrap(t.Text, termsafe.Line(strings.Join(parts, " · ")))
	if x := r.running; x != nil {
		stay := w.T("cli.models.running.for_ever")
		if left := time.Until(x.Until).Round(time.Second); !x.Until.IsZero() && left < 365*24*time.Hour {
			stay = w.T("cli.models.running.left", "Time", max(left, 0).String())
		}
		lines = append(lines, v.Wrap(t.Muted, w.T("runner.takes", "Size", app.Size(x.Size), "By", v.computes(*x), "Stays", stay))...)
	}
	return lines
}

func (v *View) offerTraits(m app.CatalogueModel) []string {
	w := v.Env.Words
	traits := []string{m.Name}
	if m.Parameters != "" {
		traits = append(traits, w.T("runner.parameters", "N", m.Parameters))
	}
	if m.SizeGB > 0 {
		traits = append(traits, w.T("runner.download", "Size", strconv.FormatFloat(m.SizeGB, 'f', -1, 64)+" GB"))
	}
	if m.Context > 0 {
		traits = append(traits, w.T("runner.context", "Tokens", strconv.Itoa(m.Context)))
	}
	if m.Weights == "research_licence" {
		traits = append(traits, w.T("runner.research"))
	}
	return traits
}

// pullDetail draws the bar of a pull, with numbers below it.
func (v *View) pullDetail(p app.PullJob, width int) []string {
	t, w := &v.Env.Theme, v.Env.Words
	if p.State == app.PullFailed {
		return v.Fault(p.Err)
	}
	means := w.T("runner.pull." + string(p.State) + "_means")
	if p.Imports() {
		means = w.T("runner.pull.imports_means")
	}
	if p.Progress.Total == 0 {
		return v.Wrap(t.Muted, means)
	}
	full := int(float64(width) * float64(p.Progress.Done) / float64(p.Progress.Total))
	full = min(max(full, 0), width)
	lines := []string{t.Accent.Render(strings.Repeat("█", full)) + t.Muted.Render(strings.Repeat("░", width-full))}
	parts := []string{w.T("pull.of", "Done", app.Size(p.Progress.Done), "Total", app.Size(p.Progress.Total))}
	if p.State == app.PullRuns {
		if p.Progress.Speed >= 1 {
			parts = append(parts, app.Size(int64(p.Progress.Speed))+"/s")
		}
		if p.Progress.Left > 0 {
			parts = append(parts, w.T("pull.left", "Time", p.Progress.Left.String()))
		}
		if p.Progress.Again > 0 {
			parts = append(parts, w.T("pull.again"))
		}
	}
	lines = append(lines, v.Wrap(t.Text, strings.Join(parts, " · "))...)
	return append(lines, v.Wrap(t.Muted, means)...)
}

// Cursor is in the name being typed.
func (v *View) Cursor() *tea.Cursor {
	if v.naming == nil || v.asking != nil {
		return nil
	}
	return v.Place(v.naming.Cursor(), v.line)
}
