package client

import "context"

// Learner is a provider that learns which reasoning efforts a model takes: from
// the list of models and from the refusal of one it does not take. No such list
// is written down anywhere in bise.
type Learner interface {
	// Efforts are those that the model is known to take, weakest first; none
	// are a model without a choice. Known is false until something was learnt.
	Efforts(model string) (efforts []string, known bool)
}

// FilePrefix stands before the id in the Part.URL of a file that a tool made
// and the service keeps.
const FilePrefix = "mistral-file:"

// FileFetcher is a provider that keeps the files which an answer's tools made.
type FileFetcher interface {
	// FetchFile gets such a file and what kind of data it is, as its first bytes
	// say. The id is what follows FilePrefix; with the prefix it is taken too.
	// A file that is not there (any more) is an error of kind fault.NotFound.
	FetchFile(ctx context.Context, id string) (data []byte, mediaType string, err error)
}
