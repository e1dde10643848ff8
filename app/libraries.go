package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// What front ends need of libraries.
type (
	// Library is a collection of documents at a service.
	Library = client.Library
	// LibraryID names it.
	LibraryID = client.LibraryID
	// LibraryDocument is a document of a library.
	LibraryDocument = client.LibraryDocument
	// DocumentID names it.
	DocumentID = client.DocumentID
	// DocumentState says how far the service is with it.
	DocumentState = client.DocumentState
	// Grant is one share of a library, Grantee whom it is for.
	Grant = client.Grant
	// Grantee is whom a library is shared with.
	Grantee = client.Grantee
)

// The states of a document, as in client.
const (
	DocumentWaiting = client.DocumentWaiting
	DocumentReading = client.DocumentReading
	DocumentReady   = client.DocumentReady
	DocumentFailed  = client.DocumentFailed
)

// LibraryService names the provider that has libraries; wanted is one that a
// person has named, "" is any.
func (a *App) LibraryService(wanted string) (string, error) {
	p, _, err := serviceFor[client.Librarian](a, wanted, librariesFeature)
	if err != nil {
		return "", err
	}
	return string(p.Describe().ID), nil
}

func (a *App) librarian(provider string) (client.Librarian, error) {
	_, l, err := serviceFor[client.Librarian](a, provider, librariesFeature)
	return l, err
}

// Libraries lists the libraries of a provider by name.
func (a *App) Libraries(ctx context.Context, provider string) ([]Library, error) {
	l, err := a.librarian(provider)
	if err != nil {
		return nil, err
	}
	list, err := l.Libraries(ctx)
	slices.SortStableFunc(list, func(a, b Library) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return list, err
}

// FindLibrary finds a library by its id or its name. A name that several have
// is an error of kind fault.Usage.
func (a *App) FindLibrary(ctx context.Context, provider, word string) (Library, error) {
	const op = "app.FindLibrary"
	list, err := a.Libraries(ctx, provider)
	if err != nil {
		return Library{}, err
	}
	var found []Library
	for _, l := range list {
		if string(l.ID) == word {
			return l, nil
		}
		if strings.EqualFold(l.Name, word) {
			found = append(found, l)
		}
	}
	switch len(found) {
	case 0:
		return Library{}, fault.E(op, fault.NotFound, nil, "what", "library", "name", word)
	case 1:
		return found[0], nil
	}
	return Library{}, fault.E(op, fault.Usage, nil, "what", "library name", "word", word)
}

// CreateLibrary makes a library with a name and, unless it is "", a description.
// The verdict says what has to be confirmed first; then nothing has been sent.
func (a *App) CreateLibrary(ctx context.Context, provider, name, about string, confirmed ...policy.Act) (Library, policy.Verdict, error) {
	l, err := a.librarian(provider)
	if err != nil {
		return Library{}, policy.Verdict{}, err
	}
	if name = strings.TrimSpace(name); name == "" {
		return Library{}, policy.Verdict{}, fault.E("app.CreateLibrary", fault.Usage, nil, "what", "library name", "word", "")
	}
	parts := []chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(name)}}
	if about != "" {
		parts = append(parts, chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(about)})
	}
	out, v, err := a.clear(lend{provider, parts, true, confirmed})
	if err != nil || !v.Decision.Permits() {
		return Library{}, v, err
	}
	made, err := l.CreateLibrary(ctx, out)
	return made, v, err
}

// DeleteLibrary deletes a library with all its documents.
func (a *App) DeleteLibrary(ctx context.Context, provider string, id LibraryID) error {
	l, err := a.librarian(provider)
	if err != nil {
		return err
	}
	if err := l.DeleteLibrary(ctx, id); err != nil {
		return err
	}
	return a.noteDeleted(ctx, a.ProfileOf(provider), string(id))
}

// LibraryDocuments lists the documents of a library.
func (a *App) LibraryDocuments(ctx context.Context, provider string, id LibraryID) ([]LibraryDocument, error) {
	l, err := a.librarian(provider)
	if err != nil {
		return nil, err
	}
	return l.Documents(ctx, id)
}

