package cli

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

func (p *program) shareCommand() *cobra.Command {
	return p.build(
		command{use: "share", short: "cli.share.short", long: "cli.share.long"},
		p.shareCreateCommand(),
		p.build(command{use: "list", short: "cli.share.list.short", run: p.withHistory(p.shareList)}),
		p.build(command{use: "view ID", short: "cli.share.view.short", long: "cli.share.view.long", args: between(1, 1), run: p.withHistory(p.shareView)}),
		p.build(command{use: "revoke ID", short: "cli.share.revoke.short", long: "cli.share.revoke.long", args: between(1, 1), run: p.withHistory(p.shareRevoke)}),
		p.shareServeCommand(),
	)
}

// shareFlags are the flags of share create.
type shareFlags struct {
	to           app.ShareTo
	redact, keep []string
	preview      bool
}

func (p *program) shareCreateCommand() *cobra.Command {
	var f shareFlags
	c := p.build(command{
		use: "create CONV", short: "cli.share.create.short", long: "cli.share.create.long", args: between(1, 1),
		example: "bise share create last\nbise share create last --keep email,name --out talk.html\nbise share create last --to https://bin.example.org --expire 1day --burn",
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			return p.shareCreate(c, a, args[0], f)
		}),
	})
	flags := c.Flags()
	flags.StringVarP(&f.to.Path, "out", "o", "", p.words.T("cli.share.flag.out"))
	flags.BoolVar(&f.to.Plain, "plain", false, p.words.T("cli.share.flag.plain"))
	flags.StringVar(&f.to.Server, "to", "", p.words.T("cli.share.flag.to"))
	flags.StringVar(&f.to.Expiry, "expire", "", p.words.T("cli.share.flag.expire", "Words", strings.Join(app.ShareExpiries(), ", ")))
	flags.BoolVar(&f.to.Burn, "burn", false, p.words.T("cli.share.flag.burn"))
	flags.StringSliceVar(&f.redact, "redact", nil, p.words.T("cli.share.flag.redact", "Words", kindWords()))
	flags.StringSliceVar(&f.keep, "keep", nil, p.words.T("cli.share.flag.keep"))
	flags.BoolVar(&f.preview, "preview", false, p.words.T("cli.share.flag.preview"))
	return c
}

func kindWords() string {
	var words []string
	for _, k := range app.FindingKinds() {
		words = append(words, string(k))
	}
	return strings.Join(words, ", ")
}

// check refuses flags that do not go together.
func (f shareFlags) check() error {
	mixed := func(flags string) error {
		return fault.E("cli.share", fault.Usage, nil, "what", "flag mix", "word", flags)
	}
	switch {
	case f.to.Server == "" && f.to.Burn:
		return mixed("--burn without --to")
	case f.to.Server == "" && f.to.Expiry != "":
		return mixed("--expire without --to")
	case f.to.Server != "" && f.to.Path != "":
		return mixed("--to --out")
	case f.to.Server != "" && f.to.Plain:
		return mixed("--to --plain")
	}
	if f.to.Expiry != "" && !contains(app.ShareExpiries(), f.to.Expiry) {
		return fault.E("cli.share", fault.Usage, nil, "what", "expiry", "word", f.to.Expiry)
	}
	for _, word := range slices.Concat(f.redact, f.keep) {
		if word != "all" && !slices.Contains(app.FindingKinds(), app.FindingKind(word)) {
			return fault.E("cli.share", fault.Usage, nil, "what", "kind of finding", "word", word)
		}
	}
	return nil
}

// decide keeps what the flags keep. All else is taken out; --redact wins over
// --keep.
func (f shareFlags) decide(sh *app.Sharing) {
	for _, kind := range app.FindingKinds() {
		keep := contains(f.keep, "all") || contains(f.keep, string(kind))
		if contains(f.redact, string(kind)) || contains(f.redact, "all") && !contains(f.keep, string(kind)) {
			keep = false
		}
		sh.KeepKind(kind, keep)
	}
}

