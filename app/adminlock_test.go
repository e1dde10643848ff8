package app

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/text"
)

func TestASwitchedOffServiceIsNotAsked(t *testing.T) {
	for name, file := range map[string]string{
		"by its kind": "organisation = \"Example Ltd\"\nforbid_kinds = [\"mistral\"]",
		"by its name": "organisation = \"Example Ltd\"\nforbid_profiles = [\"mistral\"]",
	} {
		t.Run(name, func(t *testing.T) {
			a := managed(t, file, map[string]string{"MISTRAL_API_KEY": "key-000000000000000000"})
			if got := a.Active(); got != LocalProfile {
				t.Errorf("%s is in use", got)
			}
			for what, err := range map[string]error{
				"sign-in":        a.SignIn(t.Context(), MistralProfile, "key-000000000000000000"),
				"use":            a.UseProfile(MistralProfile),
				"check":          a.Check(t.Context(), MistralProfile),
				"list of models": func() error { _, err := a.ModelsOf(t.Context(), MistralProfile, true); return err }(),
			} {
				if !fault.Is(err, fault.LockedByAdmin) {
					t.Errorf("%s: %v", what, err)
				}
			}
			_, v, err := a.Ask(t.Context(), a.NewSession(Choice{MistralProfile, "m"}), Prompt{Text: "hello"})
			if err != nil || v.Decision != policy.Block || !slices.Equal(v.Clauses, []string{"TOS-1.h"}) || v.Reason.Args["Organisation"] != "Example Ltd" {
				t.Errorf("a prompt: %+v, %v", v, err)
			}
			if len(a.Connections()) != 0 {
				t.Errorf("connections: %+v", a.Connections())
			}
		})
	}
}

func TestASwitchedOffRunnerLeavesTheGuide(t *testing.T) {
	a := managed(t, "forbid_kinds = [\"local\"]", nil)
	if err := a.Check(t.Context(), OllamaProvider); !fault.Is(err, fault.LockedByAdmin) {
		t.Errorf("the runner: %v", err)
	}
	if p := ask(t, a, a.NewSession(Choice{Provider: GuideProvider}), Prompt{Text: "What is bise?", Ephemeral: true}); p.Err != nil {
		t.Errorf("the guide: %v", p.Err)
	}
}

func TestASwitchedOffActHasOneAnswerEverywhere(t *testing.T) {
	f := &fake{answer: saying("Twice a day.")}
	a := managed(t, company, nil)
	keep := open(t, t.TempDir(), policy.Local, f)
	a.providers, a.history.vault = keep.providers, keep.history.vault
	s := a.NewSession(f.choice())
	p := ask(t, a, s, Prompt{Text: "tides", Ephemeral: true})
	if text, v, err := a.CopyMessage(s, p.Message.ID); text != "" || err != nil || v.Decision != policy.Block || !v.Locks() {
		t.Errorf("a copy: %q, %v by %q, %v", string(text), v.Decision, v.Rule, err)
	}
	if v := a.Preview(LocalProfile, policy.Copy, chat.Model); v.Decision != policy.Block || v.Reason.Args["Organisation"] != "Example Ltd" {
		t.Errorf("the key says %v", v.Decision)
	}
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	var refusal *policy.Refusal
	if _, err := a.Attach(path); !errors.As(err, &refusal) {
		t.Errorf("a file: %v", err)
	}
	part := chat.Part{Kind: chat.FilePart, Origin: chat.Attached, Name: "a.txt", Text: "x"}
	if _, v, err := a.Ask(t.Context(), s, Prompt{Text: "read", Attachments: []chat.Part{part}}); err != nil || v.Decision != policy.Block {
		t.Errorf("a prompt with a file: %v, %v", v.Decision, err)
	}
}

func TestAHistoryThatIsSwitchedOffKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Twice a day.")}
	before := open(t, dir, policy.Local, f)
	ask(t, before, before.NewSession(f.choice()), Prompt{Text: "kept before"})
	providers := before.providers
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(path, []byte("history = \"off\""), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := Open(Options{
		DataDir: dir, AdminFile: path, SealWork: 1,
		Passphrase: func(context.Context) (chat.Secret, error) { return testPassphrase, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	a.providers = providers
	if a.HistoryState() != HistoryOff || !a.NoStore() {
		t.Errorf("the history is %s", a.HistoryState())
	}
	if err := a.ChooseHolder(t.Context(), Sealed, testPassphrase); !fault.Is(err, fault.LockedByAdmin) {
		t.Errorf("beginning one: %v", err)
	}

	// What was there can be read and destroyed; nothing joins it.
	list, err := a.Conversations(t.Context(), Query{})
	if err != nil || len(list) != 1 || a.HistoryState() != HistoryOff {
		t.Fatalf("%d conversations, %v", len(list), err)
	}
	s, err := a.OpenSession(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "not kept"})
	ask(t, a, a.NewSession(f.choice()), Prompt{Text: "not kept either"})
	if err := a.SaveDraft(t.Context(), "a draft"); err != nil {
		t.Error(err)
	}
	again, err := a.OpenSession(t.Context(), list[0].ID)
	if err != nil || len(again.Snapshot().Messages) != 2 {
		t.Errorf("%d messages, %v", len(again.Snapshot().Messages), err)
	}
	if list, _ := a.Conversations(t.Context(), Query{}); len(list) != 1 {
		t.Errorf("%d conversations", len(list))
	}
	if err := a.PurgeAll(t.Context()); err != nil {
		t.Error(err)
	}
	if list, _ := a.Conversations(t.Context(), Query{}); len(list) != 0 {
		t.Errorf("%d conversations after a purge", len(list))
	}
}

func TestAHistoryThatIsLockedIsNotCalledSwitchedOff(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Twice a day.")}
	before := open(t, dir, policy.Local, f)
	ask(t, before, before.NewSession(f.choice()), Prompt{Text: "kept before"})
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(Options{DataDir: dir, AdminFile: filepath.Join(t.TempDir(), "policy.toml"), SealWork: 1, Words: words})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.OpenHistory(t.Context()); !fault.Is(err, fault.NeedsAnswer) || a.HistoryState() != HistoryLocked {
		t.Fatalf("without a passphrase it is %s: %v", a.HistoryState(), err)
	}
	a.KeepNothing()
	_, err = a.Conversations(t.Context(), Query{})
	if message, remedy := a.Words().Fault(err); !fault.Is(err, fault.Locked) || !strings.Contains(message, "locked") || !strings.Contains(remedy, "passphrase") {
		t.Errorf("told: %s %s", message, remedy)
	}
	ask(t, a, a.NewSession(Choice{Provider: GuideProvider}), Prompt{Text: "What is bise?"}) // goes on without it
}

// Nothing is dialled and no name is looked up, whoever would do it: a look-up
// would be the one packet that tells a name server whom this machine uses.
func TestLocalOnlyReachesNobody(t *testing.T) {
	lookups := make(chan string, 100)
	resolver := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		lookups <- address
		return nil, errors.New("looked up")
	}}
	t.Cleanup(func() { net.DefaultResolver = resolver })

	env := map[string]string{"OLLAMA_HOST": "http://runner.example:11434", "MISTRAL_API_KEY": "key-000000000000000000"}
	a := managed(t, "local_only = true\n[profiles.cloud]\nkind = \"openai\"\nendpoint = \"https://cloud.example/v1\"", env)
	const key = chat.Secret("key-000000000000000000")
	for what, do := range map[string]func() error{
		"signing in to Mistral":    func() error { return a.SignIn(t.Context(), MistralProfile, key) },
		"signing in to a partner":  func() error { return a.SignIn(t.Context(), "cloud", key) },
		"the models of Mistral":    func() error { _, err := a.ModelsOf(t.Context(), MistralProfile, true); return err },
		"the models of a partner":  func() error { _, err := a.ModelsOf(t.Context(), "cloud", true); return err },
		"the models of a runner":   func() error { _, err := a.ModelsOf(t.Context(), OllamaProvider, true); return err },
		"a check of Mistral":       func() error { return a.Check(t.Context(), MistralProfile) },
		"a check of a runner":      func() error { return a.Check(t.Context(), OllamaProvider) },
		"a prompt to Mistral":      func() error { return sent(t, a, Choice{MistralProfile, "m"}) },
		"a prompt to a partner":    func() error { return sent(t, a, Choice{"cloud", "m"}) },
		"a prompt to a far runner": func() error { return sent(t, a, Choice{OllamaProvider, "m"}) },
	} {
		if err := do(); !fault.Is(err, fault.Offline) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, c := range a.Connections() {
		if !c.Refused || c.Sent+c.Received > 0 || c.Address != "" {
			t.Errorf("%s went to %s (%s)", c.Purpose, c.Host, c.Address)
		}
	}
	if len(a.Connections()) == 0 {
		t.Error("no refusal was recorded")
	}
	select {
	case address := <-lookups:
		t.Errorf("a name was looked up at %s", address)
	default:
	}
}

// sent asks with every confirmation given and gives what came of it.
func sent(t *testing.T, a *App, c Choice) error {
	t.Helper()
	if profile := a.ProfileOf(c.Provider); profile != LocalProfile {
		if err := a.Accept(profile); err != nil {
			t.Fatal(err)
		}
	}
	answer, v, err := a.Ask(t.Context(), a.NewSession(c), Prompt{Text: "hello", Ephemeral: true})
	if err != nil {
		return err
	}
	if answer == nil {
		t.Fatalf("%s: %v by %s", c.Provider, v.Decision, v.Rule)
	}
	return wait(answer).Err
}
