package client

import "context"

// Account is what a service says of the owner of a key. Fields that it does not
// tell are empty.
type Account struct {
	User         Named
	Email        string
	Workspace    Named
	Organisation Named
	// Key names the key as the service's own pages do; it is never the key.
	Key Named
	// Organisations and Workspaces are all those that the owner belongs to;
	// nil is not told.
	Organisations []Named
	Workspaces    []Named
}

// Named is something with an id and a name for people.
type Named struct{ ID, Name string }

// Accounts is a provider that can say whose key it uses.
type Accounts interface {
	Account(ctx context.Context) (Account, error)
}

// Tuned is a provider whose account may hold models of its own training.
type Tuned interface {
	// ArchiveModel puts a fine-tuned model away, or takes it out again.
	ArchiveModel(ctx context.Context, id string, archived bool) error
	// DeleteModel deletes a fine-tuned model for good.
	DeleteModel(ctx context.Context, id string) error
	// Tuning asks whether models can be trained; an error of kind fault.Retired
	// says that the service has ended that.
	Tuning(ctx context.Context) error
}
