package app

import (
	"context"
	"slices"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/ollama"
)

// Fit is a way to deal with a conversation longer than the model takes. The
// person chooses it: nothing is cut before.
type Fit string

// The ways. Without one a context that is too long is an error.
const (
	// DropOldest leaves out as many of the oldest messages as it must.
	DropOldest Fit = "drop"
	// Summarise sends a summary of the oldest messages, made by the same model,
	// instead of them.
	Summarise Fit = "summarise"
	// Enlarge asks the runner for a larger window.
	Enlarge Fit = "enlarge"
)

// StatusSummarising is the reason of the StatusDelta that comes while a summary
// is made.
const StatusSummarising = "summarising"

// Fits lists the ways by their stable words.
func Fits() []string { return []string{string(DropOldest), string(Summarise), string(Enlarge)} }

// fitBy takes the person's choice; "" leaves the one made before. A word that
// is no way is a fault.Usage.
func (a *App) fitBy(ctx context.Context, s *Session, way Fit) error {
	switch way {
	case "":
	case DropOldest, Summarise:
		s.choose(way)
	case Enlarge:
		return a.enlarge(ctx, s)
	default:
		return fault.E("app.Ask", fault.Usage, nil, "what", "fit", "word", string(way))
	}
	return nil
}

// Fitted says what was done to make a context fit.
type Fitted struct {
	Way Fit
	// Messages were left out or summarised.
	Messages int
	// Window is the context length in tokens that they had to fit.
	Window int
}

// fitting is what a session remembers of the person's choice, so that it is
// asked once and not with every prompt.
type fitting struct {
	way Fit
	// room is the share of the window that the context may fill; it shrinks
	// when the model says that an estimate was wrong.
	room float64
	// through is the last message that summary stands for, and by who made it:
	// what may travel to one service need not be allowed to travel to the next.
	through chat.MessageID
	summary chat.Part
	by      Choice
}

// fullRoom leaves a quarter of the window for the answer.
const fullRoom = 0.75

// choose remembers a way; choosing again after a failure makes the room
// smaller, since the estimate of the first try was wrong.
func (s *Session) choose(way Fit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fit.way == way && s.fit.room > fullRoom/8 {
		s.fit.room /= 2
		s.fit.summary = chat.Part{}
	} else if s.fit.way != way {
		s.fit = fitting{way: way, room: fullRoom}
	}
}

func (s *Session) fitted() fitting {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fit
}

// bytesPerToken is a cautious estimate for European languages and code; it is
// only used where no count came back from the model yet.
const bytesPerToken = 3

// EstimateTokens guesses how many tokens text takes. It is an estimate and
// shown as one.
func EstimateTokens(n int) int { return (n + bytesPerToken - 1) / bytesPerToken }

// Window is the context length of a choice in tokens, 0 if it is not known.
func (a *App) Window(ctx context.Context, c Choice) int { return a.window(ctx, c, 0) }

// window is Window where a conversation has asked for a size of its own.
func (a *App) window(ctx context.Context, c Choice, asked int) int {
	most := a.longest(ctx, c)
	if !a.Describe(c.Provider).Can.Window {
		return most
	}
	n := asked
	if n == 0 {
		n = a.Config().Ollama.Window
	}
	if n == 0 {
		n = ollama.DefaultWindow
	}
	if most > 0 {
		n = min(n, most)
	}
	return n
}

// longest is the longest context that the model of a choice takes.
func (a *App) longest(ctx context.Context, c Choice) int {
	l, err := a.ModelsOf(ctx, c.Provider, false)
	if err != nil {
		return 0
	}
	for _, m := range l.Models {
		if m.ID == c.Model || m.Name == c.Model || slices.Contains(m.Aliases, c.Model) {
			return m.Context
		}
	}
	return 0
}

// LargerWindow is the next larger context length that the runner of a
// conversation can be asked for, in tokens; 0 is none. It takes more memory and
// loads the model again.
func (a *App) LargerWindow(ctx context.Context, s *Session) int {
	c := s.Choice()
	if !a.Describe(c.Provider).Can.Window {
		return 0
	}
	most := a.longest(ctx, c)
	n := a.window(ctx, c, s.Snapshot().Settings.Options.Window)
	if most <= n {
		return 0
	}
	return min(2*n, most)
}

// enlarge makes the window of the conversation larger, for this prompt and all
// that follow: a change back would load the model again.
func (a *App) enlarge(ctx context.Context, s *Session) error {
	n := a.LargerWindow(ctx, s)
	if n == 0 {
		return fault.E("app.Ask", fault.Unsupported, nil, "what", "window", "model", s.Choice().Model)
	}
	s.mu.Lock()
	s.c.Settings.Options.Window = n
	s.mu.Unlock()
	return a.keepMeta(ctx, s)
}

// excess is how many of the oldest messages have to go, by estimate. The prompt
// itself always stays, and what stays begins with a prompt.
func (a *App) excess(ctx context.Context, s *Session, turn chat.Turn) (count, window int) {
	f := s.fitted()
	if f.way != DropOldest && f.way != Summarise {
		return 0, 0 // the service is not even asked how much it takes
	}
	window = a.window(ctx, s.Choice(), turn.Options.Window)
	if window == 0 {
		return 0, 0
	}
	room := int(float64(window)*f.room) - EstimateTokens(len(turn.System))
	if f.way == Summarise {
		room -= summaryTokens(window)
	}
	used, last := 0, len(turn.Messages)-1
	for i := last; i >= 0; i-- {
		used += EstimateTokens(size(turn.Messages[i]))
		if used <= room || i == last {
			continue
		}
		count = i + 1
		for count < last && turn.Messages[count].Role == chat.Assistant {
			count++
		}
		return count, window
	}
	return 0, window
}

