//go:build integration

package mistral_test

import (
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
)

func lent(t *testing.T, p *mistral.Provider, parts ...chat.Part) policy.Outbound {
	t.Helper()
	turn := chat.Turn{Messages: []chat.Message{{Role: chat.User, State: chat.Complete, Parts: parts}}}
	return clienttest.Outbound(t, turn, p.Describe().Destination())
}

func file(name, media, data string) chat.Part {
	return chat.Part{Kind: chat.FilePart, Origin: chat.Attached, Name: name, MediaType: media, Data: []byte(data)}
}

func TestStandInFiles(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	p := mistral.New(options(t, url))
	put, err := p.Upload(t.Context(), lent(t, p, file(`a "quoted" name é.pdf`, "application/pdf", "%PDF-1.4 hello")))
	if err != nil || put.Purpose != "ocr" || put.Size != 14 || put.Created.IsZero() {
		t.Fatalf("put %+v, %v", put, err)
	}
	if heard, err := p.Upload(t.Context(), lent(t, p, file("a.wav", "audio/wav", "RIFFxxxxWAVE"))); err != nil || heard.Purpose != "audio" {
		t.Errorf("put %+v, %v", heard, err)
	}
	files, err := p.Files(t.Context())
	if err != nil || len(files) != 2 {
		t.Errorf("files %+v, %v", files, err)
	}
	if one, err := p.File(t.Context(), put.ID); err != nil || one.Name != put.Name {
		t.Errorf("file %+v, %v", one, err)
	}
	reading, err := p.ReadUploaded(t.Context(), put.ID, client.ReadOptions{})
	if err != nil || len(reading.Pages) != 2 || reading.Pages[0].Number != 1 {
		t.Errorf("reading %+v, %v", reading, err)
	}
	if err := p.DeleteFile(t.Context(), put.ID); err != nil {
		t.Error(err)
	}
	for _, err := range []error{p.DeleteFile(t.Context(), put.ID), second(p.File(t.Context(), put.ID)), second(p.ReadUploaded(t.Context(), put.ID, client.ReadOptions{}))} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a file that is gone: %v", err)
		}
	}
	noViolations(t, url)
}

func second[T any](_ T, err error) error { return err }

func TestStandInReading(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	p := mistral.New(options(t, url))
	reading, err := p.ReadDocument(t.Context(), lent(t, p, file("a.pdf", "application/pdf", "%PDF-1.4")), client.ReadOptions{Pages: []int{2}})
	if err != nil || len(reading.Pages) != 1 || reading.Pages[0].Number != 2 || !strings.HasPrefix(string(reading.Pages[0].Text), "# Page 2") {
		t.Errorf("reading %+v, %v", reading, err)
	}
	image := chat.Part{Kind: chat.ImagePart, Origin: chat.Attached, Name: "a.png", MediaType: "image/png", Data: []byte("\x89PNG\r\n\x1a\n")}
	if reading, err := p.ReadDocument(t.Context(), lent(t, p, image), client.ReadOptions{}); err != nil || reading.Processed != 2 {
		t.Errorf("reading %+v, %v", reading, err)
	}
	noViolations(t, url)
}

func TestStandInTranscript(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	p := mistral.New(options(t, url))
	for _, o := range []client.TranscribeOptions{{}, {Language: "fr", Times: true}, {Speakers: true}} {
		var text strings.Builder
		segments, ended := 0, false
		for piece, err := range p.Transcribe(t.Context(), lent(t, p, file("talk.mp3", "audio/mpeg", "ID3 talk")), o) {
			if err != nil {
				t.Fatal(err)
			}
			switch piece.Kind {
			case client.SpokenText:
				text.WriteString(string(piece.Text))
			case client.SpokenSegment:
				segments++
			case client.SpokenEnd:
				ended = true
			case client.SpokenLanguage:
			}
		}
		if !ended || segments != 2 || text.String() != "This is what was said in talk.mp3. It had 8 bytes." {
			t.Errorf("%+v: %q in %d segments, ended %t", o, text.String(), segments, ended)
		}
	}
	noViolations(t, url)
}

func TestStandInLibraries(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	p := mistral.New(options(t, url))
	typed := func(s string) chat.Part {
		return chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(s)}
	}
	made, err := p.CreateLibrary(t.Context(), lent(t, p, typed("Tides"), typed("of the North Sea")))
	if err != nil || made.Name != "Tides" || made.Description != "of the North Sea" {
		t.Fatalf("made %+v, %v", made, err)
	}
	doc, err := p.AddDocument(t.Context(), made.ID, lent(t, p, file("a.txt", "text/plain", "high and low")))
	if err != nil || doc.State != client.DocumentReading || doc.State.Settled() {
		t.Fatalf("added %+v, %v", doc, err)
	}
	state := doc.State
	for range 4 {
		if state, err = p.DocumentState(t.Context(), made.ID, doc.ID); err != nil {
			t.Fatal(err)
		}
	}
	if state != client.DocumentReady || !state.Settled() {
		t.Errorf("the document is %q", state)
	}
	docs, err := p.Documents(t.Context(), made.ID)
	if err != nil || len(docs) != 1 || docs[0].Name != "a.txt" || docs[0].Size != 12 {
		t.Errorf("documents %+v, %v", docs, err)
	}
	colleague := client.Grant{Grantee: client.Grantee{Type: "User", ID: "00000000-0000-4000-8000-00000000000a"}, Level: "Viewer"}
	if err := p.Grant(t.Context(), made.ID, colleague); err != nil {
		t.Error(err)
	}
	if grants, err := p.Grants(t.Context(), made.ID); err != nil || len(grants) != 1 || grants[0] != colleague {
		t.Errorf("grants %+v, %v", grants, err)
	}
	// Revoke is left out: the stand-in follows the document, which no request
	// can satisfy there. See grantRequest.
	if err := p.DeleteDocument(t.Context(), made.ID, doc.ID); err != nil {
		t.Error(err)
	}
	if err := p.DeleteLibrary(t.Context(), made.ID); err != nil {
		t.Error(err)
	}
	if list, err := p.Libraries(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("libraries %+v, %v", list, err)
	}
	if _, err := p.Documents(t.Context(), made.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a library that is gone: %v", err)
	}
	noViolations(t, url)
}
