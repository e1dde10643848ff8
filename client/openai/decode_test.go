package openai

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// written shows deltas in short: text, (thinking), [part], #usage, >model.
func written(ds []client.Delta) string {
	var b strings.Builder
	for _, d := range ds {
		switch d.Kind {
		case client.TextDelta:
			b.WriteString(string(d.Text))
		case client.ThinkingDelta:
			fmt.Fprintf(&b, "(%s)", string(d.Text))
		case client.PartDelta:
			fmt.Fprintf(&b, "[%s %s %s%s]", d.Part.Kind, d.Part.Name, string(d.Part.Text), d.Part.Signature)
		case client.UsageDelta:
			fmt.Fprintf(&b, "#%d/%d/%d/%d", d.Usage.Prompt, d.Usage.Completion, d.Usage.Cached, d.Usage.Reasoning)
		case client.ModelDelta:
			b.WriteString(">" + d.Model)
		case client.NoticeDelta:
			b.WriteString("!" + d.Notice.Key)
		case client.DoneDelta:
			b.WriteString("." + d.Reason)
		default:
		}
	}
	return b.String()
}

// decoded runs the chunks of one answer; "[DONE]" ends it.
func decoded(turn chat.Turn, chunks ...string) (string, error) {
	d := newDecoder(turn)
	var out []client.Delta
	for _, c := range chunks {
		if c == "[DONE]" {
			d.ended = true
			break
		}
		ds, err := d.Event("", []byte(c))
		if err != nil {
			return written(out), err
		}
		out = append(out, ds...)
	}
	ds, err := d.Finish(false)
	return written(append(out, ds...)), err
}

func delta(s string) string { return `{"choices":[{"index":0,"delta":{` + s + `}}]}` }

