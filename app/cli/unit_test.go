package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"bise/app/fault"
	"bise/app/policy"
)

func TestExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"nothing went wrong":                         {nil, 0},
		"an unclassified failure":                    {errors.New("x"), 1},
		"what is not there":                          {fault.E("x", fault.NotFound, nil), 1},
		"a wrong word":                               {fault.E("x", fault.Usage, nil), 2},
		"a rule's refusal":                           {&policy.Refusal{}, 3},
		"a confirmation nobody gave":                 {&unconfirmed{}, 3},
		"a connection that was forbidden":            {fault.E("x", fault.Offline, nil), 3},
		"a key in the config file":                   {fault.E("x", fault.PlaintextKey, nil), 3},
		"no key":                                     {fault.E("x", fault.NotSignedIn, nil), 4},
		"a refused key, wrapped":                     {fmt.Errorf("y: %w", fault.E("x", fault.KeyRefused, nil)), 4},
		"a service that is not there":                {fault.E("x", fault.Unreachable, nil), 5},
		"an answer that broke off":                   {fault.E("x", fault.Cut, io.ErrUnexpectedEOF), 5},
		"a history in use elsewhere":                 {fault.E("x", fault.Locked, nil), 6},
		"a passphrase that nobody can be asked for":  {fault.E("x", fault.NeedsAnswer, nil, "what", "passphrase"), 6},
		"the person's stop":                          {fault.E("x", fault.Interrupted, nil), 130},
		"a run that was cancelled":                   {context.Canceled, 130},
		"a reader of the output who left":            {fmt.Errorf("write: %w", syscall.EPIPE), 130},
		"what has been told already keeps its code":  {&quiet{7}, 7},
		"a kind that has no code of its own is just": {fault.E("x", fault.Damaged, nil), 1},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%s: exit code %d, want %d", name, got, c.want)
		}
	}
}

func TestEventsBeginWithTheirType(t *testing.T) {
	line, err := encode(event{"type", "delta", "text", "a <b> & \"c\"\n", "n", 3, "list", []string{}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(line), `{"type":"delta","text":"a <b> & \"c\"\n","n":3,"list":[]}`+"\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var back map[string]any
	if err := json.Unmarshal(line, &back); err != nil {
		t.Error(err)
	}
}

func TestJSONHoldsNothingThatATerminalObeys(t *testing.T) {
	text := "\u009b31m \u202e abc \U000e0041 \x7f 日本 é \x1b]0;x\a"
	line, err := encode(event{"type", "delta", "text", text})
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal(line, &back); err != nil || back["text"] != text {
		t.Errorf("%s reads back as %q, %v", line, back["text"], err)
	}
	if bytes.ContainsAny(line, "\u009b\u202e\U000e0041\x7f\x1b") {
		t.Errorf("%q can command a terminal", line)
	}
}

func TestWholeSentencesArePrinted(t *testing.T) {
	for name, c := range map[string]struct{ held, now string }{
		"nothing yet":                          {"", ""},
		"the middle of a sentence waits":       {"A tide is", ""},
		"a full stop at the end may be a part": {"It is 3.", ""},
		"a sentence followed by a blank":       {"It rises. It", "It rises. "},
		"a whole line":                         {"- one\n- two", "- one\n"},
		"the last of several":                  {"One. Two? Three", "One. Two? "},
		"a sentence behind a line":             {"A line\nOne. Two", "A line\nOne. "},
	} {
		if got := c.held[:lastSentence(c.held)]; got != c.now {
			t.Errorf("%s: %q is printed, want %q", name, got, c.now)
		}
	}
}

func FuzzLastSentence(f *testing.F) {
	f.Add("One. Two\nThree")
	f.Fuzz(func(t *testing.T, s string) {
		end := lastSentence(s)
		if end < 0 || end > len(s) {
			t.Fatalf("end %d of %d bytes", end, len(s))
		}
		if end > 0 && s[end-1] != ' ' && s[end-1] != '\n' {
			t.Errorf("%q ends within a word", s[:end])
		}
	})
}

func TestALineIsReadAndNothingBehindIt(t *testing.T) {
	r := strings.NewReader("first\r\nsecond\n")
	for _, want := range []string{"first", "second"} {
		if got, err := readLine(t.Context(), r); got != want || err != nil {
			t.Errorf("read %q, %v, want %q", got, err, want)
		}
	}
	if _, err := readLine(t.Context(), r); !errors.Is(err, io.EOF) {
		t.Errorf("the end gives %v", err)
	}
	if _, err := readLine(t.Context(), strings.NewReader(strings.Repeat("x", maxLine+1))); err == nil {
		t.Error("a line without end was taken")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, out := io.Pipe()
	defer out.Close()
	if _, err := readLine(ctx, in); !fault.Is(err, fault.Interrupted) {
		t.Errorf("an interrupted read gives %v", err)
	}
}

func TestOnlyYesIsYes(t *testing.T) {
	for line, want := range map[string]bool{"y": true, " YES ": true, "": false, "n": false, "yess": false, "y n": false} {
		if got := isYes(line, "y yes"); got != want {
			t.Errorf("%q is %v", line, got)
		}
	}
}

func TestKeysAmongSettingsAreNotRepeated(t *testing.T) {
	for _, word := range []string{"api_key=canary", "key=canary", "apikey=canary", "old_api_key=canary", "user_name=canarycanarycanarycanarycanary12"} {
		err := settings([]string{word})
		if !fault.Is(err, fault.Usage) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q gives %v", word, err)
		}
	}
	if err := settings([]string{"plan=pro", "model=mistral-medium-latest", "user_name=Ada"}); err != nil {
		t.Error(err)
	}
}

func TestWrapKeepsTheWords(t *testing.T) {
	text := "a bb ccc dddd eeeee ffffff"
	got := wrap(text, 8)
	if strings.Join(strings.Fields(got), " ") != text {
		t.Errorf("wrapped to %q", got)
	}
	for line := range strings.Lines(got) {
		if n := len(bytes.TrimSpace([]byte(line))); n > 8 {
			t.Errorf("%q has %d bytes", line, n)
		}
	}
}
