package app

import (
	"cmp"
	"context"
	"iter"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// What front ends need of reading and listening.
type (
	// Reading is a document as text.
	Reading = client.Reading
	// ReadOptions say how a document is read.
	ReadOptions = client.ReadOptions
	// Transcript is one piece of what was said.
	Transcript = client.Transcript
	// TranscribeOptions say how speech becomes text.
	TranscribeOptions = client.TranscribeOptions
)

// The kinds of a Transcript, as in client.
const (
	SpokenText     = client.SpokenText
	SpokenLanguage = client.SpokenLanguage
	SpokenSegment  = client.SpokenSegment
	SpokenEnd      = client.SpokenEnd
)

// ReadingService names the provider that turns documents into text; wanted is
// one that a person has named, "" is any.
func (a *App) ReadingService(wanted string) (string, error) {
	p, _, err := serviceFor[client.Reader](a, wanted, readingFeature)
	if err != nil {
		return "", err
	}
	return string(p.Describe().ID), nil
}

// SpeechService names the provider that writes down recordings.
func (a *App) SpeechService(wanted string) (string, error) {
	p, _, err := serviceFor[client.Transcriber](a, wanted, speechFeature)
	if err != nil {
		return "", err
	}
	return string(p.Describe().ID), nil
}

// ReadDocument turns a document or a picture into text at a provider. One too
// large for a request is put there first and deleted afterwards, whatever comes
// of it. The verdict says what has to be confirmed first; then nothing has been
// sent.
func (a *App) ReadDocument(ctx context.Context, provider string, part chat.Part, o ReadOptions, confirmed ...policy.Act) (Reading, policy.Verdict, error) {
	_, reader, err := serviceFor[client.Reader](a, provider, readingFeature)
	if err != nil {
		return Reading{}, policy.Verdict{}, err
	}
	if kind := KindOf(part); kind != DocumentFile && kind != ImageFile {
		return Reading{}, policy.Verdict{}, fault.E("app.ReadDocument", fault.FileType, nil, "name", part.Name, "for", readingFeature)
	}
	if len(part.Data) > MaxInline {
		return a.readUploaded(ctx, provider, part, o, confirmed)
	}
	out, v, err := a.clear(lend{provider: provider, parts: []chat.Part{part}, confirmed: confirmed})
	if err != nil || !v.Decision.Permits() {
		return Reading{}, v, err
	}
	reading, err := reader.ReadDocument(ctx, out, o)
	return reading, v, err
}

// tidyTime is how long the deletion of an upload may take after a person has
// stopped waiting for what it was made for.
const tidyTime = 15 * time.Second

func (a *App) readUploaded(ctx context.Context, provider string, part chat.Part, o ReadOptions, confirmed []policy.Act) (Reading, policy.Verdict, error) {
	_, reader, err := serviceFor[client.UploadReader](a, provider, readingFeature)
	if err != nil {
		return Reading{}, policy.Verdict{}, err
	}
	f, v, err := a.UploadFile(ctx, provider, part, confirmed...)
	if err != nil && f.ID == "" || !v.Decision.Permits() {
		return Reading{}, v, err
	}
	reading, err := reader.ReadUploaded(ctx, f.ID, o)
	tidy, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	return reading, v, cmp.Or(err, a.DeleteServiceFile(tidy, provider, f.ID))
}

// ReadText is a reading as one text, its pages apart, and how many it has.
func ReadText(r Reading) chat.Text {
	var b strings.Builder
	for i, page := range r.Pages {
		if i > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(strings.TrimSpace(string(page.Text)))
	}
	return chat.Text(strings.ToValidUTF8(b.String(), "\uFFFD"))
}

// ReadPart is what a document becomes in a prompt: its text, as an attachment.
func (a *App) ReadPart(part chat.Part, r Reading) chat.Part {
	return chat.Part{
		Kind: chat.FilePart, Origin: chat.Attached, Text: ReadText(r),
		Name: a.word("attach.read", "Name", part.Name),
	}
}

// Transcribe writes down what is said in a recording, piece by piece. The
// verdict says what has to be confirmed first; then nothing has been sent.
func (a *App) Transcribe(ctx context.Context, provider string, part chat.Part, o TranscribeOptions, confirmed ...policy.Act) (iter.Seq2[Transcript, error], policy.Verdict, error) {
	_, transcriber, err := serviceFor[client.Transcriber](a, provider, speechFeature)
	if err != nil {
		return nil, policy.Verdict{}, err
	}
	if KindOf(part) != AudioFile {
		return nil, policy.Verdict{}, fault.E("app.Transcribe", fault.FileType, nil, "name", part.Name, "for", speechFeature)
	}
	out, v, err := a.clear(lend{provider: provider, parts: []chat.Part{part}, confirmed: confirmed})
	if err != nil || !v.Decision.Permits() {
		return nil, v, err
	}
	return transcriber.Transcribe(ctx, out, o), v, nil
}

// Heard gathers a transcript to its end, as the attachment that the recording
// becomes in a prompt.
func (a *App) Heard(part chat.Part, pieces iter.Seq2[Transcript, error]) (chat.Part, error) {
	var b strings.Builder
	for t, err := range pieces {
		if err != nil {
			return chat.Part{}, err
		}
		if t.Kind == SpokenText {
			b.WriteString(string(t.Text))
		}
	}
	text := strings.TrimSpace(strings.ToValidUTF8(b.String(), "\uFFFD"))
	if text == "" {
		return chat.Part{}, fault.E("app.Transcribe", fault.EmptyAnswer, nil)
	}
	return chat.Part{
		Kind: chat.FilePart, Origin: chat.Attached, Text: chat.Text(text), Name: a.word("attach.heard", "Name", part.Name),
	}, nil
}

// Converter names the provider that would turn an attachment into text: the
// preferred one if it can, else any that can.
func (a *App) Converter(need Need, preferred string) (string, error) {
	find := a.ReadingService
	if need == NeedsTranscript {
		find = a.SpeechService
	}
	provider, err := find(preferred)
	if fault.Is(err, fault.NotOffered) {
		provider, err = find("")
	}
	return provider, err
}

// Convert turns an attachment into one of text. The verdict says what has to be
// confirmed first; then nothing has been sent.
func (a *App) Convert(ctx context.Context, provider string, need Need, part chat.Part, confirmed ...policy.Act) (chat.Part, policy.Verdict, error) {
	if need == NeedsTranscript {
		pieces, v, err := a.Transcribe(ctx, provider, part, TranscribeOptions{}, confirmed...)
		if err != nil || pieces == nil {
			return chat.Part{}, v, err
		}
		text, err := a.Heard(part, pieces)
		return text, v, err
	}
	reading, v, err := a.ReadDocument(ctx, provider, part, ReadOptions{}, confirmed...)
	if err != nil || len(reading.Pages) == 0 {
		return chat.Part{}, v, err
	}
	return a.ReadPart(part, reading), v, nil
}

// ConversionOf says how an attachment can become text; NeedsNothing is text
// already.
func ConversionOf(part chat.Part) Need {
	switch kind := KindOf(part); {
	case len(part.Data) == 0, kind == TextFile:
		return NeedsNothing
	case kind == AudioFile:
		return NeedsTranscript
	default:
		return NeedsReading
	}
}
