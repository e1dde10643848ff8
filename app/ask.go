package app

import (
	"context"
	"slices"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/share"
	"bise/client"
)

// Prompt is what a person asks, and how.
type Prompt struct {
	Text        chat.Text
	Attachments []chat.Part
	// After is the message to go on from; nil is the end of the active branch.
	// An edited prompt goes on from the parent of the one it replaces.
	After *chat.MessageID
	// Retry is the answer to ask for again, or a prompt that has none; Text is then empty.
	Retry chat.MessageID
	// Continue is a cut answer to go on with; Text is then empty.
	Continue chat.MessageID
	// Tools are the built-in tools of this turn; nil are the conversation's.
	Tools []string
	// Libraries are the document libraries of this turn; nil are the
	// conversation's.
	Libraries []string
	Options   chat.Options
	// Fit chooses what to do where the context is longer than the model takes,
	// for this prompt and those after it in the conversation; "" leaves the
	// choice made before, and without any it is an error.
	Fit Fit
	// Ephemeral keeps this turn out of the history.
	Ephemeral bool
	// Purpose states the fact "purpose" for this turn; "" leaves the profile's.
	Purpose string
	// Confirmed are acts that the person has confirmed for this turn alone;
	// what start_chat asks is confirmed for good with Accept.
	Confirmed []policy.Act
	// Check looks for personal data and secrets first, whatever the profile says;
	// where there are some, Ask gives an Unchecked.
	Check bool
	// Checked sends what was found as it is.
	Checked bool
	// Placeholders sends placeholders instead of what is found, in this and all
	// later prompts of the conversation; the answer has the words themselves.
	Placeholders bool
}

// TitleLength is how many characters a title made from a prompt has at most.
const TitleLength = 60

// Ask stores the prompt, clears it with the rules and starts the answer. The
// verdict says what a person has to confirm first: then there is no answer, and
// nothing has been stored or sent. After Accept, ask again.
func (a *App) Ask(ctx context.Context, s *Session, p Prompt) (*Answer, policy.Verdict, error) {
	if err := a.fitBy(ctx, s, p.Fit); err != nil {
		return nil, policy.Verdict{}, err
	}
	if err := a.wake(ctx, s.Choice().Provider); err != nil {
		return nil, policy.Verdict{}, err
	}
	ask, v, err := a.prepare(ctx, s, p)
	if may := v; err == nil && v.Decision.Permits() {
		if may, err = a.agentMay(ctx, ask); !may.Decision.Permits() {
			v = may
		}
	}
	if err != nil || !v.Decision.Permits() {
		if err == nil {
			a.noteRefusal(ctx, s, v)
		}
		return nil, v, err
	}
	if p.Placeholders {
		s.hide()
	}
	if err := a.keepPrompt(ctx, s, ask); err != nil {
		return nil, v, err
	}
	s.mu.Lock()
	s.once = nil
	s.mu.Unlock()
	return a.start(ctx, s, ask), v, nil
}

// Request is the exact request that Ask would send, with keys masked. Nothing
// is stored or sent.
func (a *App) Request(ctx context.Context, s *Session, p Prompt) (client.Preview, policy.Verdict, error) {
	ask, v, err := a.prepare(ctx, s, p)
	if err != nil || !v.Decision.Permits() {
		return client.Preview{}, v, err
	}
	previewer, ok := ask.provider.(client.Previewer)
	if !ok {
		return client.Preview{}, v, fault.E("app.Request", fault.Unsupported, nil, "what", "dry-run", "provider", ask.choice.Provider)
	}
	preview, err := previewer.Preview(ctx, ask.out)
	return preview, v, err
}

// asking is a cleared prompt on its way.
type asking struct {
	choice   Choice
	provider client.Provider
	facts    policy.Facts
	prompt   *chat.Message // nil for a retry or a continuation
	answer   chat.Message  // the answer before its first token
	turn     chat.Turn     // as it was put together, before the rules
	out      policy.Outbound
	cloak    share.Cloak
	ephemera bool
}

