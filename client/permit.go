package client

import (
	"context"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Open gives the turn of a permit to the provider it was made for. A permit
// that no rule has made is policy.ErrUncleared; one that was cleared for
// another destination is refused, since what may go there need not be allowed
// to go here.
func Open(d Descriptor, out policy.Outbound) (chat.Turn, error) {
	turn, to, err := out.Open()
	if err != nil {
		return chat.Turn{}, err
	}
	if to != d.Destination() {
		return chat.Turn{}, fault.E("client.Open", fault.Refused, nil,
			"provider", string(d.ID), "host", d.Host, "cleared", to.Provider)
	}
	return turn, nil
}

// Previewer is a provider that can show a request without making it. Nothing
// is sent and no key is read.
type Previewer interface {
	Preview(ctx context.Context, out policy.Outbound) (Preview, error)
}

// Preview is the exact request a prompt would become. Header values that would
// hold a key are masked.
type Preview struct {
	Method string
	URL    string
	Header []HeaderLine
	Body   []byte
}

// HeaderLine is one line of a request's header.
type HeaderLine struct{ Name, Value string }
