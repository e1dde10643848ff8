package imports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"time"

	"bise/app/fault"
)

// guard refuses to read on when an element has become too large. It fills what
// it is given: at each refill the decoder looks again at all the blanks that it
// stands before, so there may be few.
type guard struct {
	r    io.Reader
	left int64
}

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, unreadable("large")
	}
	n, err := io.ReadFull(g.r, p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	if n > 0 { // the next call says what came behind
		err = nil
	}
	return n, err
}

// elements reads the values of a list of JSON one by one.
type elements struct {
	dec   *json.Decoder
	guard *guard
}

func newElements(r io.Reader) *elements {
	g := &guard{r: unmarked(r), left: maxElement}
	return &elements{dec: json.NewDecoder(g), guard: g}
}

// unmarked leaves out the mark that some programs put before UTF-8.
func unmarked(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(len(byteOrder)); err == nil && string(mark) == byteOrder {
		_, _ = b.Discard(len(byteOrder)) // it was just read
	}
	return b
}

const byteOrder = "\xef\xbb\xbf"

// token reads what stands between values.
func (e *elements) token() (json.Token, error) {
	e.guard.left = maxElement
	return e.dec.Token()
}

// more reports whether the list goes on.
func (e *elements) more() bool {
	e.guard.left = maxElement
	return e.dec.More()
}

// next reads a value whole.
func (e *elements) next() (json.RawMessage, error) {
	e.guard.left = maxElement
	var raw json.RawMessage
	err := e.dec.Decode(&raw)
	return raw, err
}

// failed names the end of a file that cannot be read any further.
func failed(err error) error {
	if _, ok := fault.As(err); ok {
		return err
	}
	var cut *json.SyntaxError
	if errors.As(err, &cut) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return unreadable("end")
	}
	return fault.E("imports.Read", fault.ImportFile, err, "why", "read")
}

// each gives every value of the list that e stands before. It stops with the
// error of do, or at the first byte that is not JSON.
func (e *elements) each(do func(i int, raw json.RawMessage) error) error {
	if _, err := e.token(); err != nil {
		return failed(err)
	}
	for i := 1; e.more(); i++ {
		raw, err := e.next()
		if err != nil {
			return failed(err)
		}
		if err := do(i, raw); err != nil {
			return err
		}
	}
	if _, err := e.token(); err != nil {
		return failed(err)
	}
	return nil
}

// lines gives every line of a file with one value a line. A line that is too
// long ends the file; one that is not JSON is for do to complain about.
func lines(r io.Reader, do func(i int, line []byte) error) error {
	g := &guard{r: unmarked(r), left: maxElement}
	b := bufio.NewReaderSize(g, 64<<10)
	for i := 1; ; i++ {
		g.left = maxElement
		line, err := b.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := do(i, line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return failed(err)
		}
	}
}

// pair is a field of an object whose order matters.
type pair struct {
	key string
	raw json.RawMessage
}

// fields lists the fields of an object in their order.
func fields(raw json.RawMessage) ([]pair, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, unreadable("form")
	}
	var list []pair
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return list, err
		}
		name, ok := key.(string)
		if !ok {
			return list, unreadable("form")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return list, err
		}
		list = append(list, pair{name, value})
	}
	return list, nil
}

// moment reads a time in any of the forms that sources use: seconds since 1970,
// milliseconds, or RFC 3339. What is no time is the zero time.
func moment(raw json.RawMessage) time.Time {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return parseTime(text)
	}
	var n float64
	if json.Unmarshal(raw, &n) != nil || math.IsNaN(n) || n <= 0 {
		return time.Time{}
	}
	switch { // microseconds and nanoseconds are later than any year in milliseconds
	case n > 1e17:
		n /= 1e9
	case n > 1e14:
		n /= 1e6
	case n > 1e11:
		n /= 1e3
	}
	if n > latestSecond {
		return time.Time{}
	}
	return time.UnixMicro(int64(n * 1e6)).UTC()
}

// latestSecond is the end of the year 9999, which a time can be printed until.
const latestSecond = 253402300799

func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05.999999"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1970 {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	return time.Time{}
}

// text reads a string, "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// list reads a list, nil for anything else.
func list(raw json.RawMessage) []json.RawMessage {
	var l []json.RawMessage
	if json.Unmarshal(raw, &l) != nil {
		return nil
	}
	return l
}

// object reads the fields of an object by name, nil for anything else.
func object(raw json.RawMessage) map[string]json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}

// first is the first byte of a value.
func first(raw []byte) byte {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}
