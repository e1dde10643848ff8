package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
)

func prompt(id, text string) chat.Message {
	return chat.Message{
		ID: chat.MessageID(id), Role: chat.User, State: chat.Complete, Service: "la_plateforme",
		Parts: []chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(text)}},
	}
}

func answer(id string, service Service, o chat.Origin, text string) chat.Message {
	return chat.Message{
		ID: chat.MessageID(id), Role: chat.Assistant, State: chat.Complete, Service: string(service),
		Parts: []chat.Part{{Kind: chat.TextPart, Origin: o, Text: chat.Text(text)}},
	}
}

// conversation hangs the messages one below the other.
func conversation(messages ...chat.Message) chat.Conversation {
	c := chat.Conversation{ID: "c", Title: "t", System: "be brief", Profile: "work", Folder: "f"}
	for i, m := range messages {
		if i > 0 {
			m.Parent = messages[i-1].ID
		}
		c.Put(m)
	}
	return c
}

func ids(messages []chat.Message) string {
	var names []string
	for _, m := range messages {
		names = append(names, string(m.ID))
	}
	return strings.Join(names, " ")
}

const found = "the lake of Geneva is seventy three kilometres long and lies between two countries in the west of the Alps"

func TestAForgedPermitOpensToAnError(t *testing.T) {
	_, _, a := Outbound{}.Open()
	_, b := Storable{}.Open()
	_, c := Keepable{}.Open()
	_, _, d := Exportable{}.Open()
	_, _, e := Shareable{}.Open()
	for _, err := range []error{a, b, c, d, e} {
		if !errors.Is(err, ErrUncleared) {
			t.Errorf("error %v", err)
		}
	}
}

func TestARequestCarriesOnlyWhatMayGoThere(t *testing.T) {
	platform := Destination{Provider: "mistral", Service: Platform}
	local := Destination{Provider: "ollama", Service: Local, Local: true}
	sources := answer("a", Platform, chat.Model|chat.WebSearch, "short and new")
	sources.Parts = append(sources.Parts, chat.Part{Kind: chat.ReferencePart, Origin: chat.ThirdParty, Name: "a page", Text: "its snippet"})
	withheld := chat.Message{ID: "a", Role: chat.Assistant, State: chat.Withheld, Service: "la_plateforme", Clauses: []string{"LC-2.e2"}}
	for _, c := range []struct {
		name     string
		messages []chat.Message
		to       Destination
		want     string // ids that go
		left     string
	}{
		{"a plain conversation goes everywhere", []chat.Message{prompt("p", "hi"), answer("a", Platform, chat.Model, "hello"), prompt("q", "go on")}, local, "p a q", ""},
		{"a search answer goes back to its own service", []chat.Message{prompt("p", "hi"), answer("a", Platform, chat.WebSearch, found), prompt("q", "go on")}, platform, "p a q", ""},
		{"its sources do not", []chat.Message{prompt("p", "hi"), sources, prompt("q", "go on")}, platform, "p a q", "reference"},
		{"a search answer does not go to this machine", []chat.Message{prompt("p", "hi"), answer("a", Platform, chat.WebSearch|chat.Model, found), prompt("q", "go on")}, local, "p q", "text"},
		{"nor from Le Chat to the API", []chat.Message{prompt("p", "hi"), answer("a", LeChat, chat.News, found), prompt("q", "go on")}, platform, "p q", "text"},
		{"one's own search goes everywhere", []chat.Message{prompt("p", "hi"), answer("a", Local, chat.OwnTool|chat.Model, found), prompt("q", "go on")}, platform, "p a q", ""},
		{"a repetition of a search answer stays behind with it", []chat.Message{answer("a", Platform, chat.WebSearch, found), prompt("q", "again"), answer("b", Platform, chat.Model, "As I said: "+found)}, local, "q", "text text"},
		{"an answer about it goes", []chat.Message{answer("a", Platform, chat.WebSearch, found), prompt("q", "in short"), answer("b", Platform, chat.Model, "It is a long lake shared by Switzerland and France, no more and no less")}, local, "q b", "text"},
		{"an answer nobody labelled does not go", []chat.Message{prompt("p", "hi"), answer("a", Platform, 0, "hello")}, platform, "p", "text"},
		{"an answer with nothing in it does not go", []chat.Message{prompt("p", "hi"), answer("a", Platform, chat.Model, ""), prompt("q", "hello?")}, platform, "p q", ""},
		{"a withheld answer does not go", []chat.Message{prompt("p", "hi"), withheld, prompt("q", "go on")}, platform, "p q", "text"},
		{"something reported goes nowhere", []chat.Message{prompt("p", "hi"), answer("a", Platform, chat.Model|chat.Reported, "x")}, platform, "p", "text"},
		{"a tool that ran taints text labelled as plain", []chat.Message{prompt("p", "hi"), ran(answer("a", Platform, chat.Model, found), "web_search")}, local, "p", "text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, v := shipped(t).Send(facts(t, "service=la_plateforme", "plan=paid"), chat.Turn{Messages: c.messages}, c.to)
			turn, to, err := out.Open()
			if err != nil {
				t.Fatalf("%v: %s", err, v.Decision)
			}
			var left []string
			for _, l := range out.Left() {
				left = append(left, l.What)
				if l.Verdict.passes() || len(l.Verdict.Clauses) == 0 {
					t.Errorf("left for no reason: %+v", l.Verdict)
				}
			}
			if ids(turn.Messages) != c.want || strings.Join(left, " ") != c.left || to != c.to {
				t.Errorf("goes %q, left %q; want %q, %q", ids(turn.Messages), left, c.want, c.left)
			}
		})
	}
}

