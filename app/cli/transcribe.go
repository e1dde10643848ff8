package cli

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/termsafe"
)

func (p *program) transcribeCommand() *cobra.Command {
	var o app.TranscribeOptions
	c := p.build(command{
		use: "transcribe FILE", short: "cli.transcribe.short", long: "cli.transcribe.long", args: between(1, 1),
		example: "bise transcribe meeting.mp3\nbise transcribe interview.wav --diarize --language fr\nbise transcribe memo.m4a | bise ask \"What is to be done?\"",
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			return p.transcribe(c.Context(), a, args[0], o)
		}),
	})
	c.Flags().StringVar(&o.Language, "language", "", p.words.T("cli.flag.spoken_language"))
	c.Flags().BoolVar(&o.Speakers, "diarize", false, p.words.T("cli.flag.diarize"))
	c.Flags().BoolVar(&o.Times, "timestamps", false, p.words.T("cli.flag.timestamps"))
	c.Flags().StringVar(&o.Model, "model", "", p.words.T("cli.flag.service_model"))
	return c
}

func (p *program) transcribe(ctx context.Context, a *app.App, path string, o app.TranscribeOptions) error {
	provider, err := a.SpeechService(p.wanted())
	if err != nil {
		return err
	}
	part, err := a.ReadFile(path)
	if err != nil {
		return err
	}
	var pieces iter.Seq2[app.Transcript, error]
	err = p.cleared(ctx, a, provider, func(confirmed []policy.Act) (v policy.Verdict, err error) {
		pieces, v, err = a.Transcribe(ctx, provider, part, o, confirmed...)
		return v, err
	})
	if err != nil {
		return err
	}
	if !p.globals.json {
		p.output.note(p.words.T("cli.transcribe.listening", "Name", a.Describe(provider).Name, "File", part.Name, "Size", app.Bytes(int64(len(part.Data)))))
	}
	return p.tellTranscript(ctx, pieces, o.Speakers || o.Times)
}

// tellTranscript prints a transcript as it comes: the text as it is, or a line
// for each segment.
func (p *program) tellTranscript(ctx context.Context, pieces iter.Seq2[app.Transcript, error], segments bool) error {
	var filter termsafe.Filter
	last := "\n"
	write := func(text string) error {
		if p.console.outTerminal {
			text = filter.Push(text)
		}
		if text != "" {
			last = text
		}
		_, err := io.WriteString(p.env.Stdout, text)
		return err
	}
	for t, err := range pieces {
		if ctx.Err() != nil {
			err = fault.E("cli.transcribe", fault.Interrupted, ctx.Err())
		}
		switch {
		case err != nil:
		case p.globals.json:
			err = p.output.json(transcriptEvent(t))
		case t.Kind == app.SpokenText && !segments:
			err = write(string(t.Text))
		case t.Kind == app.SpokenSegment && segments:
			err = write(segmentLine(t))
		}
		if err != nil {
			if !strings.HasSuffix(last, "\n") {
				_ = write("\n") // the error is the one to tell
			}
			return err
		}
	}
	if !strings.HasSuffix(last, "\n") {
		return write("\n")
	}
	return nil
}

// segmentLine is "[00:01:02] speaker_1: text".
func segmentLine(t app.Transcript) string {
	line := "[" + clockTime(t.Start) + "] "
	if t.Speaker != "" {
		line += termsafe.Line(t.Speaker) + ": "
	}
	return line + strings.TrimSpace(string(t.Text)) + "\n"
}

// clockTime is a place in a recording, to the second.
func clockTime(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// transcriptEvent is a piece of a transcript, for a script; times are seconds.
func transcriptEvent(t app.Transcript) event {
	switch t.Kind {
	case app.SpokenLanguage:
		return event{"type", "language", "language", t.Language}
	case app.SpokenText:
		return event{"type", "delta", "text", string(t.Text)}
	case app.SpokenSegment:
		e := event{"type", "segment", "start", t.Start.Seconds(), "end", t.End.Seconds(), "text", string(t.Text)}
		if t.Speaker != "" {
			e = append(e, "speaker", t.Speaker)
		}
		return e
	default:
		e := event{"type", "done", "model", t.Model}
		if t.Language != "" {
			e = append(e, "language", t.Language)
		}
		if t.Seconds > 0 {
			e = append(e, "audio_seconds", t.Seconds)
		}
		return e
	}
}
