// Package sse reads server-sent event streams: the wire form in which hosted
// services send an answer piece by piece.
//
// It is tolerant where the format is (comments, unknown fields, either line
// end, a last event without a blank line) and strict where memory is at stake:
// an event has a greatest size. It does not look into the data and must not
// keep it.
package sse

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"

	"bise/app/fault"
)

// DefaultMax is the greatest size of one event in bytes. Images come base64
// coded on one line, so it is far above any text.
const DefaultMax = 16 << 20

// ErrTooLong is an event above the greatest size.
var ErrTooLong = errors.New("event too long")

// Event is one event. Data is valid until the next call of Next.
type Event struct {
	Name string // "" is "message"
	ID   string
	Data []byte // data lines joined by newlines
}

// Reader reads events. It is not safe for concurrent use.
type Reader struct {
	in    *bufio.Reader
	max   int
	line  []byte // spill for a line longer than the buffer
	data  []byte
	begun bool // the byte order mark, if any, is behind us
}

// NewReader reads events of at most limit bytes; 0 is DefaultMax.
func NewReader(r io.Reader, limit int) *Reader {
	if limit <= 0 {
		limit = DefaultMax
	}
	return &Reader{in: bufio.NewReaderSize(r, 32<<10), max: limit}
}

// Next gives the next event that carries data. At the end of the stream it
// gives io.EOF, after the last event even if no blank line closed it. An event
// above the greatest size is an error of kind fault.BadAnswer, after which the
// reader is of no use; other errors are those of the underlying reader.
func (r *Reader) Next() (Event, error) {
	var ev Event
	r.data = r.data[:0]
	has := false
	for {
		line, err := r.readLine()
		if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
			if has && errors.Is(err, io.EOF) {
				return r.finish(ev), nil
			}
			return Event{}, err
		}
		if len(line) == 0 {
			if has {
				return r.finish(ev), nil
			}
			ev = Event{} // a block without data is no event
			continue
		}
		field, value := split(line)
		switch string(field) { // does not allocate
		case "data":
			if len(r.data)+len(value) > r.max {
				return Event{}, tooLong(r.max)
			}
			r.data = append(append(r.data, value...), '\n')
			has = true
		case "event":
			ev.Name = string(value)
		case "id":
			ev.ID = string(value)
		}
	}
}

// finish closes ev: the last newline is not part of the data.
func (r *Reader) finish(ev Event) Event {
	ev.Data = r.data[:len(r.data)-1]
	return ev
}

// split cuts a line at its first colon and drops one space behind it. A
// comment has an empty field name.
func split(line []byte) (field, value []byte) {
	field, value, _ = bytes.Cut(line, []byte{':'})
	return field, bytes.TrimPrefix(value, []byte{' '})
}

// readLine gives a line without its end, which is LF or CRLF: no
// service we know ends lines with CR alone. At the end
// of the stream it gives what is left together with io.EOF.
func (r *Reader) readLine() ([]byte, error) {
	r.line = r.line[:0]
	for {
		chunk, err := r.in.ReadSlice('\n')
		if !r.begun && len(chunk) > 0 {
			r.begun = true
			chunk = bytes.TrimPrefix(chunk, []byte("\xef\xbb\xbf"))
		}
		if len(r.line)+len(chunk) > r.max+len("data: \r\n") {
			return nil, tooLong(r.max)
		}
		switch {
		case err == nil && len(r.line) == 0:
			return trimEnd(chunk), nil
		case errors.Is(err, bufio.ErrBufferFull):
			r.line = append(r.line, chunk...)
		default:
			r.line = append(r.line, chunk...)
			return trimEnd(r.line), err
		}
	}
}

func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'})
}

func tooLong(limit int) error {
	return fault.E("sse.Next", fault.BadAnswer, ErrTooLong, "limit", strconv.Itoa(limit))
}
