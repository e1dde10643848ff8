package mistral_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
)

// serve starts a server and a provider that talks to it.
func serve(t *testing.T, h http.HandlerFunc, change func(*mistral.Options)) *mistral.Provider {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o := options(t, server.URL)
	if change != nil {
		change(&o)
	}
	return mistral.New(o)
}

func collect(t *testing.T, p client.Provider, turn chat.Turn, see func(client.Delta) bool) clienttest.Result {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	return clienttest.Collect(ctx, p, clienttest.Outbound(t, turn, p.Describe().Destination()), see)
}

func answer(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = w.Write(wire.Text(text))
	_, _ = w.Write(wire.Done(1, 1))
}

func TestACountdownIsTold(t *testing.T) {
	n := 0
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < 3 {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		answer(w, "at last")
	}, nil)
	res := collect(t, p, clienttest.Turn(model, ""), nil)
	if res.Err != nil || res.Text(client.TextDelta) != "at last" {
		t.Fatalf("got %v", res.Err)
	}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	want := []client.Wait{ // half of the tenth that chance may add
		{Kind: fault.RateLimited, Until: now.Add(21 * time.Second), Try: 2, Of: 4},
		{Kind: fault.RateLimited, Until: now.Add(21 * time.Second), Try: 3, Of: 4},
	}
	var got []client.Wait
	for _, d := range res.Of(client.WaitDelta) {
		got = append(got, d.Wait)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("waits are %+v", got)
	}
}

func TestACountdownCanBeCancelled(t *testing.T) {
	n := 0
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Retry-After", "59")
		w.WriteHeader(http.StatusTooManyRequests)
	}, func(o *mistral.Options) { o.Retry.Sleep = nil }) // a real one, of a minute
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := clienttest.Outbound(t, clienttest.Turn(model, ""), p.Describe().Destination())
	res := clienttest.Collect(ctx, p, out, func(d client.Delta) bool {
		if d.Kind == client.WaitDelta {
			time.AfterFunc(time.Millisecond, cancel)
		}
		return true
	})
	if !errors.Is(res.Err, context.Canceled) || n != 1 {
		t.Errorf("ended with %v after %d requests", res.Err, n)
	}
}

func TestAWaitTooLongIsLeftToThePerson(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "61")
		w.WriteHeader(http.StatusTooManyRequests)
	}, nil)
	res := collect(t, p, clienttest.Turn(model, ""), nil)
	e, ok := fault.As(res.Err)
	if !ok || e.Kind != fault.RateLimited || e.RetryAfter != 61*time.Second || len(res.Of(client.WaitDelta)) != 0 {
		t.Errorf("ended with %v", res.Err)
	}
}

func TestABegunAnswerIsNotAskedForAgain(t *testing.T) {
	n := 0
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(wire.Thinking("hm"))
		_, _ = io.WriteString(w, "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n")
	}, nil)
	res := collect(t, p, clienttest.Turn(model, ""), nil)
	if !fault.Is(res.Err, fault.Capacity) || n != 1 {
		t.Errorf("ended with %v after %d requests", res.Err, n)
	}
}

func TestWhatTheHeaderTells(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range map[string]string{
			"x-ratelimit-limit-tokens-minute": "500000", "x-ratelimit-remaining-tokens-minute": "499000",
			"x-ratelimit-limit-req-minute": "60", "x-ratelimit-remaining-req-minute": "59",
			"x-ratelimit-tokens-query-cost": "12", "x-ratelimit-limit-tokens-month": "many",
			"x-model-deprecation-timestamp": "2027-01-31T12:00:00Z",
		} {
			w.Header().Set(name, value)
		}
		answer(w, "hi")
	}, nil)
	res := collect(t, p, clienttest.Turn(model, ""), nil)
	limits := res.Of(client.LimitDelta)
	want := []client.Limit{{Name: "requests_minute", Limit: 60, Remaining: 59}, {Name: "tokens_minute", Limit: 500000, Remaining: 499000}}
	if len(limits) != 1 || !reflect.DeepEqual(limits[0].Limits, want) {
		t.Errorf("limits are %+v", limits)
	}
	notices := res.Of(client.NoticeDelta)
	if len(notices) != 1 || notices[0].Notice.Key != "notice.model_retires" || notices[0].Notice.Args["Date"] != "2027-01-31" {
		t.Errorf("notices are %+v", notices)
	}
}

