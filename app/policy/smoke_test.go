package policy

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"
)

func BenchmarkParseShipped(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}

func TestSmoke(t *testing.T) {
	r := shipped(t)
	for _, c := range os.Args {
		_ = c
	}
	for _, svc := range []string{"le_chat", "la_plateforme", "partner", "local"} {
		for _, act := range Acts() {
			f, _ := NewFacts(map[string]string{"service": svc, "accepted": "no", "optouts": "brave"}, time.Now())
			if !r.Answers(act) {
				continue
			}
			v, err := Eval(r, f, act)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := json.Marshal(v.Answer(func(w Words) string { return w.Key }))
			fmt.Println(svc, string(b))
		}
	}
}
