package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/imports"
	"bise/app/policy"
	"bise/localstore"
	"bise/localstore/foreign"
)

// What a front end needs to know of an import.
type (
	// ImportSource is the program a file comes from.
	ImportSource = imports.Source
	// ImportProblem is something in a file that could not be read.
	ImportProblem = imports.Problem
)

// ImportSources lists the sources, the one that finds out by itself first.
func ImportSources() []ImportSource { return imports.Sources() }

// ImportRequest says what to read.
type ImportRequest struct {
	Path string
	// From is a source; "" finds out.
	From ImportSource
	// DryRun reads and counts, and keeps nothing.
	DryRun bool
	// Progress is told how many conversations have been read.
	Progress func(done int)
}

// maxProblems is how many problems are told one by one.
const maxProblems = 100

// ImportReport says what became of a file.
type ImportReport struct {
	// Sources counts conversations by the program they come from.
	Sources map[ImportSource]int
	// Conversations is how many were read: New ones, deleted ones that are back
	// included, Grown ones that were here with fewer messages, and Same ones that
	// were here as they are.
	Conversations, New, Grown, Same int
	// Messages is how many were read, and Added how many of them are new here.
	Messages, Added int
	// Left is what the rules do not let be kept, and why.
	Left []LeftReason
	// Problems are the first of all that could not be read, Lost their number.
	Problems []ImportProblem
	Lost     int
}

// Import reads conversations of another program, or of bise, into the history.
// What is there already stays as it is. The kind ImportFile says that the file
// holds nothing that is known.
func (a *App) Import(ctx context.Context, q ImportRequest) (ImportReport, error) {
	in := &importing{app: a, ctx: ctx, q: q, facts: a.factsOnce(), rules: a.Rules()}
	in.report.Sources = make(map[ImportSource]int)
	if in.q.From == "" {
		in.q.From = imports.Auto
	}
	in.q.Path = ExpandPath(q.Path)
	db, err := a.history.db(ctx)
	if err != nil {
		return in.report, err
	}
	in.db = db
	err = in.read()
	if ctx.Err() != nil {
		err = fault.E("app.Import", fault.Interrupted, ctx.Err())
	}
	return in.report, err
}

// importing is one import under way.
type importing struct {
	app    *App
	ctx    context.Context //nolint:containedctx // lives as long as one call
	db     *localstore.DB
	q      ImportRequest
	facts  func(profile string) policy.Facts
	rules  policy.Rules
	report ImportReport
	choice Choice // who answers next where the one of the file is not here
}

func (in *importing) read() error {
	const op = "app.Import"
	info, err := os.Stat(in.q.Path)
	if err != nil {
		return fault.E(op, fault.NotFound, err, "what", "file", "name", in.q.Path)
	}
	sink := imports.Sink{Take: in.take, Lost: in.lost}
	folder := in.q.Path
	if filepath.Base(in.q.Path) == "messages.jsonl" { // what is known of a session lies beside it
		folder = filepath.Dir(in.q.Path)
	}
	if info.IsDir() || folder != in.q.Path {
		return imports.ReadFolder(folder, os.DirFS(folder), in.q.From, sink)
	}
	f, err := os.Open(in.q.Path)
	if err != nil {
		return fault.E(op, fault.NotFound, err, "what", "file", "name", in.q.Path)
	}
	defer func() { _ = f.Close() }() // nothing was written
	head := make([]byte, 32)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.E(op, fault.NotFound, err, "what", "file", "name", in.q.Path)
	}
	if foreign.Is(head[:n]) {
		return in.database()
	}
	return imports.Read(in.q.Path, f, info.Size(), in.q.From, sink)
}

