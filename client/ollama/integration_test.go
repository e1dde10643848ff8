//go:build integration

package ollama

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
)

// TestAgainstARealServer makes a tiny model on the server at OLLAMA_HOST,
// looks at it, asks it, and deletes it. A server without an engine can do
// everything but answer; then that failure must be a plain fault.
func TestAgainstARealServer(t *testing.T) {
	if os.Getenv("OLLAMA_HOST") == "" {
		t.Skip("OLLAMA_HOST names no server")
	}
	const model = "bise-integration:latest"
	ctx := t.Context()
	p := provider(t, os.Getenv("OLLAMA_HOST"), nil)
	version, err := p.Version(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("server %s, version %s", p.Describe().Host, version)

	raw := api.NewClient(p.host.url, http.DefaultClient)
	create(t, raw, model)
	m, err := p.Show(ctx, model)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("shown: %+v", m)
	if m.ID != model || m.Context != 128 || !m.Chat || m.Remote || m.Size == 0 || m.Licence != "MIT" {
		t.Errorf("the model is shown as %+v", m)
	}
	if _, err := p.Running(ctx); err != nil {
		t.Error(err)
	}

	chatWith(t, p, model)
	if res := ask(t, p, clienttest.Turn("bise-nowhere", "")); !fault.Is(res.Err, fault.ModelGone) {
		t.Errorf("a model that is not there gave %v", res.Err)
	}
	keep(t, p, model)
	if err := p.Remove(ctx, model); err != nil {
		t.Fatal(err)
	}
	models, err := p.Models(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range models {
		if m.ID == model {
			t.Error("the deleted model is still listed")
		}
	}
	if res := ask(t, p, clienttest.Turn(model, "")); !fault.Is(res.Err, fault.ModelGone) {
		t.Errorf("a model deleted behind our back gave %v", res.Err)
	}
}

// keep looks at the model, frees its memory, and gives it a second name and
// takes that away.
func keep(t *testing.T, p *Provider, model string) {
	t.Helper()
	ctx := t.Context()
	w, err := p.Weights(ctx, model)
	if err != nil || w.Family != "llama" || w.LicenceText != "MIT" || w.Template == "" || w.Path == "" || w.Size == 0 {
		t.Errorf("the weights are %+v, %v", w, err)
	}
	if err := p.Unload(ctx, model); err != nil {
		t.Errorf("unloading: %v", err)
	}
	if err := p.Copy(ctx, model, "bise-integration:copy"); err != nil {
		t.Errorf("copying: %v", err)
	}
	if err := p.Remove(ctx, "bise-integration:copy"); err != nil {
		t.Errorf("deleting the copy: %v", err)
	}
	if err := p.Remove(ctx, "bise-integration:copy"); !fault.Is(err, fault.ModelGone) {
		t.Errorf("deleting it again gave %v", err)
	}
	err = p.Pull(ctx, "bise.invalid/no/model", func(client.Pulling) error { return nil })
	if e, ok := fault.As(err); !ok || e.Kind == fault.ServerFailed {
		t.Errorf("a registry that does not exist gave %v", err)
	}
}

// create makes the model out of a tiny file.
func create(t *testing.T, raw *api.Client, model string) {
	t.Helper()
	gguf := tinyGGUF()
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(gguf))
	if err := raw.CreateBlob(t.Context(), digest, bytes.NewReader(gguf)); err != nil {
		t.Fatal(err)
	}
	last := ""
	err := raw.Create(t.Context(), &api.CreateRequest{
		Model: model, Files: map[string]string{"tiny.gguf": digest},
		Template: "{{ .Prompt }}", License: "MIT",
	}, func(r api.ProgressResponse) error { last = r.Status; return nil })
	if err != nil || last != "success" {
		t.Fatalf("create ended with %q, %v", last, err)
	}
}

// chatWith asks the model; its weights are zeros, so any end but a hanging one
// or an unclassified one will do.
func chatWith(t *testing.T, p *Provider, model string) {
	t.Helper()
	turn := clienttest.Turn(model, "hello")
	most := 8
	turn.Options.MaxTokens = &most
	res := ask(t, p, turn)
	switch e, failed := fault.As(res.Err); {
	case failed && strings.Contains(e.Detail["message"], "llama-server binary not found"):
		t.Logf("the server has no engine, so no answer could be tried: %v", e)
	case failed && e.Kind == fault.ServerFailed || failed && e.Kind == fault.RunnerStopped:
		t.Logf("the engine refused the made-up weights: %v", e)
	case res.Err != nil:
		t.Errorf("the chat ended with %v", res.Err)
	case !res.Done() || !res.Of(client.UsageDelta)[0].Usage.Known:
		t.Errorf("the answer is incomplete: %+v", res.Deltas)
	}
}

const width, vocab = 32, 4

var tensors = []struct {
	name string
	dims []uint64
}{
	{"token_embd.weight", []uint64{width, vocab}},
	{"output_norm.weight", []uint64{width}},
	{"output.weight", []uint64{width, vocab}},
	{"blk.0.attn_norm.weight", []uint64{width}},
	{"blk.0.ffn_norm.weight", []uint64{width}},
	{"blk.0.attn_q.weight", []uint64{width, width}},
	{"blk.0.attn_k.weight", []uint64{width, width}},
	{"blk.0.attn_v.weight", []uint64{width, width}},
	{"blk.0.attn_output.weight", []uint64{width, width}},
	{"blk.0.ffn_gate.weight", []uint64{width, width}},
	{"blk.0.ffn_up.weight", []uint64{width, width}},
	{"blk.0.ffn_down.weight", []uint64{width, width}},
}

// tinyGGUF is a well-formed model file of a few kilobytes (GGUF version 3): a
// llama of one narrow layer with weights of zero.
func tinyGGUF() []byte {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if s, ok := v.(string); ok {
				_ = binary.Write(&b, binary.LittleEndian, uint64(len(s)))
				b.WriteString(s)
				continue
			}
			_ = binary.Write(&b, binary.LittleEndian, v)
		}
	}
	const u32, f32, str, array, i32 = uint32(4), uint32(6), uint32(8), uint32(9), uint32(5)
	b.WriteString("GGUF")
	put(uint32(3), uint64(len(tensors)), uint64(15))
	put("general.architecture", str, "llama", "general.name", str, "tiny", "general.file_type", u32, uint32(0))
	for _, kv := range []struct {
		key string
		n   uint32
	}{
		{"context_length", 128},
		{"embedding_length", width},
		{"block_count", 1},
		{"feed_forward_length", width},
		{"attention.head_count", 1},
		{"attention.head_count_kv", 1},
		{"rope.dimension_count", width},
	} {
		put("llama."+kv.key, u32, kv.n)
	}
	put("llama.attention.layer_norm_rms_epsilon", f32, float32(1e-5))
	put("tokenizer.ggml.model", str, "llama")
	put("tokenizer.ggml.tokens", array, str, uint64(vocab), "<unk>", "<s>", "</s>", "a")
	put("tokenizer.ggml.scores", array, f32, uint64(vocab), float32(0), float32(0), float32(0), float32(0))
	put("tokenizer.ggml.token_type", array, i32, uint64(vocab), int32(2), int32(3), int32(3), int32(1))
	offset := uint64(0)
	for _, t := range tensors {
		put(t.name, uint32(len(t.dims)))
		n := uint64(4)
		for _, d := range t.dims {
			put(d)
			n *= d
		}
		put(uint32(0), offset)
		offset += n // a multiple of 32, the alignment
	}
	b.Write(make([]byte, (32-b.Len()%32)%32))
	b.Write(make([]byte, offset))
	return b.Bytes()
}
