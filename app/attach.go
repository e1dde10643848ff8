package app

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// AttachmentKind says what an attachment is to a model. The zero value is no
// attachment.
type AttachmentKind string

// The kinds.
const (
	TextFile  AttachmentKind = "text"
	ImageFile AttachmentKind = "image"
	// DocumentFile is a PDF.
	DocumentFile AttachmentKind = "document"
	// AudioFile is a recording.
	AudioFile AttachmentKind = "audio"
)

// KindOf says what an attachment is.
func KindOf(part chat.Part) AttachmentKind {
	switch {
	case part.Kind == chat.ImagePart:
		return ImageFile
	case part.Kind != chat.FilePart:
		return ""
	case part.MediaType == pdfType:
		return DocumentFile
	case strings.HasPrefix(part.MediaType, "audio/"):
		return AudioFile
	default:
		return TextFile
	}
}

// megabyte is a unit of the services' limits.
const megabyte = 1_000_000

// What an attachment may have at most, in bytes.
const (
	// MaxText is more than any model takes.
	MaxText = 20 * megabyte
	// MaxImage is the smaller of the two that Mistral names (docs,
	// studio/conversations/vision: 10 MB; known-limitations: 20 MB).
	MaxImage = 10 * megabyte
	// MaxDocument is what can be read by OCR (docs, document_qna).
	MaxDocument = 50 * megabyte
	// MaxUpload is what the service keeps as a file (docs, files).
	MaxUpload = 512 * megabyte
	// MaxInline is what travels with every prompt of a conversation: bise's own
	// bound, since it is sent again each time.
	MaxInline = 20 * megabyte
	// MaxPages is what can be read of a document (docs, document_qna).
	MaxPages = 1000
)

// limits are the sizes that files of a kind may have, and what they are called.
var limits = map[AttachmentKind]struct {
	bytes int64
	what  string
}{
	TextFile:     {MaxText, "text"},
	ImageFile:    {MaxImage, "an image"},
	DocumentFile: {MaxDocument, "a PDF"},
	AudioFile:    {MaxUpload, "a recording"},
}

// ReadFile reads a file that a person wants to attach: text as text, images,
// PDF and recordings as what they are. Anything else, and what is too large for
// any use, is refused by name. Nothing of it goes anywhere.
func (a *App) ReadFile(path string) (chat.Part, error) {
	const op = "app.Attach"
	name := strings.ToValidUTF8(filepath.Base(path), "\uFFFD")
	if v := a.mayAttach(name); v.Locks() || v.Decision == policy.Block {
		return chat.Part{}, &policy.Refusal{Verdict: v}
	}
	info, err := os.Stat(path)
	if err != nil {
		return chat.Part{}, fault.E(op, fault.NotFound, err, "what", "file", "name", path)
	}
	if !info.Mode().IsRegular() {
		return chat.Part{}, fault.E(op, fault.FileType, nil, "name", name)
	}
	if info.Size() > MaxUpload {
		return chat.Part{}, tooLarge(name, "", info.Size(), MaxUpload)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return chat.Part{}, fault.E(op, fault.NotFound, err, "what", "file", "name", path)
	}
	return attachment(name, data)
}

// mayAttach is the verdict on attaching a file of that name. Weights are known
// by their names: some may go nowhere.
func (a *App) mayAttach(name string) policy.Verdict {
	f, err := a.Facts(a.Active())
	if err == nil && slices.Contains(weightsEndings, strings.ToLower(filepath.Ext(name))) {
		f, err = f.With("attachment", "weights")
	}
	if err != nil {
		return policy.Verdict{Act: policy.Attach, Ruleset: a.Rules().ID()}
	}
	return a.Rules().Decide(f, policy.Attach, 0)
}

// weightsEndings are those of files that hold a model.
var weightsEndings = []string{".gguf", ".safetensors", ".ggml", ".pth", ".pt"}

// attachment makes a part of a file's bytes.
func attachment(name string, data []byte) (chat.Part, error) {
	const op = "app.Attach"
	part := chat.Part{Kind: chat.FilePart, Origin: chat.Attached, Name: name}
	switch media := mediaType(data); {
	case strings.HasPrefix(media, "image/"):
		part.Kind, part.MediaType, part.Data = chat.ImagePart, media, data
	case media != "":
		part.MediaType, part.Data = media, data
	case len(data) == 0:
		return chat.Part{}, fault.E(op, fault.FileType, nil, "name", name, "type", "empty")
	case !utf8.Valid(data), slices.Contains(data, 0):
		return chat.Part{}, fault.E(op, fault.FileType, nil, "name", name, "type", strings.TrimPrefix(filepath.Ext(name), "."))
	default:
		part.Text = chat.Text(data)
	}
	limit := limits[KindOf(part)]
	if int64(len(data)) > limit.bytes {
		return chat.Part{}, tooLarge(name, limit.what, int64(len(data)), limit.bytes)
	}
	if n := pdfPages(part); n > MaxPages {
		return chat.Part{}, fault.E(op, fault.TooLarge, nil, "name", name, "what", "a PDF",
			"size", pages(n), "limit", pages(MaxPages))
	}
	return part, nil
}

func pages(n int) string { return strconv.Itoa(n) + " pages" }

// tooLarge says that a file is above a limit.
func tooLarge(name, what string, size, limit int64) error {
	return fault.E("app.Attach", fault.TooLarge, nil, "name", name, "what", what, "size", Bytes(size), "limit", Bytes(limit))
}