func ran(m chat.Message, tools ...string) chat.Message {
	m.Tools = tools
	return m
}

func TestARequestThatMayNotStartHasNoPermit(t *testing.T) {
	for _, c := range []struct {
		name, pairs string
		to          Service
		want        Decision
	}{
		{"terms nobody confirmed", "service=la_plateforme accepted=no", Platform, Confirm},
		{"a child", "service=la_plateforme age_band=under_13", Platform, Block},
		{"a child at a partner", "service=partner age_band=under_13", Partner, Block},
		{"a child on this machine is fine", "service=local age_band=under_13 accepted=no", Local, Allow},
		{"the destination decides, not the profile", "service=local age_band=under_13", Platform, Block},
		{"nobody said where it goes", "accepted=yes", "", Confirm},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, v := shipped(t).Send(facts(t, strings.Fields(c.pairs)...), chat.Turn{Messages: []chat.Message{prompt("p", "hi")}}, Destination{Service: c.to})
			_, _, err := out.Open()
			if v.Decision != c.want || (err == nil) != v.Decision.Permits() {
				t.Errorf("%s, open: %v", v.Decision, err)
			}
		})
	}
}

func TestAToolOfAnOptedOutProviderIsLeftOutAlone(t *testing.T) {
	f := facts(t, "service=la_plateforme", "plan=paid", "optouts=brave")
	out, _ := shipped(t).Send(f, chat.Turn{
		Messages: []chat.Message{prompt("p", "hi")}, Tools: []string{"image_generation", "web_search", "my_own"},
	}, Destination{Service: Platform})
	turn, _, err := out.Open()
	if err != nil || !slices.Equal(turn.Tools, []string{"image_generation", "my_own"}) || len(out.Left()) != 1 || out.Left()[0].What != "tool:web_search" {
		t.Errorf("tools %v, left %v, %v", turn.Tools, out.Left(), err)
	}
}

func TestAToolThatMustBeConfirmedStopsTheRequestUntilItIs(t *testing.T) {
	f := facts(t, "service=le_chat", "plan=pro", "media_customer=yes", "purpose=non_editorial")
	turn := chat.Turn{Messages: []chat.Message{prompt("p", "hi")}, Tools: []string{"news"}}
	out, v := shipped(t).Send(f, turn, Destination{Service: LeChat})
	if _, _, err := out.Open(); err == nil || v.Decision != Confirm || v.Act != "use_feature:news" {
		t.Fatalf("%s of %s, open: %v", v.Decision, v.Act, err)
	}
	out, _ = shipped(t).Send(f.Confirming(v.Act), turn, Destination{Service: LeChat})
	if got, _, err := out.Open(); err != nil || !slices.Equal(got.Tools, turn.Tools) {
		t.Errorf("after the confirmation: %v %v", got.Tools, err)
	}
}

