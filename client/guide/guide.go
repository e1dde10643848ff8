// Package guide is the provider that is always there: it answers questions
// about bise, and about what each service does with a person's data, out of
// its own pages and the active rule tables. It is not a language model and
// says so.
//
// It must not use a network, a disk or a key, and it must not state anything
// about data use that no rule row says: those sentences are made from verdicts
// and end with the clauses.
package guide

import (
	"context"
	"io/fs"
	"iter"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// ID names the guide among the providers; its one model has the same name.
const ID client.ID = "guide"

// Rules is the part of policy.Rules that the guide asks.
type Rules interface {
	ID() string
	Decide(policy.Facts, policy.Act, chat.Origin) policy.Verdict
}

// Options are what the guide answers from. Pages and Words are needed.
type Options struct {
	// Pages holds the help pages: every "guide/*.md" in it.
	Pages fs.FS
	// Extra gives pages made by the program, such as its table of keys; nil is
	// none.
	Extra func() []Page
	// Rules are the active rules; nil leaves data use unanswered.
	Rules Rules
	// Words gives the wording of a key, its places filled from name and value
	// in turn. The guide uses keys under "guide.".
	Words func(key string, args ...any) string
	// Now is the clock that deadlines are counted from; nil is time.Now.
	Now func() time.Time
	// Pace is the pause between two pieces of a streamed answer; 0 is none.
	Pace time.Duration
}

// Guide answers from its pages. It is safe for concurrent use.
type Guide struct {
	opt Options

	mu   sync.Mutex
	made *library // of the day it was made; nil before the first question
}

// New makes a guide. It reads nothing before the first question.
func New(opt Options) *Guide {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Guide{opt: opt}
}

// Describe says what the guide is.
func (g *Guide) Describe() client.Descriptor {
	return client.Descriptor{
		ID:      ID,
		Name:    g.opt.Words("guide.name"),
		Service: policy.Local,
		Place:   client.InProcess,
	}
}

// Models lists the guide itself.
func (g *Guide) Models(ctx context.Context) ([]client.Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return []client.Model{{
		ID:     string(ID),
		Name:   g.opt.Words("guide.name"),
		Detail: g.opt.Words("guide.detail"),
		Chat:   true,
	}}, nil
}

// Check reports whether the pages can be read.
func (g *Guide) Check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := g.library()
	return err
}

// Stream answers the last prompt of the turn in small pieces. The first answer
// of a conversation says what the guide is.
func (g *Guide) Stream(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		turn, err := client.Open(g.Describe(), out)
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		if err := ctx.Err(); err != nil {
			yield(client.Delta{}, err)
			return
		}
		question, before, first := lastQuestions(turn)
		reply, err := g.answer(question, before)
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		text := reply.Text
		if first {
			text = g.opt.Words("guide.preface") + "\n\n" + text
		}
		if !yield(client.Delta{Kind: client.ModelDelta, Model: string(ID)}, nil) {
			return
		}
		g.say(ctx, text, yield)
	}
}

// say yields text piece by piece and then the end of the answer.
func (g *Guide) say(ctx context.Context, text string, yield func(client.Delta, error) bool) {
	for piece := range pieces(text) {
		if err := g.pause(ctx); err != nil {
			yield(client.Delta{}, err)
			return
		}
		if !yield(client.Delta{Kind: client.TextDelta, Text: chat.Text(piece), Origin: chat.Model}, nil) {
			return
		}
	}
	yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
}

func (g *Guide) pause(ctx context.Context) error {
	if g.opt.Pace <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(g.opt.Pace)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// pieceLen is about four words: small enough to be seen to flow, large enough
// that an answer is some forty deltas.
const pieceLen = 24

// pieces cuts text after a space or line end, never inside a character.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			n := len(text)
			if n > pieceLen {
				n = pieceLen
				if i := strings.IndexAny(text[n:], " \n"); i >= 0 && i < pieceLen {
					n += i + 1
				}
				for n < len(text) && !utf8.RuneStart(text[n]) {
					n++
				}
			}
			if !yield(text[:n]) {
				return
			}
			text = text[n:]
		}
	}
}

// lastQuestions gives the prompt to answer, the prompt before it, and whether
// nobody has answered yet in this conversation.
func lastQuestions(turn chat.Turn) (question, before string, first bool) {
	first = true
	for _, m := range turn.Messages {
		switch m.Role {
		case chat.User:
			before, question = question, string(m.Text())
		case chat.Assistant:
			first = false
		default:
		}
	}
	return question, before, first
}

// library gives the pages and topics, made at the first question and again on
// another day, from which deadlines are counted.
func (g *Guide) library() (*library, error) {
	now := g.opt.Now()
	day := now.Format(time.DateOnly)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.made != nil && g.made.day == day {
		return g.made, nil
	}
	pages, err := readPages(g.opt.Pages)
	if err != nil {
		return nil, fault.E("guide.library", fault.Invalid, err)
	}
	if g.opt.Extra != nil {
		pages = append(pages, g.opt.Extra()...)
	}
	lib := &library{day: day}
	for _, p := range pages {
		lib.addPage(p)
	}
	if g.opt.Rules != nil {
		lib.ruleset = g.opt.Rules.ID()
		teller := teller{rules: g.opt.Rules, words: g.opt.Words, now: now}
		for _, t := range teller.topics() {
			lib.addTopic(t)
		}
	}
	lib.index.finish()
	g.made = lib
	return lib, nil
}
