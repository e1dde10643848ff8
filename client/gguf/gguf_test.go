package gguf_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"testing"

	"bise/app/fault"
	"bise/client/gguf"
)

// model is a file to be written: a small and valid one, until a test changes it.
type model struct {
	magic           string
	version         uint32
	values          []value
	tensors         []block
	counts          [2]uint64 // of tensors and values; 0 is the true number
	data            []byte
	beforeTheValues []byte
}

type value struct {
	key  string
	kind uint32
	raw  []byte
}

type block struct {
	name   string
	dims   []uint64
	kind   uint32
	offset uint64
}

func number(n uint64, width int) []byte { return binary.LittleEndian.AppendUint64(nil, n)[:width] }

func text(s string) []byte { return append(number(uint64(len(s)), 8), s...) }

func str(key, s string) value { return value{key, 8, text(s)} }

func u32(key string, n uint32) value { return value{key, 4, number(uint64(n), 4)} }

func words(key string, s ...string) value {
	raw := append(number(8, 4), number(uint64(len(s)), 8)...)
	for _, w := range s {
		raw = append(raw, text(w)...)
	}
	return value{key, 9, raw}
}

// valid is a language model of one block whose weights are eight numbers each.
func valid() model {
	return model{
		magic: "GGUF", version: 3,
		values: []value{
			str("general.architecture", "llama"), str("general.name", "Tiny"), str("general.license", "apache-2.0"),
			u32("general.file_type", 15), u32("llama.block_count", 1), u32("llama.context_length", 256), u32("llama.embedding_length", 4),
			str("tokenizer.ggml.model", "llama"), words("tokenizer.ggml.tokens", "a", "b"),
			str("tokenizer.chat_template", "{{ messages }}"),
			{"general.score", 6, number(0x3f800000, 4)},
		},
		tensors: []block{
			{"token_embd.weight", []uint64{4, 2}, 0, 0}, {"blk.0.attn_q.weight", []uint64{4, 2}, 0, 32}, {"output.weight", []uint64{4, 2}, 0, 64},
		},
		data: bytes.Repeat([]byte{1}, 96),
	}
}

func (m model) bytes() []byte {
	out := append([]byte(m.magic), number(uint64(m.version), 4)...)
	counts := m.counts
	if counts[0] == 0 {
		counts[0] = uint64(len(m.tensors))
	}
	if counts[1] == 0 {
		counts[1] = uint64(len(m.values))
	}
	out = append(append(out, number(counts[0], 8)...), number(counts[1], 8)...)
	out = append(out, m.beforeTheValues...)
	for _, v := range m.values {
		out = append(append(append(out, text(v.key)...), number(uint64(v.kind), 4)...), v.raw...)
	}
	for _, t := range m.tensors {
		out = append(append(out, text(t.name)...), number(uint64(len(t.dims)), 4)...)
		for _, d := range t.dims {
			out = append(out, number(d, 8)...)
		}
		out = append(append(out, number(uint64(t.kind), 4)...), number(t.offset, 8)...)
	}
	for len(out)%32 != 0 {
		out = append(out, 0)
	}
	return append(out, m.data...)
}

func (m *model) set(v value) {
	for i := range m.values {
		if m.values[i].key == v.key {
			m.values[i] = v
			return
		}
	}
	m.values = append(m.values, v)
}

func (m *model) drop(key string) {
	for i := range m.values {
		if m.values[i].key == key {
			m.values = append(m.values[:i:i], m.values[i+1:]...)
			return
		}
	}
}

func TestAUsableModelIsDescribed(t *testing.T) {
	raw := valid().bytes()
	f, err := gguf.Read(bytes.NewReader(raw), int64(len(raw)))
	want := gguf.File{
		Version: 3, Name: "Tiny", Architecture: "llama", Quantisation: "Q4_K_M", Licence: "apache-2.0", Template: "{{ messages }}",
		Context: 256, Blocks: 1, Tensors: 3, Vocabulary: 2, Parameters: 24, Size: int64(len(raw)),
	}
	if err != nil || f != want {
		t.Errorf("got %+v, %v", f, err)
	}
}

func why(err error) gguf.Problem {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.ModelFile {
		return ""
	}
	return gguf.Problem(e.Detail["why"])
}

