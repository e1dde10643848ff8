// Package gguf reads the header of a model file in the GGUF format and says
// what is in it, or why no runner could use it. It looks before anything is
// copied or started, so that a broken, truncated or hostile file costs neither
// an hour nor a server.
//
// It keeps only what it reports: memory is bounded by the limits below and not
// by the numbers that a file claims. Weights are looked at in samples and never
// read as a whole. Sizes of tensors come from Ollama's own package.
//
// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
package gguf

import (
	"errors"
	"io"

	"bise/app/fault"
)

// Limits on what a header may claim. The greatest models of today have a few
// thousand tensors, a vocabulary of 260,000 words and a header of 20 MiB.
const (
	maxValues  = 1 << 14
	maxTensors = 1 << 16
	maxKey     = 1 << 16 // the format's own limit on names
	maxText    = 1 << 20 // of a value that is kept: a template, a licence
	maxArray   = 1 << 24 // elements
	maxHeader  = 256 << 20
)

// Problem says why a file cannot be used. It is the detail "why" of a fault of
// kind fault.ModelFile.
type Problem string

// The problems.
const (
	NotGGUF      Problem = "not_gguf"     // another kind of file
	OldVersion   Problem = "version"      // of the format
	Truncated    Problem = "truncated"    // ends before what it claims to hold
	Absurd       Problem = "absurd"       // numbers that no model has
	Duplicate    Problem = "duplicate"    // a tensor twice
	Overlapping  Problem = "overlapping"  // two tensors in one place
	NoModel      Problem = "no_model"     // lacks what every language model has
	NotAModel    Problem = "not_a_model"  // an adapter, a projector, a vocabulary
	OneOfMany    Problem = "one_of_many"  // a piece of a split model
	Empty        Problem = "empty"        // weights that are all zeros
	Unaligned    Problem = "unaligned"    // an alignment that is no power of two
	UnknownValue Problem = "unknown_type" // a value of a type that the format does not have
)

// File is what the header of a usable model says.
type File struct {
	Version      int
	Name         string // general.name, "" if it has none
	Architecture string
	// Quantisation is how most weights are stored: "Q4_K_M"; "" is not told.
	Quantisation string
	Licence      string
	// Template is the chat template, in Jinja; "" is none.
	Template string
	// Context is the longest context in tokens that the model was trained for.
	Context int
	Blocks  int
	Tensors int
	// Vocabulary is the number of its tokens.
	Vocabulary int
	// Parameters is the number of its weights.
	Parameters int64
	// Size is that of the file, in bytes.
	Size int64
}

// Read reads the header of a file of a size in bytes. Errors are of kind
// fault.ModelFile, with the Problem as detail "why".
func Read(r io.ReaderAt, size int64) (File, error) {
	h := &header{r: r, size: size}
	if err := h.read(); err != nil {
		return File{}, err
	}
	if err := h.check(); err != nil {
		return File{}, err
	}
	if err := h.sample(); err != nil {
		return File{}, err
	}
	return h.file(), nil
}

// refuse makes the error of a problem; name is the value or tensor it is about.
func refuse(p Problem, name string) error {
	return fault.E("gguf.Read", fault.ModelFile, nil, "why", string(p), "name", name)
}

// ended makes the error of a read that failed.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse(Truncated, "")
	}
	return fault.E("gguf.Read", fault.ModelFile, err, "why", string(Truncated))
}