func TestWhatTheHistoryKeepsOfAMessage(t *testing.T) {
	f := facts(t, "service=la_plateforme", "plan=paid")
	for _, c := range []struct {
		name    string
		message chat.Message
		want    Decision
		text    string
	}{
		{"a plain answer is kept", answer("a", Platform, chat.Model, "hello"), Allow, "hello"},
		{"a prompt is kept", prompt("p", "hello"), Allow, "hello"},
		{"a prompt that nobody labelled is kept", chat.Message{Role: chat.User, Parts: []chat.Part{{Kind: chat.TextPart, Text: "hello"}}}, Allow, "hello"},
		{"a search answer is not", ran(answer("a", Platform, chat.WebSearch|chat.Model, found), "web_search"), Redact, ""},
		{"nor one labelled plain whose tool searched", ran(answer("a", Platform, chat.Model, found), "web_search"), Redact, ""},
		{"a search answer still growing is not", chat.Message{ID: "a", Role: chat.Assistant, Service: "la_plateforme", Parts: []chat.Part{{Kind: chat.TextPart, Origin: chat.WebSearch, Text: found}}}, Redact, ""},
		{"news is not", answer("a", LeChat, chat.News, found), Redact, ""},
		{"an answer nobody labelled is not", answer("a", Platform, 0, "hello"), Redact, ""},
		{"the result of one's own search is", answer("a", Local, chat.OwnTool|chat.Model, found), Allow, found},
		{"what a local model searched is", answer("a", Local, chat.WebSearch, found), Allow, found},
	} {
		t.Run(c.name, func(t *testing.T) {
			permit, v := shipped(t).Store(f, c.message)
			m, err := permit.Open()
			if err != nil {
				t.Fatal(err)
			}
			if v.Decision != c.want || string(m.Text()) != c.text {
				t.Fatalf("%s, text %q", v.Decision, string(m.Text()))
			}
			if c.want != Redact {
				return
			}
			if m.State != chat.Withheld || len(m.Parts) != 0 || len(m.Clauses) == 0 || m.Ruleset != "2025-02-06" || !slices.Equal(m.Tools, c.message.Tools) {
				t.Errorf("record %+v", m)
			}
		})
	}
}

func TestSourcesBesideAPlainAnswerAreNotKept(t *testing.T) {
	m := answer("a", Platform, chat.Model, "hello")
	m.Parts = append(m.Parts, chat.Part{Kind: chat.ReferencePart, Origin: chat.ThirdParty, Name: "a page"})
	permit, v := shipped(t).Store(facts(t, "service=la_plateforme"), m)
	got, err := permit.Open()
	if err != nil || v.Decision != Redact || len(got.Parts) != 1 || got.State != chat.Complete || len(permit.Left()) != 1 {
		t.Errorf("%s %v %+v", v.Decision, err, got)
	}
}

func TestATitleOfUnkeepableTextIsNotKept(t *testing.T) {
	f := facts(t, "service=la_plateforme")
	for o, want := range map[chat.Origin]bool{
		chat.Typed: true, chat.Attached: true, chat.Model: true, chat.Typed | chat.Model: true,
		chat.WebSearch: false, chat.News | chat.Typed: false, chat.ThirdParty: false, chat.Reported: false, 0: false,
	} {
		permit, v := shipped(t).Keep(f, chat.Part{Kind: chat.TextPart, Origin: o, Text: "title"})
		if _, err := permit.Open(); (err == nil) != want {
			t.Errorf("a title from %s: %s", o, v.Decision)
		}
	}
}

func TestAnExportRedactsAndCounts(t *testing.T) {
	f := facts(t, "service=la_plateforme", "plan=paid")
	c := conversation(prompt("p", "hi"), answer("a", Platform, chat.WebSearch, found), prompt("q", "more"),
		answer("b", Platform, chat.Model, "hello"), prompt("r", "bad"), answer("d", Platform, chat.Model|chat.Reported, "bad"), prompt("s", "end"))
	permit, v := shipped(t).Export(f, c, Markdown)
	out, format, err := permit.Open()
	if err != nil {
		t.Fatal(err)
	}
	a, _ := out.Message("a")
	s, _ := out.Message("s")
	if ids(out.Messages) != "p a q b r s" || a.State != chat.Withheld || a.Text() != "" || s.Parent != "r" || format != Markdown ||
		v.Decision != Redact || len(permit.Left()) != 2 || out.System != c.System {
		t.Errorf("%s %q, left %d", v.Decision, ids(out.Messages), len(permit.Left()))
	}
	if first, _ := c.Message("a"); first.Text() == "" {
		t.Error("the conversation itself was changed")
	}
}

