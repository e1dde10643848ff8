package client

import (
	"context"
	"iter"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// FileID names a file that lies at a service.
type FileID string

// File is what a service says about a file that lies there.
type File struct {
	ID        FileID
	Name      string // as the service has it; not to be trusted
	Size      int64  // bytes
	Purpose   string
	MediaType string
	Source    string // "upload", "mistral": who put it there
	Created   time.Time
	// Expires is when the service deletes it; zero is not told.
	Expires time.Time
}

// FileStore is a provider that keeps files. What it keeps is outside zero data
// retention (docs, admin/monitor-comply/zero-data-retention).
//
// A missing file is an error of kind fault.NotFound, a host without files one of
// kind fault.NotOffered.
type FileStore interface {
	Files(ctx context.Context) ([]File, error)
	File(ctx context.Context, id FileID) (File, error)
	// Upload puts the one attachment of a permit there, for this account alone.
	Upload(ctx context.Context, out policy.Outbound) (File, error)
	DeleteFile(ctx context.Context, id FileID) error
}

// Reading is a document as text.
type Reading struct {
	Model string
	Pages []Page
	// Processed is how many pages the service counts.
	Processed int
}

// Page is one page of a document, in Markdown.
type Page struct {
	Number int // from 1
	Text   chat.Text
}

// ReadOptions say how a document is read.
type ReadOptions struct {
	Model string // "" is the service's newest
	// Pages are the pages wanted, from 1; nil is all of them.
	Pages []int
}

// Reader is a provider that turns a document or a picture into text (OCR).
type Reader interface {
	ReadDocument(ctx context.Context, out policy.Outbound, o ReadOptions) (Reading, error)
}

// UploadReader is a Reader of documents that lie at the service.
type UploadReader interface {
	ReadUploaded(ctx context.Context, id FileID, o ReadOptions) (Reading, error)
}

// Transcript is one piece of what was said. Only the fields of its kind are set.
type Transcript struct {
	Kind     TranscriptKind
	Text     chat.Text // of a piece or a segment
	Language string
	Start    time.Duration // of a segment
	End      time.Duration
	Speaker  string
	Seconds  int // of audio, at the end; 0 is not told
	Model    string
}

// TranscriptKind says what a Transcript brings. The zero value brings nothing.
type TranscriptKind uint8

// The kinds of a Transcript.
const (
	// SpokenText is more of the text.
	SpokenText TranscriptKind = iota + 1
	// SpokenLanguage names the language heard.
	SpokenLanguage
	// SpokenSegment is a part with its time, and its speaker where they are told
	// apart. Its text repeats what SpokenText brought.
	SpokenSegment
	// SpokenEnd ends a whole transcript. One without it was cut.
	SpokenEnd
)

// TranscribeOptions say how speech becomes text.
type TranscribeOptions struct {
	Model    string // "" is the service's newest
	Language string // two letters; "" lets the service find out
	// Speakers tells speakers apart.
	Speakers bool
	// Times asks for segments with their times.
	Times bool
}

// Transcriber is a provider that writes down what is said in a recording.
type Transcriber interface {
	Transcribe(ctx context.Context, out policy.Outbound, o TranscribeOptions) iter.Seq2[Transcript, error]
}

// Attachment gives the one attachment with bytes of the last message of a
// permit. A permit that no rule has made, one for another destination and one
// that does not hold exactly one are errors.
func Attachment(d Descriptor, out policy.Outbound) (chat.Part, error) {
	const op = "client.Attachment"
	turn, err := Open(d, out)
	if err != nil {
		return chat.Part{}, err
	}
	if len(turn.Messages) == 0 {
		return chat.Part{}, fault.E(op, fault.Usage, nil, "what", "attachment", "word", "")
	}
	var found []chat.Part
	for _, p := range turn.Messages[len(turn.Messages)-1].Parts {
		if len(p.Data) > 0 {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return chat.Part{}, fault.E(op, fault.Usage, nil, "what", "attachment", "word", "")
	}
	return found[0], nil
}

// Written gives the texts of the last message of a permit, one for each part:
// what a person has typed for a service to keep, such as a name.
func Written(d Descriptor, out policy.Outbound) ([]chat.Text, error) {
	turn, err := Open(d, out)
	if err != nil {
		return nil, err
	}
	var texts []chat.Text
	if n := len(turn.Messages); n > 0 {
		for _, p := range turn.Messages[n-1].Parts {
			texts = append(texts, p.Text)
		}
	}
	if len(texts) == 0 {
		return nil, fault.E("client.Written", fault.Usage, nil, "what", "prompt", "word", "")
	}
	return texts, nil
}
