package gguf

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	sizes "github.com/ollama/ollama/fs/gguf"
)

const (
	// maxDims is how many dimensions a tensor has at most.
	maxDims = 4
	// maxWeights of a tensor: far above any, and their sum is still a number.
	maxWeights = 1 << 44
)

// tensor is a block of weights. Its size is -1 where the type is newer than
// what is known here.
type tensor struct {
	name   string
	kind   sizes.TensorType
	count  int64 // of weights
	offset int64 // from where the weights begin
	size   int64 // bytes
}

func (h *header) tensor() error {
	name, err := h.string(maxKey)
	if err != nil {
		return err
	}
	dims, err := h.number(4)
	if err != nil {
		return err
	}
	if dims == 0 || dims > maxDims {
		return refuse(Absurd, name)
	}
	shape := make([]uint64, dims)
	for i := range shape {
		if shape[i], err = h.number(8); err != nil {
			return err
		}
	}
	kind, err := h.number(4)
	if err != nil {
		return err
	}
	offset, err := h.number(8)
	if err != nil {
		return err
	}
	info := sizes.TensorInfo{Name: name, Shape: shape, Type: sizes.TensorType(kind)}
	count := info.NumValues()
	if count <= 0 || count > maxWeights || offset > math.MaxInt64 {
		return refuse(Absurd, name)
	}
	h.tensors = append(h.tensors, tensor{name, info.Type, count, int64(offset), info.NumBytes()})
	return nil
}

// check holds the parts of the header against each other and against the size
// of the file.
func (h *header) check() error {
	if err := h.kindOfFile(); err != nil {
		return err
	}
	if err := h.place(); err != nil {
		return err
	}
	arch := h.texts["general.architecture"]
	for _, key := range []string{".block_count", ".context_length", ".embedding_length"} {
		if n := h.numbers[arch+key]; n == 0 || n > math.MaxInt32 {
			return refuse(NoModel, arch+key)
		}
	}
	if h.texts["tokenizer.ggml.model"] == "" || h.lengths["tokenizer.ggml.tokens"] == 0 {
		return refuse(NoModel, "tokenizer.ggml.tokens")
	}
	names := make(map[string]bool, len(h.tensors))
	blocks := make(map[string]bool)
	for _, t := range h.tensors {
		names[t.name] = true
		if block, _, ok := cutBlock(t.name); ok {
			blocks[block] = true
		}
	}
	if !names["token_embd.weight"] {
		return refuse(NoModel, "token_embd.weight")
	}
	for i := range h.numbers[arch+".block_count"] {
		if i >= maxTensors || !blocks[strconv.FormatUint(i, 10)] {
			return refuse(NoModel, "blk."+strconv.FormatUint(i, 10))
		}
	}
	return nil
}

// cutBlock splits "blk.12.attn_q.weight" into the number and the rest.
func cutBlock(name string) (block, rest string, ok bool) {
	const prefix = "blk."
	if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
		return "", "", false
	}
	for i, c := range name[len(prefix):] {
		if c == '.' {
			return name[len(prefix):][:i], name[len(prefix):][i+1:], true
		}
	}
	return "", "", false
}

// kindOfFile refuses what is a GGUF file and yet no whole language model.
func (h *header) kindOfFile() error {
	arch, kind := h.texts["general.architecture"], h.texts["general.type"]
	switch {
	case arch == "":
		return refuse(NoModel, "general.architecture")
	case kind != "" && kind != "model", arch == "clip":
		return refuse(NotAModel, cmp.Or(kind, arch))
	case h.numbers["split.count"] > 1:
		return refuse(OneOfMany, strconv.FormatUint(h.numbers["split.count"], 10))
	case len(h.tensors) == 0:
		return refuse(NotAModel, "vocabulary")
	}
	return nil
}

// place finds where the weights begin and wants every tensor inside the file,
// once and in a place of its own.
func (h *header) place() error {
	align := uint64(32)
	if n, ok := h.numbers["general.alignment"]; ok {
		align = n
	}
	if align == 0 || align > 1<<20 || align&(align-1) != 0 {
		return refuse(Unaligned, "")
	}
	h.data = (h.at + int64(align) - 1) / int64(align) * int64(align)
	room := h.size - h.data
	inOrder := slices.Clone(h.tensors)
	slices.SortFunc(inOrder, func(a, b tensor) int { return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.name, b.name)) })
	seen := make(map[string]bool, len(inOrder))
	end := int64(0)
	for _, t := range inOrder {
		switch {
		case seen[t.name]:
			return refuse(Duplicate, t.name)
		case t.offset > room || max(t.size, 0) > room-t.offset:
			return refuse(Truncated, t.name)
		case t.offset < end:
			return refuse(Overlapping, t.name)
		}
		seen[t.name] = true
		end = t.offset + max(t.size, 0)
	}
	return nil
}
