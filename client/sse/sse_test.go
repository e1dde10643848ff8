package sse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"bise/app/fault"
	"bise/client/sse"
)

func read(r io.Reader, limit int) (events []string, err error) {
	in := sse.NewReader(r, limit)
	for {
		ev, err := in.Next()
		if err != nil {
			return events, err
		}
		events = append(events, fmt.Sprintf("%s|%s|%s", ev.Name, ev.ID, ev.Data))
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"an event ends with a blank line", "data: a\n\ndata: b\n\n", []string{"||a", "||b"}},
		{"the last event needs no blank line", "data: a", []string{"||a"}},
		{"the last event needs only a newline", "data: a\n", []string{"||a"}},
		{"lines may end with CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"||a", "||b"}},
		{"data lines are joined", "data: a\ndata: b\n\n", []string{"||a\nb"}},
		{"the space after the colon is optional", "data:a\n\n", []string{"||a"}},
		{"only one space is dropped", "data:  a\n\n", []string{"|| a"}},
		{"comments are passed over", ": ping\n\n:\ndata: a\n\n", []string{"||a"}},
		{"unknown fields are passed over", "retry: soon\nnonsense\ndata: a\n\n", []string{"||a"}},
		{"names and ids belong to their event", "event: x\nid: 1\ndata: a\n\ndata: b\n\n", []string{"x|1|a", "||b"}},
		{"an event without data is none", "event: ping\n\ndata: a\n\n", []string{"||a"}},
		{"empty data is an event", "data:\n\n", []string{"||"}},
		{"a byte order mark is no data", "\xef\xbb\xbfdata: a\n\n", []string{"||a"}},
		{"characters outside ASCII stay whole", "data: 日本語 🚀\n\n", []string{"||日本語 🚀"}},
		{"nothing is no event", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":      strings.NewReader(c.in),
				"byte by byte": iotest.OneByteReader(strings.NewReader(c.in)),
			} {
				got, err := read(r, 0)
				if !errors.Is(err, io.EOF) || !slices.Equal(got, c.want) {
					t.Errorf("%s: got %q and %v, want %q", how, got, err, c.want)
				}
			}
		})
	}
}

func TestAnEventHasAGreatestSize(t *testing.T) {
	const limit = 100_000
	fits := strings.Repeat("x", limit)
	if got, err := read(strings.NewReader("data: "+fits+"\n\n"), limit); len(got) != 1 || !errors.Is(err, io.EOF) {
		t.Errorf("an event of the greatest size gives %d events and %v", len(got), err)
	}
	for name, in := range map[string]string{
		"one long line":          "data: " + fits + "x\n\n",
		"many short lines":       strings.Repeat("data: xxxxxxxx\n", limit/8),
		"a line that never ends": "data: " + strings.Repeat("x", 4*limit),
		"a long comment":         ":" + strings.Repeat("x", 4*limit) + "\ndata: a\n\n",
	} {
		_, err := read(strings.NewReader(in), limit)
		if !fault.Is(err, fault.BadAnswer) || !errors.Is(err, sse.ErrTooLong) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

func TestABrokenConnectionIsNotAnEnd(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("data: a\n\ndata: b"), iotest.ErrReader(io.ErrUnexpectedEOF))
	got, err := read(broken, 0)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !slices.Equal(got, []string{"||a"}) {
		t.Errorf("got %q and %v", got, err)
	}
}

func TestIdle(t *testing.T) {
	t.Run("a silent server is timed out", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, idle := sse.NewIdle(t.Context(), time.Minute)
			defer idle.Stop()
			_, err := idle.Reader(&untilDone{ctx: ctx}).Read(nil)
			if e, ok := fault.As(err); !ok || e.Kind != fault.TimedOut || e.Detail["after"] != "1m" {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("a slow reader is not", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, idle := sse.NewIdle(t.Context(), time.Minute)
			defer idle.Stop()
			r := idle.Reader(strings.NewReader("abc"))
			p := make([]byte, 1)
			for range 3 {
				if _, err := r.Read(p); err != nil {
					t.Fatal(err)
				}
				<-time.After(time.Hour)
			}
			if ctx.Err() != nil {
				t.Errorf("the request ended: %v", context.Cause(ctx))
			}
		})
	})
	t.Run("a cancelled request is not a time limit", func(t *testing.T) {
		parent, cancel := context.WithCancel(t.Context())
		ctx, idle := sse.NewIdle(parent, time.Minute)
		defer idle.Stop()
		cancel()
		if _, err := idle.Reader(&untilDone{ctx: ctx}).Read(nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// untilDone reads nothing until its context ends, as a response's body does.
type untilDone struct{ ctx context.Context }

func (u *untilDone) Read([]byte) (int, error) {
	<-u.ctx.Done()
	return 0, u.ctx.Err()
}

func FuzzNext(f *testing.F) {
	f.Add("data: a\n\n", 64)
	f.Add("\xef\xbb\xbf: c\r\nevent: x\r\ndata\r\n\r\n", 1)
	f.Add("data: a\ndata: b\nid:", 3)
	f.Fuzz(func(t *testing.T, in string, limit int) {
		if limit < 1 || limit > 1<<20 {
			limit = 1 << 10
		}
		whole, err := read(strings.NewReader(in), limit)
		split, err2 := read(iotest.OneByteReader(strings.NewReader(in)), limit)
		if !slices.Equal(whole, split) || fault.KindOf(err) != fault.KindOf(err2) {
			t.Errorf("%q gives %q and %v, byte by byte %q and %v", in, whole, err, split, err2)
		}
		for _, ev := range whole {
			if len(ev) > limit+len(in) {
				t.Errorf("an event of %d bytes passed the limit of %d", len(ev), limit)
			}
		}
	})
}
