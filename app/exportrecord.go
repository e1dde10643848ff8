package app

import (
	"encoding/json"
	"io"
	"time"

	"bise/app/export"
	"bise/app/fault"
)

// recordEnd is the end of the name of the record beside an export.
const recordEnd = ".provenance.json"

// record writes the hashes of an export, one turn after the other.
type record struct {
	w   io.Writer
	n   int
	app *App
}

func newRecord(w io.Writer, a *App) *record { return &record{w: w, app: a} }

// turn adds a turn.
func (r *record) turn(t export.Turn) error {
	before := ",\n"
	if r.n == 0 {
		before = `{"format":"bise-provenance","version":1,"turns":[` + "\n"
	}
	r.n++
	line, err := json.Marshal(t)
	if err != nil {
		return fault.E("app.Export", fault.Invalid, err)
	}
	_, err = io.WriteString(r.w, before+string(line))
	return err
}

// end writes what is known once the file is whole.
func (r *record) end(name string, e Exported) error {
	head := ""
	if r.n == 0 {
		head = `{"format":"bise-provenance","version":1,"turns":[`
	}
	rest, err := json.Marshal(struct {
		File      string    `json:"file"`
		Bytes     int64     `json:"bytes"`
		SHA256    string    `json:"sha256"`
		Generator string    `json:"generator"`
		Ruleset   string    `json:"ruleset"`
		Exported  time.Time `json:"exported_at"`
	}{name, e.Bytes, e.SHA256, "bise " + r.app.Version(), r.app.Rules().ID(), r.app.Now().UTC()})
	if err != nil {
		return fault.E("app.Export", fault.Invalid, err)
	}
	_, err = io.WriteString(r.w, head+"\n],"+string(rest[1:])+"\n")
	return err
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
