package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"bise/app/fault"
)

// failure is an error answer, whichever of its many shapes it came in:
// documented object, bare or wrapped validation list, gateway, guardrail,
// OpenAI's and Google's nested object, a web page.
type failure struct {
	status     int
	typ, code  string
	message    string
	categories []string // of a guardrail
	known      bool     // the body is JSON
}

// maxErrorBody is far above any error; the rest is not read.
const maxErrorBody = 64 << 10

// refused makes an error of a response that is no success.
func (p *Provider) refused(op, model string, resp *http.Response) error {
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	raw = p.unkeyed(raw, resp.Request.Header)
	f := readFailure(resp.StatusCode, raw)
	if f.code == "" { // AWS names the kind in the header
		f.code, _, _ = strings.Cut(resp.Header.Get("X-Amzn-Errortype"), ":")
	}
	kind := f.kind()
	if kind == fault.WrongHost && f.known && f.status == http.StatusNotFound && p.opts.Dialect.Partner != "" {
		kind = fault.NoDeployment // at a partner the address is made of names that may be wrong
	}
	if kind == fault.KeyRefused && p.keyless(resp.Request.Header) {
		kind = fault.NotSignedIn // there was no key to refuse
	}
	e := fault.E(op, kind, nil,
		"host", p.desc.Host, "name", p.desc.Name, "model", model, "status", strconv.Itoa(f.status))
	if f.message != "" {
		e.Detail["message"] = f.message
	}
	if len(f.categories) > 0 {
		e.Detail["categories"] = strings.Join(f.categories, ", ")
	}
	for _, name := range []string{"Mistral-Correlation-Id", "X-Request-Id"} {
		if id := short(resp.Header.Get(name)); id != "" {
			e.Detail["request"] = id // what the service's support asks for
			break
		}
	}
	p.learn(e, model, f.message)
	if kind == fault.RateLimited {
		if limit := spent(resp.Header); limit != "" {
			e.Detail["limit"] = limit
		}
	}
	e.RetryAfter = retryAfter(resp.Header, p.opts.Retry.Now())
	return p.blame(e)
}

// unkeyed takes the key of a request out of the answer: some servers repeat it,
// and errors are shown and logged.
func (p *Provider) unkeyed(raw []byte, h http.Header) []byte {
	const shortest = 8 // a shorter one is a word that may stand there by itself
	_, bearer, _ := strings.Cut(h.Get("Authorization"), " ")
	for _, key := range []string{bearer, h.Get(or(p.opts.Dialect.KeyHeader, "Authorization"))} {
		if len(key) >= shortest {
			raw = bytes.ReplaceAll(raw, []byte(key), []byte("****"))
		}
	}
	return raw
}

// InStream makes an error of an error object that came instead of a chunk. An
// answer had begun, so without a code it is the server that failed.
func InStream(data []byte) error {
	f := readFailure(http.StatusInternalServerError, data)
	if n, err := strconv.Atoi(f.code); err == nil && n >= 400 && n < 600 {
		f.status = n
	}
	return fault.E("openai.Stream", f.kind(), nil, "status", strconv.Itoa(f.status), "message", f.message)
}

func readFailure(status int, raw []byte) failure {
	f := failure{status: status}
	var body any
	if json.Unmarshal(raw, &body) != nil {
		return f
	}
	if list, ok := body.([]any); ok && len(list) > 0 { // Google wraps it in a list
		body = list[0]
	}
	object, ok := body.(map[string]any)
	if !ok {
		return f
	}
	f.known = true
	f.object(object)
	switch inner := object["error"].(type) {
	case map[string]any:
		f.object(inner)
	case string:
		f.say(inner)
	}
	if list, ok := object["errors"].([]any); ok && len(list) > 0 { // IBM's list
		if inner, ok := list[0].(map[string]any); ok {
			f.object(inner)
		}
	}
	if rails, ok := object["guardrails"].(map[string]any); ok {
		f.categories = flagged(rails)
	}
	return f
}

func (f *failure) object(o map[string]any) {
	for _, name := range []string{"type", "status", "__type"} { // Google has its word in status
		if s, ok := o[name].(string); ok {
			f.typ = strings.TrimSpace(f.typ + " " + s)
		}
	}
	switch code := o["code"].(type) {
	case string:
		f.code = code
	case float64:
		f.code = strconv.Itoa(int(code))
	}
	if text, ok := o["message"].(string); ok && strings.HasPrefix(strings.TrimSpace(text), "{") {
		f.inner(text)
	}
	f.say(sentence(o["message"]))
	f.say(sentence(o["Message"]))
	f.say(sentence(o["detail"]))
}

// inner reads an error that another service has wrapped in its message, with
// the status that it had there (Azure does so with the model's own server).
func (f *failure) inner(text string) {
	var o map[string]any
	if json.Unmarshal([]byte(text), &o) != nil {
		return
	}
	if n, ok := o["status"].(float64); ok && n >= 400 && n < 600 {
		f.status = int(n)
	}
	if e, ok := o["error"].(map[string]any); ok {
		o = e
	}
	f.object(o)
}

// say takes the first message that says something.
func (f *failure) say(s string) {
	if f.message == "" {
		f.message = short(s)
	}
}

// sentence finds the words in a message: a string, a list of validation
// errors, or an object that holds either. The "input" of a validation error is
// what was sent, conversation text perhaps, and stays out.
func sentence(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if v["msg"] == nil {
			return sentence(v["detail"])
		}
		var loc []string
		if list, ok := v["loc"].([]any); ok {
			for _, l := range list {
				loc = append(loc, fmt.Sprint(l))
			}
		}
		return strings.TrimPrefix(strings.Join(loc, ".")+": "+fmt.Sprint(v["msg"]), ": ")
	case []any:
		if len(v) > 0 {
			return sentence(v[0])
		}
	}
	return ""
}

// short makes a message fit for one line. Validation libraries quote what they
// were given; that is cut off.
func short(s string) string {
	s, _, _ = strings.Cut(s, "input_value=")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
	s = strings.TrimRight(strings.Join(strings.Fields(s), " "), ".:[ ")
	const most = 300
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}

// flagged lists the categories that a guardrail found, wherever they are.
func flagged(v any) []string {
	var found []string
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		m, ok := v.(map[string]any)
		if !ok || depth > 6 {
			return
		}
		for name, inner := range m {
			if inner == true && name != "blocked" {
				found = append(found, strings.ReplaceAll(short(name), "_", " "))
			}
			walk(inner, depth+1)
		}
	}
	walk(v, 0)
	slices.Sort(found)
	return slices.Compact(found)
}

// isJSON and isPage look at what a response says it is.
func isJSON(h http.Header) bool { return mediaType(h) == "application/json" }

func isPage(h http.Header) bool {
	t := mediaType(h)
	return t == "text/html" || t == "application/xhtml+xml"
}

func mediaType(h http.Header) string {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}
