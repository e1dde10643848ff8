package app

import (
	"cmp"
	"context"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client/loan"
)

// Lending says how a share is served from this machine.
type Lending struct {
	// Network serves in the local network; the page then travels in clear,
	// since browsers decrypt only on secure pages.
	Network bool
	Port    int           // 0 takes a free one
	For     time.Duration // 0 is until ctx ends
	Ready   func(url string)
	Read    func(from string)
}

// LendShare serves the file of a share until ctx ends or its time is over.
func (a *App) LendShare(ctx context.Context, s Shared, how Lending) error {
	const op = "app.LendShare"
	if v, locked := a.ShareLocked(); locked {
		return &policy.Refusal{Verdict: v}
	}
	if v := a.Preview(cmp.Or(a.Active(), LocalProfile), "serve", chat.Model); v.Locks() {
		return &policy.Refusal{Verdict: v}
	}
	if s.Way != FileShare {
		return fault.E(op, fault.Unsupported, nil, "what", string(s.Way))
	}
	if !s.Revoked.IsZero() {
		return fault.E(op, fault.SharePage, nil, "why", "revoked")
	}
	if how.Network && a.LocalOnly() {
		return fault.E(op, fault.Offline, nil, "host", a.word("share.network"))
	}
	page, err := a.sharePage(s)
	if err != nil {
		return err
	}
	key := s.key
	if how.Network && key != "" {
		snap, err := a.shareFile(s)
		if err != nil {
			return err
		}
		if page, err = snap.Plain(a.Words()); err != nil {
			return err
		}
		key = ""
	}
	o := loan.Options{Page: page, Network: how.Network, Port: how.Port, Read: how.Read}
	if how.For > 0 {
		o.Until = time.Now().Add(how.For) // of the sockets, not of a rehearsal
	}
	return loan.Serve(ctx, o, func(url string) { how.Ready(joinKey(url, key)) })
}