// database reads the database of another program.
func (in *importing) database() (err error) {
	f, err := foreign.Open(in.ctx, in.q.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	source := map[foreign.Program]ImportSource{foreign.LLM: imports.LLM, foreign.Oterm: imports.Oterm}[f.Program()]
	if in.q.From != imports.Auto && in.q.From != source {
		return fault.E("app.Import", fault.ImportFile, nil, "why", "unknown", "name", filepath.Base(in.q.Path))
	}
	if f.Behind() {
		in.lost(imports.Problem{
			Where: filepath.Base(in.q.Path), Err: fault.E("app.Import", fault.ImportFile, nil, "why", "wal"),
		})
	}
	return f.Each(in.ctx, func(key string, c chat.Conversation) error {
		c = imports.Linear(source, key, c)
		if len(c.Messages) == 0 {
			return nil
		}
		return in.take(source, c)
	}, func(key string, err error) { in.lost(imports.Problem{Where: key, Err: err}) })
}

func (in *importing) lost(p imports.Problem) {
	in.report.Lost++
	if len(in.report.Problems) < maxProblems {
		in.report.Problems = append(in.report.Problems, p)
	}
}

// take keeps one conversation.
func (in *importing) take(source ImportSource, c chat.Conversation) error {
	if err := in.ctx.Err(); err != nil {
		return err
	}
	in.settle(source, &c)
	in.inherit(&c)
	permits := make([]policy.Storable, 0, len(c.Messages))
	ids := make([]chat.MessageID, 0, len(c.Messages))
	for _, m := range c.Messages {
		permit, left := in.store(m)
		permits, ids = append(permits, permit), append(ids, m.ID)
		in.report.Left = archive.Merge(in.report.Left, left)
	}
	did, err := in.db.Missing(in.ctx, c.ID, ids)
	if err == nil && !in.q.DryRun && (did.New || did.Back || did.Added > 0) {
		meta := in.app.meta(in.facts(in.app.ProfileOf(c.Provider)), c)
		did, err = in.db.Import(in.ctx, meta, c.Leaf, permits)
	}
	if err != nil {
		return err
	}
	r := &in.report
	r.Sources[source]++
	r.Conversations++
	r.Messages += len(c.Messages)
	r.Added += did.Added
	switch {
	case did.New, did.Back:
		r.New++
	case did.Added > 0:
		r.Grown++
	default:
		r.Same++
	}
	if in.q.Progress != nil {
		in.q.Progress(r.Conversations)
	}
	return nil
}

// settle fills in what only this machine knows: the times of what has none, and
// who answers the next prompt.
func (in *importing) settle(source ImportSource, c *chat.Conversation) {
	now := in.app.Now()
	if c.Created.IsZero() {
		c.Created = now
	}
	if c.Updated.IsZero() {
		c.Updated = c.Created
	}
	for i := range c.Messages {
		if c.Messages[i].At.IsZero() {
			c.Messages[i].At = c.Created
		}
	}
	if _, err := in.app.provider(c.Provider); err != nil {
		if in.choice == (Choice{}) {
			in.choice = in.app.DefaultChoice(in.ctx)
		}
		c.Provider, c.Model = in.choice.Provider, in.choice.Model
		c.Profile = in.app.ProfileOf(c.Provider)
	}
	// What was declared to be so was not declared here, and a file may say
	// anything.
	c.Settings.Declared = chat.Declaration{}
	if WrongOption(c.Settings.Options) != "" {
		c.Settings.Options = chat.Options{}
	}
	if source == imports.Bise {
		return
	}
	// The other program may have made the title of an answer, and then it is
	// what the answer is.
	var o chat.Origin
	prompt := chat.Text("")
	for _, m := range c.Messages {
		o |= m.Origin()
		if prompt == "" && m.Role == chat.User {
			prompt = m.Text()
		}
	}
	if o.Any(chat.WebSearch|chat.News|chat.ThirdParty) || c.Title == "" {
		c.Title = chat.TitleFrom(prompt, TitleLength)
	}
}

// inherit marks answers that repeat, word for word, one that may not be kept.
func (in *importing) inherit(c *chat.Conversation) {
	searched := chat.Message{ID: "searched", Role: chat.Assistant}
	for _, m := range c.Messages {
		if m.Role == chat.Assistant && m.Origin().Any(chat.WebSearch|chat.News) {
			searched.Parts = append(searched.Parts, m.Parts...)
		}
	}
	if searched.Empty() {
		return
	}
	for i := range c.Messages {
		m := &c.Messages[i]
		if m.Role != chat.Assistant || m.Origin().Any(chat.WebSearch|chat.News) {
			continue
		}
		if o := in.rules.Repeats(*m, []chat.Message{searched}); o != 0 {
			for j := range m.Parts {
				m.Parts[j].Origin |= o
			}
		}
	}
}

// store clears a message for the history; what may not be kept at all leaves its
// record.
func (in *importing) store(m chat.Message) (policy.Storable, []archive.Reason) {
	f := in.facts(in.app.ProfileOf(m.Provider))
	permit, v := in.rules.Store(f, m)
	if _, err := permit.Open(); err != nil {
		m.State, m.Parts = chat.Withheld, nil
		m.Clauses, m.Ruleset = v.Clauses, v.Ruleset
		permit, _ = in.rules.Store(f, m)
		return permit, archive.Reasons([]policy.Left{{Message: m.ID, What: "text", Verdict: v}}, in.app.sayRule)
	}
	return permit, archive.Reasons(permit.Left(), in.app.sayRule)
}
