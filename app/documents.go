package app

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/document"
	"bise/app/fault"
	"bise/app/policy"
	"bise/assets"
	"bise/localstore"
)

// SavedDraft is a draft that the person keeps, and what became of it.
type SavedDraft struct {
	ID           string
	Profile      string
	Kind         document.Kind
	To           string
	CC           []string
	Alternatives []string
	Subject      string
	Text         chat.Text
	Complete     bool
	Created      time.Time
	// Sent is the day on which the person sent it, YYYY-MM-DD; "" while it is a
	// draft. bise sends nothing by itself.
	Sent string
}

// Write drafts a document from values alone: it reads no history, no keyring
// and no network.
func Write(in document.Input) (document.Draft, error) {
	if in.Kind == document.TermsChange {
		in.Changed = changedClauses(in)
	}
	return document.New(in, assets.Documents)
}

// changedClauses are the clauses that differ between the rules that a note about
// the terms names; none where a bundle is not one that is compiled in.
func changedClauses(in document.Input) []string {
	before, after := in.Rules, in.Rules
	var err error
	if id := in.Values["old"]; id != "" {
		if before, err = BuiltinRules(id); err != nil {
			return nil
		}
	}
	if id := in.Values["new"]; id != "" {
		if after, err = BuiltinRules(id); err != nil {
			return nil
		}
	}
	var clauses []string
	for _, change := range policy.Diff(before, after) {
		for _, id := range change.Clauses {
			if strings.Contains(id, "-") { // of a document, not of our own reading
				clauses = append(clauses, id)
			}
		}
	}
	slices.Sort(clauses)
	return slices.Compact(clauses)
}

// WriteFor drafts a document for a profile. The list for the end of an account
// is complete once the profile's key is gone.
func (a *App) WriteFor(ctx context.Context, profile string, in document.Input) (document.Draft, error) {
	if in.Kind == document.AccountEnd {
		_, source, err := a.findKey(ctx, profile)
		in.KeyGone = source == NoKey && fault.Is(err, fault.NotSignedIn)
	}
	return Write(in)
}

// KeepDraft keeps a draft under a profile, encrypted in the history. A report
// that quotes what it reports is refused: that may not be stored.
func (a *App) KeepDraft(ctx context.Context, profile string, d document.Draft) (SavedDraft, error) {
	const op = "app.KeepDraft"
	saved := SavedDraft{
		ID: newID(a.Now()), Profile: profile, Kind: d.Kind, To: d.To, CC: d.CC, Alternatives: d.Alternatives,
		Subject: d.Subject, Text: d.Text, Complete: d.Complete, Created: a.Now(),
	}
	f, err := a.Facts(profile)
	if err != nil {
		return saved, err
	}
	text, v := a.Rules().Keep(f, chat.Part{Kind: chat.TextPart, Origin: d.Origin, Text: d.Text})
	if !v.Decision.Permits() {
		return saved, &policy.Refusal{Verdict: v}
	}
	subject := a.keepable(f, chat.Text(d.Subject))
	if subject == nil {
		return saved, fault.E(op, fault.Invalid, nil, "what", "document")
	}
	db, err := a.history.db(ctx)
	if err != nil {
		return saved, err
	}
	return saved, db.AddDocument(ctx, localstore.Document{
		ID: saved.ID, Profile: profile, Kind: string(d.Kind), To: d.To, CC: d.CC, Alternatives: d.Alternatives,
		Text: text, Subject: *subject, Complete: d.Complete, Created: saved.Created,
	})
}

// Drafts lists the drafts of a profile, the newest first; "" is every profile.
func (a *App) Drafts(ctx context.Context, profile string) ([]SavedDraft, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := db.Documents(ctx)
	if err != nil {
		return nil, err
	}
	var list []SavedDraft
	for _, row := range rows {
		if profile == "" || row.Profile == profile {
			list = append(list, savedDraft(row))
		}
	}
	return list, nil
}

// SavedDraft is one kept draft.
func (a *App) SavedDraft(ctx context.Context, id string) (SavedDraft, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return SavedDraft{}, err
	}
	row, err := db.Document(ctx, id)
	return savedDraft(row), err
}

func savedDraft(row localstore.DocumentRow) SavedDraft {
	return SavedDraft{
		ID: row.ID, Profile: row.Profile, Kind: document.Kind(row.Kind), To: row.To, CC: row.CC, Alternatives: row.Alternatives,
		Subject: row.Subject, Text: row.Text, Complete: row.Complete, Created: row.Created, Sent: row.Sent,
	}
}

// MarkSent notes that the person has sent a draft on a day, YYYY-MM-DD; "" is
// today.
func (a *App) MarkSent(ctx context.Context, id, day string) error {
	if day == "" {
		day = a.Now().Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fault.E("app.MarkSent", fault.Usage, err, "what", "date", "word", day)
	}
	db, err := a.history.db(ctx)
	if err != nil {
		return err
	}
	return db.MarkSent(ctx, id, day)
}

// RemoveDraft destroys a kept draft.
func (a *App) RemoveDraft(ctx context.Context, id string) error {
	db, err := a.history.past(ctx)
	if err != nil {
		return err
	}
	return db.RemoveDocument(ctx, id)
}

// escape is text for a part of a mailto link, where a plus is a plus.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// mailLink is a link that opens a mail program with the recipients and the
// subject of a draft. The text stays out of it: other programs can read the
// arguments of a command.
func mailLink(d SavedDraft) (string, error) {
	to := ""
	for _, word := range append([]string{d.To}, d.Alternatives...) {
		if isAddress(word) {
			to = word
			break
		}
	}
	if to == "" {
		return "", fault.E("app.Mail", fault.NotFound, nil, "what", "address", "name", d.To)
	}
	query := "subject=" + escape(d.Subject)
	for _, cc := range d.CC {
		if isAddress(cc) {
			query += "&cc=" + strings.ReplaceAll(cc, "%", "%25")
		}
	}
	return "mailto:" + strings.ReplaceAll(to, "%", "%25") + "?" + query, nil
}
