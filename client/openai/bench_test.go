package openai

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/client/sse"
)

// BenchmarkDecode reads an answer of 20,000 tokens in Mistral's shape, padding
// included, from the event stream to deltas.
func BenchmarkDecode(b *testing.B) {
	const tokens = 20_000
	var in bytes.Buffer
	for i := range tokens {
		fmt.Fprintf(&in, `data: {"id":"5e0b7a1c2d3e4f50617283940a1b2c3d","object":"chat.completion.chunk","created":1763894400,`+
			`"model":"mistral-small-latest","choices":[{"index":0,"delta":{"content":"token%d "},"finish_reason":null}],"p":"%s"}`+"\n\n",
			i%100, strings.Repeat("p", i%36))
	}
	in.WriteString("data: " + stop + "\n\ndata: [DONE]\n\n")
	b.ReportAllocs()
	for b.Loop() {
		d := newDecoder(chat.Turn{Model: "mistral-small-latest"})
		r := sse.NewReader(bytes.NewReader(in.Bytes()), 0)
		n := 0
		for {
			ev, err := r.Next()
			if errors.Is(err, io.EOF) || string(ev.Data) == "[DONE]" {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			deltas, err := d.Event("", ev.Data)
			if err != nil {
				b.Fatal(err)
			}
			n += len(deltas)
		}
		if n != tokens {
			b.Fatalf("%d deltas", n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/tokens, "ns/token")
}
