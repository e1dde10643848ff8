package cli

import (
	"context"
	"encoding/json"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// maxInput is the most that is read from standard input, in bytes: more than
// any model takes.
const maxInput = 20 << 20

// askFlags are the flags of ask; chatFlags is the part it shares with chat.
type askFlags struct {
	chatFlags
	attach  []string
	tools   []string
	purpose string
	effort  string
	saveTo  string
	library []string
	ocr     bool
	dryRun  bool
}

type chatFlags struct {
	leavingFlags
	talks        bool // somebody reads who answers
	last         bool
	conversation string
	model        string
	system       string
	weights      string
	options      optionFlags
}

func (p *program) askCommand() *cobra.Command {
	var f askFlags
	c := p.build(command{
		use: "ask [PROMPT]", short: "cli.ask.short", long: "cli.ask.long",
		example: "bise ask \"What is a foehn?\"\ngit diff | bise ask \"Review this\"\nbise ask --continue \"And in Japanese?\"\nbise ask --json \"Three rivers\" > answer.jsonl",
		args:    between(0, -1),
		run:     func(c *cobra.Command, args []string) error { return p.ask(c.Context(), args, f) },
	})
	p.chatFlagsOf(c, &f.chatFlags)
	c.Flags().StringArrayVar(&f.attach, "attach", nil, p.words.T("cli.flag.attach"))
	c.Flags().BoolVar(&f.ocr, "ocr", false, p.words.T("cli.flag.ocr"))
	c.Flags().StringArrayVar(&f.library, "library", nil, p.words.T("cli.flag.library"))
	c.Flags().StringArrayVar(&f.tools, "tool", nil, p.words.T("cli.flag.tool"))
	c.Flags().StringVar(&f.purpose, "purpose", "", p.words.T("cli.flag.purpose"))
	c.Flags().StringVar(&f.effort, "effort", "", p.words.T("cli.flag.effort"))
	c.Flags().StringVar(&f.saveTo, "save", "", p.words.T("cli.flag.save"))
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, p.words.T("cli.flag.dry_run"))
	return c
}

func (p *program) chatFlagsOf(c *cobra.Command, f *chatFlags) {
	c.Flags().BoolVar(&f.last, "continue", false, p.words.T("cli.flag.continue"))
	c.Flags().StringVar(&f.conversation, "conversation", "", p.words.T("cli.flag.conversation"))
	c.Flags().StringVarP(&f.model, "model", "m", "", p.words.T("cli.flag.model"))
	c.Flags().StringVar(&f.system, "system", "", p.words.T("cli.flag.system"))
	c.Flags().StringVar(&f.weights, "weights", "", p.words.T("cli.flag.weights"))
	p.leavingFlagsOf(c, &f.leavingFlags)
	exclusive(c, "continue", "conversation")
	p.optionFlagsOf(c, &f.options)
}

func (p *program) ask(ctx context.Context, args []string, f askFlags) error {
	for _, tool := range f.tools {
		if !contains(app.BuiltInTools(), tool) {
			return fault.E("cli.ask", fault.Usage, nil, "what", "tool", "word", tool)
		}
	}
	prompt, err := p.prompt(ctx, args)
	if err != nil {
		return err
	}
	a, err := p.open(true)
	if err != nil {
		return err
	}
	p.noteBroken(a)
	if prompt.Attachments, err = p.attach(a, f); err != nil {
		return err
	}
	if prompt.Text == "" && len(prompt.Attachments) == 0 {
		return fault.E("cli.ask", fault.Usage, nil, "what", "prompt", "word", "")
	}
	prompt.Tools, prompt.Purpose = f.tools, f.purpose
	f.leavingFlags.into(&prompt)
	if prompt.Options, err = f.options.options(); err != nil {
		return err
	}
	prompt.Options.Effort, prompt.Fit = f.effort, app.Fit(f.options.fit)
	if !f.dryRun || f.last || f.conversation != "" {
		if err := p.openHistory(ctx, a); err != nil {
			return err
		}
	}
	s, err := p.session(ctx, a, f.chatFlags, f.dryRun)
	if err != nil {
		return err
	}
	if prompt.Libraries, err = p.librariesOf(ctx, a, s, f.library); err != nil {
		return err
	}
	if f.dryRun {
		return p.dryRun(ctx, a, s, prompt)
	}
	if f.ocr {
		if err := p.readAttachments(ctx, a, s, prompt.Attachments); err != nil {
			return err
		}
	}
	answer, err := p.start(ctx, a, s, prompt, p.yes)
	if err != nil {
		return err
	}
	_ = p.tellLeft(answer.Left(), nil)
	if err := p.follow(a, s, answer); err != nil || f.saveTo == "" {
		return err
	}
	return p.saveFiles(ctx, a, s, answer.ID(), f.saveTo)
}