func TestAnExportWithNothingLeftIsBlocked(t *testing.T) {
	f := facts(t, "service=la_plateforme", "plan=paid")
	search, plain := answer("a", Platform, chat.WebSearch, found), answer("b", Platform, chat.Model, "hello")
	for _, c := range []struct {
		name   string
		format Format
		c      chat.Conversation
		want   Decision
	}{
		{"copying a search answer", Clipboard, conversation(search), Block},
		{"opening it in an editor", Editor, conversation(search), Block},
		{"exporting it alone", HTML, conversation(search), Block},
		{"copying a plain answer", Clipboard, conversation(plain), Allow},
		{"copying both takes the plain one", Clipboard, conversation(search, plain), Redact},
		{"a dataset of a plain answer warns", Dataset, conversation(plain), Warn},
		{"a dataset for a purpose", "dataset:evaluation", conversation(search, plain), Redact},
		{"a format nobody knows", "pdf", conversation(plain), Block},
		{"a conversation withheld before", JSON, conversation(prompt("p", "hi"), chat.Message{ID: "w", Role: chat.Assistant, State: chat.Withheld, Service: "le_chat"}), Redact},
		{"an empty conversation", JSON, chat.Conversation{}, Allow},
	} {
		t.Run(c.name, func(t *testing.T) {
			permit, v := shipped(t).Export(f, c.c, c.format)
			_, _, err := permit.Open()
			if v.Decision != c.want || (err != nil) != (c.want == Block) {
				t.Errorf("%s, open: %v", v.Decision, err)
			}
		})
	}
}

func TestAShareIsAFrozenCopyOfTheActiveBranch(t *testing.T) {
	f := facts(t, "service=la_plateforme", "plan=paid")
	p := prompt("p", "hi")
	p.Parts = append(p.Parts, chat.Part{Kind: chat.FilePart, Origin: chat.Attached, Name: "cv.txt", Text: "my life"})
	c := conversation(p, answer("a", Platform, chat.Model, "first"))
	other := answer("b", Platform, chat.Model, "second try")
	other.Parent = "p"
	c.Put(other)
	permit, v := shipped(t).Share(f, c, Anyone)
	if _, _, err := permit.Open(); err == nil || v.Decision != Confirm {
		t.Fatalf("not asked about: %s", v.Decision)
	}
	permit, _ = shipped(t).Share(f.Confirming(ShareTurn), c, Anyone)
	out, to, err := permit.Open()
	if err != nil {
		t.Fatal(err)
	}
	if ids(out.Messages) != "p b" || out.System != "" || out.Profile != "" || out.Folder != "" || len(out.Messages[0].Parts) != 1 || to != Anyone {
		t.Errorf("snapshot %+v", out)
	}
	c.Messages[2].Parts[0].Text = "changed later"
	if out.Messages[1].Text() != "second try" {
		t.Error("a later change reached the snapshot")
	}
}

func TestAConversationWithAPartnerIsSharedAsAFileOnly(t *testing.T) {
	f := facts(t, "service=partner").Confirming(ShareTurn)
	c := conversation(prompt("p", "hi"), answer("a", Partner, chat.Model, "hello"))
	if permit, v := shipped(t).Share(f, c, Anyone); v.Decision != Block {
		t.Errorf("as a link: %s %+v", v.Decision, permit)
	}
	permit, _ := shipped(t).Share(f, c, LocalFile)
	if _, _, err := permit.Open(); err != nil {
		t.Errorf("as a file: %v", err)
	}
}

func TestRepetitionIsFoundBeforeAnAnswerIsKept(t *testing.T) {
	r := shipped(t)
	earlier := []chat.Message{prompt("p", "hi"), answer("a", Platform, chat.WebSearch, found)}
	if o := r.Repeats(answer("b", Platform, chat.Model, "Again: "+found), earlier); o != chat.WebSearch {
		t.Errorf("a repetition inherits %s", o)
	}
	if o := r.Repeats(answer("b", Platform, chat.Model, "Something else that nobody has said here before today"), earlier); o != 0 {
		t.Errorf("another answer inherits %s", o)
	}
}

// BenchmarkSend clears a long conversation, as every prompt in it does.
func BenchmarkSend(b *testing.B) {
	r, f := shipped(b), facts(b, "service=la_plateforme", "plan=paid")
	var messages []chat.Message
	for range 500 {
		messages = append(messages, prompt("p", "hi"), answer("a", Platform, chat.Model, found), answer("b", Platform, chat.WebSearch, found))
	}
	for b.Loop() {
		if _, v := r.Send(f, chat.Turn{Messages: messages}, Destination{Service: Platform}); !v.Decision.Permits() {
			b.Fatal(v.Decision)
		}
	}
}