func (p *program) shareCreate(c *cobra.Command, a *app.App, word string, f shareFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	id, err := p.resolve(c, a, word)
	if err != nil {
		return err
	}
	s, err := a.OpenSession(c.Context(), id)
	if err != nil {
		return err
	}
	sh, v, err := a.DraftShare(s, f.to)
	if err != nil {
		return err
	}
	if sh == nil {
		return &policy.Refusal{Verdict: v}
	}
	f.decide(sh)
	if f.preview {
		return p.sharePreview(sh)
	}
	if err := p.askFindings(c, sh, f); err != nil {
		return err
	}
	out, v, err := a.Publish(c.Context(), sh, f.to)
	if err == nil && v.Decision == policy.Confirm {
		if !p.globals.yes && !p.console.interactive() {
			return &unconfirmed{v}
		}
		if !p.globals.yes {
			p.output.note(p.words.T("cli.share.anyone"))
		}
		if err := p.confirm(c.Context(), p.words.T("cli.share.question")); err != nil {
			return err
		}
		out, v, err = a.Publish(c.Context(), sh, f.to, policy.ShareTurn)
	}
	switch {
	case err != nil:
		return err
	case !v.Decision.Permits():
		return &policy.Refusal{Verdict: v}
	}
	return p.shareMade(out)
}

// sharePreview prints what the reader would see. Nothing leaves.
func (p *program) sharePreview(sh *app.Sharing) error {
	snap, err := sh.Preview()
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(snap)
	}
	return p.output.line(strings.TrimRight(snap.Text(p.words), "\n"))
}

// askFindings shows each finding in its place and asks whether it stays, where
// somebody can be asked and no flag has said so.
func (p *program) askFindings(c *cobra.Command, sh *app.Sharing, f shareFlags) error {
	found := sh.Findings()
	if p.globals.json || len(found) == 0 {
		return nil
	}
	p.output.note(p.words.N("cli.share.found", len(found)))
	ask := !p.globals.yes && len(f.redact)+len(f.keep) == 0 && p.console.interactive()
	for i, one := range found {
		p.output.note("  " + p.findingLine(one))
		switch {
		case !ask && one.Keep:
			p.output.note("    " + p.words.T("cli.share.kept"))
		case ask:
			keep, err := p.console.yes(c.Context(), "    "+p.words.T("cli.share.keep_question")+" "+p.words.T("cli.confirm.choice"), p.words.T("cli.confirm.yes"))
			if err != nil {
				return err
			}
			sh.Keep(i, keep)
		}
	}
	return nil
}

// sharedJSON is a share as scripts read it. Path is that of a file.
type sharedJSON struct {
	ID           string              `json:"id"`
	Conversation chat.ConversationID `json:"conversation"`
	Title        string              `json:"title,omitempty"`
	Way          app.ShareWay        `json:"way"`
	Path         string              `json:"path,omitempty"`
	URL          string              `json:"url,omitempty"`
	Link         string              `json:"link"`
	Encrypted    string              `json:"encrypted"`
	SHA256       string              `json:"sha256"`
	Messages     int                 `json:"messages"`
	Created      string              `json:"created"`
	Expires      string              `json:"expires,omitempty"`
	Revoked      string              `json:"revoked,omitempty"`
	State        string              `json:"state"`
	LeftOut      []omissionJSON      `json:"left_out"`
	Findings     any                 `json:"findings"`
}

type omissionJSON struct {
	What    string   `json:"what"`
	Count   int      `json:"count"`
	Clauses []string `json:"clauses,omitempty"`
}

// findingJSON is one finding. What opens something is shown only in part.
type findingJSON struct {
	Kind    app.FindingKind `json:"kind"`
	Message chat.MessageID  `json:"message,omitempty"`
	Role    chat.Role       `json:"role,omitempty"`
	Before  string          `json:"before"`
	Text    string          `json:"text"`
	After   string          `json:"after"`
	Action  string          `json:"action"`
}

func (p *program) newSharedJSON(s app.Shared) sharedJSON {
	out := sharedJSON{
		ID: s.ID, Conversation: s.Conversation, Title: s.Title, Way: s.Way, Link: string(s.Link()), Encrypted: yesNo(s.Encrypted()),
		SHA256: s.SHA256, Messages: s.Messages, Created: stamp(s.Created), Expires: stamp(s.Expires), Revoked: stamp(s.Revoked),
		State: p.shareState(s), LeftOut: []omissionJSON{}, Findings: newCountsJSON(s.Counts),
	}
	if s.Way == app.FileShare {
		out.Path = s.Address
	} else {
		out.URL = s.Address
	}
	for _, o := range s.LeftOut {
		out.LeftOut = append(out.LeftOut, omissionJSON{o.What, o.Count, o.Clauses})
	}
	if s.Counts == nil {
		out.Findings = newFindingsJSON(s.Findings)
	}
	return out
}

