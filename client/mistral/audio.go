package mistral

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"mime"
	"net/http"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
	"bise/client/sse"
)

var _ client.Transcriber = (*Provider)(nil)

// transcribeModel follows the newest model for transcripts (docs,
// studio/audio/speech_to_text).
const transcribeModel = "voxtral-mini-latest"

// Transcribe writes down what is said in the attachment of a permit, POST
// /v1/audio/transcriptions as a stream. The recording is not kept there.
func (p *Provider) Transcribe(ctx context.Context, out policy.Outbound, o client.TranscribeOptions) iter.Seq2[client.Transcript, error] {
	return func(yield func(client.Transcript, error) bool) {
		part, err := client.Attachment(p.Describe(), out)
		if err != nil {
			yield(client.Transcript{}, err)
			return
		}
		left := false
		err = p.transcribe(ctx, part, o, func(t client.Transcript) bool {
			left = !yield(t, nil)
			return !left
		})
		if err != nil && !left {
			yield(client.Transcript{}, err)
		}
	}
}

var errHeardEnough = errors.New("the caller stopped ranging")

func (p *Provider) transcribe(ctx context.Context, part chat.Part, o client.TranscribeOptions, tell func(client.Transcript) bool) error {
	const op = "mistral.Transcribe"
	if o.Model == "" {
		o.Model = transcribeModel
	}
	fields := []string{"model", o.Model, "stream", "true"}
	if o.Language != "" {
		fields = append(fields, "language", o.Language)
	}
	if o.Speakers {
		fields = append(fields, "diarize", "true")
	}
	if o.Times || o.Speakers { // speakers are told for segments
		fields = append(fields, "timestamp_granularities", "segment")
	}
	call := newForm(fields...).call(op, "/audio/transcriptions", part)
	call.Accept = "text/event-stream, application/json"
	call.Idle += openai.DefaultIdle
	err := p.chat.Do(ctx, call, func(resp *http.Response, body io.Reader) error {
		if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "application/json" {
			return readWhole(body, tell)
		}
		return readSpoken(body, tell)
	})
	if errors.Is(err, errHeardEnough) {
		return nil
	}
	return err
}

// spokenEvent is an event of a transcript, whichever it is.
type spokenEvent struct {
	Type     string
	Text     string
	Language string `json:"language"`
	Heard    string `json:"audio_language"`
	Model    string
	Start    float64
	End      float64
	Speaker  string `json:"speaker_id"`
	Segments []spokenEvent
	Usage    struct {
		Seconds int `json:"prompt_audio_seconds"`
	}
	Message string
	Code    any
}

// readSpoken hands over the pieces of a transcript. A stream without its end is
// an error of kind fault.Cut.
func readSpoken(body io.Reader, tell func(client.Transcript) bool) error {
	const op = "mistral.Transcribe"
	events := sse.NewReader(body, 0)
	heard := false // segments came by themselves
	for {
		ev, err := events.Next()
		if errors.Is(err, io.EOF) {
			return fault.E(op, fault.Cut, nil)
		}
		if err != nil {
			return err
		}
		var e spokenEvent
		if json.Unmarshal(ev.Data, &e) != nil {
			continue // the next one may be readable
		}
		if e.Type == "" {
			e.Type = ev.Name
		}
		over, err := e.tell(&heard, tell)
		if err != nil || over {
			return err
		}
	}
}

// tell hands one event over; over says that it was the last.
func (e spokenEvent) tell(heard *bool, tell func(client.Transcript) bool) (over bool, err error) {
	var out []client.Transcript
	switch e.Type {
	case "transcription.language":
		out = append(out, client.Transcript{Kind: client.SpokenLanguage, Language: short(e.Heard)})
	case "transcription.text.delta":
		out = append(out, client.Transcript{Kind: client.SpokenText, Text: chat.Text(e.Text)})
	case "transcription.segment":
		*heard = true
		out = append(out, e.segment())
	case "transcription.done":
		if !*heard {
			for _, s := range e.Segments {
				out = append(out, s.segment())
			}
		}
		out = append(out, e.end())
		over = true
	case "error":
		return true, fault.E("mistral.Transcribe", fault.ServerFailed, nil, "message", short(e.Message))
	}
	for _, t := range out {
		if !tell(t) {
			return true, errHeardEnough
		}
	}
	return over, nil
}

func (e spokenEvent) segment() client.Transcript {
	return client.Transcript{
		Kind: client.SpokenSegment, Text: chat.Text(e.Text), Speaker: short(e.Speaker), Start: seconds(e.Start), End: seconds(e.End),
	}
}

func (e spokenEvent) end() client.Transcript {
	return client.Transcript{Kind: client.SpokenEnd, Language: short(e.Language), Model: short(e.Model), Seconds: max(e.Usage.Seconds, 0)}
}

// readWhole reads an answer that was not streamed.
func readWhole(body io.Reader, tell func(client.Transcript) bool) error {
	raw, err := io.ReadAll(io.LimitReader(body, maxReply))
	if err != nil {
		return err
	}
	var e spokenEvent
	if json.Unmarshal(raw, &e) != nil {
		return fault.E("mistral.Transcribe", fault.BadAnswer, nil)
	}
	e.Type = "transcription.done"
	if !tell(client.Transcript{Kind: client.SpokenText, Text: chat.Text(e.Text)}) {
		return nil
	}
	heard := false
	_, err = e.tell(&heard, tell)
	return err
}

// seconds is a time within a recording; one that no recording has is 0.
func seconds(s float64) time.Duration {
	const week = 7 * 24 * 3600
	if !(s > 0 && s < week) { // NaN too
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// short bounds a word of the service: a language, a speaker, a model.
func short(s string) string {
	const most = 200
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
