package export

import (
	"bytes"
	"encoding/json"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/policy"
)

// jsonForm is the archive's own form: every branch, to be read back.
type jsonForm struct{}

func (jsonForm) head(d *Document) {
	left := d.o.Left
	if left == nil {
		left = []archive.Reason{}
	}
	head, err := encode(archive.Head{
		Format: archive.Format, Version: archive.Version, Generator: "bise " + d.o.Version,
		Ruleset: d.o.Ruleset, Exported: d.o.At.UTC(), LeftOut: left,
	})
	if err != nil {
		return // a head of strings and numbers always encodes
	}
	d.put(string(bytes.TrimSuffix(head, []byte("}"))), `,"conversations":[`)
}

func (jsonForm) conversation(d *Document, c chat.Conversation, left []policy.Left) error {
	data, err := encode(archive.FromChat(c, left, d.o.Marks, d.o.Say))
	if err != nil {
		return err
	}
	if d.n > 0 {
		d.put(",")
	}
	d.put("\n")
	_, err = d.out.Write(data)
	return err
}

func (jsonForm) tail(d *Document) { d.put("\n]}\n") }

// encode is v as one line that leaves <, > and & as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