func size(m chat.Message) int {
	n := 0
	for _, p := range m.Parts {
		n += len(p.Text)
	}
	return n
}

// summaryTokens is how long a summary may be: an eighth of the window, at most
// a page and a half.
func summaryTokens(window int) int { return min(window/8, 1000) }

// shorten makes the context of a turn fit in the way that the person chose. It
// runs in the answer's goroutine, after the prompt was stored, since a summary
// takes the model's time.
func (an *Answer) shorten(ctx context.Context) (policy.Outbound, error) {
	a, s, ask := an.app, an.session, an.ask
	turn := ask.turn
	n, window := a.excess(ctx, s, turn)
	if n == 0 {
		return ask.out, nil
	}
	way := s.fitted().way
	rest := turn.Messages[n:]
	if way == Summarise {
		said, err := an.summarise(ctx, turn, n, window)
		if err != nil {
			return policy.Outbound{}, err
		}
		rest = append([]chat.Message{{Role: chat.User, State: chat.Complete, Parts: []chat.Part{said}}}, rest...)
	}
	turn.Messages = rest
	out, v := a.Rules().Send(ask.facts, turn, ask.provider.Describe().Destination())
	if !v.Decision.Permits() {
		return policy.Outbound{}, &policy.Refusal{Verdict: v}
	}
	an.mu.Lock()
	an.fitted = Fitted{Way: way, Messages: n, Window: window}
	an.mu.Unlock()
	return out, nil
}

// Fitted says what was left out of the context or summarised, once the answer
// has begun; the zero value is nothing.
func (an *Answer) Fitted() Fitted {
	an.mu.Lock()
	defer an.mu.Unlock()
	return an.fitted
}

// summarise gives a summary of the first n messages of a turn. It stands for
// them with all their origins, so that no rule about them is lost. Messages
// that do not fit at once are summarised piece by piece.
func (an *Answer) summarise(ctx context.Context, turn chat.Turn, n, window int) (chat.Part, error) {
	f := an.session.fitted()
	from := 0
	said := f.summary
	if i := slices.IndexFunc(turn.Messages[:n], func(m chat.Message) bool { return m.ID == f.through }); said.Text != "" && f.by == an.ask.choice && i >= 0 {
		from = i + 1
	} else {
		said = chat.Part{}
	}
	an.take(Delta{Kind: client.StatusDelta, Reason: StatusSummarising})
	room := int(float64(window)*f.room) - 2*summaryTokens(window)
	for from < n {
		to, used := from, 0
		for to < n && (to == from || used+EstimateTokens(size(turn.Messages[to])) <= room) {
			used += EstimateTokens(size(turn.Messages[to]))
			to++
		}
		next, err := an.summary(ctx, said, turn.Messages[from:to], turn, summaryTokens(window))
		if err != nil {
			return chat.Part{}, err
		}
		said, from = next, to
	}
	an.session.mu.Lock()
	an.session.fit.summary, an.session.fit.through, an.session.fit.by = said, turn.Messages[n-1].ID, an.ask.choice
	an.session.mu.Unlock()
	return said, nil
}

// summary asks the model to put messages, and an earlier summary, into a few
// words. Nothing of it is stored.
func (an *Answer) summary(ctx context.Context, before chat.Part, messages []chat.Message, turn chat.Turn, tokens int) (chat.Part, error) {
	a := an.app
	context := slices.Clone(messages)
	if before.Text != "" {
		context = append([]chat.Message{{Role: chat.User, State: chat.Complete, Parts: []chat.Part{before}}}, context...)
	}
	wish := chat.Text(a.word("fit.instruction"))
	context = append(context, chat.Message{
		Role: chat.User, State: chat.Complete, Parts: []chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: wish}},
	})
	options := turn.Options
	options.MaxTokens, options.Stop, options.Effort = &tokens, nil, ""
	out, v := a.Rules().Send(an.ask.facts, chat.Turn{
		Conversation: turn.Conversation, Model: turn.Model, Messages: context, Options: options,
	}, an.ask.provider.Describe().Destination())
	if !v.Decision.Permits() {
		return chat.Part{}, &policy.Refusal{Verdict: v}
	}
	sent, _, err := out.Open()
	if err != nil {
		return chat.Part{}, err
	}
	origin := before.Origin | chat.Model
	for _, m := range sent.Messages { // what did not go there is not in it
		origin |= m.Origin()
	}
	var said []byte
	for d, err := range an.ask.provider.Stream(ctx, out) {
		if err != nil {
			return chat.Part{}, err
		}
		if d.Kind == client.TextDelta {
			said = append(said, d.Text...)
			origin |= d.Origin
		}
	}
	if len(said) == 0 {
		return chat.Part{}, fault.E("app.summary", fault.EmptyAnswer, nil, "model", turn.Model)
	}
	text := chat.Text(a.word("fit.preamble")) + "\n\n" + chat.Text(said)
	return chat.Part{Kind: chat.TextPart, Origin: origin, Text: text}, nil
}
