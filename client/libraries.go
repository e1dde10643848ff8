package client

import (
	"context"
	"time"

	"bise/app/policy"
)

// LibraryID names a document library.
type LibraryID string

// DocumentID names a document of a library.
type DocumentID string

// Library is a collection of documents at a service that a chat can search.
// Names and descriptions are what people wrote there; not to be trusted.
type Library struct {
	ID          LibraryID
	Name        string
	Description string
	Documents   int
	Size        int64 // bytes
	Owner       string
	OwnerType   string // "User", "Workspace"
	Created     time.Time
	Updated     time.Time
}

// LibraryDocument is a document of a library.
type LibraryDocument struct {
	ID      DocumentID
	Library LibraryID
	Name    string
	Size    int64 // bytes
	Pages   int   // 0 is not told
	Created time.Time
	// Expires is when the service deletes it; zero is not told.
	Expires time.Time
	State   DocumentState
}

// DocumentState says how far the service is with a document. The zero value is
// not told.
type DocumentState string

// The states that mean something to a person; the service has a few more.
const (
	DocumentWaiting DocumentState = "todo"
	DocumentReading DocumentState = "in_progress"
	DocumentReady   DocumentState = "done"
	DocumentFailed  DocumentState = "error"
)

// Settled reports whether nothing more will happen to the document by itself.
func (s DocumentState) Settled() bool {
	switch s {
	case DocumentWaiting, DocumentReading, "waiting_for_capacity":
		return false
	default:
		return true
	}
}

// Grantee is whom a library is shared with.
type Grantee struct {
	Type string // "User", "Workspace", "Org"
	ID   string // the service's uuid
}

// Grant is one share of a library.
type Grant struct {
	Grantee
	// Level is "Viewer" or "Editor".
	Level string
}

// Librarian is a provider with document libraries. What lies there is outside
// zero data retention. Errors are those of FileStore.
type Librarian interface {
	Libraries(ctx context.Context) ([]Library, error)
	// CreateLibrary makes a library; the permit holds its name and, in a second
	// part, its description.
	CreateLibrary(ctx context.Context, out policy.Outbound) (Library, error)
	DeleteLibrary(ctx context.Context, id LibraryID) error

	Documents(ctx context.Context, id LibraryID) ([]LibraryDocument, error)
	// AddDocument puts the one attachment of a permit into a library.
	AddDocument(ctx context.Context, id LibraryID, out policy.Outbound) (LibraryDocument, error)
	DocumentState(ctx context.Context, id LibraryID, doc DocumentID) (DocumentState, error)
	DeleteDocument(ctx context.Context, id LibraryID, doc DocumentID) error

	Grants(ctx context.Context, id LibraryID) ([]Grant, error)
	Grant(ctx context.Context, id LibraryID, g Grant) error
	Revoke(ctx context.Context, id LibraryID, g Grantee) error
}
