package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/picture"
	"bise/app/policy"
	"bise/app/termsafe"
)

// toolName is a tool in words; a tool that bise does not know has its own name.
func (p *program) toolName(name string) string {
	if key := "tools.name." + name; p.words.Has(key) {
		return p.words.T(key)
	}
	return termsafe.Line(name)
}

// tool says what a tool of the service is doing: that it has begun, what it was
// asked, and what came of it, each once.
func (l *plainAnswer) tool(t app.ToolActivity) {
	p, name := l.program, l.program.toolName(t.Name)
	say := func(what, line string) {
		if what = t.ID + what; !l.told[what] {
			l.told[what] = true
			p.output.note(line)
		}
	}
	if l.told == nil {
		l.told = make(map[string]bool)
	}
	switch {
	case t.State == app.ToolFailed:
		say("failed", p.words.T("cli.ask.tool_failed", "Tool", name))
	case t.Query != "":
		say("query", p.words.T("cli.ask.tool_query", "Tool", name, "Query", string(t.Query)))
	default:
		say("begun", p.words.T("cli.ask.tool_started", "Tool", name))
	}
	if t.State == app.ToolDone && t.Output != "" {
		say("output", p.words.T("cli.ask.tool_output", "Tool", name, "Output", strings.TrimSpace(string(t.Output))))
	}
}

// toolEvent is a tool at work, for a script.
func toolEvent(t app.ToolActivity) event {
	e := event{"type", "tool", "name", t.Name, "call_id", t.ID, "state", t.State}
	for _, field := range []struct {
		name string
		text chat.Text
	}{{"query", t.Query}, {"code", t.Code}, {"output", t.Output}} {
		if field.text != "" {
			e = append(e, field.name, string(field.text))
		}
	}
	if t.Sources > 0 {
		e = append(e, "sources", t.Sources)
	}
	return e
}

// saveFiles writes what an answer made besides text into a folder.
func (p *program) saveFiles(ctx context.Context, a *app.App, s *app.Session, id chat.MessageID, dir string) error {
	files := a.Files(s, id)
	if len(files) == 0 {
		p.output.note(p.words.T("cli.ask.nothing_to_save"))
		return nil
	}
	for _, f := range files {
		path, v, err := a.SaveFile(ctx, s, f, filepath.Join(dir, f.Name))
		switch {
		case err != nil:
			return err
		case !v.Decision.Permits():
			return &policy.Refusal{Verdict: v}
		}
		p.output.note(p.words.T("cli.ask.saved", "Path", path))
	}
	return nil
}

// slashTool lists the tools, or switches one on or off for the conversation.
func (t *talk) slashTool(ctx context.Context, arg string) error {
	tools, err := t.app.Tools(t.session)
	if err != nil {
		return err
	}
	if arg == "" {
		for _, tool := range tools {
			t.output.note(t.toolName(tool.Name) + " (" + tool.Name + "): " + t.toolState(tool))
		}
		return nil
	}
	i := slices.IndexFunc(tools, func(tool app.Tool) bool { return tool.Name == arg })
	if i < 0 {
		return fault.E("cli.chat", fault.Usage, nil, "what", "tool", "word", arg)
	}
	on := !tools[i].On
	if on {
		if !tools[i].Usable() {
			t.output.note(t.toolName(arg) + ": " + t.toolState(tools[i]))
			return nil
		}
		if err := t.beforeTool(ctx, arg); err != nil {
			return err
		}
	}
	if err := t.app.SetTool(ctx, t.session, arg, on); err != nil {
		return err
	}
	key := "cli.chat.tool_off"
	if on {
		key = "cli.chat.tool_on"
	}
	t.output.note(t.words.T(key, "Tool", t.toolName(arg)))
	return nil
}

// toolState says whether a tool is on, and why it cannot be.
func (t *talk) toolState(tool app.Tool) string {
	switch {
	case tool.Place != app.ToolHere:
		key := string(tool.Place)
		if key == "" {
			key = "nowhere"
		}
		return t.words.T("tools.off." + key)
	case !tool.Usable():
		return tool.Use.Answer(t.say).Reason
	case tool.On:
		return t.words.T("tools.state.on")
	default:
		return t.words.T("tools.state.off")
	}
}