func TestAnAnswerThatIsNotStreamed(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"model":"other","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant",`+
			`"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"closed":true},{"type":"text","text":"whole"}],"tool_calls":null}}],`+
			`"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}`)
	}, nil)
	res := collect(t, p, clienttest.Turn(model, ""), nil)
	if res.Err != nil || res.Text(client.TextDelta) != "whole" || res.Text(client.ThinkingDelta) != "hm" || !res.Done() {
		t.Errorf("got %v and %+v", res.Err, res.Deltas)
	}
	if m := res.Of(client.ModelDelta); len(m) != 1 || m[0].Model != "other" {
		t.Errorf("the model is %+v", m)
	}
}

func TestAnEventOfTooManyBytesIsNoAnswer(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(wire.Text("start"))
		_, _ = w.Write(wire.Text(strings.Repeat("x", 1<<20)))
	}, func(o *mistral.Options) { o.MaxLine = 1 << 16 })
	res := collect(t, p, clienttest.Turn(model, ""), nil)
	if !fault.Is(res.Err, fault.BadAnswer) || res.Text(client.TextDelta) != "start" {
		t.Errorf("ended with %v", res.Err)
	}
}

func TestTheRequestIsThePreview(t *testing.T) {
	var sent, accept, authorization string
	p := serve(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		sent, accept, authorization = string(raw), r.Header.Get("Accept"), r.Header.Get("Authorization")
		answer(w, "hi")
	}, nil)
	turn := clienttest.Turn(model, "what?")
	view, err := p.Preview(t.Context(), clienttest.Outbound(t, turn, p.Describe().Destination()))
	if err != nil {
		t.Fatal(err)
	}
	collect(t, p, turn, nil)
	if sent != string(view.Body) || sent == "" || authorization != "Bearer test-key-free" {
		t.Errorf("sent %s with %s, shown %s", sent, authorization, view.Body)
	}
	shown := fmt.Sprint(view.Header)
	if strings.Contains(shown, "test-key") || !strings.Contains(shown, accept) || view.Method != http.MethodPost ||
		!strings.HasSuffix(view.URL, "/v1/chat/completions") {
		t.Errorf("shown %s %s %s", view.Method, view.URL, shown)
	}
}

func TestKeys(t *testing.T) {
	locked := fault.E("test", fault.Locked, nil)
	for _, c := range []struct {
		name string
		key  client.KeyFunc
		want fault.Kind
	}{
		{"no key function", nil, fault.NotSignedIn},
		{"an empty key", func(context.Context) (chat.Secret, error) { return " \n", nil }, fault.NotSignedIn},
		{"a keyring that is locked", func(context.Context) (chat.Secret, error) { return "", locked }, fault.Locked},
		{"a key that is no header", func(context.Context) (chat.Secret, error) { return "a\nb", nil }, fault.KeyRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := false
			p := serve(t, func(http.ResponseWriter, *http.Request) { asked = true }, func(o *mistral.Options) { o.Key = c.key })
			if err := p.Check(t.Context()); !fault.Is(err, c.want) || asked {
				t.Errorf("Check gave %v, asked %v", err, asked)
			}
			res := collect(t, p, clienttest.Turn(model, ""), nil)
			if !fault.Is(res.Err, c.want) || asked || (res.Err != nil && strings.Contains(res.Err.Error(), "a\nb")) {
				t.Errorf("Stream gave %v, asked %v", res.Err, asked)
			}
		})
	}
}
