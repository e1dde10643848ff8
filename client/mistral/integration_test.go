//go:build integration

// These tests talk to a stand-in for the service that checks every request
// against the service's OpenAPI document. Its address is in BISE_MISTRALMOCK:
//
//	BISE_MISTRALMOCK=http://127.0.0.1:8765 go test -tags integration ./client/mistral
package mistral_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
)

func standIn(t *testing.T) string {
	url := strings.TrimSuffix(os.Getenv("BISE_MISTRALMOCK"), "/")
	if url == "" {
		t.Skip("BISE_MISTRALMOCK is not set")
	}
	return url
}

func ask(t *testing.T, o mistral.Options, turn chat.Turn) clienttest.Result {
	t.Helper()
	p := mistral.New(o)
	return clienttest.Collect(t.Context(), p, clienttest.Outbound(t, turn, p.Describe().Destination()), nil)
}

// commands are the stand-in's orders for chat completions, what must come of
// them, and how often the answer must have been asked for anew.
var commands = []struct {
	prompt string
	want   fault.Kind
	waits  int
	holds  string // what the answer has to hold
}{
	{prompt: "hello", holds: "digest: messages=1 roles=user"},
	{prompt: "!long 500", holds: "P1"},
	{prompt: "!p 300 hello", holds: "digest"},
	{prompt: "!think hello", holds: "digest"},
	{prompt: "!list hello", holds: "digest"},
	{prompt: `!tool get_time {"zone":"Europe/Paris"}`},
	{prompt: `!toolwhole get_time {"zone":"Europe/Paris"}`},
	{prompt: `!toolobj get_time {"zone":"Europe/Paris"}`},
	{prompt: `!toolnull get_time {"zone":"Europe/Paris"}`},
	{prompt: `!toolnull one {"a":1} !toolnull two {"b":2}`},
	{prompt: "!429 2 hello", want: fault.RateLimited, waits: 3},
	{prompt: "!429 3600 hello", want: fault.RateLimited},
	{prompt: "!429none hello", want: fault.RateLimited, waits: 3},
	{prompt: "!429gw hello", want: fault.RateLimited, waits: 3},
	{prompt: "!capacity hello", want: fault.Capacity, waits: 3},
	{prompt: "!capacity 503 hello", want: fault.Capacity, waits: 3},
	{prompt: "!500 hello", want: fault.ServerFailed, waits: 3},
	{prompt: "!503 hello", want: fault.ServerFailed, waits: 3},
	{prompt: "!504 hello", want: fault.ServerFailed, waits: 3},
	{prompt: "!html hello", want: fault.ServerFailed, waits: 3},
	{prompt: "!guardrail hello", want: fault.Guardrail},
	{prompt: "!overflow hello", want: fault.Overflow},
	{prompt: "!err422a hello", want: fault.BadRequest},
	{prompt: "!err422b hello", want: fault.BadRequest},
	{prompt: "!err422c hello", want: fault.BadRequest},
	{prompt: "!err422d hello", want: fault.BadRequest},
	{prompt: "!503 !times 2 twice", waits: 2, holds: "digest"},
	{prompt: "!429 1 !times 1 once", waits: 1, holds: "digest"},
	{prompt: "!cut 0 !times 1 before the first token", waits: 1, holds: "digest"},
	{prompt: "!cut 5 hello", want: fault.Cut},
	{prompt: "!cutclean 5 hello", want: fault.Cut},
	{prompt: "!streamerr hello", want: fault.ServerFailed},
	{prompt: "!wait 0.05 hello", holds: "digest"},
	{prompt: "!stall 0.05 hello", holds: "digest"},
	{prompt: "!garbage hello", holds: "digest"},
	{prompt: "!huge hello", holds: "0123456789abcdef"},
	{prompt: "!utf8split hello", holds: "👩‍👩‍👧 Ελληνικά עברית"},
	{prompt: "!badutf8 hello", holds: "\uFFFD"},
	{prompt: "!ansi hello", holds: "\x1b]52;c;"},
	{prompt: "!redirect hello", holds: "digest"},
	{prompt: "!usage0 hello", holds: "digest"},
	{prompt: "!emptychoices hello", holds: "digest"},
}

func TestStandInCommands(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	for _, c := range commands {
		t.Run(c.prompt, func(t *testing.T) {
			res := ask(t, options(t, url), clienttest.Turn(model, c.prompt))
			if fault.KindOf(res.Err) != c.want || (res.Err == nil) != res.Done() {
				t.Fatalf("ended with %v, done %v", res.Err, res.Done())
			}
			if n := len(res.Of(client.WaitDelta)); n != c.waits {
				t.Errorf("%d waits, want %d", n, c.waits)
			}
			if !strings.Contains(res.Text(client.TextDelta), c.holds) {
				t.Errorf("the answer lacks %q", c.holds)
			}
			special(t, c.prompt, res)
		})
	}
	noViolations(t, url)
}

