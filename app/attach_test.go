package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

func TestAFileIsWhatItsBytesSay(t *testing.T) {
	for name, c := range map[string]struct {
		data  string
		kind  AttachmentKind
		media string
		err   fault.Kind
	}{
		"text":                       {"hello", TextFile, "", ""},
		"a PDF":                      {"%PDF-1.7\n", DocumentFile, "application/pdf", ""},
		"a WebP":                     {"RIFF\x00\x00\x00\x00WEBPVP8 ", ImageFile, "image/webp", ""},
		"a GIF":                      {"GIF89a", ImageFile, "image/gif", ""},
		"a WAV":                      {"RIFF\x00\x00\x00\x00WAVEfmt ", AudioFile, "audio/wav", ""},
		"an MP3 with tags":           {"ID3\x03", AudioFile, "audio/mpeg", ""},
		"an MP3 without":             {"\xff\xfb\x90\x00", AudioFile, "audio/mpeg", ""},
		"an Ogg":                     {"OggS\x00", AudioFile, "audio/ogg", ""},
		"a FLAC":                     {"fLaC\x00", AudioFile, "audio/flac", ""},
		"an M4A":                     {"\x00\x00\x00\x20ftypM4A \x00", AudioFile, "audio/mp4", ""},
		"a WebM":                     {"\x1a\x45\xdf\xa3\x01webm", AudioFile, "audio/webm", ""},
		"nothing":                    {"", "", "", fault.FileType},
		"a program":                  {"\x7fELF\x00\xff", "", "", fault.FileType},
		"an image above the limit":   {"GIF89a" + strings.Repeat("x", MaxImage), "", "", fault.TooLarge},
		"a PDF of too many pages":    {"%PDF-1.4 << /Type /Pages /Count 1001 >>", "", "", fault.TooLarge},
		"a PDF of as many as may be": {"%PDF-1.4 << /Count 1000 /Type /Pages >>", DocumentFile, "application/pdf", ""},
	} {
		t.Run(name, func(t *testing.T) {
			part, err := attachment("file.x", []byte(c.data))
			if fault.KindOf(err) != c.err || KindOf(part) != c.kind && err == nil || part.MediaType != c.media {
				t.Errorf("got %q of %q, %v", KindOf(part), part.MediaType, err)
			}
			if err == nil && part.Origin != chat.Attached {
				t.Errorf("it is said to be %v", part.Origin)
			}
		})
	}
}

func TestAFileTooLargeToTravelWithEachPromptIsNotAttachedAsItIs(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	path := filepath.Join(t.TempDir(), "big.pdf")
	if err := os.WriteFile(path, []byte("%PDF-1.4"+strings.Repeat("\xff", MaxInline)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Attach(path); !fault.Is(err, fault.TooLarge) {
		t.Errorf("Attach gave %v", err)
	}
	if part, err := a.ReadFile(path); err != nil || KindOf(part) != DocumentFile {
		t.Errorf("it cannot be read either: %v", err)
	}
}

func TestWeightsUnderSpecificAccessAreNotRead(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	path := filepath.Join(t.TempDir(), "model.gguf")
	if err := os.WriteFile(path, []byte("text, as it happens"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ReadFile(path); err != nil {
		t.Errorf("open weights were refused: %v", err)
	}
	if err := a.SetProfile(a.Active(), []string{"weights=specific_access"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ReadFile(path); err == nil {
		t.Error("confidential weights were read")
	}
}

func TestWhatAModelTakes(t *testing.T) {
	pdf := chat.Part{Kind: chat.FilePart, Name: "a.pdf", MediaType: pdfType, Data: []byte("%PDF")}
	sound := chat.Part{Kind: chat.FilePart, Name: "a.mp3", MediaType: "audio/mpeg", Data: []byte("ID3")}
	image := chat.Part{Kind: chat.ImagePart, Name: "a.png", MediaType: "image/png", Data: []byte("x")}
	text := chat.Part{Kind: chat.FilePart, Name: "a.txt", Text: "x"}
	large := pdf
	large.Data = make([]byte, MaxInline+1)
	for _, c := range []struct {
		name  string
		can   client.Features
		model client.Model
		part  chat.Part
		want  Need
	}{
		{"text goes anywhere", client.Features{}, client.Model{Told: true}, text, NeedsNothing},
		{"a PDF goes where documents do", client.Features{Documents: true}, client.Model{Told: true}, pdf, NeedsNothing},
		{"a PDF is read for others", client.Features{}, client.Model{Told: true}, pdf, NeedsReading},
		{"a large PDF is read for all", client.Features{Documents: true}, client.Model{Told: true}, large, NeedsReading},
		{"an image goes to a model that sees", client.Features{Images: true}, client.Model{Told: true, Images: true}, image, NeedsNothing},
		{"an image does not go to a blind model", client.Features{Images: true}, client.Model{Told: true}, image, NeedsReading},
		{"what nobody told is left to the service", client.Features{Images: true}, client.Model{}, image, NeedsNothing},
		{"a recording goes to a model that hears", client.Features{Documents: true}, client.Model{Told: true, Audio: true}, sound, NeedsNothing},
		{"a recording is written down for others", client.Features{Documents: true}, client.Model{Told: true}, sound, NeedsTranscript},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{answer: saying("Yes.")}
			a := open(t, t.TempDir(), policy.Local, f)
			f.d.Can = c.can
			c.model.ID, c.model.Chat = "m", true
			f.told = []client.Model{c.model}
			choice := f.choice()
			if got := a.NeedOf(t.Context(), choice, c.part); got != c.want {
				t.Errorf("it needs %q, want %q", got, c.want)
			}
			_, _, err := a.Ask(t.Context(), a.NewSession(choice), Prompt{Text: "what?", Attachments: []chat.Part{c.part}})
			if refused := fault.Is(err, fault.CannotRead) || fault.Is(err, fault.TooLarge); refused != (c.want != NeedsNothing) {
				t.Errorf("asking gave %v", err)
			}
		})
	}
}

func TestSizesAreReadable(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 1834: "1.8 kB", 9949: "9.9 kB", 9950: "10 kB",
		999_499: "999 kB", 999_500: "1.0 MB", 20_000_000: "20 MB", 3_100_000_000: "3.1 GB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}