// countJSON counts findings of a kind with one fate: all that the ledger keeps
// of them.
type countJSON struct {
	Kind   app.FindingKind `json:"kind"`
	Action string          `json:"action"`
	Number int             `json:"number"`
}

func newCountsJSON(counts []app.FindingCount) []countJSON {
	list := []countJSON{}
	for _, c := range counts {
		list = append(list, countJSON{c.Kind, fate(c.Kept), c.Number})
	}
	return list
}

// fate is what is done about a finding: keep or redact.
func fate(keep bool) string {
	if keep {
		return "keep"
	}
	return "redact"
}

func newFindingsJSON(found []app.Finding) []findingJSON {
	list := []findingJSON{}
	for _, f := range found {
		list = append(list, findingJSON{f.Kind, f.Message, f.Role, string(f.Before), string(f.Shown()), string(f.After), fate(f.Keep)})
	}
	return list
}

// shareState is standing, expired or revoked.
func (p *program) shareState(s app.Shared) string {
	switch {
	case !s.Revoked.IsZero():
		return "revoked"
	case s.Over(p.app.Now()):
		return "expired"
	default:
		return "standing"
	}
}

// shareMade tells of a new share. The link goes to the output, so that it can
// be handed on.
func (p *program) shareMade(s app.Shared) error {
	if p.globals.json {
		return p.output.json(p.newSharedJSON(s))
	}
	if err := p.output.line(string(s.Link())); err != nil {
		return err
	}
	for _, l := range p.omitted(s) {
		p.output.note(l)
	}
	switch {
	case s.Way == app.FileShare && s.Encrypted():
		p.output.note(p.words.T("cli.share.made.sealed", "Path", s.Address))
	case s.Way == app.FileShare:
		p.output.note(p.words.T("cli.share.made.plain", "Path", s.Address))
	case s.Way == app.BurnShare:
		p.output.note(p.words.T("cli.share.made.burn"))
	case !s.Expires.IsZero():
		p.output.note(p.words.T("cli.share.made.until", "Time", s.Expires.Local().Format("2006-01-02 15:04")))
	}
	p.output.note(p.words.T("cli.share.made.revoke", "ID", s.ID))
	return nil
}

func (p *program) omitted(s app.Shared) []string {
	return app.Snapshot{LeftOut: s.LeftOut}.Omitted(p.words)
}

func (p *program) shareList(c *cobra.Command, a *app.App, _ []string) error {
	list, err := a.Shares(c.Context())
	if err != nil {
		return err
	}
	var rows [][]string
	for _, s := range list {
		if p.globals.json {
			if err := p.output.json(p.newSharedJSON(s)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{
			s.ID, s.Created.Local().Format("2006-01-02 15:04"), p.words.T("share.way." + string(s.Way)), p.shareState(s),
			strconv.Itoa(s.Messages), string(s.Link()), s.Title,
		})
	}
	return p.output.table(rows)
}

func (p *program) shareView(c *cobra.Command, a *app.App, args []string) error {
	s, err := a.SharedAs(c.Context(), args[0])
	if err != nil {
		return err
	}
	if p.globals.json && s.Way == app.FileShare {
		snap, err := a.ShareSnapshot(s)
		if err != nil {
			return err
		}
		return p.output.json(struct {
			sharedJSON
			Snapshot app.Snapshot `json:"snapshot"`
		}{p.newSharedJSON(s), snap})
	}
	text, err := a.ReadShare(c.Context(), s)
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(struct {
			sharedJSON
			Text string `json:"text"`
		}{p.newSharedJSON(s), string(text)})
	}
	return p.output.line(strings.TrimRight(string(text), "\n"))
}

func (p *program) shareRevoke(c *cobra.Command, a *app.App, args []string) error {
	s, err := a.SharedAs(c.Context(), args[0])
	if err != nil {
		return err
	}
	if err := p.confirm(c.Context(), p.words.T("cli.share.revoke.question")); err != nil {
		return err
	}
	what, err := a.RevokeShare(c.Context(), s)
	if err != nil {
		return err
	}
	told := p.words.T("share.revoked."+string(what), "Path", s.Address)
	if p.globals.json {
		return p.output.json(struct {
			ID      string       `json:"id"`
			Result  app.Revoking `json:"result"`
			Message string       `json:"message"`
		}{s.ID, what, told})
	}
	return p.output.line(told)
}
