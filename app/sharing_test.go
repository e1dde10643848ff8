package app

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/privatebin/bintest"
)

// talked is an app with a conversation whose last answer came from web search,
// which a second answer to the first prompt stands beside.
func talked(t *testing.T) (*App, *Session) {
	t.Helper()
	var origin chat.Origin
	text := ""
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		_ = yield(client.Delta{Kind: client.TextDelta, Text: chat.Text(text), Origin: origin}, nil) &&
			yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}}
	a := open(t, t.TempDir(), policy.LeChat, f)
	if err := a.SetProfile(MistralProfile, []string{"service=le_chat", "plan=pro", "user_name=Marguerite Delacroix"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers = newSet(t, f)
	s := a.NewSession(f.choice())
	if err := a.SetSystem(t.Context(), s, "CANARY-system"); err != nil {
		t.Fatal(err)
	}
	text = "CANARY-branch"
	first := ask(t, a, s, Prompt{Text: "I am Marguerite Delacroix at marguerite@example.org", Attachments: []chat.Part{{Kind: chat.FilePart, Origin: chat.Attached, Name: "CANARY.txt", Text: "CANARY-file"}}})
	text = "the other answer"
	ask(t, a, s, Prompt{Retry: first.Message.ID})
	text, origin = "CANARY-search", chat.Model|chat.WebSearch
	ask(t, a, s, Prompt{Text: "what is new?"})
	return a, s
}

// published shares a conversation in one way.
func published(t *testing.T, a *App, s *Session, to ShareTo) Shared {
	t.Helper()
	sh, v, err := a.DraftShare(s, to)
	if err != nil || sh == nil {
		t.Fatal(v, err)
	}
	out, v, err := a.Publish(t.Context(), sh, to, policy.ShareTurn)
	if err != nil || !v.Decision.Permits() {
		t.Fatal(v, err)
	}
	return out
}

func TestASharedCopyHoldsNothingElseWhateverTheWay(t *testing.T) {
	a, s := talked(t)
	bin := &bintest.Server{}
	web := httptest.NewServer(bin)
	defer web.Close()
	for name, to := range map[string]ShareTo{
		"encrypted file": {}, "plain file": {Plain: true}, "server": {Server: web.URL}, "server, once": {Server: web.URL, Burn: true},
	} {
		t.Run(name, func(t *testing.T) {
			out := published(t, a, s, to)
			var seen chat.Text
			var err error
			if out.Way != BurnShare {
				seen, err = a.ReadShare(t.Context(), out)
			}
			raw := strings.Join(bin.Pastes(), "")
			if out.Way == FileShare {
				page, readErr := os.ReadFile(out.Address)
				raw, err = string(page), readErr
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"CANARY", "Delacroix", "marguerite@example.org", MistralProfile} {
				if strings.Contains(string(seen), secret) || strings.Contains(raw, secret) {
					t.Errorf("the reader gets %q", secret)
				}
			}
			if out.Way != BurnShare && !strings.Contains(string(seen), "the other answer") {
				t.Errorf("the reader does not get the answer: %q", string(seen))
			}
		})
	}
}

func TestALinkIsOpenOnlyWhereTheRulesAllowOne(t *testing.T) {
	hosted, s := talked(t)
	sh, v, err := hosted.DraftShare(s, ShareTo{})
	if err != nil || sh == nil {
		t.Fatal(v, err)
	}
	if v := sh.Link(); v.Decision == policy.Block {
		t.Errorf("a link to a conversation of Le Chat is refused: %v", v.Reason.Key)
	}
	local := open(t, t.TempDir(), policy.Local, nil)
	s = local.NewSession(Choice{Provider: GuideProvider})
	ask(t, local, s, Prompt{Text: "Where are my files?"})
	if sh, v, err = local.DraftShare(s, ShareTo{}); err != nil || sh == nil {
		t.Fatal(v, err)
	}
	if v := sh.Link(); v.Decision != policy.Block {
		t.Errorf("a link to a conversation of this machine is %v", v.Decision)
	}
}

func TestNothingIsSharedUnasked(t *testing.T) {
	a, s := talked(t)
	sh, v, err := a.DraftShare(s, ShareTo{})
	if err != nil || sh == nil {
		t.Fatal(v, err)
	}
	_, v, err = a.Publish(t.Context(), sh, ShareTo{})
	if err != nil || v.Decision != policy.Confirm {
		t.Errorf("published: %v, %v", v.Decision, err)
	}
	if _, err := os.Stat(filepath.Join(a.DataDir(), sharesFolder)); !os.IsNotExist(err) {
		t.Errorf("there is a folder for shares: %v", err)
	}
	if list, err := a.Shares(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d shares, %v", len(list), err)
	}
}

func TestAShareNeverChangesAndItsEntryOutlivesTheConversation(t *testing.T) {
	a, s := talked(t)
	out := published(t, a, s, ShareTo{Path: filepath.Join(t.TempDir(), "a#b.html")})
	before, err := os.ReadFile(out.Address)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Rename(t.Context(), s.ID(), "another title"); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "and one more"})
	if err := a.Purge(t.Context(), s.ID()); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(out.Address); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed, %v", err)
	}
	list, err := a.Shares(t.Context())
	if err != nil || len(list) != 1 || list[0].SHA256 != out.SHA256 || list[0].Link() != out.Link() || list[0].Counts[0].Kind != "email" {
		t.Fatalf("the ledger: %+v, %v", list, err)
	}
	if _, err := a.ReadShare(t.Context(), list[0]); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
}

