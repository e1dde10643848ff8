package ollama

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
)

const llamaOverflow = `{"error":{"code":400,"message":"request (2003 tokens) exceeds the available context size (256 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":2003,"n_ctx":256}}`

func quoted(s string) string {
	b, _ := json.Marshal(map[string]string{"error": s})
	return string(b)
}

// failures are the error answers seen from servers 0.17.4 and 0.34.1.
var failures = []clienttest.Failure{
	{Name: "a prompt too long for a server of 0.17", Status: 400, Body: quoted("the input length exceeds the context length"), Want: fault.Overflow},
	{Name: "a prompt too long for a server of 0.34, as JSON in a text", Status: 400, Body: quoted(llamaOverflow), Want: fault.Overflow},
	{Name: "the same as an object", Status: 400, Body: llamaOverflow, Want: fault.Overflow},
	{Name: "a model that is not there", Status: 404, Body: quoted(`model "plain:latest" not found, try pulling it first`), Want: fault.ModelGone},
	{Name: "a model that is not there, newer words", Status: 404, Body: quoted("model 'plain:latest' not found"), Want: fault.ModelGone},
	{Name: "a model larger than the memory", Status: 500, Body: quoted("model requires more system memory (9.1 GiB) than is available (4.0 GiB)"), Want: fault.OutOfMemory},
	{Name: "a graphics card that is full", Status: 500, Body: quoted("llama runner process has terminated: cudaMalloc failed: out of memory"), Want: fault.OutOfMemory},
	{Name: "a runner that died while loading", Status: 500, Body: quoted("llama runner process has terminated: exit status 2"), Want: fault.RunnerStopped},
	{Name: "garbage weights", Status: 500, Body: quoted("model runner has unexpectedly stopped, this may be due to resource limitations or an internal error"), Want: fault.RunnerStopped},
	{Name: "an unknown architecture", Status: 500, Body: quoted("unknown model architecture: 'lxama'"), Want: fault.ServerFailed},
	{Name: "a missing tensor", Status: 500, Body: quoted("missing tensor 'output.weight'"), Want: fault.ServerFailed},
	{Name: "a model that cannot be loaded", Status: 500, Body: quoted("unable to load model: /models/blobs/sha256-1"), Want: fault.ServerFailed},
	{Name: "no runner installed", Status: 500, Body: quoted("llama-server binary not found (checked: /usr/lib/ollama/llama-server)"), Want: fault.ServerFailed},
	{Name: "thinking that the model lacks", Status: 400, Body: quoted(`"plain:latest" does not support thinking`), Want: fault.Unsupported},
	{Name: "a queue that is full", Status: 503, Body: quoted("server busy, please try again.  maximum pending requests exceeded"), Want: fault.Capacity},
	{Name: "a cloud model without an account", Status: 401, Body: `{"error":"unauthorized","signin_url":"https://ollama.com/connect?name=x"}`, Want: fault.NotSignedIn},
	{Name: "cloud models switched off", Status: 403, Body: quoted("cloud models are disabled"), Want: fault.Forbidden},
	{Name: "an error without a word", Status: 500, Body: "", Want: fault.ServerFailed},
	{Name: "an error that is no JSON", Status: 500, Body: "oh", Want: fault.ServerFailed},
	{Name: "a web page instead", Status: 200, ContentType: "text/html", Body: "<html><body>Welcome</body></html>", Want: fault.WrongHost},
	{Name: "a web page for an error", Status: 502, ContentType: "text/html; charset=utf-8", Body: "<html>\n<h1>Bad gateway</h1>", Want: fault.WrongHost},
	{Name: "another server", Status: 404, ContentType: "text/plain", Body: "404 page not found", Want: fault.WrongHost},
	{Name: "an error inside the stream", Status: 200, ContentType: "application/x-ndjson", Body: quoted("an error was encountered while running the model: unexpected EOF") + "\n", Want: fault.RunnerStopped},
	{Name: "an overflow inside the stream", Status: 200, ContentType: "application/x-ndjson", Body: quoted(llamaOverflow) + "\n", Want: fault.Overflow},
	{Name: "a model that repeats itself", Status: 200, ContentType: "application/x-ndjson", Body: quoted("prediction aborted, token repeat limit reached") + "\n", Want: fault.Repeating},
}

func TestAnOverflowCarriesItsNumbers(t *testing.T) {
	for _, body := range []string{llamaOverflow, quoted(llamaOverflow)} {
		p := provider(t, newFake(t, status(400, body)).URL, nil)
		e, ok := fault.As(ask(t, p, clienttest.Turn(plainModel, "")).Err)
		if !ok || e.Kind != fault.Overflow || e.Detail["n_prompt_tokens"] != "2003" || e.Detail["n_ctx"] != "256" {
			t.Errorf("got %v", e)
		}
	}
}

func TestASigninAddressIsGivenOnlyIfItIsSafe(t *testing.T) {
	for body, want := range map[string]string{
		`{"signin_url":"https://ollama.com/connect?key=a"}`:     "https://ollama.com/connect?key=a",
		`{"signin_url":"javascript:alert(1)"}`:                  "",
		`{"signin_url":"https://ollama.com/\u001b]8;;x\u0007"}`: "",
		`{"error":"unauthorized"}`:                              "",
	} {
		p := provider(t, newFake(t, status(401, body)).URL, nil)
		e, ok := fault.As(ask(t, p, clienttest.Turn(plainModel, "")).Err)
		if !ok || e.Kind != fault.NotSignedIn || e.Detail["signin_url"] != want {
			t.Errorf("%s gave %v", body, e)
		}
	}
}

