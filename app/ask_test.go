package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

func TestAConversationIsKeptAndFoundAgain(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Twice ", "a day.")}
	a := open(t, dir, policy.Local, f)
	s := a.NewSession(f.choice())
	p := ask(t, a, s, Prompt{Text: "How often is high tide?"})
	if p.Err != nil || p.KeepErr != nil || p.Message.State != chat.Complete || p.Message.Text() != "Twice a day." {
		t.Fatalf("answer ended %q with %q, %v, %v", p.Message.State, string(p.Message.Text()), p.Err, p.KeepErr)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}

	b := open(t, dir, policy.Local, f)
	list, err := b.Conversations(t.Context(), Query{})
	if err != nil || len(list) != 1 || list[0].Title != "How often is high tide?" {
		t.Fatalf("history lists %+v, %v", list, err)
	}
	again, err := b.OpenSession(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if c := again.Snapshot(); len(c.Branch()) != 2 || c.Branch()[1].Text() != "Twice a day." {
		t.Errorf("the conversation came back with %d messages", len(c.Branch()))
	}
	hits, err := b.Search(t.Context(), "twice", 10)
	if err != nil || len(hits) != 1 {
		t.Errorf("search found %d messages, %v", len(hits), err)
	}
}

func TestAStoppedAnswerIsKept(t *testing.T) {
	began := make(chan struct{})
	f := &fake{answer: func(ctx context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{Kind: client.TextDelta, Text: "Once upon"}, nil)
		close(began)
		<-ctx.Done()
		yield(client.Delta{}, ctx.Err())
	}}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	answer, _, err := a.Ask(t.Context(), s, Prompt{Text: "Tell a story"})
	if err != nil {
		t.Fatal(err)
	}
	<-began
	answer.Cancel()
	p := wait(answer)
	if p.Err != nil || p.Message.State != chat.Stopped || p.Message.Text() != "Once upon" {
		t.Fatalf("a stopped answer ended %q with %q, %v", p.Message.State, string(p.Message.Text()), p.Err)
	}

	f.answer = saying(" a time.")
	p = ask(t, a, s, Prompt{Continue: p.Message.ID})
	if got := p.Message.Text(); got != "Once upon a time." || p.Message.State != chat.Complete {
		t.Errorf("going on gave %q, %q", string(got), p.Message.State)
	}
	if f.last(t).Prefix != "Once upon" {
		t.Errorf("the model was not told what it had said: %q", string(f.last(t).Prefix))
	}
}

func TestACutAnswerIsMarkedAndAnEmptyOneLeavesNoTrace(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{Kind: client.TextDelta, Text: "Half"}, nil)
		yield(client.Delta{}, fault.E("fake", fault.Cut, nil))
	}}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	p := ask(t, a, s, Prompt{Text: "one"})
	if !fault.Is(p.Err, fault.Cut) || p.Message.State != chat.Cut || p.Message.Ended != string(fault.Cut) {
		t.Errorf("a cut answer ended %q, %q, %v", p.Message.State, p.Message.Ended, p.Err)
	}

	f.answer = saying()
	p = ask(t, a, s, Prompt{Text: "two"})
	if !fault.Is(p.Err, fault.EmptyAnswer) {
		t.Errorf("an empty answer was no failure: %v", p.Err)
	}
	c := s.Snapshot()
	if last := c.Branch()[len(c.Branch())-1]; last.Role != chat.User {
		t.Error("an empty answer stayed in the conversation")
	}
}

func TestEditingAPromptMakesABranch(t *testing.T) {
	f := &fake{answer: saying("A")}
	dir := t.TempDir()
	a := open(t, dir, policy.Local, f)
	s := a.NewSession(f.choice())
	first := ask(t, a, s, Prompt{Text: "red"})
	f.answer = saying("B")
	root := chat.MessageID("")
	ask(t, a, s, Prompt{Text: "blue", After: &root})

	c := s.Snapshot()
	if got := string(c.Branch()[0].Text()) + string(c.Branch()[1].Text()); got != "blueB" {
		t.Errorf("the new branch is %q", got)
	}
	if len(f.last(t).Messages) != 1 {
		t.Errorf("the other branch was sent along: %d messages", len(f.last(t).Messages))
	}
	prompt, _ := c.Message(first.Message.Parent)
	if err := a.Walk(t.Context(), s, prompt.ID); err != nil {
		t.Fatal(err)
	}
	reopened, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	c = reopened.Snapshot()
	if got := string(c.Branch()[0].Text()) + string(c.Branch()[1].Text()); got != "redA" {
		t.Errorf("walking back was not kept: %q", got)
	}
}

