package cli

import (
	"context"
	"strings"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

// slash is a command of the line mode.
type slash struct {
	name string // with its arguments
	help string // key
	run  func(t *talk, ctx context.Context, arg string) error
}

// slashes are the commands of the line mode in the order of their help.
func slashes() []slash {
	return []slash{
		{"/help", "cli.chat.help.help", (*talk).slashHelp},
		{"/new", "cli.chat.help.new", (*talk).slashNew},
		{"/model [MODEL]", "cli.chat.help.model", (*talk).slashModel},
		{"/tool [TOOL]", "cli.chat.help.tool", (*talk).slashTool},
		{"/effort [WORD]", "cli.chat.help.effort", (*talk).slashEffort},
		{"/save DIR", "cli.chat.help.save", (*talk).slashSave},
		{"/stop", "cli.chat.help.stop", (*talk).slashStop},
		{"/retry", "cli.chat.help.retry", (*talk).slashRetry},
		{"/continue", "cli.chat.help.continue", (*talk).slashContinue},
		{"/history", "cli.chat.help.history", (*talk).slashHistory},
		{"/open ID", "cli.chat.help.open", (*talk).slashOpen},
		{"/quit", "cli.chat.help.quit", nil},
	}
}

// command does what a line that begins with a slash says; over ends the line
// mode.
func (t *talk) command(ctx context.Context, line string) (over bool, err error) {
	name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	if name == "/quit" || name == "/exit" {
		return true, nil
	}
	for _, s := range slashes() {
		if word, _, _ := strings.Cut(s.name, " "); word == name && s.run != nil {
			err := s.run(t, ctx, strings.TrimSpace(arg))
			return ctx.Err() != nil, err
		}
	}
	return false, fault.E("cli.chat", fault.Usage, nil, "what", "chat command", "word", name)
}

func (t *talk) slashHelp(context.Context, string) error {
	for _, s := range slashes() {
		t.output.note(s.name + ": " + t.words.T(s.help))
	}
	t.output.note(t.words.T("cli.chat.help.lines"))
	return nil
}

func (t *talk) slashNew(context.Context, string) error {
	t.session = t.app.NewSession(t.session.Choice())
	t.output.note(t.words.T("cli.chat.new"))
	return nil
}

// slashModel says which model answers, or changes it.
func (t *talk) slashModel(ctx context.Context, arg string) error {
	if arg != "" {
		choice, err := t.app.FindModel(ctx, arg, t.session.Choice().Provider)
		if err != nil {
			return err
		}
		left, err := t.app.Switch(ctx, t.session, choice)
		if err != nil {
			return err
		}
		t.tellLeft(left)
	}
	choice := t.session.Choice()
	place := t.app.PlaceOf(ctx, choice)
	t.output.note(t.words.T("cli.chat.model", "Speaker", t.speaker(choice.Provider, "", choice.Model), "Where", place.Where, "Consequence", place.Consequence))
	return nil
}

func (t *talk) slashStop(context.Context, string) error {
	t.output.note(t.words.T("cli.chat.nothing_to_stop"))
	return nil
}

// lastAnswer is the answer at the end of the branch.
func (t *talk) lastAnswer() (chat.Message, error) {
	branch := snapshotBranch(t.session)
	if n := len(branch); n > 0 && branch[n-1].Role == chat.Assistant {
		return branch[n-1], nil
	}
	return chat.Message{}, fault.E("cli.chat", fault.NotFound, nil, "what", "answer", "name", "")
}

func snapshotBranch(s *app.Session) []chat.Message {
	c := s.Snapshot()
	return c.Branch()
}

func (t *talk) slashRetry(ctx context.Context, _ string) error {
	m, err := t.lastAnswer()
	if err != nil {
		return err
	}
	return t.turn(ctx, app.Prompt{Retry: m.ID})
}

func (t *talk) slashContinue(ctx context.Context, _ string) error {
	m, err := t.lastAnswer()
	if err != nil {
		return err
	}
	return t.turn(ctx, app.Prompt{Continue: m.ID})
}

// recent is how many conversations /history names.
const recent = 10

func (t *talk) slashHistory(ctx context.Context, _ string) error {
	list, err := t.app.Conversations(ctx, app.Query{Limit: recent})
	if err != nil {
		return err
	}
	for _, s := range list {
		t.output.note(s.Updated.Local().Format("2006-01-02 15:04") + ", " + s.Title + ", " + string(s.ID))
	}
	return nil
}

func (t *talk) slashOpen(ctx context.Context, arg string) error {
	s, err := t.app.OpenSession(ctx, chat.ConversationID(arg))
	if err != nil {
		return err
	}
	t.session = s
	c := s.Snapshot()
	return t.printMessages(c, c.Branch())
}