// special checks what single commands must bring besides words.
func special(t *testing.T, prompt string, res clienttest.Result) {
	t.Helper()
	parts := res.Of(client.PartDelta)
	word, _, _ := strings.Cut(prompt, " ")
	switch word {
	case "!think":
		if !strings.Contains(res.Text(client.ThinkingDelta), "one more check") {
			t.Error("the second thought is missing")
		}
	case "!list":
		if len(parts) != 1 || parts[0].Part.Kind != chat.ReferencePart || parts[0].Part.Name != "0, 1" {
			t.Errorf("the reference is %+v", parts)
		}
	case "!tool", "!toolwhole", "!toolobj", "!toolnull":
		for _, d := range parts {
			var args map[string]any
			if err := json.Unmarshal([]byte(d.Part.Text), &args); err != nil || len(args) != 1 {
				t.Errorf("arguments of %s: %v", d.Part.Name, err)
			}
			if len(d.Part.CallID) != 9 || d.Part.Kind != chat.ToolCallPart {
				t.Errorf("the call is %+v", d.Part)
			}
		}
		if want := strings.Count(prompt, "!"); len(parts) != want {
			t.Errorf("%d calls, want %d", len(parts), want)
		}
	case "!redirect":
		if m := res.Of(client.ModelDelta); len(m) != 1 || m[0].Model != "mistral-medium-3-5" {
			t.Errorf("the model is %+v", m)
		}
	case "!garbage":
		if n := res.Of(client.NoticeDelta); len(n) != 1 || n[0].Notice.Key != "notice.garbled" {
			t.Errorf("notices are %+v", n)
		}
	case "!usage0":
		if len(res.Of(client.UsageDelta)) != 0 {
			t.Error("something was counted")
		}
	case "hello":
		limits := res.Of(client.LimitDelta)
		if len(limits) != 1 || len(limits[0].Limits) != 2 || limits[0].Limits[0].Name != "requests_minute" {
			t.Errorf("limits are %+v", limits)
		}
	}
}

func TestStandInKeys(t *testing.T) {
	url := standIn(t)
	for key, want := range map[chat.Secret]fault.Kind{
		"test-key-expired":   fault.KeyRefused, // the service does not say more
		"test-key-suspended": fault.Suspended,
		"nonsense":           fault.KeyRefused,
		"":                   fault.NotSignedIn,
	} {
		o := options(t, url)
		o.Key = func(context.Context) (chat.Secret, error) { return key, nil }
		if err := mistral.New(o).Check(t.Context()); !fault.Is(err, want) {
			t.Errorf("the key gives %v, want %s", err, want)
		}
	}
}

func TestStandInModels(t *testing.T) {
	models, err := mistral.New(options(t, standIn(t))).Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]client.Model{}
	for _, m := range models {
		if _, twice := byID[m.ID]; twice {
			t.Errorf("%s is there twice", m.ID)
		}
		byID[m.ID] = m
	}
	small := byID[model]
	if !small.Chat || !small.Thinking || !small.Images || small.Context != 262144 || small.Name != "mistral-small-2603" {
		t.Errorf("the small model is %+v", small)
	}
	if old := byID["mistral-medium-2508"]; old.Retires.IsZero() || old.Replacement == "" {
		t.Errorf("the deprecated model is %+v", old)
	}
	if byID["mistral-embed"].Chat || byID["mistral-ocr-latest"].Chat {
		t.Error("a model that does not chat says it does")
	}
}