// prompt joins the arguments and standard input.
func (p *program) prompt(ctx context.Context, args []string) (app.Prompt, error) {
	text := strings.Join(args, " ")
	if !p.console.inTerminal {
		piped, err := readAll(ctx, p.env.Stdin)
		if err != nil {
			return app.Prompt{}, err
		}
		switch {
		case strings.TrimSpace(piped) == "":
		case text == "":
			text = piped
		default:
			text += "\n\n" + piped
		}
	}
	return app.Prompt{Text: chat.Text(strings.ToValidUTF8(text, "\uFFFD"))}, nil
}

// readAll reads standard input to its end, or until the run is interrupted.
func readAll(ctx context.Context, r io.Reader) (string, error) {
	type reply struct {
		data []byte
		err  error
	}
	replies := make(chan reply, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
		replies <- reply{data, err}
	}()
	select {
	case <-ctx.Done():
		return "", fault.E("cli.readAll", fault.Interrupted, ctx.Err())
	case in := <-replies:
		if len(in.data) > maxInput {
			return "", fault.E("cli.readAll", fault.Usage, nil, "what", "input size", "word", "20 MB")
		}
		if in.err != nil {
			return "", fault.E("cli.readAll", fault.Invalid, in.err, "path", "-")
		}
		return string(in.data), nil
	}
}

// openHistory opens the history for a conversation. A machine where nothing can
// hold its key, and where nobody can be asked, keeps nothing and says so.
func (p *program) openHistory(ctx context.Context, a *app.App) error {
	err := a.OpenHistory(ctx)
	switch a.HistoryState() {
	case app.HistoryOpen, app.HistoryOff:
		return nil
	case app.HistoryAsking:
		a.KeepNothing()
		told := p.words.T("cli.history.nothing_kept")
		if p.globals.json {
			return p.output.json(event{"type", "notice", "notice", "nothing_kept", "message", told})
		}
		p.output.note(told)
		return nil
	default:
		return err
	}
}

// start asks, and gets the confirmations that the rules want first, by yes.
func (p *program) start(ctx context.Context, a *app.App, s *app.Session, prompt app.Prompt, yes asker) (*app.Answer, error) {
	if err := a.Held(s.Choice().Provider); err != nil {
		return nil, err
	}
	for range maxQuestions {
		answer, v, err := a.Ask(ctx, s, prompt)
		if answer != nil {
			return answer, nil
		}
		if err != nil {
			if err = p.askLeaving(ctx, err, &prompt, yes); err != nil {
				return nil, err
			}
			continue
		}
		if v.Decision != policy.Confirm {
			return nil, &policy.Refusal{Verdict: v}
		}
		if err := p.consent(ctx, a, s, v, yes); err != nil {
			return nil, err
		}
		if err := a.Agree(ctx, s, v, prompt.Purpose); err != nil {
			return nil, err
		}
	}
	return nil, fault.E("cli.start", fault.NeedsAnswer, nil, "what", "confirmation", "flag", "--yes")
}

