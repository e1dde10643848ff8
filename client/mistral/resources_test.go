package mistral

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/clienttest"
)

func provider(t *testing.T, base string) *Provider {
	t.Helper()
	network := client.NewNetwork(client.NetworkOptions{LocalOnly: true, Version: "test"})
	t.Cleanup(network.Close)
	return New(Options{
		BaseURL: base, HTTP: network.Client("mistral"),
		Key: func(context.Context) (chat.Secret, error) { return "test-key-free", nil },
	})
}

func against(t *testing.T, h http.HandlerFunc) *Provider {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return provider(t, server.URL)
}

func permit(t *testing.T, p *Provider, parts ...chat.Part) policy.Outbound {
	t.Helper()
	turn := chat.Turn{Messages: []chat.Message{{Role: chat.User, State: chat.Complete, Parts: parts}}}
	return clienttest.Outbound(t, turn, p.Describe().Destination())
}

func recording(name string) chat.Part {
	return chat.Part{Kind: chat.FilePart, Origin: chat.Attached, Name: name, MediaType: "audio/mpeg", Data: []byte("ID3 talk")}
}

func TestAFormHoldsTheFileAndTellsItsLength(t *testing.T) {
	for name, want := range map[string]string{
		"talk.mp3": "talk.mp3", "": "file", "a/b\"c\r\nX: y": "a_b_c__X: y", "vidéo.mp3": "vidéo.mp3",
	} {
		call := newForm("model", "m").call("test", "/files", recording(name))
		body, err := io.ReadAll(call.Body)
		if err != nil || int64(len(body)) != call.Length {
			t.Errorf("%q: %d bytes of %d, %v", name, len(body), call.Length, err)
		}
		_, params, err := mime.ParseMediaType(call.ContentType)
		if err != nil {
			t.Fatal(err)
		}
		form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(1 << 20)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		files := form.File["file"]
		if len(files) != 1 || files[0].Filename != want || form.Value["model"][0] != "m" {
			t.Errorf("%q became %+v, %v", name, files, form.Value)
		}
	}
}

func TestAHostForARegionSaysWhatItDoesNotHave(t *testing.T) {
	p := provider(t, "https://api.eu.mistral.ai")
	parts := permit(t, p, recording("a.mp3"))
	for name, call := range map[string]func() error{
		"files":           func() error { _, err := p.Files(t.Context()); return err },
		"a file":          func() error { _, err := p.File(t.Context(), "x"); return err },
		"an upload":       func() error { _, err := p.Upload(t.Context(), parts); return err },
		"a deletion":      func() error { return p.DeleteFile(t.Context(), "x") },
		"libraries":       func() error { _, err := p.Libraries(t.Context()); return err },
		"a new library":   func() error { _, err := p.CreateLibrary(t.Context(), parts); return err },
		"documents":       func() error { _, err := p.Documents(t.Context(), "x"); return err },
		"a new document":  func() error { _, err := p.AddDocument(t.Context(), "x", parts); return err },
		"a document":      func() error { _, err := p.DocumentState(t.Context(), "x", "y"); return err },
		"shares":          func() error { _, err := p.Grants(t.Context(), "x"); return err },
		"sharing":         func() error { return p.Grant(t.Context(), "x", client.Grant{}) },
		"the end of one":  func() error { return p.Revoke(t.Context(), "x", client.Grantee{}) },
		"an old document": func() error { return p.DeleteDocument(t.Context(), "x", "y") },
		"an old library":  func() error { return p.DeleteLibrary(t.Context(), "x") },
	} {
		err := call()
		e, ok := fault.As(err)
		if !ok || e.Kind != fault.NotOffered || e.Detail["instead"] != "api.mistral.ai" {
			t.Errorf("%s: %v", name, err) // a request would have been refused as not loopback
		}
	}
}

func TestNothingLeavesWithoutAPermit(t *testing.T) {
	asked := false
	p := against(t, func(http.ResponseWriter, *http.Request) { asked = true })
	other := provider(t, "https://api.us.mistral.ai")
	two := permit(t, p, recording("a.mp3"), recording("b.mp3"))
	for name, out := range map[string]policy.Outbound{
		"no permit": {}, "a permit for another host": permit(t, other, recording("a.mp3")), "two files": two,
	} {
		_, err := p.Upload(t.Context(), out)
		_, err2 := p.ReadDocument(t.Context(), out, client.ReadOptions{})
		_, err3 := p.AddDocument(t.Context(), "x", out)
		var err4 error
		for _, e := range p.Transcribe(t.Context(), out, client.TranscribeOptions{}) {
			err4 = e
		}
		if err == nil || err2 == nil || err3 == nil || err4 == nil || asked {
			t.Errorf("%s: %v, %v, %v, %v, asked %t", name, err, err2, err3, err4, asked)
		}
	}
	if _, err := p.CreateLibrary(t.Context(), policy.Outbound{}); err == nil || asked {
		t.Errorf("a name left without a permit: %v", err)
	}
}

