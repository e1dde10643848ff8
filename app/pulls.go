package app

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// PullState says how a pull in the queue is.
type PullState string

// The states of a pull.
const (
	PullWaits  PullState = "waits"
	PullRuns   PullState = "runs"
	PullPaused PullState = "paused"
	PullFailed PullState = "failed"
	PullDone   PullState = "done"
)

// PullJob is a pull in the queue.
type PullJob struct {
	Model    string
	State    PullState
	Progress PullProgress
	// Err is why a pull failed.
	Err error

	// from is the file that the model is made of, with its template; "" is
	// fetched.
	from, template string
}

// Imports reports whether the model is made of a file of the person's.
func (j PullJob) Imports() bool { return j.from != "" }

// pullQueue are the pulls of the screen, one after the other: two at once are
// not faster, and the first one would be ready later.
type pullQueue struct {
	mu     sync.Mutex
	jobs   []*PullJob
	read   bool // the list of an earlier run was read
	closed bool
	cancel context.CancelFunc // of the pull at work
	idle   chan struct{}      // closed when no pull is at work; nil before the first
}

// Pulls lists the queue, with the pulls that an earlier run left unfinished as
// paused.
func (a *App) Pulls() []PullJob {
	a.pulls.mu.Lock()
	defer a.pulls.mu.Unlock()
	a.readPulls()
	jobs := make([]PullJob, len(a.pulls.jobs))
	for i, j := range a.pulls.jobs {
		jobs[i] = *j
	}
	return jobs
}

// QueuePull puts a pull at the end of the queue, or lets a paused or failed one
// go on.
func (a *App) QueuePull(model string) { a.queuePull(PullJob{Model: latest(model), State: PullWaits}) }

// QueueImport puts the making of a model of a file at the end of the queue, as
// ImportWeights. It is gone when bise ends: the path is kept nowhere.
func (a *App) QueueImport(path, template string) (model string) {
	model = latest(ModelName(path))
	a.queuePull(PullJob{Model: model, State: PullWaits, from: path, template: template})
	return model
}

func (a *App) queuePull(job PullJob) {
	a.pulls.mu.Lock()
	defer a.pulls.mu.Unlock()
	a.readPulls()
	model := job.Model
	at := slices.IndexFunc(a.pulls.jobs, func(j *PullJob) bool { return j.Model == model })
	switch {
	case at < 0:
		a.pulls.jobs = append(a.pulls.jobs, &job)
	case a.pulls.jobs[at].State == PullRuns:
		return
	default:
		if job.Imports() {
			*a.pulls.jobs[at] = job
		}
		a.pulls.jobs[at].State, a.pulls.jobs[at].Err = PullWaits, nil
	}
	a.writePulls()
	a.nextPull()
}

// PausePull stops a pull; what has arrived is kept.
func (a *App) PausePull(model string) { a.endPull(model, false) }

// DropPull stops a pull and takes it from the queue. What has arrived stays with
// the runner, which throws it away some day.
func (a *App) DropPull(model string) { a.endPull(model, true) }

func (a *App) endPull(model string, drop bool) {
	a.pulls.mu.Lock()
	defer a.pulls.mu.Unlock()
	at := slices.IndexFunc(a.pulls.jobs, func(j *PullJob) bool { return j.Model == latest(model) })
	if at < 0 {
		return
	}
	j := a.pulls.jobs[at]
	if j.State == PullRuns {
		a.pulls.cancel() // the worker goes on with the next one
	}
	if j.State == PullRuns || j.State == PullWaits {
		j.State = PullPaused
	}
	if drop {
		a.pulls.jobs = slices.Delete(a.pulls.jobs, at, at+1)
	}
	a.writePulls()
}

// nextPull starts the first pull that waits, if none is at work. The caller
// holds the lock.
func (a *App) nextPull() {
	if a.pulls.closed || a.pulls.cancel != nil {
		return
	}
	at := slices.IndexFunc(a.pulls.jobs, func(j *PullJob) bool { return j.State == PullWaits })
	if at < 0 {
		return
	}
	j := a.pulls.jobs[at]
	ctx, cancel := context.WithCancel(context.Background())
	j.State, a.pulls.cancel, a.pulls.idle = PullRuns, cancel, make(chan struct{})
	go a.runPull(ctx, j, a.pulls.idle)
}

func (a *App) runPull(ctx context.Context, j *PullJob, idle chan struct{}) {
	defer close(idle)
	told := func(p PullProgress) {
		a.pulls.mu.Lock()
		j.Progress = p
		a.pulls.mu.Unlock()
	}
	var err error
	if j.Imports() {
		_, err = a.ImportWeights(ctx, j.from, j.Model, j.template, told)
	} else {
		err = a.Pull(ctx, j.Model, told)
	}
	a.pulls.mu.Lock()
	defer a.pulls.mu.Unlock()
	stopped := ctx.Err() != nil
	a.pulls.cancel() // frees the context
	a.pulls.cancel = nil
	switch {
	case err == nil:
		j.State = PullDone
	case stopped && j.State == PullRuns: // bise is closing
		j.State = PullPaused
	case j.State == PullRuns:
		j.State, j.Err = PullFailed, err
	}
	a.writePulls()
	a.nextPull()
}

// closePulls stops the pull at work and waits until its server has written down
// how far it is. The rest of the queue is there again the next time.
func (a *App) closePulls() {
	a.pulls.mu.Lock()
	a.pulls.closed = true
	idle := a.pulls.idle
	if a.pulls.cancel != nil {
		a.pulls.cancel()
	}
	a.pulls.mu.Unlock()
	if idle != nil {
		<-idle
	}
}

func (a *App) pullsPath() string { return filepath.Join(a.dir, "cache", "pulls.json") }

// readPulls reads the list of an earlier run, once. A damaged list is none.
func (a *App) readPulls() {
	if a.pulls.read {
		return
	}
	a.pulls.read = true
	data, err := os.ReadFile(a.pullsPath())
	if err != nil {
		return
	}
	for _, model := range pullsIn(data) {
		a.pulls.jobs = append(a.pulls.jobs, &PullJob{Model: model, State: PullPaused})
	}
}

// mostPulls bounds the list; nobody queues more.
const mostPulls = 100

func pullsIn(data []byte) []string {
	var names []string
	if json.Unmarshal(data, &names) != nil || len(names) > mostPulls {
		return nil
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// writePulls keeps the names of what is not finished. A disk that refuses them
// costs the person a second choice, nothing else.
func (a *App) writePulls() {
	if a.options.NoStore {
		return
	}
	names := []string{}
	for _, j := range a.pulls.jobs {
		if j.State != PullDone && !j.Imports() {
			names = append(names, j.Model)
		}
	}
	if len(names) == 0 {
		_ = os.Remove(a.pullsPath())
		return
	}
	if data, err := json.Marshal(names); err == nil {
		_ = writeFile(a.pullsPath(), data)
	}
}
