package mistral

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"bise/app/chat"
	"bise/client"
	"bise/client/openai"
)

// The most that a broken server can make us keep of one answer: sources, and
// pictures that are fetched unasked.
const (
	maxSources  = 1000
	maxPictures = 16
)

// source is a source of the answer, by what tells it apart from others. Its
// number is its place, from 1.
type source struct{ key string }

// cite says the mark of a source, "[1]", which stands right behind the text that
// it cites. A source that is new becomes a part as well, whose CallID is the
// number.
func (d *decoder) cite(c *openai.ContentChunk, say func(string)) {
	r := d.used(c.Tool) // first: the mark belongs to what was found
	key := c.URL
	if key == "" {
		key = c.Tool + "\x00" + c.Title
	}
	for i, s := range d.sources {
		if s.key == key {
			say(mark(i + 1))
			return
		}
	}
	if len(d.sources) >= maxSources {
		return
	}
	d.sources = append(d.sources, source{key})
	number := len(d.sources)
	say(mark(number))
	d.emit(client.Delta{Kind: client.PartDelta, Part: chat.Part{
		Kind: chat.ReferencePart, Origin: sourceOrigin(c.Tool), Name: c.Title, URL: c.URL,
		Text: chat.Text(c.Description), CallID: strconv.Itoa(number),
	}})
	if r != nil && r.Name != "" {
		r.Sources++
		d.emit(activity(r.ToolActivity))
	}
}

func mark(number int) string { return "[" + strconv.Itoa(number) + "]" }

// sourceOrigin is what a title and a snippet are: somebody else's, found by the
// tool; a library holds the person's own documents.
func sourceOrigin(wire string) chat.Origin {
	if wire == chat.LibraryTool {
		return chat.Attached
	}
	_, origin := named(wire)
	return chat.ThirdParty | origin
}

// file is a file that a tool has made and the service keeps. A picture is
// fetched at once, by the caller; any other when somebody wants it.
func (d *decoder) file(c *openai.ContentChunk) {
	d.used(c.Tool)
	if c.FileID == "" {
		return
	}
	name, origin := named(c.Tool)
	part := chat.Part{
		Kind: chat.FilePart, Origin: origin, URL: client.FilePrefix + c.FileID, Name: fileName(c),
	}
	part.MediaType, _, _ = strings.Cut(mime.TypeByExtension(path.Ext(part.Name)), ";")
	if name == chat.ImageTool || strings.HasPrefix(part.MediaType, "image/") && part.MediaType != "image/svg+xml" {
		if d.pictures++; d.pictures <= maxPictures {
			part.Kind = chat.ImagePart
		}
	}
	d.useful = true
	d.emit(client.Delta{Kind: client.PartDelta, Part: part})
}

// fileName is a name with its extension and without a folder.
func fileName(c *openai.ContentChunk) string {
	name := c.FileName[strings.LastIndexAny(c.FileName, `/\`)+1:]
	if name == "" {
		name = c.FileID
	}
	kind := c.FileType[strings.LastIndexByte(c.FileType, '/')+1:]
	if path.Ext(name) == "" && kind != "" {
		name += "." + kind
	}
	return name
}

// picture is an image in the answer itself, as a data URL; elsewhere it is a
// link, which nobody follows unasked.
func (d *decoder) picture(raw json.RawMessage) {
	var object struct {
		URL string `json:"url"`
	}
	address := ""
	if json.Unmarshal(raw, &address) != nil {
		if openai.Unmarshal(raw, &object) != nil {
			return
		}
		address = object.URL
	}
	head, body, ok := strings.Cut(address, ",")
	if !ok || !strings.HasPrefix(head, "data:") || !strings.HasSuffix(head, ";base64") {
		d.link("", address)
		return
	}
	data, err := base64.StdEncoding.DecodeString(body)
	media, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if err != nil || !isPicture(media) {
		d.garbled()
		return
	}
	d.useful = true
	d.emit(client.Delta{Kind: client.PartDelta, Part: chat.Part{
		Kind: chat.ImagePart, Origin: chat.Image, MediaType: media, Data: data,
	}})
}

// link is an address in the answer that is no source.
func (d *decoder) link(name, address string) {
	if address == "" || strings.HasPrefix(address, "data:") {
		return
	}
	d.emit(client.Delta{Kind: client.PartDelta, Part: chat.Part{
		Kind: chat.ReferencePart, Origin: chat.ThirdParty | d.origin, Name: name, URL: address,
	}})
}
