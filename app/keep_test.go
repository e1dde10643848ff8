package app

import (
	"context"
	"testing"
	"testing/synctest"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

func TestWhatThePersonSetsOfAConversationOutlivesItsNextPrompt(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Yes.")}
	a := open(t, dir, policy.Local, f)
	s := a.NewSession(f.choice())
	ask(t, a, s, Prompt{Text: "Is this kept?"})
	// From the history panel, or from another window.
	for _, err := range []error{
		a.Rename(t.Context(), s.ID(), "my own title"), a.Pin(t.Context(), s.ID(), true),
		a.Move(t.Context(), s.ID(), "drawer"), a.Tag(t.Context(), s.ID(), []string{"tides"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Switch(t.Context(), s, Choice{f.choice().Provider, "other"}); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "And now?"})
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := again.Snapshot()
	if c.Title != "my own title" || !c.Named || !c.Pinned || c.Folder != "drawer" || len(c.Tags) != 1 {
		t.Errorf("the next prompt took back what the person had set: %q named=%t pinned=%t folder=%q tags=%q",
			c.Title, c.Named, c.Pinned, c.Folder, c.Tags)
	}
	if c.Model != "other" {
		t.Errorf("the choice of the model %q was not kept", c.Model)
	}
}

func TestInstructionsTakenBackStayAway(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Yes.")}
	a := open(t, dir, policy.Local, f)
	s := a.NewSession(f.choice())
	ask(t, a, s, Prompt{Text: "first"})
	for _, system := range []chat.Text{"Answer in rhyme.", ""} {
		if err := a.SetSystem(t.Context(), s, system); err != nil {
			t.Fatal(err)
		}
		again, err := a.OpenSession(t.Context(), s.ID())
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Snapshot().System; got != system {
			t.Errorf("instructions %q came back as %q", string(system), string(got))
		}
	}
}

func TestATurnThatIsNotKeptGivesNoTitle(t *testing.T) {
	f := &fake{answer: saying("Yes.")}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	ask(t, a, s, Prompt{Text: "between you and me", Ephemeral: true})
	ask(t, a, s, Prompt{Text: "for the record"})
	list, err := a.Conversations(t.Context(), Query{})
	if err != nil || len(list) != 1 || list[0].Title != "for the record" {
		t.Errorf("history lists %+v, %v", list, err)
	}
}

func TestWhereNothingIsKeptAPromptIsStillAnswered(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Yes.")}
	a := open(t, dir, policy.Local, f)
	if err := a.ChooseHolder(t.Context(), Nobody, ""); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir, policy.Local, f) // a run that has not looked at the history yet
	s := b.NewSession(f.choice())
	if p := ask(t, b, s, Prompt{Text: "Anyone?"}); p.Err != nil || p.KeepErr != nil || p.Message.Text() != "Yes." {
		t.Errorf("answer %q, %v, %v", string(p.Message.Text()), p.Err, p.KeepErr)
	}
	if got := b.HistoryState(); got != HistoryOff {
		t.Errorf("the history is %q", got)
	}
}

func TestAHolderChosenTwiceDoesNotBarTheHistoryFromItself(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, &fake{})
	for range 2 {
		if err := a.ChooseHolder(t.Context(), Sealed, testPassphrase); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Rekey(t.Context(), Sealed, ""); err != nil {
		t.Errorf("the history is held by itself: %v", err)
	}
}

func TestAHistoryThatIsOffIsNotSaidToBeEncryptedAnew(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, &fake{})
	a.KeepNothing()
	if err := a.Rekey(t.Context(), Sealed, ""); !fault.Is(err, fault.NotStored) {
		t.Errorf("the error is %v", err)
	}
}

func TestAWrongKeyAsksForAPassphraseOnlyWhereOneHelps(t *testing.T) {
	for want, err := range map[HistoryState]error{
		HistoryLocked: fault.E("keys.unseal", fault.WrongKey, nil, "what", "passphrase"),
		HistoryFailed: fault.E("keys.DataKey", fault.WrongKey, nil, "backend", "keyring"),
		HistoryAsking: fault.E("keys.get", fault.NoKeyring, nil),
	} {
		if got := stateFor(err); got != want {
			t.Errorf("%v makes the history %q, want %q", err, got, want)
		}
	}
}

func TestClosingDoesNotWaitForAnswersThatNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		f := &fake{answer: func(context.Context, chat.Turn, func(client.Delta, error) bool) { <-stuck }}
		a := open(t, t.TempDir(), policy.Local, f)
		a.KeepNothing()
		for range 2 {
			if _, v, err := a.Ask(t.Context(), a.NewSession(f.choice()), Prompt{Text: "hello"}); err != nil {
				t.Fatal(v, err)
			}
		}
		if err := a.Close(); err != nil {
			t.Errorf("where nothing is kept nothing is missing: %v", err)
		}
		a.history.state = HistoryOpening // a history that wants the answers
		if err := a.Close(); !fault.Is(err, fault.ReadOnly) {
			t.Errorf("answers that were not kept went unsaid: %v", err)
		}
		close(stuck)
	})
}