func TestTryingAgainKeepsTheFirstAnswer(t *testing.T) {
	f := &fake{answer: saying("A")}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	first := ask(t, a, s, Prompt{Text: "dice"})
	f.answer = saying("B")
	second := ask(t, a, s, Prompt{Retry: first.Message.ID})
	c := s.Snapshot()
	if siblings, at := c.Siblings(second.Message.ID); len(siblings) != 2 || at != 1 {
		t.Errorf("two answers are %v, the new one at %d", siblings, at)
	}
}

func TestAPromptWhoseAnswerNeverCameIsAskedInItsPlace(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{}, fault.E("test", fault.NotSignedIn, nil))
	}}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	if failed := ask(t, a, s, Prompt{Text: "dice"}); failed.Err == nil {
		t.Fatal("it was answered")
	}
	c := s.Snapshot()
	prompt := c.Branch()[len(c.Branch())-1]
	f.answer = saying("four")
	ask(t, a, s, Prompt{Retry: prompt.ID})
	c = s.Snapshot()
	if b := c.Branch(); len(b) != 2 || b[0].ID != prompt.ID || string(b[1].Text()) != "four" {
		t.Errorf("the branch is %+v", b)
	}
	if ids, _ := c.Siblings(prompt.ID); len(ids) != 1 {
		t.Errorf("the prompt is there %d times", len(ids))
	}
}

func TestWebSearchAnswersLiveInMemoryOnly(t *testing.T) {
	const canary = "zebracanary"
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{Kind: client.TextDelta, Text: "Found " + canary + "\n\n", Origin: chat.Model | chat.WebSearch}, nil)
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}}
	dir := t.TempDir()
	a := open(t, dir, policy.Platform, f)
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	s := a.NewSession(f.choice())
	p := ask(t, a, s, Prompt{Text: "news of the day"})
	if !strings.Contains(string(p.Message.Text()), canary) {
		t.Fatal("the answer is not on the screen")
	}
	if text, v, _ := a.CopyMessage(s, p.Message.ID); v.Decision.Permits() || text != "" {
		t.Error("a web-search answer was copied")
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := again.Snapshot()
	kept := c.Branch()
	if len(kept) != 2 || kept[1].State != chat.Withheld || kept[1].Text() != "" || len(kept[1].Clauses) == 0 {
		t.Errorf("the record of a web-search answer is %+v", kept[len(kept)-1])
	}
	if hits, _ := a.Search(t.Context(), canary, 10); len(hits) != 0 {
		t.Error("the search index knows a web-search answer")
	}
	if kept[0].Text() != "news of the day" {
		t.Error("the prompt was not kept")
	}
}

func TestACutAnswerIsNotGoneOnWithWhereItsTextMayNotTravel(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{Kind: client.TextDelta, Text: "Found on the web", Origin: chat.Model | chat.WebSearch}, nil)
	}}
	a := open(t, t.TempDir(), policy.Platform, f)
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	elsewhere := &fake{answer: saying(" and more"), d: client.Descriptor{
		ID: OllamaProvider, Service: policy.Local, Place: client.Loopback, Can: client.Features{Continue: true},
	}}
	a.providers, _ = client.NewSet(f, elsewhere)
	s := a.NewSession(f.choice())
	cut := ask(t, a, s, Prompt{Text: "news of the day"})
	if cut.Message.State != chat.Cut {
		t.Fatalf("the answer is %q", cut.Message.State)
	}
	if _, err := a.Switch(t.Context(), s, elsewhere.choice()); err != nil {
		t.Fatal(err)
	}
	answer, v, err := a.Ask(t.Context(), s, Prompt{Continue: cut.Message.ID})
	if err != nil || answer != nil || v.Decision.Permits() || len(v.Clauses) == 0 {
		t.Errorf("it was gone on with: %v %v, %v", v.Decision, v.Clauses, err)
	}
	if len(elsewhere.turns) != 0 {
		t.Errorf("the text travelled: %q", string(elsewhere.turns[0].Prefix))
	}
}