func TestATranscriptThatBreaksOffIsCut(t *testing.T) {
	for name, c := range map[string]struct {
		kind, body string
		text       string
		want       fault.Kind
	}{
		"a stream without its end": {
			"text/event-stream", "event: transcription.text.delta\ndata: {\"type\":\"transcription.text.delta\",\"text\":\"half\"}\n\n", "half", fault.Cut,
		},
		"an answer in one piece": {"application/json", `{"text":"whole","language":null,"segments":[{"start":0,"end":1,"text":"whole"}]}`, "whole", ""},
		"an error in the middle": {"text/event-stream", "data: {\"type\":\"error\",\"message\":\"no\"}\n\n", "", fault.ServerFailed},
		"an event nobody knows":  {"text/event-stream", "data: {\"type\":\"transcription.new\"}\n\ndata: [1]\n\ndata: {\"type\":\"transcription.done\"}\n\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := against(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				_, _ = io.WriteString(w, c.body)
			})
			var text string
			var got error
			for piece, err := range p.Transcribe(t.Context(), permit(t, p, recording("a.mp3")), client.TranscribeOptions{}) {
				if got = err; piece.Kind == client.SpokenText {
					text += string(piece.Text)
				}
			}
			if text != c.text || fault.KindOf(got) != c.want {
				t.Errorf("%q, %v", text, got)
			}
		})
	}
}

func TestAListIsReadToItsEnd(t *testing.T) {
	page := 0
	p := against(t, func(w http.ResponseWriter, r *http.Request) {
		files := make([]string, 0, perPage)
		n := perPage
		if page++; page == 3 {
			n = 1
		}
		for range n {
			files = append(files, `{"id":"x","filename":"\u001b[2J","bytes":-4}`)
		}
		_, _ = io.WriteString(w, `{"data":[`+strings.Join(files, ",")+`]}`)
	})
	files, err := p.Files(t.Context())
	if err != nil || len(files) != 2*perPage+1 || files[0].Size != 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestAShareIsTakenBackWithoutALevel(t *testing.T) {
	var method, body string
	p := against(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		method, body = r.Method, string(raw)
		w.WriteHeader(http.StatusNoContent)
	})
	err := p.Revoke(t.Context(), "lib", client.Grantee{Type: "Org", ID: "o"})
	if err != nil || method != http.MethodDelete || body != `{"share_with_type":"Org","share_with_uuid":"o"}` {
		t.Errorf("%s %s, %v", method, body, err)
	}
}

func TestASignInPageIsNoDeletion(t *testing.T) {
	p := against(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html>Welcome to the hotel")
	})
	if err := p.DeleteFile(t.Context(), "f-1"); !fault.Is(err, fault.WrongHost) {
		t.Errorf("the page is told as %v", err)
	}
}

func TestTimesInARecordingAreBounded(t *testing.T) {
	nan := 0.0
	nan /= nan
	for given, want := range map[float64]time.Duration{1.5: 1500 * time.Millisecond, -1: 0, 1e300: 0} {
		if got := seconds(given); got != want {
			t.Errorf("%v became %v", given, got)
		}
	}
	if seconds(nan) != 0 {
		t.Error("a time that is no number became one")
	}
}

func FuzzTranscript(f *testing.F) {
	f.Add([]byte("event: transcription.text.delta\ndata: {\"type\":\"transcription.text.delta\",\"text\":\"half\"}\n\n"))
	f.Add([]byte("data: {\"type\":\"transcription.segment\",\"start\":-1,\"end\":1e99,\"speaker_id\":null}\n\n"))
	f.Add([]byte("data: {\"type\":\"transcription.done\",\"segments\":[{}],\"usage\":{\"prompt_audio_seconds\":-3}}\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		ended := false
		err := readSpoken(bytes.NewReader(raw), func(piece client.Transcript) bool {
			if ended {
				t.Error("something came after the end")
			}
			if piece.Start < 0 || piece.End < 0 || piece.Seconds < 0 {
				t.Errorf("a time before the beginning: %+v", piece)
			}
			ended = piece.Kind == client.SpokenEnd
			return true
		})
		if (err == nil) != ended {
			t.Errorf("ended %t with %v", ended, err)
		}
	})
}

func FuzzReading(f *testing.F) {
	f.Add([]byte(`{"model":"m","pages":[{"index":1,"markdown":"b"},{"index":0,"markdown":"a"}],"usage_info":{"pages_processed":2}}`))
	f.Add([]byte(`{"pages":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var reply ocrReply
		if json.Unmarshal(raw, &reply) != nil {
			return
		}
		reading := reply.reading()
		for i, page := range reading.Pages {
			if i > 0 && page.Number < reading.Pages[i-1].Number {
				t.Error("the pages are out of order")
			}
		}
	})
}
