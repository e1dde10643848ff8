package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bise/app/archive"
	"bise/app/chat"
	"bise/app/export"
	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
)

// LeftReason counts what was left out, by what it was and why.
type LeftReason = archive.Reason

// LeftOut says in words what was left out of an export, or not kept of an
// import.
func LeftOut(w export.Words, r LeftReason) string { return export.Left(w, r) }

// ExportRequest says what is to leave bise, and in which form.
type ExportRequest struct {
	// IDs are conversations of the history; Query takes all that it finds
	// instead, and Session one that is open, kept or not.
	IDs     []chat.ConversationID
	Query   *Query
	Session *Session
	// Format is one of Formats; a dataset may name its purpose as in
	// "dataset:evaluation".
	Format policy.Format
}

// Formats are the forms of an export, in the order in which they are offered.
func Formats() []policy.Format {
	return []policy.Format{policy.Markdown, policy.HTML, policy.JSON, policy.PlainText, policy.Dataset}
}

// Purposes are what a dataset can be for.
func Purposes() []string {
	return []string{"fine_tuning", "evaluation", "research", "image_generation_training"}
}

// Extension is the usual end of a file name for a format.
func Extension(format policy.Format) string {
	name, _, _ := strings.Cut(string(format), ":")
	switch policy.Format(name) {
	case policy.Markdown:
		return ".md"
	case policy.HTML:
		return ".html"
	case policy.JSON:
		return ".json"
	case policy.Dataset:
		return ".jsonl"
	default:
		return ".txt"
	}
}

// ExportPlan is what an export will hold. It is made before anything is written,
// so that it can be shown, and so that a document can say at its top what is not
// in it.
type ExportPlan struct {
	Format        policy.Format
	Conversations int
	Messages      int
	// Left is what the rules leave out, and why. Blocked counts conversations
	// of which nothing would be left.
	Left    []archive.Reason
	Blocked int
	// Warning is what the rules say of answers in this format that may leave,
	// where they warn; the zero Words where they do not.
	Warning policy.Words
	// Title is that of the conversation where there is only one.
	Title string

	ids     []chat.ConversationID
	session *Session
}

