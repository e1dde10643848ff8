package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"

	"bise/app/fault"
)

// Transport classifies an error of an HTTP client. Errors that are faults
// already keep their kind, a cancelled context gives its own error, a time
// limit is fault.TimedOut, a certificate that does not fit is fault.WrongHost,
// a host that cannot be found or does not listen is fault.Unreachable, and all
// else is fault.Cut: the connection was there and broke. Details are name and
// value in turn, as in fault.E.
func Transport(ctx context.Context, op string, err error, details ...string) error {
	if e, ok := fault.As(context.Cause(ctx)); ok {
		return fault.E(op, e.Kind, e.Err, append(details, flat(e.Detail)...)...)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := fault.As(err); ok {
		return fault.E(op, e.Kind, e.Err, append(details, flat(e.Detail)...)...)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the address is in the details already
	}
	return fault.E(op, transportKind(err), err, details...)
}

func flat(detail map[string]string) []string {
	var out []string
	for name, value := range detail {
		out = append(out, name, value)
	}
	return out
}

func transportKind(err error) fault.Kind {
	if isCertificate(err) {
		return fault.WrongHost
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return fault.Unreachable
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return fault.Unreachable
	}
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		return fault.TimedOut
	}
	return fault.Cut
}

func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok
}
