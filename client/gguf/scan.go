package gguf

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"slices"
)

// The types of a value, by their numbers in the format.
const (
	typeUint8 = iota
	typeInt8
	typeUint16
	typeInt16
	typeUint32
	typeInt32
	typeFloat32
	typeBool
	typeString
	typeArray
	typeUint64
	typeInt64
	typeFloat64
)

// widths are the sizes in bytes of the types that have one.
var widths = map[uint32]int64{
	typeUint8: 1, typeInt8: 1, typeBool: 1, typeUint16: 2, typeInt16: 2,
	typeUint32: 4, typeInt32: 4, typeFloat32: 4, typeUint64: 8, typeInt64: 8, typeFloat64: 8,
}

// header is a header while it is read.
type header struct {
	r    io.ReaderAt
	size int64
	buf  *bufio.Reader
	at   int64 // bytes read so far
	// scratch holds the number being read: there are millions of them.
	scratch [8]byte

	version uint32
	texts   map[string]string // of the keys that are kept
	numbers map[string]uint64
	lengths map[string]int // of arrays
	tensors []tensor
	data    int64 // where the weights begin
}

// kept are the texts that are reported.
var kept = []string{
	"general.architecture", "general.name", "general.license", "general.type", "tokenizer.chat_template", "tokenizer.ggml.model",
}

func (h *header) read() error {
	h.texts, h.numbers, h.lengths = map[string]string{}, map[string]uint64{}, map[string]int{}
	h.buf = bufio.NewReaderSize(io.NewSectionReader(h.r, 0, min(h.size, maxHeader)), 1<<16)
	magic, err := h.text(4, 4)
	if err != nil || magic != "GGUF" {
		return refuse(NotGGUF, "")
	}
	version, err := h.number(4)
	if err != nil {
		return err
	}
	h.version = uint32(version)
	if h.version != 2 && h.version != 3 { // 1 is of 2023; the other byte order looks like a huge one
		return refuse(OldVersion, "")
	}
	tensors, err := h.number(8)
	if err != nil {
		return err
	}
	values, err := h.number(8)
	if err != nil {
		return err
	}
	if tensors > maxTensors || values > maxValues {
		return refuse(Absurd, "")
	}
	for range values {
		if err := h.value(); err != nil {
			return err
		}
	}
	for range tensors {
		if err := h.tensor(); err != nil {
			return err
		}
	}
	return nil
}

// value reads a key and its value, and keeps it if it is wanted.
func (h *header) value() error {
	key, err := h.string(maxKey)
	if err != nil {
		return err
	}
	kind, err := h.number(4)
	if err != nil {
		return err
	}
	switch kind := uint32(kind); {
	case kind == typeString && slices.Contains(kept, key):
		h.texts[key], err = h.string(maxText)
		return err
	case kind == typeString:
		return h.skipString()
	case kind == typeArray:
		h.lengths[key], err = h.array(key)
		return err
	case widths[kind] == 0:
		return refuse(UnknownValue, key)
	default:
		n, err := h.number(widths[kind])
		if err != nil {
			return err
		}
		if kind != typeFloat32 && kind != typeFloat64 {
			h.numbers[key] = n
		}
		return nil
	}
}

// array passes over an array and gives its length. Arrays of arrays are not
// used by any model.
func (h *header) array(key string) (int, error) {
	kind, err := h.number(4)
	if err != nil {
		return 0, err
	}
	n, err := h.number(8)
	if err != nil {
		return 0, err
	}
	if n > maxArray {
		return 0, refuse(Absurd, key)
	}
	switch width := widths[uint32(kind)]; {
	case kind == typeString:
		for range n {
			if err := h.skipString(); err != nil {
				return 0, err
			}
		}
		return int(n), nil
	case width == 0:
		return 0, refuse(UnknownValue, key)
	default:
		return int(n), h.skip(int64(n) * width)
	}
}

// number reads a little-endian number of a width in bytes.
func (h *header) number(width int64) (uint64, error) {
	clear(h.scratch[:])
	if _, err := io.ReadFull(h.buf, h.scratch[:width]); err != nil {
		return 0, ended(err)
	}
	h.at += width
	return binary.LittleEndian.Uint64(h.scratch[:]), nil
}

// string reads a text of at most limit bytes.
func (h *header) string(limit uint64) (string, error) {
	n, err := h.number(8)
	if err != nil {
		return "", err
	}
	return h.text(n, limit)
}

func (h *header) text(n, limit uint64) (string, error) {
	if n > limit {
		return "", refuse(Absurd, "")
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(h.buf, raw); err != nil {
		return "", ended(err)
	}
	h.at += int64(n)
	return string(raw), nil
}

func (h *header) skipString() error {
	n, err := h.number(8)
	if err != nil {
		return err
	}
	if n > math.MaxInt32 {
		return refuse(Absurd, "")
	}
	return h.skip(int64(n))
}

func (h *header) skip(n int64) error {
	if n > h.size-h.at {
		return refuse(Truncated, "")
	}
	for n > 0 {
		step := int(min(n, 1<<30)) // Discard takes an int, which may have 32 bits
		done, err := h.buf.Discard(step)
		h.at += int64(done)
		n -= int64(done)
		if err != nil {
			return ended(err)
		}
	}
	return nil
}
