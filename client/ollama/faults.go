package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/client"
)

// told is what a server said about a failure.
type told struct {
	status  int // of the HTTP answer; 0 inside a stream
	message string
	typ     string
	// prompt and window are the numbers of an overflow, in tokens.
	prompt, window int
	signinURL      string
}

// deepest is how many wrappings of an error are opened: the server's around
// llama-server's, and one to spare.
const deepest = 3

// unwrap reads an error text, which may be JSON around a text or around more
// JSON (servers from 0.30 on pass on what llama-server said). ok is false for
// a text that is the beginning of JSON: a line that was cut, whose content may
// be conversation text.
func unwrap(text string) (t told, ok bool) {
	text = strings.TrimSpace(text)
	for range deepest {
		if !strings.HasPrefix(text, "{") {
			t.message = sentence(text)
			return t, true
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			return told{}, false
		}
		var inner string
		raw, has := object["error"]
		if !has {
			raw = object["message"]
		}
		t.read(object)
		switch {
		case len(raw) == 0:
			return t, true
		case json.Unmarshal(raw, &inner) == nil:
			text = strings.TrimSpace(inner)
		default:
			text = string(raw)
		}
	}
	return t, true
}

// read takes what is known beside the message.
func (t *told) read(object map[string]json.RawMessage) {
	number := func(name string, to *int) {
		var n float64
		if json.Unmarshal(object[name], &n) == nil && n > 0 && n < 1<<40 {
			*to = int(n)
		}
	}
	number("n_prompt_tokens", &t.prompt)
	number("n_ctx", &t.window)
	var s string
	if json.Unmarshal(object["type"], &s) == nil && s != "" {
		t.typ = sentence(s)
	}
}

// sentence is a server's text as one line of bounded length.
func sentence(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}

// saying are the texts by which servers of 0.17 to 0.34 tell what happened;
// the first that fits decides.
var saying = []struct {
	kind  fault.Kind
	words []string
}{
	{fault.Overflow, []string{
		"exceed_context_size", "exceeds the context length", "exceeds the available context size", "exceeds maximum context length",
	}},
	{fault.Repeating, []string{"token repeat limit"}},
	{fault.OutOfMemory, []string{
		"requires more system memory", "out of memory", "not enough memory", "insufficient memory", "cudamalloc failed",
		"unable to allocate", "failed to allocate", "memory layout cannot be allocated",
	}},
	{fault.DiskFull, diskFull},
	{fault.Unsupported, []string{"does not support", "doesn't support", "not supported by this model", "missing data required for image input"}},
	{fault.RunnerStopped, []string{
		"error was encountered while running the model", "runner has unexpectedly stopped", "runner process has terminated",
		"runner process no longer running", "llama-server exited", "unexpected eof", "connection reset by peer", "broken pipe",
	}},
	{fault.Capacity, []string{"server busy", "maximum pending requests"}},
	{fault.ModelGone, []string{"not found, try pulling it", "model not found", "no such model", "was not found"}},
}

var statuses = map[int]fault.Kind{
	http.StatusUnauthorized:          fault.NotSignedIn, // models on ollama.com
	http.StatusForbidden:             fault.Forbidden,
	http.StatusRequestEntityTooLarge: fault.Overflow,
	http.StatusTooManyRequests:       fault.RateLimited,
	http.StatusServiceUnavailable:    fault.Capacity,
}

// kind classifies a failure by its words first: a status alone says little
// here (a bad format is a 500, a wrong option type too).
func (t told) kind() fault.Kind {
	text := strings.ToLower(t.typ + " " + t.message)
	for _, s := range saying {
		for _, w := range s.words {
			if strings.Contains(text, w) {
				return s.kind
			}
		}
	}
	if k, ok := statuses[t.status]; ok {
		return k
	}
	switch {
	case t.status == http.StatusNotFound && strings.Contains(text, "model") && strings.Contains(text, "not found"):
		return fault.ModelGone
	case t.status == http.StatusNotFound, t.status == http.StatusMethodNotAllowed, t.status/100 == 3:
		return fault.WrongHost
	case t.status/100 == 4:
		return fault.BadRequest
	default:
		return fault.ServerFailed
	}
}

// failed makes a fault of a failed call. model is "" where none was asked for.
func (p *Provider) failed(ctx context.Context, op, model string, w *watch, err error) error {
	about := []string{"host", p.host.String(), "name", name}
	if model != "" {
		about = append(about, "model", model)
	}
	switch t, ok := toldBy(w, err); {
	case ctx.Err() != nil || w.broken != nil || w.status == 0:
		if w.broken != nil {
			err = w.broken
		}
		err = client.Transport(ctx, op, err, about...)
		if fault.Is(err, fault.Unreachable) {
			return fault.E(op, fault.RunnerAbsent, errors.Unwrap(err), about...)
		}
		return err
	case w.html:
		return fault.E(op, fault.WrongHost, nil, about...)
	case !ok:
		return fault.E(op, fault.BadAnswer, nil, about...)
	default:
		return t.fault(op, about)
	}
}

// toldBy finds what the server said in an error of Ollama's package; ok is
// false if that is nothing to show.
func toldBy(w *watch, err error) (t told, ok bool) {
	if err == nil { // an error status without a body passes as success there
		return told{status: w.status}, true
	}
	if a, is := errors.AsType[api.AuthorizationError](err); is {
		return told{status: http.StatusUnauthorized, signinURL: httpsOnly(a.SigninURL)}, true
	}
	if s, is := errors.AsType[api.StatusError](err); is {
		t, ok = unwrap(s.ErrorMessage)
		t.status = s.StatusCode
		return t, ok || s.StatusCode >= http.StatusBadRequest
	}
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &wrongType) {
		return told{}, false
	}
	return unwrap(err.Error())
}

// httpsOnly keeps an address that is safe to show as a link.
func httpsOnly(link string) string {
	if !strings.HasPrefix(link, "https://") || strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return link
}

func (t told) fault(op string, about []string) error {
	e := fault.E(op, t.kind(), nil, about...)
	for detail, value := range map[string]string{"message": t.message, "signin_url": t.signinURL} {
		if value != "" {
			e.Detail[detail] = value
		}
	}
	for detail, n := range map[string]int{"status": t.status, "n_prompt_tokens": t.prompt, "n_ctx": t.window} {
		if n > 0 {
			e.Detail[detail] = strconv.Itoa(n)
		}
	}
	return e
}

func isHTML(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "text/html" || t == "application/xhtml+xml")
}
