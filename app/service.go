package app

import (
	"context"
	"slices"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// What a service can do besides chatting, by the words of fault.NotOffered.
const (
	filesFeature     = "files"
	readingFeature   = "ocr"
	speechFeature    = "transcription"
	librariesFeature = "libraries"
)

// serviceFor finds the provider that does something besides chatting: the one
// asked for, else the one of the profile in use, else the first that can. A
// provider that was asked for is not replaced by another.
func serviceFor[T any](a *App, wanted, feature string) (client.Provider, T, error) {
	const op = "app.serviceFor"
	var none T
	if wanted != "" {
		p, err := a.provider(wanted)
		if err != nil {
			return nil, none, err
		}
		service, ok := p.(T)
		if !ok {
			return nil, none, fault.E(op, fault.NotOffered, nil, "host", p.Describe().Name, "feature", feature)
		}
		return p, service, nil
	}
	all := a.set().All()
	slices.SortStableFunc(all, func(x, y client.Provider) int { return a.rank(x) - a.rank(y) })
	for _, p := range all {
		if service, ok := p.(T); ok {
			return p, service, nil
		}
	}
	return nil, none, fault.E(op, fault.NotOffered, nil, "feature", feature)
}

// rank puts the profile in use first.
func (a *App) rank(p client.Provider) int {
	if string(p.Describe().ID) == a.Active() {
		return 0
	}
	return 1
}

// lend is something that leaves besides a chat.
type lend struct {
	provider string
	parts    []chat.Part
	// stays says that it lies at the service afterwards.
	stays     bool
	confirmed []policy.Act
}

// clear makes the permit for it. The verdict says what has to be confirmed
// first, or why it may not leave; then the permit is zero.
func (a *App) clear(l lend) (policy.Outbound, policy.Verdict, error) {
	if v, refused := a.refusedBy(l.provider); refused {
		return policy.Outbound{}, v, nil
	}
	f, err := a.factsFor(l.provider)
	if err != nil {
		return policy.Outbound{}, policy.Verdict{}, err
	}
	f = f.Confirming(l.confirmed...)
	if slices.ContainsFunc(l.parts, func(p chat.Part) bool { return p.Origin.Has(chat.Attached) }) {
		if v := a.Rules().Decide(f, policy.Attach, 0); !v.Decision.Permits() {
			return policy.Outbound{}, v, nil
		}
	}
	turn := chat.Turn{Messages: []chat.Message{{Role: chat.User, State: chat.Complete, Parts: l.parts}}}
	if l.stays {
		// Files are as little covered as the libraries that the question is about.
		if v := a.Rules().ZeroRetention(f, chat.Turn{Tools: []string{chat.LibraryTool}}); !v.Decision.Permits() {
			return policy.Outbound{}, v, nil
		}
	}
	out, v := a.Rules().Send(f, turn, a.Describe(l.provider).Destination())
	if v.Decision.Permits() && len(out.Left()) > 0 {
		return policy.Outbound{}, out.Left()[0].Verdict, nil // half of it is of no use
	}
	return out, v, nil
}

// noteUpload writes into the ledger what lies at a service now. Where nothing is
// kept there is no ledger.
func (a *App) noteUpload(ctx context.Context, u Upload) error {
	if !a.history.keeps() {
		return nil
	}
	db, err := a.history.db(ctx)
	if err != nil && !a.history.keeps() {
		return nil
	}
	if err != nil {
		return err
	}
	row, ok := a.uploadRow(u)
	if !ok {
		return nil
	}
	return db.AddUpload(ctx, row)
}

// noteDeleted writes into the ledger that something lies there no more.
func (a *App) noteDeleted(ctx context.Context, profile, remote string) error {
	if !a.history.keeps() {
		return nil
	}
	db, err := a.history.db(ctx)
	if err != nil && !a.history.keeps() {
		return nil
	}
	if err != nil {
		return err
	}
	return db.UploadDeleted(ctx, profile, remote, a.Now())
}