// AddDocument puts an attachment into a library, where it stays until it is
// deleted. The verdict says what has to be confirmed first; then nothing has
// been sent.
func (a *App) AddDocument(ctx context.Context, provider string, id LibraryID, part chat.Part, confirmed ...policy.Act) (LibraryDocument, policy.Verdict, error) {
	l, err := a.librarian(provider)
	if err != nil {
		return LibraryDocument{}, policy.Verdict{}, err
	}
	out, v, err := a.clear(lend{provider, []chat.Part{withData(part)}, true, confirmed})
	if err != nil || !v.Decision.Permits() {
		return LibraryDocument{}, v, err
	}
	d, err := l.AddDocument(ctx, id, out)
	if err != nil {
		return LibraryDocument{}, v, err
	}
	return d, v, a.noteUpload(ctx, Upload{
		Profile: a.ProfileOf(provider), Remote: string(d.ID), Library: string(id), Name: part.Name, Size: d.Size,
		Purpose: "library", At: a.Now(), Expires: d.Expires,
	})
}

// DeleteDocument deletes a document of a library.
func (a *App) DeleteDocument(ctx context.Context, provider string, id LibraryID, doc DocumentID) error {
	l, err := a.librarian(provider)
	if err != nil {
		return err
	}
	if err := l.DeleteDocument(ctx, id, doc); err != nil {
		return err
	}
	return a.noteDeleted(ctx, a.ProfileOf(provider), string(doc))
}

// The pauses between two questions for the state of a document: short at first,
// since most are read within seconds.
const (
	firstLook = time.Second
	lastLook  = 15 * time.Second
)

// AwaitDocument asks how far the service is with a document until nothing more
// happens to it, and tells each new state. Ending the context ends the waiting,
// not the service's work.
func (a *App) AwaitDocument(ctx context.Context, provider string, d LibraryDocument, tell func(DocumentState)) (DocumentState, error) {
	l, err := a.librarian(provider)
	if err != nil {
		return d.State, err
	}
	state, pause := d.State, firstLook
	for !state.Settled() {
		select {
		case <-ctx.Done():
			return state, fault.E("app.AwaitDocument", fault.Interrupted, ctx.Err())
		case <-time.After(pause):
		}
		next, err := l.DocumentState(ctx, d.Library, d.ID)
		if err != nil {
			return state, err
		}
		if next != state {
			tell(next)
		}
		state, pause = next, min(pause*3/2, lastLook)
	}
	return state, nil
}

// LibraryGrants lists whom a library is shared with.
func (a *App) LibraryGrants(ctx context.Context, provider string, id LibraryID) ([]Grant, error) {
	l, err := a.librarian(provider)
	if err != nil {
		return nil, err
	}
	return l.Grants(ctx, id)
}

// MayShareLibraries is the administrator's word on sharing, which holds for
// libraries as for conversations; the zero Verdict where there is none.
func (a *App) MayShareLibraries(provider string) (policy.Verdict, bool) {
	v := a.Preview(a.ProfileOf(provider), policy.ShareTurn, chat.Attached)
	return v, !v.Locks()
}

// ShareLibrary lets others read a library, or change it.
func (a *App) ShareLibrary(ctx context.Context, provider string, id LibraryID, g Grant) error {
	if v, may := a.MayShareLibraries(provider); !may {
		return &policy.Refusal{Verdict: v}
	}
	l, err := a.librarian(provider)
	if err != nil {
		return err
	}
	return l.Grant(ctx, id, g)
}

// UnshareLibrary takes that back.
func (a *App) UnshareLibrary(ctx context.Context, provider string, id LibraryID, g Grantee) error {
	l, err := a.librarian(provider)
	if err != nil {
		return err
	}
	return l.Revoke(ctx, id, g)
}

// UseLibraries sets the libraries that the next prompts of a conversation
// search; nil is none.
func (a *App) UseLibraries(ctx context.Context, s *Session, ids []LibraryID) error {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return a.changeSettings(ctx, s, func(c *chat.Settings) { c.Libraries = words })
}

// searched lets a turn search libraries: those of the prompt, else those of the
// conversation. A turn without the tool searches none.
func searched(turn *chat.Turn, p Prompt) {
	if p.Libraries != nil {
		turn.Libraries = p.Libraries
		turn.Tools = slices.DeleteFunc(slices.Clone(turn.Tools), func(t string) bool { return t == chat.LibraryTool })
		if len(p.Libraries) > 0 {
			turn.Tools = append(turn.Tools, chat.LibraryTool)
		}
	}
	if !slices.Contains(turn.Tools, chat.LibraryTool) {
		turn.Libraries = nil
	}
}
