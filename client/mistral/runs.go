package mistral

import (
	"crypto/rand"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// The most that a broken server can make us keep: runs and calls of an answer,
// and bytes of the arguments of one.
const (
	maxRuns      = 256
	maxArguments = 1 << 20
	// maxWatched is up to where arguments are read while they still arrive.
	maxWatched = 64 << 10
)

// run is one run of a built-in tool.
type run struct {
	client.ToolActivity
	arguments strings.Builder
}

func activity(a client.ToolActivity) client.Delta {
	return client.Delta{Kind: client.ToolDelta, Tool: a}
}

// tool follows a run: it is started, its arguments come in pieces, and it ends
// with what it has to tell. An entry of a whole answer is all of it at once.
func (d *decoder) tool(e *event) {
	r, begun := d.runOf(e.ID, e.Name)
	if r == nil {
		return
	}
	if s := arguments(e.Arguments); r.arguments.Len()+len(s) <= maxArguments {
		r.arguments.WriteString(s)
	}
	ends := e.Type == "tool.execution.done" || e.Type == "tool.execution"
	tells := begun || ends
	if ends || r.arguments.Len() <= maxWatched {
		if query, code := asked(r.arguments.String()); query != r.Query || code != r.Code {
			r.Query, r.Code, tells = query, code, true
		}
	}
	if ends {
		r.State = client.ToolDone
		if failure := string(e.Info.Error); failure != "" && failure != "null" && failure != `""` && failure != "false" {
			r.State = client.ToolFailed
		}
		if e.Info.Code != "" {
			r.Code = chat.Text(e.Info.Code)
		}
		r.Output = chat.Text(e.Info.Output)
	}
	if tells && r.Name != "" {
		d.emit(activity(r.ToolActivity))
	}
}

// runOf finds the run with an id, or begins it. All text from then on is marked
// by it.
func (d *decoder) runOf(id, wire string) (r *run, begun bool) {
	for _, r := range d.runs {
		if r.ID == id {
			return r, false
		}
	}
	name, origin := named(wire)
	d.origin |= origin
	if len(d.runs) >= maxRuns {
		return nil, false
	}
	r = &run{ToolActivity: client.ToolActivity{ID: id, Name: name, State: client.ToolStarted}}
	d.runs = append(d.runs, r)
	return r, true
}

// used is the last run of a tool that an answer shows to have run: one of which
// no event told is told now, since the answer is marked by it.
func (d *decoder) used(wire string) *run {
	name, _ := named(wire)
	for i := len(d.runs) - 1; i >= 0; i-- {
		if d.runs[i].Name == name {
			return d.runs[i]
		}
	}
	r, _ := d.runOf("untold:"+wire, wire)
	if r != nil {
		r.State = client.ToolDone
		if r.Name != "" {
			d.emit(activity(r.ToolActivity))
		}
	}
	return r
}

// failed tells that the runs which have not ended never will.
func (d *decoder) failed() []client.Delta {
	var out []client.Delta
	for _, r := range d.runs {
		if r.State == client.ToolStarted {
			r.State = client.ToolFailed
			out = append(out, activity(r.ToolActivity))
		}
	}
	return out
}

// located adds to an error which tool was at work. It must be called before
// failed.
func (d *decoder) located(err error) error {
	e, ok := fault.As(err)
	if !ok {
		return err
	}
	for _, r := range d.runs {
		if r.State == client.ToolStarted {
			if e.Detail == nil {
				e.Detail = make(map[string]string)
			}
			e.Detail["tool"] = r.Name
		}
	}
	return err
}

// pendingCall is a function call whose arguments are still arriving.
type pendingCall struct {
	id, name  string
	pending   bool // it waits for a person's leave
	arguments strings.Builder
}

// call merges the pieces of a function call.
func (d *decoder) call(e *event) {
	id := e.CallID
	if id == "" || id == "null" {
		id = e.ID
	}
	var c *pendingCall
	for _, have := range d.calls {
		if have.id == id {
			c = have
		}
	}
	if c == nil {
		if len(d.calls) >= maxRuns {
			return
		}
		c = &pendingCall{id: id, name: e.Name}
		d.calls = append(d.calls, c)
	}
	c.pending = e.Status == "pending"
	if s := arguments(e.Arguments); c.arguments.Len()+len(s) <= maxArguments {
		c.arguments.WriteString(s)
	}
}

func (c *pendingCall) part(origin chat.Origin) chat.Part {
	id := c.id
	if id == "" {
		id = rand.Text()[:9] // what the service takes as an id
	}
	return chat.Part{
		Kind: chat.ToolCallPart, Origin: origin, Name: c.name, CallID: id, Text: chat.Text(c.arguments.String()),
	}
}
