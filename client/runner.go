package client

import (
	"context"
	"io"
	"net"
	"time"
)

// Running is a model that a local runner holds in memory.
type Running struct {
	Model string
	// Window is the context length it was loaded with, in tokens; 0 is unknown.
	Window int
	// Size is what it takes in memory, VRAM the part of it on a graphics card,
	// in bytes.
	Size, VRAM int64
	// Until is when the runner lets go of it; zero is unknown.
	Until time.Time
}

// GPU is the share of the model that lies on a graphics card, in percent.
func (r Running) GPU() int {
	if r.Size <= 0 || r.VRAM <= 0 {
		return 0
	}
	return int(min(100*(float64(r.VRAM)/float64(r.Size)), 100))
}

// Weights are everything a local runner tells of one model.
type Weights struct {
	Model
	Family, Parameters, Quantisation, Format string
	// LicenceText is the whole licence, as the model's maker wrote it.
	LicenceText string
	Template    string
	System      string
	Settings    string // the model's own options, a line each
	// Abilities are the runner's words: completion, tools, vision, thinking.
	Abilities []string
	// Path is where the weights lie on the runner's machine, "" if it does not
	// say. It is shown and logged nowhere: it tells of a home folder.
	Path string
}

// Pulling is how far a pull is, all layers together.
type Pulling struct {
	// Status is the runner's word: "pulling manifest", "verifying sha256 digest".
	Status string
	// Done and Total count bytes of the layers known so far. Total grows as
	// layers are announced, the weights first.
	Done, Total int64
	// Layers is how many have been announced.
	Layers int
	// Missing is what the layer at work still lacks, in bytes.
	Missing int64
}

// Import is a file of weights to make a model of.
type Import struct {
	Model string // its name
	// File is the file, in the GGUF format, and Size its length in bytes.
	File io.ReadSeeker
	Size int64
	// Template says how a conversation is written, in the runner's language; ""
	// leaves it to the runner, which finds it in the file.
	Template string
}

// Runner is a provider that keeps weights: it fetches, copies and deletes them
// and holds them in memory.
type Runner interface {
	Provider
	Checker
	Version(ctx context.Context) (string, error)
	Running(ctx context.Context) ([]Running, error)
	// Weights tells of one model. One that is not there is fault.ModelGone.
	Weights(ctx context.Context, model string) (Weights, error)
	// Pull fetches a model and returns nil only when the runner said that it is
	// complete. Cancelling ctx keeps what has arrived; a later Pull goes on from
	// there. progress may end the pull by its error.
	Pull(ctx context.Context, model string, progress func(Pulling) error) error
	// Import makes a model of a file. Cancelling ctx leaves no model behind.
	Import(ctx context.Context, in Import, progress func(Pulling) error) error
	Remove(ctx context.Context, model string) error
	Copy(ctx context.Context, from, to string) error
	// Unload lets go of the memory that a model takes.
	Unload(ctx context.Context, model string) error
}

// FreeLoopback finds an address on this machine where nobody listens, for a
// server about to be started. Somebody else may take it before the server does.
func FreeLoopback(ctx context.Context) (string, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}
