package cli

import (
	"context"
	"slices"
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
		{"/attach FILE", "cli.chat.help.attach", (*talk).slashAttach},
		{"/detach", "cli.chat.help.detach", (*talk).slashDetach},
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
		word, needs, _ := strings.Cut(s.name, " ")
		if word != name || s.run == nil {
			continue
		}
		arg = strings.TrimSpace(arg)
		if arg == "" && needs != "" && needs[0] != '[' {
			return false, fault.E("cli.chat", fault.Usage, nil, "what", "chat argument", "word", s.name)
		}
		err := s.run(t, ctx, arg)
		return ctx.Err() != nil, err
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
	t.begin(t.app.NewSession(t.session.Choice()))
	t.output.note(t.words.T("cli.chat.new"))
	return nil
}

// begin goes on with another conversation.
func (t *talk) begin(s *app.Session) {
	t.session, t.unsent, t.attach, t.left = s, nil, nil, nil
}

// slashAttach takes a file along with the next prompt.
func (t *talk) slashAttach(_ context.Context, arg string) error {
	part, err := t.app.Attach(app.ExpandPath(arg))
	if err != nil {
		return err
	}
	t.attach = append(t.attach, part)
	t.output.note(t.words.T("cli.chat.attached", "Name", part.Name))
	return nil
}

// slashDetach leaves the attached files out.
func (t *talk) slashDetach(context.Context, string) error {
	t.attach = nil
	t.output.note(t.words.T("cli.chat.detached"))
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
		t.left = t.tellLeft(left, t.left)
	}
	choice := t.session.Choice()
	place := t.app.PlaceOf(ctx, choice)
	t.output.note(t.words.T("cli.chat.model", "Speaker", t.speaker(choice.Provider, "", choice.Model), "Where", place.Where, "Consequence", place.Consequence))
	if arg != "" && !t.listed(ctx, choice) {
		t.output.note(t.words.T("cli.chat.model_unlisted", "Name", t.app.Describe(choice.Provider).Name, "Model", choice.Model))
	}
	return nil
}

// listed reports whether a provider lists a model. One that cannot be asked says
// nothing against it.
func (t *talk) listed(ctx context.Context, c app.Choice) bool {
	l, err := t.app.ModelsOf(ctx, c.Provider, false)
	return c.Model == "" || err != nil || len(l.Models) == 0 ||
		slices.ContainsFunc(l.Models, func(m app.Model) bool { return m.Named(c.Model) })
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

// unanswered is the prompt at the end of the branch, whose answer never came.
func (t *talk) unanswered() (chat.Message, bool) {
	branch := snapshotBranch(t.session)
	if n := len(branch); n > 0 && branch[n-1].Role == chat.User {
		return branch[n-1], true
	}
	return chat.Message{}, false
}

// wayOn says what a person can do about an answer that did not come, or not to
// its end.
func (t *talk) wayOn() {
	m, err := t.lastAnswer()
	_, prompt := t.unanswered()
	switch {
	case prompt || t.unsent != nil:
		t.output.note(t.words.T("cli.chat.way_on.retry"))
	case err != nil || m.State != chat.Cut && m.State != chat.Stopped:
	case t.app.Describe(t.session.Choice().Provider).Can.Continue:
		t.output.note(t.words.T("cli.chat.way_on.continue"))
	default:
		t.output.note(t.words.T("cli.chat.way_on.again"))
	}
}

func snapshotBranch(s *app.Session) []chat.Message {
	c := s.Snapshot()
	return c.Branch()
}

// slashRetry asks again for the last answer, or asks again what was not answered.
func (t *talk) slashRetry(ctx context.Context, _ string) error {
	if t.unsent != nil {
		again := *t.unsent
		again.Attachments, t.attach = t.attach, nil
		return t.turn(ctx, again)
	}
	if m, ok := t.unanswered(); ok {
		again := app.Again(m)
		t.leaving.into(&again)
		return t.turn(ctx, again)
	}
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
	t.begin(s)
	c := s.Snapshot()
	return t.printMessages(c, c.Branch())
}
