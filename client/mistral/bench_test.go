package mistral

import (
	"fmt"
	"testing"

	"bise/app/chat"
)

// BenchmarkDecode reads an answer of 20,000 tokens from events to deltas.
func BenchmarkDecode(b *testing.B) {
	const tokens = 20_000
	events := make([][]byte, tokens)
	for i := range events {
		events[i] = fmt.Appendf(nil, `{"type":"message.output.delta","created_at":"2026-11-24T12:00:00.000000Z","output_index":1,`+
			`"id":"msg_0123456789abcdef","content_index":0,"model":"mistral-small-latest","agent_id":null,"role":"assistant","content":"token%d "}`, i%100)
	}
	b.ReportAllocs()
	for b.Loop() {
		d := newDecoder(chat.Turn{Model: "mistral-small-latest"})
		n := 0
		for _, e := range events {
			deltas, err := d.Event("message.output.delta", e)
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
