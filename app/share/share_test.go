package share

import (
	"bytes"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/text"
	"bise/assets"
)

var (
	clock = time.Date(2025, 3, 2, 15, 4, 5, 0, time.UTC)
	marks = archive.Marks{Generated: "https://example.org/generated", Edited: "https://example.org/edited"}
)

func words(t *testing.T) *text.Words {
	t.Helper()
	w, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func rulesAndFacts(t *testing.T) (policy.Rules, policy.Facts) {
	t.Helper()
	rules, err := policy.Load(assets.Rules, "2025-02-06")
	if err != nil {
		t.Fatal(err)
	}
	f, err := policy.NewFacts(map[string]string{"service": "la_plateforme"}, clock)
	if err != nil {
		t.Fatal(err)
	}
	return rules, f.Confirming(policy.ShareTurn)
}

func part(kind chat.Kind, origin chat.Origin, text string) chat.Part {
	return chat.Part{Kind: kind, Origin: origin, Text: chat.Text(text)}
}

// talk is a conversation with everything in it that a reader must not see, each
// marked by CANARY.
func talk() chat.Conversation {
	user := func(id, parent, text string) chat.Message {
		return chat.Message{ID: chat.MessageID(id), Parent: chat.MessageID(parent), Role: chat.User, State: chat.Complete, At: clock, Parts: []chat.Part{part(chat.TextPart, chat.Typed, text)}}
	}
	answer := func(id, parent, text string, o chat.Origin) chat.Message {
		return chat.Message{
			ID: chat.MessageID(id), Parent: chat.MessageID(parent), Role: chat.Assistant, State: chat.Complete, At: clock, Service: "la_plateforme",
			Provider: "mistral-CANARY-provider", Model: "mistral-large", Parts: []chat.Part{part(chat.TextPart, o, text)},
		}
	}
	first := user("1", "", "I am Marguerite Delacroix, marguerite@example.org. <script>alert(1)</script>")
	file := part(chat.FilePart, chat.Attached, "CANARY-file")
	file.Name = "CANARY-name.txt"
	first.Parts = append(first.Parts, file)
	think := answer("2", "1", "# Hello\n\nA `<b>` and [a link](javascript:alert(1)).", chat.Model)
	think.Parts = append(think.Parts, part(chat.ThinkingPart, chat.Model, "CANARY-thought"), part(chat.ToolCallPart, chat.Model, "CANARY-call"))
	system := chat.Message{ID: "0", Role: chat.System, State: chat.Complete, Parts: []chat.Part{part(chat.TextPart, chat.Typed, "CANARY-system-message")}}
	first.Parent = "0"
	growing := answer("7", "6", "CANARY-growing", chat.Model)
	growing.State = chat.Growing
	return chat.Conversation{
		ID: "CANARY-id", Title: "Mail to marguerite@example.org", Folder: "CANARY-folder", Tags: []string{"CANARY-tag"}, Profile: "CANARY-profile",
		Provider: "CANARY-provider", System: "CANARY-instructions", Leaf: "7",
		Messages: []chat.Message{
			system, first, think,
			answer("3", "1", "CANARY-other-branch", chat.Model),
			user("4", "2", "What is new?"),
			answer("5", "4", "CANARY-web-search says", chat.Model|chat.WebSearch),
			user("6", "5", "Thanks."), growing,
		},
	}
}

func draft(t *testing.T, c chat.Conversation) *Draft {
	t.Helper()
	rules, f := rulesAndFacts(t)
	permit, v := rules.Share(f, c, policy.Anyone)
	if v.Decision == policy.Block {
		t.Fatal(v)
	}
	d, err := NewDraft(permit, look)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func frozen(t *testing.T, d *Draft) Snapshot {
	t.Helper()
	rules, f := rulesAndFacts(t)
	permit, _ := rules.Share(f, d.Frozen(func(k Kind) string { return "[" + string(k) + "]" }), policy.Anyone)
	s, err := Freeze(permit, d, rules.ID(), clock, marks)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNothingWithoutAPermit(t *testing.T) {
	if _, err := NewDraft(policy.Shareable{}, look); !fault.Is(err, fault.Refused) {
		t.Errorf("a draft without a permit: %v", err)
	}
	if _, err := Freeze(policy.Shareable{}, draft(t, talk()), "", clock, marks); !fault.Is(err, fault.Refused) {
		t.Errorf("a snapshot without a permit: %v", err)
	}
}

func TestAReaderSeesOneBranchAndNothingElse(t *testing.T) {
	d := draft(t, talk())
	w := words(t)
	snap := frozen(t, d)
	plain, err := snap.Plain(w)
	if err != nil {
		t.Fatal(err)
	}
	data, err := snap.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range map[string]string{"page": string(plain), "text": snap.Text(w), "paste": snap.Paste(w), "JSON": string(data)} {
		for _, secret := range []string{"CANARY", "Marguerite", "Delacroix", "marguerite@example.org", `="javascript:`, "15:04"} {
			if strings.Contains(doc, secret) {
				t.Errorf("the %s holds %q", name, secret)
			}
		}
		for _, wanted := range []string{"What is new?", "Thanks.", "[email]", "[name]", "mistral-large", "2025-03-02"} {
			if !strings.Contains(doc, wanted) {
				t.Errorf("the %s lacks %q", name, wanted)
			}
		}
	}
	if bytes.Contains(plain, []byte("<script>alert")) || strings.Contains(snap.Paste(w), "<script>") {
		t.Error("HTML in a prompt stays HTML")
	}
	withheld := slices.IndexFunc(snap.Turns, func(t Turn) bool { return t.Withheld && len(t.Clauses) > 0 })
	if withheld < 0 || len(snap.Turns) != 5 {
		t.Errorf("%d turns, want five with the web search as a note", len(snap.Turns))
	}
}

func TestWhatIsKeptStaysAndTheRestGoes(t *testing.T) {
	d := draft(t, talk())
	kinds := func() (list []Kind) {
		for _, f := range d.Findings() {
			list = append(list, f.Kind)
		}
		return list
	}()
	if !slices.Equal(kinds, []Kind{Email, Name, Email}) {
		t.Fatalf("found %v", kinds)
	}
	d.KeepKind(Name, true)
	d.Keep(0, true) // the title's
	snap := frozen(t, d)
	if snap.Title != "Mail to marguerite@example.org" || snap.Turns[0].Text != "I am Marguerite Delacroix, [email]. <script>alert(1)</script>" {
		t.Errorf("title %q, text %q", snap.Title, snap.Turns[0].Text)
	}
}

func TestASnapshotNeverChanges(t *testing.T) {
	c := talk()
	d := draft(t, c)
	snap := frozen(t, d)
	before, err := snap.JSON()
	if err != nil {
		t.Fatal(err)
	}
	c.Title = "another"
	for i := range c.Messages {
		for j := range c.Messages[i].Parts {
			c.Messages[i].Parts[j].Text = "CHANGED"
		}
	}
	d.KeepKind(Email, true)
	if after, err := snap.JSON(); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the snapshot has changed: %s", after)
	}
}

func TestASealedPageOpensOnlyWithItsKey(t *testing.T) {
	w := words(t)
	snap := frozen(t, draft(t, talk()))
	secret, err := NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	page, err := snap.Sealed(w, secret, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, inside := range []string{"What is new", "Mail to", "mistral-large", string(secret.Fragment())} {
		if bytes.Contains(page, []byte(inside)) {
			t.Errorf("the page shows %q", inside)
		}
	}
	again, err := ParseSecret(string(secret.Fragment()))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenPage(page, again); err != nil || got.Text(w) != snap.Text(w) {
		t.Errorf("opened %+v, %v", got, err)
	}
	if _, err := OpenPage(page, Secret{}); !fault.Is(err, fault.SharePage) {
		t.Errorf("with another key: %v", err)
	}
	if _, err := OpenPage([]byte("<html>"), again); !fault.Is(err, fault.SharePage) {
		t.Errorf("another page: %v", err)
	}
	plain, err := snap.Plain(w)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenPage(plain, Secret{}); err != nil || got.Text(w) != snap.Text(w) {
		t.Errorf("the plain page opened as %+v, %v", got, err)
	}
}

func TestPlaceholdersComeBackInTheAnswer(t *testing.T) {
	turn := chat.Turn{System: "for marguerite@example.org", Messages: []chat.Message{
		{Role: chat.User, Parts: []chat.Part{part(chat.TextPart, chat.Typed, "marguerite@example.org or bob@example.org? [EMAIL-2] is taken.")}},
		{Role: chat.Assistant, Parts: []chat.Part{part(chat.TextPart, chat.Model, "bob@example.org")}},
		{Role: chat.User, Parts: []chat.Part{part(chat.FilePart, chat.Attached, "Marguerite Delacroix")}},
	}}
	hidden, cloak := look.Hide(turn)
	if got := string(hidden.Messages[0].Parts[0].Text); got != "[EMAIL-1] or [EMAIL-3]? [EMAIL-2] is taken." {
		t.Errorf("the prompt became %q", got)
	}
	if hidden.System != "for [EMAIL-1]" || hidden.Messages[1].Parts[0].Text != "[EMAIL-3]" || hidden.Messages[2].Parts[0].Text != "[NAME-1]" || cloak.Hides() != 3 {
		t.Errorf("hidden %q %q %q, %d", string(hidden.System), string(hidden.Messages[1].Parts[0].Text), string(hidden.Messages[2].Parts[0].Text), cloak.Hides())
	}
	if turn.Messages[1].Parts[0].Text != "bob@example.org" {
		t.Error("the conversation itself was changed")
	}
	const answer = "Write to [EMAIL-1], not [EMAIL-3] [[EMAIL-2] [x](y) [NAME-1"
	const want = "Write to marguerite@example.org, not bob@example.org [[EMAIL-2] [x](y) [NAME-1"
	if got := cloak.Restore(answer); got != want {
		t.Errorf("restored %q", got)
	}
	for size := 1; size < 12; size++ {
		r := cloak.NewRestorer()
		var got strings.Builder
		for rest := answer; rest != ""; {
			n := min(size, len(rest))
			got.WriteString(r.Push(rest[:n]))
			rest = rest[n:]
		}
		got.WriteString(r.Flush())
		if got.String() != want {
			t.Errorf("in pieces of %d restored %q", size, got.String())
		}
	}
}

func FuzzRestore(f *testing.F) {
	_, cloak := look.Hide(chat.Turn{System: "bob@example.org and Marguerite"})
	f.Add("[EMAIL-1] [", 3)
	f.Fuzz(func(t *testing.T, answer string, size int) {
		if size < 1 {
			return
		}
		r := cloak.NewRestorer()
		var got strings.Builder
		for rest := answer; rest != ""; {
			n := min(size, len(rest))
			got.WriteString(r.Push(rest[:n]))
			rest = rest[n:]
		}
		got.WriteString(r.Flush())
		if got.String() != cloak.Restore(answer) {
			t.Fatalf("in pieces %q, whole %q", got.String(), cloak.Restore(answer))
		}
	})
}

func FuzzOpenPage(f *testing.F) {
	f.Add([]byte(payloadOpen + "AAAA" + scriptClose))
	f.Add([]byte(snapshotOpen + `{"version":1}` + scriptClose))
	f.Fuzz(func(_ *testing.T, page []byte) { _, _ = OpenPage(page, Secret{}) })
}

func TestASecretIsNotShownBesideAnotherFinding(t *testing.T) {
	long := strings.Repeat("x ", 200)
	for _, text := range []string{
		"write to bob@example.org, password: Tr0ub4dor&3",
		"password: Tr0ub4dor&3 for bob@example.org",
		long + "password: Tr0ub4dor&3 " + strings.Repeat("y", 220) + " bob@example.org",
	} {
		for _, f := range look.FindIn(chat.Message{Parts: []chat.Part{part(chat.TextPart, chat.Typed, text)}}) {
			if all := string(f.Before) + string(f.Shown()) + string(f.After); strings.Contains(all, "4dor") {
				t.Errorf("shown: %q", all)
			}
		}
	}
}