func TestAServerThatIsNotThereIsARunnerThatIsAbsent(t *testing.T) {
	f := newFake(t, nil)
	url := f.URL
	f.Close()
	p := provider(t, url, nil)
	if err := p.Check(t.Context()); !fault.Is(err, fault.RunnerAbsent) {
		t.Errorf("Check gave %v", err)
	}
	if _, err := p.Models(t.Context()); !fault.Is(err, fault.RunnerAbsent) {
		t.Errorf("Models gave %v", err)
	}
	if res := ask(t, p, clienttest.Turn(plainModel, "")); !fault.Is(res.Err, fault.RunnerAbsent) {
		t.Errorf("Stream gave %v", res.Err)
	}
}

func TestAServerKilledInMidAnswerIsARunnerThatStopped(t *testing.T) {
	var f *fake
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		lines(line("half ", "", false))(w, r)
		_ = f.Listener.Close() // nobody answers any more
		panic(http.ErrAbortHandler)
	})
	res := ask(t, provider(t, f.URL, nil), clienttest.Turn(plainModel, ""))
	if !fault.Is(res.Err, fault.RunnerStopped) || res.Text(client.TextDelta) != "half " {
		t.Errorf("got %q and %v", res.Text(client.TextDelta), res.Err)
	}
}

func TestAnAnswerThatBreaksOffIsNeverComplete(t *testing.T) {
	const secret = "the conversation itself"
	half := line(secret, "", false)
	same := make([][]byte, silentRepeats+1)
	for i := range same {
		same[i] = line("la ", "", false)
	}
	for _, c := range []struct {
		name string
		chat http.HandlerFunc
		want fault.Kind
	}{
		{"a line is cut in the middle", lines(line("a", "", false), half[:len(half)-20]), fault.Cut},
		{"the connection breaks in the middle of a line", func(w http.ResponseWriter, r *http.Request) {
			lines(half[:len(half)-20])(w, r)
			panic(http.ErrAbortHandler)
		}, fault.Cut},
		{"the stream ends without done", lines(line("a", "", false)), fault.Cut},
		{"a server of 0.17 stops a repeating model silently", lines(same...), fault.Repeating},
		{"an error arrives after some text", lines(line("a", "", false), []byte(quoted("an error was encountered while running the model: unexpected EOF")+"\n")), fault.RunnerStopped},
		{"a line has the wrong shape", lines(line("a", "", false), []byte(`{"message":"`+secret+`"}`+"\n"), line("", "", true)), fault.BadAnswer},
		{"a line is longer than eight megabytes", lines(line(strings.Repeat("x", 9<<20), "", false)), fault.BadAnswer},
		{"the answer is only thought", lines(line("", "hm", false), line("", "", true)), fault.EmptyAnswer},
		{"a status of success comes without a body", status(200, ""), fault.Cut},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := ask(t, provider(t, newFake(t, c.chat).URL, nil), clienttest.Turn(plainModel, ""))
			if !fault.Is(res.Err, c.want) || res.Done() {
				t.Errorf("got %v, done %v, want %s", res.Err, res.Done(), c.want)
			}
			if res.Err != nil && strings.Contains(res.Err.Error(), secret) {
				t.Errorf("the error quotes the conversation: %v", res.Err)
			}
		})
	}
}

func TestOptionsThatCannotBeReadAreToldAtTheFirstUse(t *testing.T) {
	for name, o := range map[string]Options{
		"a port that is none":          {Host: "localhost:70000"},
		"a scheme of another protocol": {Host: "unix:///run/ollama.sock"},
		"a name and password":          {Host: "http://me:secret@host"},
		"a keep-alive that is no time": {KeepAlive: "soon"},
	} {
		t.Run(name, func(t *testing.T) {
			p := New(o)
			if err := p.Check(t.Context()); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
				t.Errorf("Check gave %v", err)
			}
			if res := ask(t, p, clienttest.Turn(plainModel, "")); !fault.Is(res.Err, fault.Invalid) {
				t.Errorf("Stream gave %v", res.Err)
			}
		})
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add(llamaOverflow)
	f.Add(quoted(llamaOverflow))
	f.Add(`{"error":{"error":{"error":{"error":"deep"}}}}`)
	f.Add("\x1b]0;title\x07 {")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := unwrap(text)
		if !ok && got != (told{}) {
			t.Error("a line that was cut says something")
		}
		if strings.ContainsAny(got.message+got.typ, "\x1b\n\r\x07\u202e") || len([]rune(got.message)) > 301 {
			t.Errorf("the message is not one plain line: %q", got.message)
		}
		if got.prompt < 0 || got.window < 0 {
			t.Errorf("negative counts: %+v", got)
		}
		_ = got.fault(op, []string{"host", "h"}).Error()
	})
}

var (
	_ client.Previewer = (*Provider)(nil)
	_ client.Checker   = (*Provider)(nil)
)
