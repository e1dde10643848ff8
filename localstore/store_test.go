package localstore

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Fatalf("got %v, want the kind %q", err, want)
	}
}

func rich() chat.Message {
	return chat.Message{
		ID: "m2", Parent: "m1", Role: chat.Assistant, At: clock, State: chat.Cut, Ended: "length",
		Provider: "mistral", Service: "local", Asked: "latest", Model: "model-1",
		Usage: chat.Usage{Prompt: 3, Completion: 4, Window: 8192, Known: true},
		Tools: []string{"code", "image"}, Edited: true, Ruleset: "2025-02-06", Clauses: []string{"a", "b"},
		Took: 1500 * time.Millisecond,
		Parts: []chat.Part{
			{Kind: chat.ThinkingPart, Origin: chat.Model, Text: "hm", Signature: "sig", Took: time.Second},
			{Kind: chat.TextPart, Origin: chat.Model | chat.Code, Text: "bytes \xff and \x00 stay, \u202e too"},
			{Kind: chat.ImagePart, Origin: chat.Image, Name: "p.png", MediaType: "image/png", Data: []byte{0, 1, 255}},
			{Kind: chat.ToolCallPart, Origin: chat.Model, Name: "f", CallID: "c", Text: "{}"},
			{Kind: chat.ReferencePart, Origin: chat.ThirdParty, Name: "title", URL: "https://example.org"},
		},
	}
}

func TestWhatIsStoredComesBackTheSameAfterReopening(t *testing.T) {
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	title, system := keepable(t, "Über Käse"), keepable(t, "Be brief.")
	err := db.Begin(t.Context(), Meta{
		ID: "c1", Title: &title, System: &system, Named: true, Created: clock, Pinned: true, Folder: "f",
		Tags: []string{"x", "y"}, Profile: "p", Provider: "mistral", Model: "m",
	})
	if err != nil {
		t.Fatal(err)
	}
	first := message("m1", chat.User, "hello")
	add(t, db, "c1", first)
	add(t, db, "c1", rich())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := mustOpen(t, path, testKey(1)).Conversation(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	want := chat.Conversation{
		ID: "c1", Title: "Über Käse", Named: true, Created: clock, Updated: clock, Pinned: true, Folder: "f",
		Tags: []string{"x", "y"}, Profile: "p", Provider: "mistral", Model: "m", System: "Be brief.",
		Messages: []chat.Message{first, rich()}, Leaf: "m2",
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %#v\nwant %#v", got, want)
	}
}

func TestNothingIsWrittenWithoutAPermit(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "title")
	for name, err := range map[string]error{
		"message": db.Append(t.Context(), "c", policy.Storable{}),
		"title":   db.Rename(t.Context(), "c", policy.Keepable{}, true),
		"draft":   db.SaveDraft(t.Context(), "c", policy.Keepable{}),
		"system":  db.SetMeta(t.Context(), Meta{ID: "c", System: &policy.Keepable{}}),
		"begin":   db.Begin(t.Context(), Meta{ID: "d", Title: &policy.Keepable{}}),
	} {
		t.Run(name, func(t *testing.T) { wantKind(t, err, fault.Refused) })
	}
	if n, m, err := db.Count(t.Context()); n != 1 || m != 0 || err != nil {
		t.Fatalf("%d conversations, %d messages, %v", n, m, err)
	}
}

func TestAGrowingAnswerIsReplacedAndFoundWhenItHasEnded(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "title")
	add(t, db, "c", message("q", chat.User, "question"))
	answer := message("a", chat.Assistant, "first words")
	answer.State, answer.Parent = chat.Growing, "q"
	add(t, db, "c", answer)
	answer.Parts[0].Text = "first words and the rest"
	add(t, db, "c", answer)
	if ids := found(t, db, "words"); ids != nil {
		t.Fatalf("found while growing: %v", ids)
	}
	answer.State = chat.Complete
	add(t, db, "c", answer)
	for query, want := range map[string][]string{"words": {"a"}, "rest": {"a"}, "question": {"q"}} {
		if ids := found(t, db, query); !slices.Equal(ids, want) {
			t.Errorf("%s: found %v", query, ids)
		}
	}
	answer.Parts[0].Text = "other"
	add(t, db, "c", answer)
	if ids := found(t, db, "words"); ids != nil {
		t.Fatalf("replaced text is still found: %v", ids)
	}
	c, err := db.Conversation(t.Context(), "c")
	if err != nil || len(c.Messages) != 2 || c.Leaf != "a" {
		t.Fatalf("%d messages, leaf %q, %v", len(c.Messages), c.Leaf, err)
	}
}