func TestAnAnswerThatRepeatsAWebSearchAnswerIsNotKeptEither(t *testing.T) {
	const found = "The zebra crossed the river at dawn, and nobody on the bridge had seen where it came from."
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{Kind: client.TextDelta, Text: found, Origin: chat.Model | chat.WebSearch}, nil)
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}}
	a := open(t, t.TempDir(), policy.Platform, f)
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	s := a.NewSession(f.choice())
	ask(t, a, s, Prompt{Text: "look it up"})
	f.answer = saying(found)
	ask(t, a, s, Prompt{Text: "say that again"})
	f.answer = saying("Zebras are striped.")
	ask(t, a, s, Prompt{Text: "and what are zebras?"})
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := again.Snapshot()
	branch := c.Branch()
	if branch[3].State != chat.Withheld || branch[3].Text() != "" {
		t.Errorf("the repetition was kept as %q", branch[3].State)
	}
	if branch[5].Text() != "Zebras are striped." {
		t.Error("an answer of its own was lost with it")
	}
}

func TestNothingIsSentBeforeItIsConfirmed(t *testing.T) {
	f := &fake{answer: saying("A")}
	a := open(t, t.TempDir(), policy.Platform, f)
	s := a.NewSession(f.choice())
	answer, v, err := a.Ask(t.Context(), s, Prompt{Text: "hello"})
	if err != nil || answer != nil || v.Decision != policy.Confirm {
		t.Fatalf("the first prompt to a hosted service was decided %v, %v", v.Decision, err)
	}
	if len(f.turns) != 0 || len(s.Snapshot().Messages) != 0 {
		t.Error("something was sent or stored before the confirmation")
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	if p := ask(t, a, s, Prompt{Text: "hello"}); p.Err != nil {
		t.Error(p.Err)
	}
	if err := a.SetProfile(MistralProfile, []string{"age_band=under_13"}); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	if _, v, _ := a.Ask(t.Context(), s, Prompt{Text: "hello"}); v.Decision != policy.Block {
		t.Errorf("under thirteen: %v", v.Decision)
	}
}

func TestASlowReaderGetsEverythingInFewPieces(t *testing.T) {
	const pieces = 5000
	gate := make(chan struct{})
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		for range pieces {
			yield(client.Delta{Kind: client.TextDelta, Text: "word "}, nil)
		}
		close(gate)
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	answer, _, err := a.Ask(t.Context(), s, Prompt{Text: "go"})
	if err != nil {
		t.Fatal(err)
	}
	<-gate
	p := wait(answer)
	if n := len(p.Message.Text()); n != 5*pieces {
		t.Errorf("%d bytes arrived of %d", n, 5*pieces)
	}
	if len(p.Deltas) > pieces/50 {
		t.Errorf("a slow reader was given %d deltas", len(p.Deltas))
	}
}

func TestAttachments(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	dir := t.TempDir()
	for name, c := range map[string]struct {
		data []byte
		kind chat.Kind
		err  fault.Kind
	}{
		"a text file is text":             {[]byte("hello"), chat.FilePart, ""},
		"a PNG is an image":               {[]byte("\x89PNG\r\n\x1a\n1234"), chat.ImagePart, ""},
		"a program is refused":            {[]byte{0x7f, 'E', 'L', 'F', 0, 0xff}, "", fault.FileType},
		"a file of one NUL is not a text": {[]byte{0}, "", fault.FileType},
	} {
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		part, err := a.Attach(path)
		if fault.KindOf(err) != c.err || part.Kind != c.kind {
			t.Errorf("%s: %q, %v", name, part.Kind, err)
		}
	}
	if _, err := a.Attach(filepath.Join(dir, "none")); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestIDsSortByTimeAndDiffer(t *testing.T) {
	early, late := newID(time.UnixMilli(1000)), newID(time.UnixMilli(2000))
	if early >= late || len(early) != 26 || newID(time.UnixMilli(1000)) == early {
		t.Errorf("ids %q, %q", early, late)
	}
	_ = newID(time.Time{}) // a clock before 1970 is no reason to stop
}

func TestARefusedPromptIsKeptAndNotSentAlongWithTheNext(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{}, fault.E("fake", fault.Guardrail, nil, "categories", "violence"))
	}}
	dir := t.TempDir()
	a := open(t, dir, policy.Local, f)
	s := a.NewSession(f.choice())
	if p := ask(t, a, s, Prompt{Text: "refused"}); !fault.Is(p.Err, fault.Guardrail) || p.KeepErr != nil {
		t.Fatalf("ended with %v, %v", p.Err, p.KeepErr)
	}
	if n := len(f.turns); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
	f.answer = saying("Yes.")
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	ask(t, a, again, Prompt{Text: "harmless"})
	if m := f.last(t).Messages; len(m) != 1 || m[0].Text() != "harmless" {
		t.Errorf("%d messages were sent", len(m))
	}
	if c := again.Snapshot(); len(c.Branch()) != 3 || c.Branch()[0].Text() != "refused" {
		t.Error("what was refused is not in the conversation any more")
	}
}