// beforeTool asks what has to be asked before a tool is used.
func (t *talk) beforeTool(ctx context.Context, tool string) error {
	for range maxQuestions {
		ask, v, err := t.app.ToolQuestion(t.session, tool)
		if err != nil {
			return err
		}
		switch ask {
		case app.AskNothing:
			if !v.Decision.Permits() {
				return &policy.Refusal{Verdict: v}
			}
			return nil
		case app.AskMedia:
			yes, err := t.answer(ctx, v, "tools.media.question", "tools.media.means")
			if err != nil {
				return err
			}
			word := map[bool]string{true: "yes", false: "no"}[yes]
			if err := t.app.SetProfile(t.app.ProfileOf(t.session.Choice().Provider), []string{"media_customer=" + word}); err != nil {
				return err
			}
		case app.AskPurpose:
			yes, err := t.answer(ctx, v, "tools.purpose.question", "tools.purpose.means")
			if err != nil {
				return err
			}
			if !yes {
				return &policy.Refusal{Verdict: v}
			}
			if err := t.app.DeclarePurpose(ctx, t.session, "non_editorial"); err != nil {
				return err
			}
		case app.AskRetention:
			if err := t.consent(ctx, t.app, t.session, v, t.yes); err != nil {
				return err
			}
			if err := t.app.Agree(ctx, t.session, v, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer asks a question with yes and no on the line that is being read.
func (t *talk) answer(ctx context.Context, v policy.Verdict, question, means string) (bool, error) {
	if !t.console.interactive() {
		return false, &unconfirmed{v}
	}
	t.output.note(t.words.T(means))
	return t.yes(ctx, t.words.T(question))
}

// slashEffort says how much the model reasons, or sets it; "default" leaves it
// to the model.
func (t *talk) slashEffort(ctx context.Context, arg string) error {
	if arg != "" {
		if arg == "default" {
			arg = ""
		}
		if err := t.app.SetEffort(ctx, t.session, arg); err != nil {
			return err
		}
	}
	c := t.session.Snapshot()
	now := c.Settings.Options.Effort
	if now == "" {
		now = t.words.T("tools.effort.default")
	}
	t.output.note(t.words.T("cli.chat.effort", "Effort", now))
	if known := t.app.Efforts(t.session.Choice()); len(known) > 0 {
		t.output.note(t.words.T("cli.chat.efforts", "Known", strings.Join(known, ", ")))
	}
	return nil
}

// slashSave writes the pictures and files of the last answer into a folder.
func (t *talk) slashSave(ctx context.Context, arg string) error {
	m, err := t.lastAnswer()
	if err != nil {
		return err
	}
	return t.saveFiles(ctx, t.app, t.session, m.ID, app.ExpandPath(arg))
}

// filterOf takes the setting "filter" out of settings; it is no fact, and
// switching it off is confirmed first.
func filterOf(settings []string) (rest []string, filter chat.Filter, set bool) {
	for _, s := range settings {
		word, ok := strings.CutPrefix(s, "filter=")
		if !ok {
			rest = append(rest, s)
			continue
		}
		filter, set = chat.Filter(word), true
	}
	return rest, filter, set
}

// setFilter changes what a profile asks the service's moderation for.
func (p *program) setFilter(ctx context.Context, a *app.App, profile string, f chat.Filter) error {
	if f == chat.FilterOff {
		v := a.Preview(profile, "use_feature:no_filter", 0)
		switch {
		case v.Decision == policy.Block:
			return &policy.Refusal{Verdict: v}
		case v.Decision == policy.Confirm && !p.globals.yes:
			if !p.console.interactive() {
				return &unconfirmed{v}
			}
			answer := v.Answer(p.say)
			p.output.note(answer.Reason)
			p.output.note(answer.Remedy)
			if err := p.confirm(ctx, p.words.T("cli.confirm.question")); err != nil {
				return err
			}
		}
	}
	return a.SetFilter(profile, f)
}

// picture draws a picture where the answer is read in a terminal with colours.
func (l *plainAnswer) picture(part chat.Part) {
	p := l.program
	if !p.console.outTerminal || l.spoken || picture.Colourless(p.env.Getenv) {
		return
	}
	file, ok := p.env.Stdout.(*os.File)
	if !ok {
		return
	}
	img, err := picture.Decode(part.Data)
	if err != nil {
		return // its line has been printed, and it is kept
	}
	width, height, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return
	}
	room := picture.Fit(picture.SizeOf(img), picture.UsualCell, picture.Cells{Columns: min(width-1, 80), Rows: height * 2 / 3})
	_ = picture.Draw(p.env.Stdout, img, picture.Detect(p.env.Getenv), room, picture.UsualCell)
}
