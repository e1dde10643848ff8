package app

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"bise/app/fault"
	"bise/client"
	"bise/client/ollama"
	"bise/localstore"
)

// PullProgress is how far the pull of one model is.
type PullProgress struct {
	Model  string
	Status string
	// Done and Total count bytes; Total grows as parts become known.
	Done, Total int64
	Layers      int
	// Speed is in bytes a second over the last seconds; 0 is not known yet.
	Speed float64
	// Left is the time left at that speed; 0 is not known.
	Left time.Duration
	// Again is which try this is after a cut, 0 for the first.
	Again int
}

const (
	// pullTries is how often a pull goes on by itself after a cut.
	pullTries = 3
	// sparedRoom is what a pull leaves free on the disk, for everything else
	// that has to be written meanwhile.
	sparedRoom = 64 << 20
)

// Pull fetches a model with the local runner, which is started if that is
// needed. A cut goes on by itself, three times. Whatever ends a pull, what has
// arrived is kept, and the next pull goes on from there.
//
// Before a part is fetched, its size is compared with the room on the disk
// where that is this machine's: fault.DiskFull with the details needed and
// free. Under LocalOnly nothing is fetched: fault.Offline.
func (a *App) Pull(ctx context.Context, model string, progress func(PullProgress)) error {
	if err := ollama.CheckName(model); err != nil {
		return err
	}
	r, err := a.awake(ctx)
	if err != nil {
		return err
	}
	room := a.modelRoom(ctx, r)
	a.mend(room)
	m := meter{now: time.Now}
	for try := 0; ; try++ {
		layers := 0
		before := m.done
		err = r.Pull(ctx, model, func(p client.Pulling) error {
			if p.Layers > layers { // another part begins
				layers = p.Layers
				if err := room.enough(model, p.Missing); err != nil {
					return err
				}
			}
			progress(m.note(model, p, try))
			return nil
		})
		if err == nil {
			a.licenceChanged(ctx, model)
		}
		if ctx.Err() != nil {
			a.awaitNotes(room)
		}
		if err == nil || ctx.Err() != nil || try >= pullTries || !goesOn(err) {
			return err
		}
		if m.done > before {
			try = 0 // it gets somewhere
		}
		if r, err = a.awake(ctx); err != nil { // the server may have died
			return err
		}
		a.mend(room)
	}
}

// goesOn reports whether a pull that failed so may succeed when it is asked for
// again at once.
func goesOn(err error) bool {
	return fault.Is(err, fault.Cut) || fault.Is(err, fault.RunnerStopped) || fault.Is(err, fault.RunnerAbsent)
}

// meter makes a speed out of counts of bytes.
type meter struct {
	now    func() time.Time
	start  time.Time // of the stretch that is measured
	from   int64     // bytes at its start
	layers int
	done   int64
	speed  float64
}

// stretch is how long a speed is measured before it is believed: shorter ones
// jump with every part.
const stretch = 2 * time.Second

func (m *meter) note(model string, p client.Pulling, again int) PullProgress {
	now := m.now()
	switch passed := now.Sub(m.start); {
	case p.Layers != m.layers, p.Done < m.from: // what was there already is no speed
		m.start, m.from, m.layers = now, p.Done, p.Layers
	case passed >= stretch:
		latest := float64(p.Done-m.from) / passed.Seconds()
		if m.speed == 0 {
			m.speed = latest
		}
		m.speed = (m.speed + latest) / 2
		m.start, m.from = now, p.Done
	}
	m.done = p.Done
	out := PullProgress{
		Model: model, Status: p.Status, Done: p.Done, Total: p.Total, Layers: p.Layers, Speed: m.speed, Again: again,
	}
	if m.speed >= 1 && p.Total > p.Done {
		left := float64(p.Total-p.Done) / m.speed
		out.Left = time.Duration(min(left, 1e6)) * time.Second
	}
	return out
}

// modelRoom is the folder where the local runner keeps its models, where bise
// can look at it; "" is a folder nobody knows.
type modelRoom struct {
	folder string
	free   func(string) int64
}

// modelRoom finds the folder of the models: where a server that bise started
// keeps them, else as the server itself tells it of a model it has.
func (a *App) modelRoom(ctx context.Context, r client.Runner) modelRoom {
	room := modelRoom{free: localstore.Free}
	if r.Describe().Place != client.Loopback {
		return room
	}
	if a.runner.current() != nil {
		room.folder = a.options.Env("OLLAMA_MODELS")
		if home, err := os.UserHomeDir(); room.folder == "" && err == nil {
			room.folder = filepath.Join(home, ".ollama", "models")
		}
		return room
	}
	if models, err := r.Models(ctx); err == nil {
		for _, m := range models {
			if m.Remote {
				continue
			}
			if w, err := r.Weights(ctx, m.ID); err == nil && filepath.IsAbs(w.Path) {
				room.folder = filepath.Dir(w.Path)
			}
			break
		}
	}
	return room
}

// blobs is the folder of the weights themselves.
func (r modelRoom) blobs() string {
	if filepath.Base(r.folder) == "blobs" {
		return r.folder
	}
	return filepath.Join(r.folder, "blobs")
}

// enough reports whether there is room for so many bytes more; where the folder
// is not known it says nothing against it.
func (r modelRoom) enough(model string, missing int64) error {
	free := r.room()
	if free < 0 || missing+sparedRoom <= free {
		return nil
	}
	return fault.E("app.Pull", fault.DiskFull, nil, "model", model, "needed", Size(missing), "free", Size(free))
}

// room is what is free, in bytes; -1 is not known. A folder that is not there
// yet will lie where its parent does.
func (r modelRoom) room() int64 {
	folder := r.folder
	for folder != "" {
		if n := r.free(folder); n >= 0 {
			return n
		}
		parent := filepath.Dir(folder)
		if parent == folder || runtime.GOOS == "windows" && len(parent) < 3 {
			break
		}
		if _, err := os.Lstat(folder); err == nil || !os.IsNotExist(err) {
			break // it is there and does not tell
		}
		folder = parent
	}
	return -1
}

// Size writes a number of bytes as people read it, in units of 1000.
func Size(n int64) string {
	if n < 0 {
		return "?"
	}
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	value, units := float64(n), []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	unit := -1
	for value >= 999.95 && unit < len(units)-1 {
		value /= 1000
		unit++
	}
	if unit < 0 {
		value, unit = value/1000, 0
	}
	if unit < 2 {
		return strconv.FormatFloat(value, 'f', 0, 64) + " " + units[unit]
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + units[unit]
}