// askingFacts are what the rules know about a prompt for a choice.
func (a *App) askingFacts(s *Session, p Prompt, choice Choice) (policy.Facts, error) {
	facts, err := a.factsFor(choice.Provider)
	if err != nil {
		return facts, err
	}
	if p.Purpose == "" {
		p.Purpose = s.declared()
	}
	if p.Purpose != "" {
		if facts, err = facts.With("purpose", p.Purpose); err != nil {
			return facts, err
		}
	}
	if choice.Model != "" {
		if facts, err = facts.With("model", choice.Model); err != nil {
			return facts, err
		}
	}
	if facts, err = a.withWeights(facts, choice); err != nil {
		return facts, err
	}
	return facts.Confirming(append(s.confirmed(a.Rules().ID()), p.Confirmed...)...), nil
}

func (a *App) prepare(ctx context.Context, s *Session, p Prompt) (asking, policy.Verdict, error) {
	choice := s.Choice()
	if v, refused := a.refusedBy(choice.Provider); refused {
		return asking{}, v, nil
	}
	provider, err := a.provider(choice.Provider)
	if err != nil {
		return asking{}, policy.Verdict{}, err
	}
	facts, err := a.askingFacts(s, p, choice)
	if err != nil {
		return asking{}, policy.Verdict{}, err
	}
	if err := a.plainKey(facts.Service()); err != nil {
		return asking{}, policy.Verdict{}, err
	}
	if v := a.Rules().Decide(facts, policy.StartChat, 0); !v.Decision.Permits() {
		return asking{}, v, nil
	}
	if len(p.Attachments) > 0 {
		if v := a.Rules().Decide(facts, policy.Attach, 0); !v.Decision.Permits() {
			return asking{}, v, nil
		}
	}
	if choice.Model, err = a.modelFor(ctx, choice); err != nil {
		return asking{}, policy.Verdict{}, err
	}
	ask := asking{choice: choice, provider: provider, facts: facts, ephemera: p.Ephemeral}
	turn, err := a.turn(s, p, &ask)
	if err != nil {
		return asking{}, policy.Verdict{}, err
	}
	if err := a.takes(ctx, choice, turn.Messages); err != nil {
		return asking{}, policy.Verdict{}, err
	}
	if turn, err = a.beforeLeaving(ctx, s, p, &ask, turn); err != nil {
		return asking{}, policy.Verdict{}, err
	}
	if v := a.Rules().ZeroRetention(facts, turn); !v.Decision.Permits() {
		return asking{}, v, nil
	}
	to := provider.Describe().Destination()
	if p.Continue != "" {
		if v, ok := a.mayGoOn(facts, turn, ask.answer, to); !ok {
			return asking{}, v, nil
		}
	}
	out, v := a.Rules().Send(facts, turn, to)
	ask.turn, ask.out = turn, out
	return ask, v, nil
}

// mayGoOn reports whether the text of a cut answer may travel to where it would
// be gone on with. It goes as a prefix, whose origins no rule sees, so it is
// cleared here as a message of the context; the verdict says why it may not.
func (a *App) mayGoOn(f policy.Facts, turn chat.Turn, cut chat.Message, to policy.Destination) (policy.Verdict, bool) {
	cut.State = chat.Cut
	cut.Parts = slices.DeleteFunc(slices.Clone(cut.Parts), func(p chat.Part) bool { return p.Kind != chat.TextPart })
	out, v := a.Rules().Send(f, chat.Turn{Messages: append(slices.Clone(turn.Messages), cut)}, to)
	if !v.Decision.Permits() {
		return v, false
	}
	for _, left := range out.Left() {
		if left.Message == cut.ID {
			return left.Verdict, false
		}
	}
	return v, true
}