// PlanExport finds out what an export will hold. A refusal of the whole is a
// policy.Refusal; kinds besides: NotFound.
func (a *App) PlanExport(ctx context.Context, q ExportRequest) (*ExportPlan, error) {
	if v := a.MayExport(q.Format); v.Decision == policy.Block {
		return nil, &policy.Refusal{Verdict: v}
	}
	p := &ExportPlan{Format: q.Format, ids: q.IDs, session: q.Session}
	if q.Query != nil {
		ids, err := a.everyID(ctx, *q.Query)
		if err != nil {
			return nil, err
		}
		p.ids = ids
	}
	refused, from := policy.Verdict{}, make(map[madeBy]bool)
	err := a.eachExport(ctx, p, func(c chat.Conversation, weights string, permit policy.Exportable, v policy.Verdict) error {
		if name, _, _ := strings.Cut(string(q.Format), ":"); v.Decision != policy.Block && name == string(policy.Dataset) {
			v = withoutAnswers(permit, v)
		}
		if v.Decision == policy.Block {
			p.Blocked, refused = p.Blocked+1, v
			return nil
		}
		p.Conversations++
		for _, m := range shown(c, q.Format) {
			p.Messages++
			if archive.Generated(m) {
				from[madeBy{m.Service, weights}] = true
			}
		}
		p.Left = archive.Merge(p.Left, archive.Reasons(permit.Left(), a.sayRule))
		p.Title = c.Title
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.Warning = a.warning(q.Format, from)
	if p.Conversations == 0 && p.Blocked > 0 {
		return nil, &policy.Refusal{Verdict: refused}
	}
	if p.Conversations != 1 {
		p.Title = ""
	}
	return p, nil
}

// withoutAnswers blocks where the rules leave no answer in what becomes a
// dataset: questions alone teach nothing, and an empty file would say nothing.
// Elsewhere it is v. An answer of a search never stops an export: it is counted.
func withoutAnswers(permit policy.Exportable, v policy.Verdict) policy.Verdict {
	c, _, err := permit.Open()
	if err != nil {
		return v
	}
	for _, m := range c.Branch() {
		if m.Role == chat.Assistant && m.Text() != "" {
			return v
		}
	}
	for _, left := range permit.Left() {
		if !left.Placeholder {
			v = left.Verdict
			v.Decision = policy.Block
			return v
		}
	}
	return v
}

// madeBy says where answers come from: a service, and the licence of weights
// there by the word of that fact.
type madeBy struct{ service, weights string }

// warning is what the rules say of such answers in a format, where they warn; a
// licence counts before the rest.
func (a *App) warning(format policy.Format, from map[madeBy]bool) policy.Words {
	order := slices.SortedFunc(maps.Keys(from), func(x, y madeBy) int {
		return cmp.Or(cmp.Compare(y.weights, x.weights), cmp.Compare(x.service, y.service))
	})
	for _, by := range order {
		f, err := policy.Facts{Now: a.Now()}.With("service", by.service)
		if err == nil {
			f, err = f.With("weights", by.weights)
		}
		if err != nil {
			continue
		}
		if v := a.Rules().Decide(f, formatAct(format), chat.Model); v.Decision == policy.Warn {
			return v.Reason
		}
	}
	return policy.Words{}
}

// shown are the messages that a format has: the archive has every branch, the
// others the active one.
func shown(c chat.Conversation, format policy.Format) []chat.Message {
	if format == policy.JSON {
		return c.Messages
	}
	return c.Branch()
}

// MayExport decides whether anything may leave in a format at all: an
// administrator may have forbidden it.
func (a *App) MayExport(format policy.Format) policy.Verdict {
	f, err := a.Facts(a.Active())
	if err != nil {
		return policy.Verdict{}
	}
	return a.Rules().Decide(f, formatAct(format), chat.Typed)
}

// formatAct is the act that a format amounts to.
func formatAct(format policy.Format) policy.Act {
	if strings.HasPrefix(string(format), string(policy.Dataset)+":") {
		return policy.Act(format)
	}
	return policy.Act("export:" + string(format))
}

// everyID lists the conversations that a query finds.
func (a *App) everyID(ctx context.Context, q Query) ([]chat.ConversationID, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	var ids []chat.ConversationID
	q.Limit = 500
	for {
		page, err := db.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			ids = append(ids, s.ID)
		}
		if len(page) < q.Limit {
			return ids, nil
		}
		q.After = page[len(page)-1].Cursor()
	}
}

// eachExport clears one conversation of a plan after the other.
func (a *App) eachExport(ctx context.Context, p *ExportPlan, do func(c chat.Conversation, weights string, permit policy.Exportable, v policy.Verdict) error) error {
	facts, rules, licences := a.factsOnce(), a.Rules(), a.licences()
	one := func(c chat.Conversation) error {
		f, err := withLicences(facts(a.ProfileOf(c.Provider)), c, licences)
		if err != nil {
			return err
		}
		permit, v := rules.Export(f, c, p.Format)
		return do(c, f.Get("weights"), permit, v)
	}
	if p.session != nil {
		return one(p.session.Snapshot())
	}
	for _, id := range p.ids {
		if err := ctx.Err(); err != nil {
			return fault.E("app.Export", fault.Interrupted, err)
		}
		s, err := a.OpenSession(ctx, id)
		if err != nil {
			return err
		}
		if err := one(s.Snapshot()); err != nil {
			return err
		}
	}
	return nil
}

// Exported says what was written.
type Exported struct {
	Path   string
	Bytes  int64
	SHA256 string
	// Record is the file beside it that holds the hashes of the turns; "" where
	// there is none.
	Record string
}

// Export writes what a plan holds to w. record takes one line of hashes for each
// turn, nil takes none; progress is told how many conversations are done.
func (a *App) Export(ctx context.Context, p *ExportPlan, w io.Writer, record func(export.Turn) error, progress func(done int)) error {
	d, err := export.New(w, export.Options{
		Format: p.Format, Words: a.Words(), Say: a.sayRule, Version: a.Version(), Ruleset: a.Rules().ID(), At: a.Now(),
		Name:  func(provider string) string { return a.Describe(provider).Name },
		Marks: a.marks(), Conversations: p.Conversations, Left: p.Left, Title: p.Title, Record: record,
	})
	if err != nil {
		return err
	}
	done := 0
	err = a.eachExport(ctx, p, func(_ chat.Conversation, _ string, permit policy.Exportable, v policy.Verdict) error {
		if done++; progress != nil {
			progress(done)
		}
		if v.Decision == policy.Block {
			return nil // counted in the plan
		}
		return d.Add(permit)
	})
	if err != nil {
		return err
	}
	return d.Close()
}

// ExportFile writes what a plan holds to a file, and beside it a record with the
// hashes of the file and of every turn. Without replace the kind FileExists says
// that there is a file; on any error nothing has changed.
func (a *App) ExportFile(ctx context.Context, p *ExportPlan, path string, replace bool, progress func(done int)) (Exported, error) {
	path = ExpandPath(path)
	out := Exported{Path: path, Record: path + recordEnd}
	file, err := localstore.CreateFile(path, replace)
	if err != nil {
		return out, err
	}
	defer file.Discard()
	side, err := localstore.CreateFile(out.Record, replace)
	if err != nil {
		return out, err
	}
	defer side.Discard()
	r := newRecord(side, a)
	w := &counted{w: file}
	sum := sha256.New()
	if err := a.Export(ctx, p, io.MultiWriter(w, sum), r.turn, progress); err != nil {
		return out, err
	}
	out.Bytes, out.SHA256 = w.n, hex.EncodeToString(sum.Sum(nil))
	if err := r.end(filepath.Base(path), out); err != nil {
		return out, err
	}
	if err := file.Commit(); err != nil {
		return out, err
	}
	return out, side.Commit()
}

// marks are the marks of what a model made, by the rules in force.
func (a *App) marks() archive.Marks {
	f := policy.Facts{Now: a.Now()}
	mark := func(edited bool) string {
		f.Turn.Edited = edited
		labels, _ := a.Rules().Decide(f, "export:json", 0).Fields["labels"].(map[string]string)
		return labels["digital_source_type"]
	}
	m := archive.Marks{Generated: mark(false), Edited: mark(true), Pictures: make(map[string][]string)}
	f.Turn = policy.Turn{}
	for _, service := range []policy.Service{policy.LeChat, policy.Platform, policy.Partner, policy.Local, ""} {
		with, err := f.With("service", string(service))
		if err != nil {
			continue // a bundle without that service has no condition for it
		}
		m.Pictures[string(service)], _ = a.Rules().Decide(with, "export:json", chat.Image).Fields["markers"].([]string)
	}
	return m
}

// sayRule is a sentence of the rules.
func (a *App) sayRule(w policy.Words) string {
	args := make([]any, 0, 2*len(w.Args))
	for name, value := range w.Args {
		args = append(args, name, value)
	}
	return a.Words().T("rules."+w.Key, args...)
}

// ExportName is a name for the file of a plan: its title and day, in characters
// that every file system takes.
func (a *App) ExportName(p *ExportPlan) string {
	var b strings.Builder
	for _, r := range strings.ToLower(p.Title) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 40 {
			break
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" {
		name = "bise"
	}
	return name + "-" + a.Now().Format(time.DateOnly) + Extension(p.Format)
}