func TestStandInTurns(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	high := "high"
	own := chat.Message{Role: chat.Assistant, Provider: "mistral", Parts: []chat.Part{
		{Kind: chat.ThinkingPart, Text: "Hm.", Signature: "c2ln", Origin: chat.Model},
		{Kind: chat.TextPart, Text: "Paris.", Origin: chat.Model},
	}}
	seed, temperature, topP, most := 7, 0.2, 0.9, 100
	png := chat.Part{Kind: chat.ImagePart, MediaType: "image/png", Data: []byte("\x89PNG"), Origin: chat.Attached}
	say := func(role chat.Role, text string) chat.Message { return clienttest.Message(role, text) }
	for _, c := range []struct {
		name  string
		turn  chat.Turn
		holds string
	}{
		{"a reasoned answer goes back with its reasoning", chat.Turn{
			Model: model, Messages: []chat.Message{say(chat.User, "Capital?"), own, say(chat.User, "Sure?")},
		}, "attachments=thinking:1"},
		{"all options at once", chat.Turn{
			Model: model, System: "Be brief.", Messages: []chat.Message{say(chat.User, "Hi")},
			Options: chat.Options{Seed: &seed, Temperature: &temperature, TopP: &topP, MaxTokens: &most, Stop: []string{"zzz"}, Effort: high},
		}, "You"},
		{"an image", chat.Turn{
			Model: model, Messages: []chat.Message{{Role: chat.User, Parts: []chat.Part{{Kind: chat.TextPart, Text: "See?"}, png}}},
		}, "attachments=image_url:1"},
		{"a text file and a PDF", chat.Turn{
			Model: model, Messages: []chat.Message{{Role: chat.User, Parts: []chat.Part{
				{Kind: chat.FilePart, Name: "a.go", Text: "package a\n"},
				{Kind: chat.FilePart, Name: "a.pdf", MediaType: "application/pdf", Data: []byte("%PDF")},
			}}},
		}, "attachments=document_url:1"},
		{"a history full of holes", chat.Turn{
			Model: model, Messages: []chat.Message{
				say(chat.User, "one"), {Role: chat.Assistant}, say(chat.User, "two"), say(chat.System, "late"), {
					Role: chat.Assistant, Parts: []chat.Part{
						{Kind: chat.TextPart, Text: "calling", Origin: chat.Model},
						{Kind: chat.ToolCallPart, Name: "f", CallID: "call_0123456789", Text: "{}", Origin: chat.Model},
						{Kind: chat.ToolCallPart, Name: "g", CallID: "never answered", Text: "{}", Origin: chat.Model},
					},
				}, {Role: chat.Tool, Parts: []chat.Part{
					{Kind: chat.ToolResultPart, Name: "f", CallID: "call_0123456789", Text: "42", Origin: chat.OwnTool},
					{Kind: chat.ToolResultPart, Name: "h", CallID: "nobody called", Text: "43", Origin: chat.OwnTool},
				}}, say(chat.User, "three"),
			},
		}, "roles=system,user,assistant,tool,assistant,user"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := ask(t, options(t, url), c.turn)
			if res.Err != nil || !strings.Contains(res.Text(client.TextDelta), c.holds) {
				t.Errorf("got %v and %s", res.Err, res.Text(client.TextDelta))
			}
		})
	}
	noViolations(t, url)
}

func TestStandInContinuesACutAnswer(t *testing.T) {
	url := standIn(t)
	turn := clienttest.Turn(model, "!cut 8 !times 1 hello there")
	first := ask(t, options(t, url), turn)
	if !fault.Is(first.Err, fault.Cut) {
		t.Fatalf("ended with %v", first.Err)
	}
	turn.Messages = clienttest.Turn(model, "hello there").Messages
	turn.Prefix = chat.Text(first.Text(client.TextDelta))
	second := ask(t, options(t, url), turn)
	got := second.Text(client.TextDelta)
	if second.Err != nil || strings.HasPrefix(got, string(turn.Prefix)+string(turn.Prefix)) || got == "" {
		t.Errorf("went on with %v and %q after %q", second.Err, got, string(turn.Prefix))
	}
	if !strings.Contains(got, "roles=user,assistant") {
		t.Error("the service was not given the beginning")
	}
}

func TestStandInTellsOfAModelsEnd(t *testing.T) {
	res := ask(t, options(t, standIn(t)), clienttest.Turn("mistral-medium-2508", "hello"))
	n := res.Of(client.NoticeDelta)
	if len(n) != 1 || n[0].Notice.Key != "notice.model_retires" || n[0].Notice.Args["Date"] != "2027-01-31" {
		t.Errorf("notices are %+v", n)
	}
	res = ask(t, options(t, standIn(t)), clienttest.Turn("no-such-model", "hello"))
	if !fault.Is(res.Err, fault.ModelGone) {
		t.Errorf("an unknown model gives %v", res.Err)
	}
}

func TestStandInSilence(t *testing.T) {
	o := options(t, standIn(t))
	o.Idle = 100 * time.Millisecond
	res := ask(t, o, clienttest.Turn(model, "!stall 30 hello"))
	if !fault.Is(res.Err, fault.TimedOut) || res.Text(client.TextDelta) == "" {
		t.Errorf("ended with %v", res.Err)
	}
}

func reset(t *testing.T, url string) {
	t.Helper()
	fetch(t, http.MethodPost, url+"/_mock/reset")
}

// noViolations asks the stand-in whether any request broke the contract.
func noViolations(t *testing.T, url string) {
	t.Helper()
	var record struct {
		Errors   int
		Requests json.RawMessage
	}
	raw := fetch(t, http.MethodGet, url+"/_mock/requests?violations=1")
	if err := json.Unmarshal(raw, &record); err != nil {
		t.Fatal(err)
	}
	if record.Errors != 0 {
		t.Errorf("%d violations: %.4000s", record.Errors, raw)
	} else {
		t.Logf("violations: %.2000s", raw)
	}
}

func fetch(t *testing.T, method, url string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.NewNetwork(client.NetworkOptions{LocalOnly: true}).Client("test").Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