// turn puts the context of a prompt together and makes the messages to come.
func (a *App) turn(s *Session, p Prompt, ask *asking) (chat.Turn, error) {
	c := s.Snapshot()
	now := a.Now()
	d := ask.provider.Describe()
	turn := chat.Turn{
		Conversation: c.ID,
		Model:        ask.choice.Model,
		System:       c.System,
	}
	a.asked(&turn, s, p, d)
	searched(&turn, p)
	ask.answer = chat.Message{
		ID: chat.MessageID(newID(now)), Role: chat.Assistant, At: now,
		Provider: ask.choice.Provider, Service: string(ask.facts.Service()),
		Asked: ask.choice.Model, Ruleset: a.Rules().ID(),
	}
	switch {
	case p.Continue != "":
		cut, ok := c.Message(p.Continue)
		if !ok || cut.Role != chat.Assistant {
			return turn, fault.E("app.Ask", fault.NotFound, nil, "what", "answer", "name", string(p.Continue))
		}
		if !d.Can.Continue {
			return turn, fault.E("app.Ask", fault.Unsupported, nil, "what", "continue", "provider", ask.choice.Provider)
		}
		turn.Messages = accepted(c.Path(cut.Parent))
		turn.Prefix = cut.Text()
		ask.answer = cut
		ask.answer.State, ask.answer.Ended = chat.Growing, ""
	case p.Retry != "":
		old, _ := c.Message(p.Retry)
		switch old.Role {
		case chat.Assistant:
			ask.answer.Parent = old.Parent
		case chat.User:
			ask.answer.Parent = old.ID
		default:
			return turn, fault.E("app.Ask", fault.NotFound, nil, "what", "answer", "name", string(p.Retry))
		}
		turn.Messages = accepted(c.Path(ask.answer.Parent))
	default:
		after := c.Leaf
		if p.After != nil {
			after = *p.After
		}
		prompt, err := newPrompt(p, after, newID(now))
		if err != nil {
			return turn, err
		}
		prompt.At = now
		turn.Messages = accepted(append(c.Path(after), prompt))
		ask.prompt = &prompt
		ask.answer.Parent = prompt.ID
	}
	return turn, nil
}

// accepted is a context without the prompts that a service's moderation has
// refused: sent along, they would have every later prompt refused. The last
// one, which is being asked, stays.
func accepted(messages []chat.Message) []chat.Message {
	last := len(messages) - 1
	kept := make([]chat.Message, 0, len(messages))
	for i, m := range messages {
		if i == last || m.Role != chat.User || m.Ended != string(fault.Guardrail) {
			kept = append(kept, m)
		}
	}
	return kept
}

func newPrompt(p Prompt, after chat.MessageID, id string) (chat.Message, error) {
	text := chat.Text(strings.ToValidUTF8(string(p.Text), "\uFFFD"))
	if strings.TrimSpace(string(text)) == "" && len(p.Attachments) == 0 {
		return chat.Message{}, fault.E("app.Ask", fault.Usage, nil, "what", "prompt", "word", "")
	}
	parts := slices.Clone(p.Attachments)
	if text != "" {
		parts = append([]chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: text}}, parts...)
	}
	return chat.Message{
		ID: chat.MessageID(id), Parent: after, Role: chat.User, State: chat.Complete, Parts: parts,
	}, nil
}

// Again asks once more for the answer to a prompt that has none. One that a
// service's moderation refused stays out of what is sent, so that it is asked as
// another.
func Again(prompt chat.Message) Prompt {
	if prompt.Ended != "" {
		return Repeated(prompt)
	}
	return Prompt{Retry: prompt.ID}
}

// Repeated is a prompt of a conversation as another one in its place, with its
// files.
func Repeated(prompt chat.Message) Prompt {
	parent := prompt.Parent
	return Prompt{Text: prompt.Text(), After: &parent, Attachments: Attachments(prompt)}
}

// Attachments are the parts of a prompt that were not typed.
func Attachments(prompt chat.Message) []chat.Part {
	var parts []chat.Part
	for _, p := range prompt.Parts {
		if p.Kind != chat.TextPart {
			parts = append(parts, p)
		}
	}
	return parts
}

// keepPrompt writes the prompt before it is sent.
func (a *App) keepPrompt(ctx context.Context, s *Session, ask asking) error {
	if ask.prompt == nil {
		return nil
	}
	before := s.Snapshot()
	s.put(*ask.prompt)
	if ask.ephemera {
		return nil // no title either: a later turn would write it
	}
	s.mu.Lock()
	if s.c.Title == "" {
		s.c.Title = chat.TitleFrom(ask.prompt.Text(), TitleLength)
	}
	s.mu.Unlock()
	err := a.keepMeta(ctx, s)
	if err == nil {
		err = a.keep(ctx, s, ask.facts, *ask.prompt)
	}
	if err != nil { // as if it had not been asked: the same branch, no title from it
		s.drop(ask.prompt.ID)
		s.mu.Lock()
		s.c.Title, s.c.Leaf = before.Title, before.Leaf
		s.mu.Unlock()
	}
	return err
}

func (s *Session) drop(id chat.MessageID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.c.Remove(id)
}