const pdfType = "application/pdf"

// mediaType names what the services take besides text, by the first bytes; "" is
// none of it.
func mediaType(data []byte) string {
	s := string(data[:min(len(data), 1024)])
	if len(s) >= 12 {
		switch s[:4] + s[8:12] {
		case "RIFFWEBP":
			return "image/webp"
		case "RIFFWAVE":
			return "audio/wav"
		}
		if s[4:8] == "ftyp" && (s[8:11] == "M4A" || s[8:11] == "M4B") {
			return "audio/mp4"
		}
	}
	for _, known := range []struct{ start, media string }{
		{"\x89PNG\r\n\x1a\n", "image/png"},
		{"\xff\xd8\xff", "image/jpeg"},
		{"GIF87a", "image/gif"},
		{"GIF89a", "image/gif"},
		{"%PDF-", pdfType},
		{"ID3", "audio/mpeg"},
		{"fLaC", "audio/flac"},
		{"OggS", "audio/ogg"},
	} {
		if strings.HasPrefix(s, known.start) {
			return known.media
		}
	}
	switch {
	case len(s) > 1 && s[0] == 0xff && s[1]&0xe6 == 0xe2: // MPEG audio, layer III, without tags
		return "audio/mpeg"
	case strings.HasPrefix(s, "\x1a\x45\xdf\xa3") && strings.Contains(s, "webm"):
		return "audio/webm"
	}
	return ""
}

// pageCount finds the number of pages in the plain objects of a PDF.
var pageCount = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/Type\s*/Pages\b[^>]{0,400}?/Count\s+(\d{1,7})\b|/Count\s+(\d{1,7})\b[^>]{0,400}?/Type\s*/Pages\b`)
})

// pdfPages is how many pages a PDF says that it has, 0 where it does not say so
// in clear.
func pdfPages(part chat.Part) int {
	if part.MediaType != pdfType {
		return 0
	}
	most := 0
	for _, m := range pageCount().FindAllSubmatch(part.Data, 1<<16) {
		if n, err := strconv.Atoi(string(m[1]) + string(m[2])); err == nil {
			most = max(most, n)
		}
	}
	return most
}

// Attach reads a file that goes along with the prompts of a conversation as it
// is.
func (a *App) Attach(path string) (chat.Part, error) {
	part, err := a.ReadFile(path)
	if err == nil && len(part.Data) > MaxInline {
		err = tooLarge(part.Name, "a document", int64(len(part.Data)), MaxInline)
	}
	return part, err
}

// Need says what has to become of an attachment before a model can be asked
// about it. The zero value needs nothing.
type Need string

// The needs.
const (
	// NeedsNothing goes along as it is.
	NeedsNothing Need = ""
	// NeedsReading is a document or a picture that must become text by OCR.
	NeedsReading Need = "reading"
	// NeedsTranscript is a recording that must become text.
	NeedsTranscript Need = "transcript"
)

// NeedOf says what an attachment needs at a choice. It may ask the provider
// which models it has; what nobody told about a model is left to the service.
func (a *App) NeedOf(ctx context.Context, c Choice, part chat.Part) Need {
	kind := KindOf(part)
	if kind == TextFile || kind == "" || len(part.Data) == 0 {
		return NeedsNothing
	}
	d := a.Describe(c.Provider)
	m, told := a.told(ctx, c)
	fits := len(part.Data) <= MaxInline
	switch {
	case kind == ImageFile && (m.Images || !told) && d.Can.Images, kind == DocumentFile && d.Can.Documents && fits,
		kind == AudioFile && m.Audio && d.Can.Documents && fits:
		return NeedsNothing
	default:
		return ConversionOf(part)
	}
}

// Resolved is a choice with the model that would answer, where that is known.
func (a *App) Resolved(ctx context.Context, c Choice) Choice {
	if model, err := a.modelFor(ctx, c); err == nil {
		c.Model = model
	}
	return c
}

// told is what the service told of a choice's model.
func (a *App) told(ctx context.Context, c Choice) (Model, bool) {
	l, err := a.ModelsOf(ctx, c.Provider, false)
	if err != nil {
		return Model{}, false
	}
	for _, m := range l.Models {
		if m.Named(c.Model) {
			return m, m.Told
		}
	}
	return Model{}, false
}

// takes refuses a context that holds what its model does not take.
func (a *App) takes(ctx context.Context, c Choice, messages []chat.Message) error {
	for _, m := range messages {
		if m.Role != chat.User {
			continue
		}
		for _, part := range m.Parts {
			if a.NeedOf(ctx, c, part) != NeedsNothing {
				kind := KindOf(part)
				if kind != ImageFile && len(part.Data) > MaxInline {
					return tooLarge(part.Name, "a document", int64(len(part.Data)), MaxInline)
				}
				return fault.E("app.Ask", fault.CannotRead, nil, "model", c.Model, "kind", string(kind), "name", part.Name)
			}
		}
	}
	return nil
}

// Bytes is a number of bytes as people read it: 999 B, 1.5 kB, 20 MB.
func Bytes(n int64) string {
	const units = "kMGT"
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.5 && unit < len(units)-1 {
		f, unit = f/1000, unit+1
	}
	digits := 0
	if f < 9.95 {
		digits = 1
	}
	return strconv.FormatFloat(f, 'f', digits, 64) + " " + units[unit:unit+1] + "B"
}