func TestAFileThatNoRunnerCouldUseIsRefusedWithTheReason(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*model)
		want   gguf.Problem
	}{
		"another kind of file":               {func(m *model) { m.magic = "PK\x03\x04" }, gguf.NotGGUF},
		"a version of the future":            {func(m *model) { m.version = 9 }, gguf.OldVersion},
		"a file in the other byte order":     {func(m *model) { m.version = 3 << 24 }, gguf.OldVersion},
		"more tensors than any model":        {func(m *model) { m.counts[0] = 1 << 60 }, gguf.Absurd},
		"more values than any model":         {func(m *model) { m.counts[1] = 1 << 60 }, gguf.Absurd},
		"one tensor fewer than announced":    {func(m *model) { m.counts[0] = 4; m.data = nil }, gguf.Absurd},
		"a name that has no end":             {func(m *model) { m.beforeTheValues = number(1<<62, 8) }, gguf.Absurd},
		"a template longer than the file":    {func(m *model) { m.set(value{"tokenizer.chat_template", 8, number(1000, 8)}) }, gguf.Truncated},
		"a list longer than any":             {func(m *model) { m.set(value{"tokenizer.ggml.tokens", 9, append(number(8, 4), number(1<<40, 8)...)}) }, gguf.Absurd},
		"a list longer than the file":        {func(m *model) { m.set(value{"x.list", 9, append(number(10, 4), number(1<<20, 8)...)}) }, gguf.Truncated},
		"a list of lists":                    {func(m *model) { m.set(value{"x.list", 9, append(number(9, 4), number(1, 8)...)}) }, gguf.UnknownValue},
		"a value of no type":                 {func(m *model) { m.set(value{"x.odd", 77, nil}) }, gguf.UnknownValue},
		"the same tensor twice":              {func(m *model) { m.tensors[2].name = "token_embd.weight" }, gguf.Duplicate},
		"two tensors in one place":           {func(m *model) { m.tensors[2].offset = 32 }, gguf.Overlapping},
		"a tensor beyond the end":            {func(m *model) { m.tensors[2].offset = 1 << 40 }, gguf.Truncated},
		"a tensor that runs over the end":    {func(m *model) { m.data = m.data[:90] }, gguf.Truncated},
		"a tensor of more weights than any":  {func(m *model) { m.tensors[2].dims = []uint64{1 << 32, 1 << 31} }, gguf.Absurd},
		"a product that overflows":           {func(m *model) { m.tensors[2].dims = []uint64{1 << 40, 1 << 40} }, gguf.Absurd},
		"a tensor without weights":           {func(m *model) { m.tensors[2].dims = []uint64{0} }, gguf.Absurd},
		"a tensor of nine dimensions":        {func(m *model) { m.tensors[2].dims = make([]uint64, 9) }, gguf.Absurd},
		"an alignment that is none":          {func(m *model) { m.set(u32("general.alignment", 33)) }, gguf.Unaligned},
		"an alignment of nothing":            {func(m *model) { m.set(u32("general.alignment", 0)) }, gguf.Unaligned},
		"no architecture":                    {func(m *model) { m.drop("general.architecture") }, gguf.NoModel},
		"no number of blocks":                {func(m *model) { m.drop("llama.block_count") }, gguf.NoModel},
		"no vocabulary":                      {func(m *model) { m.drop("tokenizer.ggml.tokens") }, gguf.NoModel},
		"no embeddings":                      {func(m *model) { m.tensors[0].name = "other.weight" }, gguf.NoModel},
		"a block that is missing":            {func(m *model) { m.set(u32("llama.block_count", 2)) }, gguf.NoModel},
		"four thousand million blocks":       {func(m *model) { m.set(u32("llama.block_count", 1<<32-1)) }, gguf.NoModel},
		"an adapter":                         {func(m *model) { m.set(str("general.type", "adapter")) }, gguf.NotAModel},
		"the eyes of a model":                {func(m *model) { m.set(str("general.architecture", "clip")) }, gguf.NotAModel},
		"a vocabulary alone":                 {func(m *model) { m.tensors = nil }, gguf.NotAModel},
		"a piece of a split model":           {func(m *model) { m.set(u32("split.count", 3)) }, gguf.OneOfMany},
		"weights that were never downloaded": {func(m *model) { clear(m.data) }, gguf.Empty},
	} {
		m := valid()
		c.change(&m)
		raw := m.bytes()
		if _, err := gguf.Read(bytes.NewReader(raw), int64(len(raw))); why(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestEveryCutOfAModelIsRefused(t *testing.T) {
	raw := valid().bytes()
	for n := range raw {
		if _, err := gguf.Read(bytes.NewReader(raw[:n]), int64(n)); why(err) == "" {
			t.Fatalf("the first %d of %d bytes: %v", n, len(raw), err)
		}
	}
}

// sparse is a file that begins with head and is zeros for the rest of its size.
type sparse struct {
	head []byte
	size int64
	read int64
}

func (s *sparse) ReadAt(p []byte, at int64) (int, error) {
	if at >= s.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.size-at))
	clear(p[:n])
	if at < int64(len(s.head)) {
		copy(p[:n], s.head[at:])
	}
	s.read += int64(n)
	return n, nil
}

func TestAHugeEmptyFileCostsNeitherTimeNorMemory(t *testing.T) {
	empty := valid()
	empty.tensors[2].dims = []uint64{4, 600 << 20}
	empty.data = nil
	endless := valid()
	endless.counts[0] = 1 << 16 // zeros read as tensors without a name
	endless.tensors, endless.data = nil, nil
	listed := valid()
	listed.set(value{"x.list", 9, append(number(8, 4), number(1<<24, 8)...)})
	listed.tensors, listed.data = nil, nil
	for name, c := range map[string]struct {
		head []byte
		want gguf.Problem
	}{
		"a header and ten gigabytes of nothing": {empty.bytes(), gguf.Empty},
		"nothing but zeros":                     {nil, gguf.NotGGUF},
		"zeros where tensors should be":         {endless.bytes(), gguf.Absurd},
		"zeros where words should be":           {listed.bytes(), gguf.Truncated},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file := &sparse{head: c.head, size: 10 << 30}
		_, err := gguf.Read(file, file.size)
		runtime.ReadMemStats(&after)
		if got := why(err); got != c.want && (c.want != gguf.Truncated || got == "") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if file.read > 300<<20 {
			t.Errorf("%s: %d bytes were read", name, file.read)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(valid().bytes())
	m := valid()
	m.version = 2
	f.Add(m.bytes())
	f.Add([]byte("GGUF"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := gguf.Read(bytes.NewReader(raw), int64(len(raw)))
		if err == nil && (file.Architecture == "" || file.Tensors == 0 || file.Parameters <= 0) {
			t.Errorf("half a model passed: %+v", file)
		}
		if err != nil && why(err) == "" {
			t.Errorf("a refusal without a reason: %v", err)
		}
	})
}
