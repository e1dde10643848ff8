package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/export"
	"bise/app/fault"
	"bise/app/imports"
	"bise/app/policy"
	"bise/app/text"
	"bise/assets"
)

func rules(t *testing.T) policy.Rules {
	t.Helper()
	r, err := policy.Load(assets.Rules, "2025-02-06")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var formats = []policy.Format{policy.Markdown, policy.HTML, policy.JSON, policy.PlainText, policy.Dataset, "dataset:fine_tuning", "dataset:evaluation"}

// written is a document with one conversation.
func written(t *testing.T, format policy.Format, c chat.Conversation) (string, policy.Verdict) {
	t.Helper()
	permit, v := rules(t).Export(policy.Facts{}, c, format)
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	d, err := export.New(&b, export.Options{
		Format: format, Words: words, Say: func(w policy.Words) string { return words.T("rules." + w.Key) },
		Version: "1", Ruleset: "r", At: time.Unix(1700000000, 0).UTC(), Conversations: 1,
		Left: archive.Reasons(permit.Left(), nil),
		Marks: archive.Marks{
			Generated: "urn:generated", Edited: "urn:edited",
			Pictures: map[string][]string{"la_plateforme": {"no_competing_image_training"}, "local": nil},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if v.Decision != policy.Block {
		if err := d.Add(permit); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), v
}

func part(o chat.Origin, s string) chat.Part {
	return chat.Part{Kind: chat.TextPart, Origin: o, Text: chat.Text(s)}
}

// talk is a conversation of one branch; answers are by a hosted model.
func talk(turns ...chat.Message) chat.Conversation {
	c := chat.Conversation{ID: "c", Title: "Talk", Created: time.Unix(1700000000, 0).UTC()}
	parent := chat.MessageID("")
	for i, m := range turns {
		m.ID, m.Parent, m.State = chat.MessageID(fmt.Sprint("m", i)), parent, chat.Complete
		if m.Role == chat.Assistant {
			m.Service, m.Model = "la_plateforme", "mistral-small"
		}
		c.Put(m)
		parent = m.ID
	}
	return c
}

func prompt(s string) chat.Message {
	return chat.Message{Role: chat.User, Parts: []chat.Part{part(chat.Typed, s)}}
}

func answer(o chat.Origin, s string) chat.Message {
	return chat.Message{Role: chat.Assistant, Parts: []chat.Part{part(o, s)}}
}

func TestWhatMayNotLeaveIsInNoFormat(t *testing.T) {
	const canary = "canaryword"
	searched := answer(chat.Model|chat.WebSearch, "Found: "+canary)
	searched.Parts = append(searched.Parts, chat.Part{Kind: chat.ReferencePart, Origin: chat.ThirdParty, Name: canary, URL: "https://x.example/" + canary})
	linked := answer(chat.Model, "Plain.")
	linked.Parts = append(linked.Parts, chat.Part{Kind: chat.ReferencePart, Origin: chat.ThirdParty, Name: canary, URL: "https://x.example/" + canary, Text: canary})
	repeated := answer(chat.Model, "Found: "+canary)
	unknown := answer(0, canary)
	c := talk(prompt("one"), searched, prompt("two"), linked, prompt("three"), answer(chat.Model|chat.News, canary), prompt("four"), repeated, prompt("five"), unknown,
		prompt("six"), answer(chat.Model|chat.Reported, canary), prompt("seven"), answer(chat.Model, "The last one is plain."))
	for _, format := range formats {
		t.Run(string(format), func(t *testing.T) {
			out, v := written(t, format, c)
			if strings.Contains(out, canary) {
				t.Errorf("the word is in it:\n%s", out)
			}
			if !strings.Contains(out, "The last one is plain.") {
				t.Errorf("the plain answer is not in it (%s):\n%s", v.Decision, out)
			}
			if !strings.Contains(string(format), "dataset") && !strings.Contains(out, "LC-2.e") {
				t.Errorf("nothing says what is missing and why:\n%s", out)
			}
		})
	}
}

func TestEveryAnswerSaysThatAModelMadeIt(t *testing.T) {
	edited := answer(chat.Model, "changed")
	edited.Edited = true
	c := talk(prompt("q"), answer(chat.Model, "whole"), prompt("q"), edited)
	for _, format := range formats {
		out, _ := written(t, format, c)
		for _, want := range []string{"mistral-small", "urn:generated"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is not in it:\n%s", format, want, out)
			}
		}
		if format != policy.PlainText && !strings.Contains(out, "urn:edited") || format == policy.PlainText && !strings.Contains(out, "edited by a person") {
			t.Errorf("%s: nothing marks the edited answer:\n%s", format, out)
		}
	}
}

func TestPicturesCarryTheirCondition(t *testing.T) {
	m := answer(chat.Model, "Here.")
	m.Parts = append(m.Parts, chat.Part{Kind: chat.ImagePart, Origin: chat.Image, MediaType: "image/png", Data: []byte("\x89PNG\r\n\x1a\n"), Name: "boat.png"})
	for format, want := range map[policy.Format]string{
		policy.JSON: `"markers":["no_competing_image_training"]`, policy.HTML: `data-markers="no_competing_image_training"`,
		policy.Markdown: `"markers":["no_competing_image_training"]`, policy.PlainText: "not for training a competing image generator",
	} {
		if out, _ := written(t, format, talk(prompt("Draw"), m)); !strings.Contains(out, want) {
			t.Errorf("%s: %q is not in it:\n%s", format, want, out)
		}
	}
}

func TestPagesRunAndLoadNothing(t *testing.T) {
	picture := []byte("\x89PNG\r\n\x1a\n")
	hostile := strings.Join([]string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[b](data:text/html,x)", "![c](https://tracker.example/p.png)",
		"<https://ok.example/?a=1&b=2>", "[d](file:///etc/passwd)", "[e](https://user:pw@host.example/)", "<a href=\"javascript:alert(1)\">f</a>", "```\"><script>\nx\n```",
		"| a | b |\n|:--|--:|\n| 1 | 2 |", "[g](JaVaScRiPt:alert(1))", "[h](\tjavascript:alert(1))", "<style>@import 'https://x'</style>", "# Heading",
	}, "\n\n")
	m := answer(chat.Model, hostile)
	m.Parts = append(m.Parts,
		chat.Part{Kind: chat.ImagePart, Origin: chat.Image, MediaType: "image/png", Data: picture, Name: `a" onload="x`},
		chat.Part{Kind: chat.ImagePart, Origin: chat.Image, MediaType: "image/svg+xml", Data: []byte("<svg onload=alert(1)>")},
		chat.Part{Kind: chat.FilePart, Origin: chat.Code, MediaType: `x" onclick="y`, Data: []byte("x"), Name: "b.html"})
	c := talk(prompt("hi <b>"), m)
	c.Title = "</title><script>alert(2)</script>"
	out, _ := written(t, policy.HTML, c)
	for _, bad := range []string{"<script", "<style>@", "javascript:", "JaVaScRiPt", " onerror=", "onload=\"", "onclick=\"", "src=\"http", "file:", "user:pw", "data:text/html", "svg+xml", "style=\""} {
		body := out[strings.Index(out, "<body>"):]
		if strings.Contains(unescaped(body), bad) {
			t.Errorf("%s is in the page", bad)
		}
	}
	for _, want := range []string{"Content-Security-Policy", "default-src &#39;none&#39;", `href="https://ok.example/?a=1&amp;b=2"`, "data:image/png;base64,", "&lt;script&gt;alert(1)", `<td align="right">2</td>`, "<h3>Heading"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in the page", want)
		}
	}
}

// unescaped is a page without what is shown as text: only tags are left.
func unescaped(page string) string {
	var b strings.Builder
	for _, piece := range strings.Split(page, "<")[1:] {
		tag, _, _ := strings.Cut(piece, ">")
		b.WriteString("<" + tag + ">\n")
	}
	return b.String()
}

func TestTextsMadeToBeSlowAreShownAsTheyAre(t *testing.T) {
	for name, s := range map[string]string{
		"many quotes in each other": strings.Repeat("> ", 20000) + "x",
		"a very long text":          strings.Repeat("[a](", 200000),
		"many lists in each other":  strings.Repeat("- ", 5000) + "x",
	} {
		if got := export.HTMLBody(chat.Text(s)); !strings.HasPrefix(got, "<pre>") {
			t.Errorf("%s was read as Markdown", name)
		}
	}
	if got := export.HTMLBody("> a\n\n---\n\n- - -\n\n**b**"); !strings.Contains(got, "<strong>") {
		t.Errorf("a usual text was not: %s", got)
	}
}

func TestNothingIsWrittenWithoutAPermitOfItsFormat(t *testing.T) {
	words, _ := text.Load("en")
	d, err := export.New(&bytes.Buffer{}, export.Options{Format: policy.HTML, Words: words})
	if err != nil {
		t.Fatal(err)
	}
	other, _ := rules(t).Export(policy.Facts{}, talk(prompt("a")), policy.JSON)
	for name, permit := range map[string]policy.Exportable{"the zero permit": {}, "a permit for another format": other} {
		if err := d.Add(permit); !fault.Is(err, fault.Refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := export.New(&bytes.Buffer{}, export.Options{Format: "pdf", Words: words}); !fault.Is(err, fault.Usage) {
		t.Errorf("an unknown format: %v", err)
	}
}

// grown makes a conversation at random: a tree with every kind of part, odd
// bytes, and answers that may not leave.
func grown(r *rand.Rand) chat.Conversation {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	odd := func() string {
		return pick("plain", "a\n\n```go\nx := 1\n```\n", "caf\u00e9 \U0001f30a", "\xff\xfe bytes", "\u202ebidi", "", "<b>&amp;", "-->", strings.Repeat("long ", r.IntN(200)))
	}
	at := func() time.Time { return time.UnixMicro(1_600_000_000_000_000 + r.Int64N(1e15)).UTC() }
	c := chat.Conversation{
		ID: chat.ConversationID(fmt.Sprintf("c%x", r.Uint64())), Title: pick("T", "", "Titre \u00e9"), Named: r.IntN(2) == 0, Created: at(), Updated: at(),
		Pinned: r.IntN(2) == 0, Folder: pick("", "work"), Profile: "p", Provider: "mistral", Model: "m", System: chat.Text(pick("", "Be brief.")),
	}
	if r.IntN(2) == 0 {
		c.Tags = []string{"a", "b"}
	}
	if r.IntN(3) == 0 {
		temperature := 0.3
		c.Settings = chat.Settings{Tools: []string{"web_search"}, Options: chat.Options{Temperature: &temperature, Stop: []string{"x"}}}
	}
	c.Settings.Placeholders = r.IntN(3) == 0
	ids := []chat.MessageID{""}
	for i := range 1 + r.IntN(12) {
		m := chat.Message{
			ID: chat.MessageID(fmt.Sprintf("%s-%d", c.ID, i)), Parent: ids[r.IntN(len(ids))], Role: chat.User, At: at(),
			State: chat.Complete, Took: time.Duration(r.Int64N(1e12)),
		}
		m.Parts = []chat.Part{part(chat.Typed, "prompt "+odd())}
		if r.IntN(2) == 0 {
			m.Role, m.Service, m.Provider, m.Asked, m.Model = chat.Assistant, pick("la_plateforme", "le_chat", "local", "partner", ""), "mistral", "m", "m-1"
			m.State = chat.State(pick("complete", "stopped", "cut", ""))
			m.Ended, m.Edited, m.Ruleset = pick("", "length"), r.IntN(5) == 0, "2025-02-06"
			m.Usage = chat.Usage{Prompt: r.IntN(100), Completion: r.IntN(100), Known: true}
			m.Parts = []chat.Part{{Kind: chat.ThinkingPart, Origin: chat.Model, Text: chat.Text(odd()), Signature: "s"}, part(chat.Model, "answer "+odd())}
			switch r.IntN(6) {
			case 0:
				m.Parts, m.Tools = []chat.Part{part(chat.Model|chat.WebSearch, "searched "+odd())}, []string{"web_search"}
			case 1:
				m.Parts = append(m.Parts, chat.Part{Kind: chat.ImagePart, Origin: chat.Image, MediaType: "image/png", Data: []byte{0, 1, 2, byte(r.IntN(256))}, Name: "p.png"})
			case 2:
				m.Parts = append(m.Parts, chat.Part{Kind: chat.ReferencePart, Origin: chat.OwnTool, Name: "Page", URL: "https://x.example/"})
			case 3:
				m.Parts = append(m.Parts, chat.Part{Kind: chat.ToolCallPart, Origin: chat.Model, Name: "f", CallID: "1", Text: "{}", Took: time.Second})
			}
		}
		ids = append(ids, m.ID)
		c.Put(m)
	}
	return c
}

// TestRoundTrip writes trees made at random and reads them back: they are the
// same, save what the permit did not carry.
func TestRoundTrip(t *testing.T) {
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	loaded := rules(t)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the same each time
		var b bytes.Buffer
		d, err := export.New(&b, export.Options{Format: policy.JSON, Words: words, Version: "1", At: time.Unix(1, 0)})
		if err != nil {
			t.Fatal(err)
		}
		var want []chat.Conversation
		for range 1 + r.IntN(3) {
			permit, v := loaded.Export(policy.Facts{}, grown(r), policy.JSON)
			if v.Decision == policy.Block {
				continue
			}
			c, _, err := permit.Open()
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Add(permit); err != nil {
				t.Fatal(err)
			}
			want = append(want, c)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(b.Bytes()) {
			t.Fatalf("seed %d: the document is no JSON", seed)
		}
		var got []chat.Conversation
		err = imports.Read("x.json", bytes.NewReader(b.Bytes()), int64(b.Len()), imports.Auto, imports.Sink{
			Take: func(_ imports.Source, c chat.Conversation) error { got = append(got, c); return nil },
			Lost: func(p imports.Problem) { t.Errorf("seed %d: lost %s: %v", seed, p.Where, p.Err) },
		})
		if err != nil && len(want) > 0 {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d conversations came back, want %d", seed, len(got), len(want))
		}
		for i := range want {
			if g, w := settled(got[i]), settled(want[i]); !reflect.DeepEqual(g, w) {
				t.Fatalf("seed %d: came back as\n%+v\nwant\n%+v", seed, g, w)
			}
		}
	}
}

// settled brings the messages into one order and empty lists into one form; both
// say nothing.
func settled(c chat.Conversation) chat.Conversation {
	slices.SortFunc(c.Messages, func(a, b chat.Message) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for i := range c.Messages {
		if len(c.Messages[i].Parts) == 0 {
			c.Messages[i].Parts = nil
		}
		for j, p := range c.Messages[i].Parts {
			if len(p.Data) == 0 {
				c.Messages[i].Parts[j].Data = nil
			}
		}
	}
	return c
}