const stop = `{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}]}`

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name   string
		chunks []string
		want   string
	}{
		{"content is a string", []string{delta(`"content":"a"`), delta(`"content":"b"`), stop}, "ab.stop"},
		{"content is a list", []string{delta(`"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]`), stop}, "ab.stop"},
		{"content is null or missing", []string{delta(`"content":null`), delta(``), delta(`"content":"a"`), stop}, "a.stop"},
		{
			"thinking turns into text and back",
			[]string{
				delta(`"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"},{"type":"text","text":"u"}]}]`),
				delta(`"content":[{"type":"thinking","thinking":[{"type":"text","text":""}],"closed":true,"signature":"sig"},{"type":"text","text":"a"}]`),
				delta(`"content":[{"type":"thinking","thinking":"v"}]`), delta(`"content":"b"`), stop,
			},
			"(tu)[thinking  sig]a(v)b.stop",
		},
		{"reasoning is a string beside the content", []string{delta(`"reasoning_content":"t","content":""`), delta(`"reasoning":"u"`), delta(`"content":"a"`), stop}, "(t)(u)a.stop"},
		{"reasoning under both names counts once", []string{delta(`"reasoning_content":"t","reasoning":"t"`), delta(`"content":"a"`), stop}, "(t)a.stop"},
		{"choices are empty", []string{`{"choices":[]}`, delta(`"content":"a"`), stop, `{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}`}, "a#1/2/0/0.stop"},
		{
			"usage stands on any chunk and the last holds",
			[]string{
				`{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}}`,
				`{"choices":[{"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}}`,
			},
			"a#5/1/0/0#5/2/4/1.length",
		},
		{"the model differs from the one asked for", []string{`{"model":"other","choices":[{"delta":{"content":"a"}}]}`, `{"model":"other"}`, stop}, ">othera.stop"},
		{"the model is the one asked for", []string{`{"model":"m","choices":[{"delta":{"content":"a"}}]}`, stop}, "a.stop"},
		{
			"a call comes in fragments with the id null",
			[]string{
				delta(`"tool_calls":[{"id":"abcDEF123","index":0,"function":{"name":"f","arguments":""}}]`),
				delta(`"tool_calls":[{"id":"null","index":0,"function":{"name":"","arguments":"{\"a\""}}]`),
				delta(`"tool_calls":[{"id":"null","index":1,"function":{"name":"g","arguments":{"b": 2}}}]`),
				delta(`"tool_calls":[{"id":"null","index":0,"function":{"name":"","arguments":":1}"}}]`),
				`{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}`,
			},
			`[tool_call f {"a":1}][tool_call g {"b": 2}].tool_calls`,
		},
		{
			"calls without an index are counted",
			[]string{delta(`"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}},{"id":"2","function":{"name":"g","arguments":null}}]`), stop},
			`[tool_call f {}][tool_call g ].stop`,
		},
		{"a source is cited", []string{delta(`"content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[0,"x"]},{"type":"tool_reference","title":"T","url":"u"}]`), stop}, "a[reference 0, x ][reference T ].stop"},
		{"the answer is whole", []string{`{"choices":[{"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`}, "a#1/1/0/0.stop"},
		{"the answer is several whole messages", []string{`{"choices":[{"messages":[{"role":"assistant","content":"a"},{"role":"tool","content":"no"},{"role":"assistant","content":[{"type":"text","text":"b"}]}],"finish_reason":"stop"}]}`}, "ab.stop"},
		{"broken data is told once", []string{`{"cho`, `]`, delta(`"content":"a"`), stop}, "!notice.garbleda.stop"},
		{"fields of odd types are passed over", []string{`{"model":7,"choices":[{"index":"x","delta":{"content":"a","tool_calls":"none"},"finish_reason":1}],"usage":[]}`, stop}, "a.stop"},
		{"the end is [DONE] alone", []string{delta(`"content":"a"`), "[DONE]"}, "a."},
		{"an unknown reason is an end as well", []string{delta(`"content":"a"`), `{"choices":[{"delta":{},"finish_reason":"model_length"}]}`}, "a.model_length"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := decoded(chat.Turn{Model: "m"}, c.chunks...)
			if err != nil || got != c.want {
				t.Errorf("got %q and %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestDecodeFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		chunks []string
		want   fault.Kind
	}{
		{"no end", []string{delta(`"content":"a"`)}, fault.Cut},
		{"nothing at all", nil, fault.Cut},
		{"nothing that can be read", []string{"<html>"}, fault.BadAnswer},
		{"an end and nothing before it", []string{stop}, fault.EmptyAnswer},
		{"thinking and no answer", []string{delta(`"reasoning":"t"`), stop}, fault.EmptyAnswer},
		{"the reason error", []string{delta(`"content":"a"`), `{"choices":[{"delta":{},"finish_reason":"error"}]}`}, fault.ServerFailed},
		{"a content filter", []string{`{"choices":[{"delta":{},"finish_reason":"content_filter"}]}`}, fault.Guardrail},
		{"an error object", []string{delta(`"content":"a"`), `{"error":{"message":"overloaded","code":503}}`}, fault.Capacity},
		{"an error of Mistral's shape", []string{`{"object":"error","message":"x","type":"internal","code":null}`}, fault.ServerFailed},
		{"an error of the gateway's shape", []string{`{"detail":"Unauthorized"}`}, fault.ServerFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := decoded(chat.Turn{Model: "m"}, c.chunks...); !fault.Is(err, c.want) || strings.Contains(got, ".stop") {
				t.Errorf("got %q and %v, want kind %s", got, err, c.want)
			}
		})
	}
}

func TestAPrefixIsNotRepeated(t *testing.T) {
	for _, c := range []struct {
		name   string
		pieces []string
		want   string
	}{
		{"repeated in one piece", []string{"one two three"}, " three.stop"},
		{"repeated in several pieces", []string{"on", "e t", "wo", " three"}, " three.stop"},
		{"repeated alone", []string{"one two", " three"}, " three.stop"},
		{"not repeated", []string{" three"}, " three.stop"},
		{"an answer that begins likewise", []string{"one ", "too many"}, "one too many.stop"},
		{"an answer that is its beginning", []string{"one"}, "one.stop"},
		{"nothing to add, repeated", []string{"one two"}, ".stop"},
		{"nothing to add", nil, ".stop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var chunks []string
			for _, p := range c.pieces {
				chunks = append(chunks, delta(`"content":"`+p+`"`))
			}
			got, err := decoded(chat.Turn{Model: "m", Prefix: "one two"}, append(chunks, stop)...)
			if err != nil || got != c.want {
				t.Errorf("got %q and %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestAnErrorQuotesNoConversation(t *testing.T) {
	const secret = "my diary"
	for _, body := range []string{
		`{"detail":[{"type":"x","loc":["body","messages",0],"msg":"bad","input":"` + secret + `"}]}`,
		`{"message":{"detail":[{"msg":"bad","input":"` + secret + `"}]}}`,
		`{"message":"1 validation error [type=x, input_value='` + secret + `', input_type=str]"}`,
	} {
		f := readFailure(422, []byte(body))
		if strings.Contains(f.message, secret) || f.message == "" {
			t.Errorf("the message is %q", f.message)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, header, value string
		want                time.Duration
	}{
		{"seconds", "Retry-After", "7", 7 * time.Second},
		{"parts of seconds", "Retry-After", "0.5", 500 * time.Millisecond},
		{"milliseconds", "Retry-After-Ms", "250", 250 * time.Millisecond},
		{"a date", "Retry-After", now.Add(time.Minute).Format(http.TimeFormat), time.Minute},
		{"a date that is past", "Retry-After", now.Add(-time.Minute).Format(http.TimeFormat), 0},
		{"a negative number", "Retry-After", "-1", 0},
		{"not a number", "Retry-After", "NaN", 0},
		{"for ever", "Retry-After", "Inf", 31 * 24 * time.Hour},
		{"nonsense", "Retry-After", "soon", 0},
		{"nothing", "X", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := retryAfter(http.Header{c.header: {c.value}}, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	err := func(kind fault.Kind, asked time.Duration) error {
		e := fault.E("test", kind, nil)
		e.RetryAfter = asked
		return e
	}
	for _, c := range []struct {
		name  string
		try   int
		rand  float64
		err   error
		want  time.Duration
		again bool
	}{
		{"the first wait is a second at most", 1, 0, err(fault.ServerFailed, 0), time.Second, true},
		{"chance takes up to half off", 1, 1, err(fault.ServerFailed, 0), time.Second / 2, true},
		{"waits double", 3, 0, err(fault.Capacity, 0), 4 * time.Second, true},
		{"an asked wait is held", 1, 0, err(fault.RateLimited, 30*time.Second), 30 * time.Second, true},
		{"chance adds to an asked wait", 1, 1, err(fault.RateLimited, 30*time.Second), 33 * time.Second, true},
		{"the fourth try is the last", 4, 0, err(fault.ServerFailed, 0), 0, false},
		{"a refused key is not tried again", 1, 0, err(fault.KeyRefused, 0), 0, false},
		{"a guardrail is not tried again", 1, 0, err(fault.Guardrail, 0), 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, again := Retry{Rand: func() float64 { return c.rand }}.withDefaults().wait(c.try, c.err)
			if got != c.want || again != c.again {
				t.Errorf("got %v and %v", got, again)
			}
		})
	}
	if _, again := (Retry{}).withDefaults().wait(1, err(fault.RateLimited, time.Hour)); again {
		t.Error("an hour is waited for in silence")
	}
}

func TestModels(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"an object", `{"object":"list","data":[{"id":"a"},{"id":"b"}]}`, "a b"},
		{"a bare list", `[{"id":"a"}]`, "a"},
		{"models under another name", `{"models":[{"id":"a"}]}`, "a"},
		{"cards of odd shapes", `{"data":[7,{"id":"a","aliases":"x","capabilities":[]},{"name":"no id"}]}`, "a"},
		{
			"a card for each alias",
			`{"data":[{"id":"n-1","name":"n-1","aliases":["n-latest"],"capabilities":{}},{"id":"n-latest","name":"n-1","aliases":["n-1"],"capabilities":{}},{"id":"o","aliases":[],"capabilities":{}}]}`,
			"n-latest=n-1 o",
		},
		{"nothing", `{"data":[]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cards, ok := readCards([]byte(c.body))
			var names []string
			for _, m := range grouped(cards) {
				name := m.ID
				if m.Name != "" {
					name += "=" + m.Name
				}
				names = append(names, name)
			}
			if got := strings.Join(names, " "); !ok || got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for _, bad := range []string{"", "<html>", `{"detail":"x"}`, `"x"`, "7", "[", "null"} {
		if _, ok := readCards([]byte(bad)); ok {
			t.Errorf("%q passes as a list of models", bad)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(delta(`"content":[{"type":"thinking","thinking":"v"}]`), stop, "a")
	f.Add(delta(`"tool_calls":[{"index":-1,"function":{"arguments":[1]}}]`), `{"error":{}}`, "")
	f.Add(`{"choices":null,"usage":{"prompt_tokens":-1}}`, `[]`, "x")
	f.Fuzz(func(t *testing.T, first, second, prefix string) {
		got, err := decoded(chat.Turn{Model: "m", Prefix: chat.Text(prefix)}, first, second, stop)
		if err == nil && !strings.Contains(got, ".") {
			t.Errorf("%q and %q end without an end", first, second)
		}
		if !utf8.ValidString(got) {
			t.Errorf("%q and %q give bytes that are no text", first, second)
		}
	})
}

func FuzzFailure(f *testing.F) {
	f.Add(422, `{"detail":[{"loc":["a"],"msg":"b","input":"c"}]}`)
	f.Add(403, `{"error":{"message":"x"},"guardrails":{"results":{"a":{"b":true}}}}`)
	f.Add(429, `[{"error":{"code":429}}]`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		got := readFailure(status, []byte(body))
		if got.kind() == fault.Unknown || strings.ContainsAny(got.message, "\n\x1b\x00") {
			t.Errorf("%d %q becomes %s %q", status, body, got.kind(), got.message)
		}
	})
}

func FuzzModels(f *testing.F) {
	f.Add(`{"data":[{"id":"a","aliases":["b"],"name":"c","capabilities":{}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		cards, _ := readCards([]byte(body))
		for _, m := range grouped(cards) {
			if m.ID == "" {
				t.Errorf("%q gives a model without an id", body)
			}
		}
	})
}