func TestRevokingSaysHowFarItWent(t *testing.T) {
	a, s := talked(t)
	web := httptest.NewServer(&bintest.Server{})
	defer web.Close()
	for name, tc := range map[string]struct {
		to     ShareTo
		before func(t *testing.T, out Shared)
		want   Revoking
	}{
		"a file is deleted":               {ShareTo{}, nil, FileDeleted},
		"a file that was moved is beyond": {ShareTo{}, func(t *testing.T, out Shared) { remove(t, out.Address) }, FileGone},
		"another file stays": {ShareTo{}, func(t *testing.T, out Shared) {
			if err := os.WriteFile(out.Address, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, FileChanged},
		"a server deletes": {ShareTo{Server: web.URL}, nil, ServerDeleted},
	} {
		t.Run(name, func(t *testing.T) {
			out := published(t, a, s, tc.to)
			if tc.before != nil {
				tc.before(t, out)
			}
			if got, err := a.RevokeShare(t.Context(), out); err != nil || got != tc.want {
				t.Errorf("%v, %v", got, err)
			}
			again, err := a.SharedAs(t.Context(), out.ID)
			if err != nil || again.Revoked.IsZero() {
				t.Errorf("the ledger does not say so: %v", err)
			}
			if _, err := a.ReadShare(t.Context(), again); !fault.Is(err, fault.SharePage) {
				t.Errorf("it can still be read: %v", err)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestAnUnansweredPromptIsLookedThroughWhenItIsAskedAgain(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{}, fault.E("test", fault.ServerFailed, nil))
	}}
	a := open(t, t.TempDir(), policy.Platform, f)
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers = newSet(t, f)
	s := a.NewSession(f.choice())
	ask(t, a, s, Prompt{Text: "bob@example.org"})
	if err := a.SetProfile(MistralProfile, []string{"check_before_send=ask"}); err != nil {
		t.Fatal(err)
	}
	a.providers = newSet(t, f)
	c, sent := s.Snapshot(), len(f.turns)
	again := Prompt{Retry: c.Leaf}
	_, _, err := a.Ask(t.Context(), s, again)
	if u, ok := UncheckedIn(err); !ok || len(u.Found) != 1 || len(f.turns) != sent {
		t.Fatalf("asked again: %v, %d turns after %d", err, len(f.turns), sent)
	}
	again.Checked = true
	f.answer = saying("yes")
	answer := ask(t, a, s, again)
	if answer.Err != nil {
		t.Fatal(answer.Err)
	}
	if _, _, err := a.Ask(t.Context(), s, Prompt{Retry: answer.Message.ID}); err != nil {
		t.Errorf("what the service has had is asked about again: %v", err)
	}
}

func TestPlaceholdersStayWithTheConversation(t *testing.T) {
	f := &fake{answer: func(_ context.Context, turn chat.Turn, yield func(client.Delta, error) bool) {
		for _, r := range "It is " + string(turn.Messages[len(turn.Messages)-1].Text()) + " [" {
			if !yield(client.Delta{Kind: client.TextDelta, Text: chat.Text(r)}, nil) {
				return
			}
		}
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}}
	a := open(t, t.TempDir(), policy.Platform, f)
	if err := a.SetProfile(MistralProfile, []string{"plan=paid", "check_before_send=ask"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers = newSet(t, f)
	s := a.NewSession(f.choice())
	if _, _, err := a.Ask(t.Context(), s, Prompt{Text: "bob@example.org"}); err == nil {
		t.Fatal("sent unasked")
	} else if u, ok := UncheckedIn(err); !ok || len(u.Found) != 1 || len(s.Snapshot().Messages) > 0 {
		t.Fatalf("asked %v, with %d messages", err, len(s.Snapshot().Messages))
	}
	p := ask(t, a, s, Prompt{Text: "bob@example.org", Placeholders: true})
	if got := p.Message.Text(); got != "It is bob@example.org [" {
		t.Errorf("the answer is %q", string(got))
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, a, again, Prompt{Text: "carol@example.org"}).Message.Text(); got != "It is carol@example.org [" {
		t.Errorf("the second answer is %q", string(got))
	}
	for _, turn := range f.turns {
		for _, m := range turn.Messages {
			if strings.Contains(string(m.Text()), "@example.org") {
				t.Errorf("the service got %q", string(m.Text()))
			}
		}
	}
}

func TestAnAdministratorsWordOnServingHoldsForShares(t *testing.T) {
	a := managed(t, "forbid = [\"serve\"]\nshare_server = \"https://bin.example\"\n", nil)
	err := a.LendShare(t.Context(), Shared{Way: FileShare}, Lending{})
	var refusal *policy.Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("it was served: %v", err)
	}
	for address, want := range map[string]fault.Kind{
		"https://bin.example/": "", "https://other.example": fault.LockedByAdmin,
	} {
		if err := a.shareServer(address); fault.KindOf(err) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
