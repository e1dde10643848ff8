package app

import (
	"context"
	"slices"
	"strings"

	"bise/app/chat"
	"bise/app/policy"
	"bise/localstore"
)

// What the screen and the commands do with the history.
type (
	// Query narrows a list of conversations.
	Query = localstore.Query
	// Summary is a conversation in a list.
	Summary = localstore.Summary
	// Hit is a message that a search found.
	Hit = localstore.Hit
	// Cursor is a place in a list of conversations.
	Cursor = localstore.Cursor
)

// Conversations lists conversations, newest first.
func (a *App) Conversations(ctx context.Context, q Query) ([]Summary, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	return db.List(ctx, q)
}

// Search finds messages by their words, newest first.
func (a *App) Search(ctx context.Context, words string, limit int) ([]Hit, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	return db.Search(ctx, words, limit)
}

// Titled finds conversations by their titles, those left out that hits have
// found already: a title is a hit without a message.
func (a *App) Titled(ctx context.Context, words string, hits []Hit, limit int) ([]Hit, error) {
	if limit < 1 || strings.TrimSpace(words) == "" {
		return nil, nil
	}
	list, err := a.Conversations(ctx, Query{Filter: words, Limit: limit})
	if err != nil {
		return nil, err
	}
	var titles []Hit
	for _, s := range list {
		if slices.ContainsFunc(hits, func(h Hit) bool { return h.Conversation == s.ID }) {
			continue
		}
		titles = append(titles, Hit{
			Conversation: s.ID, Title: s.Title, At: s.Updated, Snippet: Snippet{Text: chat.Text(s.Title)},
		})
	}
	return titles, nil
}

// Rename gives a conversation the person's own title.
func (a *App) Rename(ctx context.Context, id chat.ConversationID, title string) error {
	db, err := a.history.db(ctx)
	if err != nil {
		return err
	}
	f, err := a.Facts(a.Active())
	if err != nil {
		return err
	}
	k, v := a.Rules().Keep(f, chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(title)})
	if !v.Decision.Permits() {
		return &policy.Refusal{Verdict: v}
	}
	return db.Rename(ctx, id, k, true)
}

// Pin pins a conversation to the top of the list, or lets it go.
func (a *App) Pin(ctx context.Context, id chat.ConversationID, pinned bool) error {
	return a.withDB(ctx, func(db *localstore.DB) error { return db.Pin(ctx, id, pinned) })
}

// Move puts a conversation into a folder; "" takes it out.
func (a *App) Move(ctx context.Context, id chat.ConversationID, folder string) error {
	return a.withDB(ctx, func(db *localstore.DB) error { return db.Move(ctx, id, folder) })
}

// Tag sets the tags of a conversation.
func (a *App) Tag(ctx context.Context, id chat.ConversationID, tags []string) error {
	return a.withDB(ctx, func(db *localstore.DB) error { return db.Tag(ctx, id, tags) })
}

// Delete takes a conversation out of the lists; Restore brings it back until it
// is purged.
func (a *App) Delete(ctx context.Context, id chat.ConversationID) error {
	return a.withPast(ctx, func(db *localstore.DB) error { return db.Delete(ctx, id) })
}

// Restore undoes Delete.
func (a *App) Restore(ctx context.Context, id chat.ConversationID) error {
	return a.withPast(ctx, func(db *localstore.DB) error { return db.Restore(ctx, id) })
}

// Known tells whether conversations are there to be destroyed, those that were
// deleted and not yet wiped included. The kind NotFound names one that is not.
func (a *App) Known(ctx context.Context, ids ...chat.ConversationID) error {
	return a.withPast(ctx, func(db *localstore.DB) error { return db.Known(ctx, ids...) })
}

// Purge destroys conversations at once, and nothing can bring them back.
func (a *App) Purge(ctx context.Context, ids ...chat.ConversationID) error {
	return a.withPast(ctx, func(db *localstore.DB) error { return db.Purge(ctx, ids...) })
}

// PurgeAll destroys the whole history at once.
func (a *App) PurgeAll(ctx context.Context) error {
	return a.withPast(ctx, func(db *localstore.DB) error { return db.PurgeAll(ctx) })
}

func (a *App) withDB(ctx context.Context, do func(*localstore.DB) error) error {
	db, err := a.history.db(ctx)
	if err != nil {
		return err
	}
	return do(db)
}

// Draft is the text that was in the composer when the program ended.
func (a *App) Draft(ctx context.Context) chat.Text {
	db, err := a.history.db(ctx)
	if err != nil {
		return ""
	}
	p, err := db.Draft(ctx, "")
	if err != nil {
		return ""
	}
	return p.Text
}

// SaveDraft keeps the text of the composer; "" forgets it.
func (a *App) SaveDraft(ctx context.Context, draft chat.Text) error {
	if a.HistoryState() != HistoryOpen {
		return nil
	}
	f, err := a.Facts(LocalProfile)
	if err != nil {
		return err
	}
	k, v := a.Rules().Keep(f, chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: draft})
	if !v.Decision.Permits() {
		return nil
	}
	return a.withDB(ctx, func(db *localstore.DB) error { return db.SaveDraft(ctx, "", k) })
}
