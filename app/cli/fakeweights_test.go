package cli_test

import (
	"encoding/binary"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// tinyWeights writes a GGUF file of one block whose header passes:
// weights FILE [TEMPLATE].
func tinyWeights(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: weights file [template]")
	}
	var b []byte
	number := func(n uint64, width int) { b = append(b, binary.LittleEndian.AppendUint64(nil, n)[:width]...) }
	text := func(s string) { number(uint64(len(s)), 8); b = append(b, s...) }
	pairs := [][2]string{{"general.architecture", "llama"}, {"general.license", "mit"}, {"tokenizer.ggml.model", "llama"}}
	if len(args) == 2 {
		pairs = append(pairs, [2]string{"tokenizer.chat_template", args[1]})
	}
	counts := []string{"llama.block_count", "llama.context_length", "llama.embedding_length"}
	tensors := []string{"token_embd.weight", "blk.0.attn_q.weight"}
	b = append(b, "GGUF"...)
	number(3, 4)
	number(uint64(len(tensors)), 8)
	number(uint64(len(pairs)+len(counts)+1), 8)
	for _, p := range pairs {
		text(p[0])
		number(8, 4)
		text(p[1])
	}
	for _, key := range counts {
		text(key)
		number(4, 4)
		number(1, 4)
	}
	text("tokenizer.ggml.tokens") // a list of one word
	number(9, 4)
	number(8, 4)
	number(1, 8)
	text("a")
	for i, name := range tensors {
		text(name)
		number(1, 4)
		number(8, 8) // eight numbers of four bytes
		number(0, 4)
		number(uint64(32*i), 8)
	}
	b = append(b, make([]byte, 31-(len(b)+31)%32)...)
	b = append(b, strings.Repeat("\x01", 64)...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}