func TestAnAnswerWhoseProgramDiedIsFoundAfterTheNextOpen(t *testing.T) {
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	begin(t, db, "c", "title")
	m := message("a", chat.Assistant, "halfway")
	m.State = chat.Growing
	add(t, db, "c", m)
	again := mustOpen(t, path, testKey(1))
	if ids := found(t, again, "halfway"); !slices.Equal(ids, []string{"a"}) {
		t.Fatalf("found %v", ids)
	}
	// The first window was alive after all and goes on.
	m.State, m.Parts[0].Text = chat.Complete, "finished"
	add(t, db, "c", m)
	if found(t, db, "halfway") != nil || found(t, db, "finished") == nil {
		t.Fatal("the index does not follow the message")
	}
	if err := Verify(t.Context(), path, testKey(1)); err != nil {
		t.Fatal(err)
	}
}

func TestAWithheldMessageIsARecordWithoutText(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "title")
	m := message("a", chat.Assistant, "secret words")
	add(t, db, "c", m)
	m.State, m.Clauses = chat.Withheld, []string{"LC-2.e2"}
	add(t, db, "c", m)
	c, err := db.Conversation(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Messages[0]; len(got.Parts) != 0 || got.State != chat.Withheld || len(got.Clauses) != 1 {
		t.Fatalf("kept %+v", got)
	}
	if ids := found(t, db, "secret"); ids != nil {
		t.Fatalf("found %v", ids)
	}
}