// maxQuestions is how many confirmations one prompt may need: the terms, and
// one for each built-in tool.
const maxQuestions = 8

// consent asks by yes what a rule wants confirmed before something is sent.
func (p *program) consent(ctx context.Context, a *app.App, s *app.Session, v policy.Verdict, yes asker) error {
	if p.globals.yes {
		return nil
	}
	if !p.console.interactive() {
		return &unconfirmed{v}
	}
	p.explain(ctx, a, s, v)
	agreed, err := yes(ctx, p.words.T("cli.confirm.question"))
	if err == nil && !agreed {
		p.output.note(p.words.T("cli.leaving.not_sent"))
		err = &quiet{exitRefused}
	}
	return err
}

// explain says what a rule wants confirmed, and why. A yes to the terms also
// says that the person is of age, and holds for the facts as they are told.
func (p *program) explain(ctx context.Context, a *app.App, s *app.Session, v policy.Verdict) {
	answer := v.Answer(p.say)
	p.output.note(answer.Reason)
	for _, note := range v.Notes() {
		p.output.note("- " + p.say(note))
	}
	if v.Act != policy.StartChat {
		if answer.Remedy != "" {
			p.output.note(answer.Remedy)
		}
		return
	}
	choice := s.Choice()
	profile := a.ProfileOf(choice.Provider)
	place := a.PlaceOf(ctx, choice)
	p.output.note(p.words.T("cli.confirm.consequence", "Where", place.Where, "Consequence", place.Consequence))
	asks, _ := v.Fields["asks"].([]string)
	if contains(asks, "plan") {
		p.output.note(p.words.T("cli.confirm.plan", "Profile", profile))
	}
	if contains(asks, "age_band") {
		p.output.note(p.words.T("cli.confirm.age", "Profile", profile))
	}
}

// tellLeft says what the rules took out of a request, once with how much. What
// was told before and is still so is not said again; the result is what is known
// now. A source is for the reader: no model is told of it in any case.
func (p *program) tellLeft(left []policy.Left, before map[string]int) (now map[string]int) {
	if p.globals.json {
		return nil // the event "left" carries it
	}
	same := func(l policy.Left, n int) string {
		a := l.Verdict.Answer(p.say)
		return p.words.N("cli.left", n, "What", l.What, "Reason", a.Reason, "Clauses", strings.Join(a.Clauses, ", "))
	}
	now = make(map[string]int)
	for _, l := range left {
		if l.What != string(chat.ReferencePart) {
			now[same(l, 1)]++
		}
	}
	told := make(map[string]bool)
	for _, l := range left {
		key := same(l, 1)
		if n := now[key]; n > 0 && n != before[key] && !told[key] {
			told[key] = true
			p.output.note(same(l, n))
		}
	}
	return now
}

// requestJSON is the exact request of --dry-run.
type requestJSON struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// dryRun prints the request that a prompt would become. Nothing is sent or
// kept, so what has to be confirmed before sending is not asked.
func (p *program) dryRun(ctx context.Context, a *app.App, s *app.Session, prompt app.Prompt) error {
	prompt.Checked = true // nothing is sent
	for range maxQuestions {
		request, v, err := a.Request(ctx, s, prompt)
		if err != nil {
			return err
		}
		if v.Decision == policy.Confirm {
			prompt.Confirmed = append(prompt.Confirmed, v.Act)
			continue
		}
		if !v.Decision.Permits() {
			return &policy.Refusal{Verdict: v}
		}
		out := requestJSON{Method: request.Method, URL: request.URL, Headers: make(map[string]string), Body: request.Body}
		for _, h := range request.Header {
			out.Headers[h.Name] = h.Value
		}
		if !json.Valid(out.Body) {
			out.Body = nil
		}
		return p.output.document(out)
	}
	return fault.E("cli.dryRun", fault.NeedsAnswer, nil, "what", "confirmation", "flag", "--yes")
}
