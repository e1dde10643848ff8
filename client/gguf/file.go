package gguf

import (
	sizes "github.com/ollama/ollama/fs/gguf"
)

// sampleCount is how many places of the weights are looked at, and sampleSize
// how many bytes of each.
const (
	sampleCount = 48
	sampleSize  = 4096
)

// sample wants some of the weights not to be zeros. A download that set its
// room aside and never finished has the right size and nothing in it.
func (h *header) sample() error {
	length := h.size - h.data
	raw := make([]byte, sampleSize)
	empty := 0
	for i := range int64(sampleCount) {
		at := h.data + length/sampleCount*i
		n, err := h.r.ReadAt(raw[:min(sampleSize, h.size-at)], at)
		if err != nil && n == 0 {
			return ended(err)
		}
		if zeros(raw[:n]) {
			empty++
		}
	}
	// A model may hold some zeros, as in the padding of its vocabulary.
	if empty > sampleCount/2 {
		return refuse(Empty, "")
	}
	return nil
}

func zeros(raw []byte) bool {
	for _, b := range raw {
		if b != 0 {
			return false
		}
	}
	return true
}

// file is the report on a header that passed.
func (h *header) file() File {
	arch := h.texts["general.architecture"]
	f := File{
		Version: int(h.version), Name: h.texts["general.name"], Architecture: arch,
		Licence: h.texts["general.license"], Template: h.texts["tokenizer.chat_template"],
		Context: int(h.numbers[arch+".context_length"]), Blocks: int(h.numbers[arch+".block_count"]),
		Tensors: len(h.tensors), Vocabulary: h.lengths["tokenizer.ggml.tokens"], Size: h.size,
	}
	if n, ok := h.numbers["general.file_type"]; ok && n < uint64(sizes.FileTypeUnknown) {
		if q := sizes.FileType(n).String(); q != "unknown" {
			f.Quantisation = q
		}
	}
	for _, t := range h.tensors {
		f.Parameters += t.count
	}
	return f
}