func TestChangesToAConversation(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "old")
	ctx := t.Context()
	for _, err := range []error{
		db.Rename(ctx, "c", keepable(t, "new"), true), db.Pin(ctx, "c", true), db.Move(ctx, "c", "f"),
		db.Tag(ctx, "c", []string{"a", "b"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	add(t, db, "c", message("m1", chat.User, "x"))
	add(t, db, "c", message("m2", chat.User, "y"))
	if err := db.SetLeaf(ctx, "c", "m1"); err != nil {
		t.Fatal(err)
	}
	c, err := db.Conversation(ctx, "c")
	if err != nil || c.Title != "new" || !c.Named || !c.Pinned || c.Folder != "f" || len(c.Tags) != 2 || c.Leaf != "m1" {
		t.Fatalf("%+v, %v", c, err)
	}
	page, err := db.List(ctx, Query{Filter: "new"})
	if err != nil || len(page) != 1 || page[0].Messages != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	title := keepable(t, "made from the prompt")
	if err := db.SetMeta(ctx, Meta{ID: "c", Title: &title, Model: "other"}); err != nil {
		t.Fatal(err)
	}
	c, err = db.Conversation(ctx, "c")
	if err != nil || c.Model != "other" || c.Title != "new" || !c.Named || !c.Pinned || c.Folder != "f" || len(c.Tags) != 2 {
		t.Fatalf("another choice took back what the person had set: %+v, %v", c, err)
	}
	wantKind(t, db.Begin(ctx, Meta{ID: "c"}), fault.Invalid)
	for name, err := range map[string]error{
		"pin": db.Pin(ctx, "none", true), "append": db.Append(ctx, "none", storable(t, message("z", chat.User, "z"))),
		"restore": db.Restore(ctx, "none"), "meta": db.SetMeta(ctx, Meta{ID: "none"}),
	} {
		t.Run(name+" of what is not there", func(t *testing.T) { wantKind(t, err, fault.NotFound) })
	}
}

func TestADeletedConversationCanBeRestoredUntilItIsPurged(t *testing.T) {
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	begin(t, db, "c", "title")
	add(t, db, "c", message("m", chat.User, "needle"))
	if err := db.Delete(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	_, err := db.Conversation(t.Context(), "c")
	wantKind(t, err, fault.NotFound)
	if page, err := db.List(t.Context(), Query{}); len(page) != 0 || err != nil || found(t, db, "needle") != nil {
		t.Fatal("a deleted conversation shows")
	}
	mustOpen(t, path, testKey(1)) // another window opens within the grace
	if err := db.Restore(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if found(t, db, "needle") == nil {
		t.Fatal("a restored conversation is not found")
	}
	if err := db.SaveDraft(t.Context(), "c", keepable(t, "draft")); err != nil {
		t.Fatal(err)
	}
	if err := db.Purge(t.Context(), "c", "none"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, db.Restore(t.Context(), "c"), fault.NotFound)
	if p, err := db.Draft(t.Context(), "c"); err != nil || p.Text != "" {
		t.Fatal("the draft of a purged conversation is there")
	}
	if err := Verify(t.Context(), path, testKey(1)); err != nil {
		t.Fatal(err)
	}
}

func TestAPromptBringsADeletedConversationBackAndAnAnswerDoesNot(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "tides")
	listed := func() int {
		page, err := db.List(t.Context(), Query{})
		if err != nil {
			t.Fatal(err)
		}
		return len(page)
	}
	if err := db.Delete(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	add(t, db, "c", message("m1", chat.Assistant, "the end of what was under way"))
	if listed() != 0 {
		t.Error("an answer under way brought the conversation back")
	}
	add(t, db, "c", message("m2", chat.User, "and then?"))
	if listed() != 1 {
		t.Error("what the person goes on with would be wiped")
	}
}

func TestWhatWasDeletedLongAgoIsWipedAtOpen(t *testing.T) {
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	for _, id := range []chat.ConversationID{"old", "young"} {
		begin(t, db, id, "title")
		add(t, db, id, message("m-"+string(id), chat.User, "needle"))
		if err := db.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.write(t.Context(), "test", func(s session) error {
		return s.exec(`UPDATE conversation SET deleted = ? WHERE id = 'old'`, time.Now().Add(-grace-time.Second))
	}); err != nil {
		t.Fatal(err)
	}
	again := mustOpen(t, path, testKey(1))
	wantKind(t, again.Restore(t.Context(), "old"), fault.NotFound)
	if err := again.Restore(t.Context(), "young"); err != nil {
		t.Fatal(err)
	}
}

func TestPurgingAllLeavesSettingsOnly(t *testing.T) {
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	for i := range 20 {
		id := chat.ConversationID(number3(i))
		begin(t, db, id, "title")
		add(t, db, id, message(number3(i), chat.User, strings.Repeat("needle ", 1000)))
	}
	if err := db.SetSetting(t.Context(), "name", "value"); err != nil {
		t.Fatal(err)
	}
	before := size(t, path)
	if err := db.PurgeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if size(t, path) >= before/2 {
		t.Fatalf("the file kept its size: %d of %d", size(t, path), before)
	}
	if v, err := db.Setting(t.Context(), "name"); v != "value" || err != nil || found(t, db, "needle") != nil {
		t.Fatalf("setting %q, %v", v, err)
	}
	if v, err := db.Setting(t.Context(), "other"); v != "" || err != nil {
		t.Fatalf("setting %q, %v", v, err)
	}
	if err := Verify(t.Context(), path, testKey(1)); err != nil {
		t.Fatal(err)
	}
}

func TestADraftIsKeptAndRemovedWhenEmpty(t *testing.T) {
	db := newDB(t)
	for _, text := range []string{"first", "second", ""} {
		if err := db.SaveDraft(t.Context(), "", keepable(t, text)); err != nil {
			t.Fatal(err)
		}
		if p, err := db.Draft(t.Context(), ""); err != nil || string(p.Text) != text {
			t.Fatalf("draft %q, %v", string(p.Text), err)
		}
	}
}

func TestRecheckTakesOutWhatTheRulesNowForbid(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "title")
	err := db.write(t.Context(), "test", func(s session) error {
		for i := range 2*batch + 3 {
			if err := s.put(1, message(number3(i), chat.User, "needle "+number3(i))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	forbid := func(m chat.Message) (policy.Storable, policy.Verdict) {
		if m.ID == "007" || m.ID == "300" {
			return policy.Storable{}, policy.Verdict{Ruleset: "r", Clauses: []string{"x"}}
		}
		return storable(t, m), policy.Verdict{Decision: policy.Allow}
	}
	changed, err := db.Recheck(t.Context(), forbid)
	if err != nil || !slices.Equal(changed, []chat.MessageID{"007", "300"}) {
		t.Fatalf("changed %v, %v", changed, err)
	}
	c, err := db.Conversation(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	if m := c.Messages[7]; m.State != chat.Withheld || len(m.Parts) != 0 || m.Ruleset != "r" || found(t, db, "needle 007") != nil {
		t.Fatalf("kept %+v", m)
	}
	if changed, err = db.Recheck(t.Context(), forbid); err != nil || changed != nil {
		t.Fatalf("the second time changed %v, %v", changed, err)
	}
}

func TestWhatIsTakenOutIsNotLeftInTheIndex(t *testing.T) {
	const canary = "zqkanarienvogel"
	inIndex := func(db *DB) (n int) {
		t.Helper()
		err := db.read(t.Context(), "test", func(s session) error {
			return s.each(`SELECT block FROM message_text_data`, nil, func(stmt *sqlite3.Stmt) error {
				n += bytes.Count(stmt.ColumnRawBlob(0), []byte(canary))
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	withheld := message("m", chat.User, "")
	withheld.State = chat.Withheld
	for name, takeOut := range map[string]func(*DB) error{
		"by purging it":           func(db *DB) error { return db.Purge(t.Context(), "c") },
		"by withholding it":       func(db *DB) error { return db.Append(t.Context(), "c", storable(t, withheld)) },
		"by purging everything":   func(db *DB) error { return db.PurgeAll(t.Context()) },
		"by writing another text": func(db *DB) error { return db.Append(t.Context(), "c", storable(t, message("m", chat.User, "other"))) },
	} {
		t.Run(name, func(t *testing.T) {
			db := newDB(t)
			begin(t, db, "c", "title")
			begin(t, db, "d", "title")
			add(t, db, "c", message("m", chat.User, canary))
			add(t, db, "d", message("n", chat.User, "something else"))
			if inIndex(db) == 0 {
				t.Fatal("the index does not have it to begin with")
			}
			if err := takeOut(db); err != nil {
				t.Fatal(err)
			}
			if n := inIndex(db); n != 0 {
				t.Fatalf("it is still there %d times", n)
			}
		})
	}
}
