// Package fault names what can go wrong. An error says which operation failed
// and what kind of failure it was; the words a person reads are written once
// for each kind, in assets/text, under "fault.<kind>".
//
// The package performs no I/O and holds no wording.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Kind is a class of failure with one wording and one cure. The zero value is
// a failure nobody classified.
type Kind string

// The kinds, grouped by who can do something about them.
const (
	// Unknown is a failure nobody classified.
	Unknown Kind = ""

	// Usage is a wrong flag, argument, fact name or word.
	Usage Kind = "usage"
	// NotFound is a conversation, message, profile, provider or model that is
	// not there.
	NotFound Kind = "not_found"
	// Invalid is a file or value that cannot be read as what it should be.
	Invalid Kind = "invalid"
	// AgentInvalid is a definition of an agent that cannot be used; the detail
	// "why" says what is wrong: name, model, note, library, tool, twins.
	AgentInvalid Kind = "agent_invalid"
	// ImportFile is a file of conversations, or a part of one, that cannot be
	// read; the detail "why" says what is wrong with it.
	ImportFile Kind = "import_file"
	// Exists is a file that would have been overwritten.
	Exists Kind = "exists"
	// Interrupted is the person's own stop.
	Interrupted Kind = "interrupted"
	// Refused is a rule's refusal; policy.Refusal carries the verdict.
	Refused Kind = "refused"
	// NeedsAnswer is a question that no flag answered and no terminal can ask.
	NeedsAnswer Kind = "needs_answer"
	// LockedByAdmin is a setting or provider that the administrator's file has
	// fixed or switched off.
	LockedByAdmin Kind = "locked_by_admin"
	// AdminFile is an administrator's file that cannot be used, so that nothing
	// may leave the machine.
	AdminFile Kind = "admin_file"

	// NotSignedIn is a hosted service without a key.
	NotSignedIn Kind = "not_signed_in"
	// KeyRefused is a key the service does not know.
	KeyRefused Kind = "key_refused"
	// KeyExpired is a key past its date.
	KeyExpired Kind = "key_expired"
	// Suspended is an account or key the service has suspended.
	Suspended Kind = "suspended"
	// Forbidden is something the plan or the key's rights do not include.
	Forbidden Kind = "forbidden"
	// WrongHost is a server that answers, but not as this service.
	WrongHost Kind = "wrong_host"
	// KeyElsewhere is a key in an environment variable, which only the person
	// can change.
	KeyElsewhere Kind = "key_elsewhere"
	// SameKey is a new key that is the old one.
	SameKey Kind = "same_key"
	// NotYours is a model that the account has not trained.
	NotYours Kind = "not_yours"
	// PlaintextKey is an API key found in the config file.
	PlaintextKey Kind = "plaintext_key"

	// NoCredentials is a cloud's sign-in that is not there on this machine;
	// detail "way" says which.
	NoCredentials Kind = "no_credentials"
	// TokenCommand is a company's own sign-in program that gave no token.
	TokenCommand Kind = "token_command"
	// MissingSetting is a profile without a setting that it needs.
	MissingSetting Kind = "missing_setting"
	// NoDeployment is a model or deployment that a partner does not have under
	// that name.
	NoDeployment Kind = "no_deployment"
	// WrongRegion is a region where a partner does not offer the model.
	WrongRegion Kind = "wrong_region"
	// NoPermission is an identity that a partner knows and does not let do this.
	NoPermission Kind = "no_permission"

	// Unreachable is a host that cannot be reached.
	Unreachable Kind = "unreachable"
	// Offline is a connection that --local-only refused.
	Offline Kind = "local_only"
	// TimedOut is a server that stopped answering.
	TimedOut Kind = "timed_out"
	// Cut is a stream that ended before the answer did.
	Cut Kind = "cut"
	// RateLimited is a limit of the account; Error.RetryAfter says how long.
	RateLimited Kind = "rate_limited"
	// Capacity is a service that is full.
	Capacity Kind = "capacity"
	// ServerFailed is a failure on the other side.
	ServerFailed Kind = "server_failed"
	// BadRequest is a request the service calls wrong.
	BadRequest Kind = "bad_request"
	// BadAnswer is an answer that cannot be read, such as a web page.
	BadAnswer Kind = "bad_answer"
	// EmptyAnswer is an answer with nothing in it.
	EmptyAnswer Kind = "empty_answer"
	// Overflow is a context longer than the model takes.
	Overflow Kind = "overflow"
	// Guardrail is a prompt that the service's moderation refused.
	Guardrail Kind = "guardrail"
	// ModelGone is a model the service does not have (any more).
	ModelGone Kind = "model_gone"
	// Retired is a whole function that the service has ended.
	Retired Kind = "retired"
	// ShareServer is a server for shares that did not do what was asked; detail
	// "why" says why: wait, too_large, refused, foreign (no such server), gone,
	// token (it is not the right one).
	ShareServer Kind = "share_server"
	// SharePage is the page of a share that cannot be opened; detail "why" says
	// why: key, foreign (no such page), burn (reading it would destroy it),
	// revoked.
	SharePage Kind = "share_page"
	// Unsupported is a feature the model or host lacks.
	Unsupported Kind = "unsupported"
	// NotOffered is something that the service has, but not at this host: one
	// for a region, a partner's. Details: host, feature, instead (the host that
	// offers it).
	NotOffered Kind = "not_offered"
	// ModelFile is a file of weights that no runner could use; the detail "why"
	// says what is wrong with it.
	ModelFile Kind = "model_file"
	// FileType is a file of a type that cannot be attached.
	FileType Kind = "file_type"
	// TooLarge is a file above a limit; details "size" and "limit" are readable.
	TooLarge Kind = "too_large"
	// CannotRead is an attachment that the model does not take; detail "kind" is
	// image, document or audio.
	CannotRead Kind = "cannot_read"
	// OutOfMemory is a runner without room for the model.
	OutOfMemory Kind = "out_of_memory"
	// RunnerAbsent is a local runner that does not answer.
	RunnerAbsent Kind = "runner_absent"
	// RunnerFailed is a local runner that could not be started.
	RunnerFailed Kind = "runner_failed"
	// RunnerStopped is a local runner that died in mid-answer.
	RunnerStopped Kind = "runner_stopped"
	// Repeating is a model that said the same thing until it was stopped.
	Repeating Kind = "repeating"

	// Locked is a history another program holds, or a keyring that is locked.
	Locked Kind = "locked"
	// KeyMissing is a history whose key is not to be found.
	KeyMissing Kind = "key_missing"
	// WrongKey is a history that the key does not open, or a wrong passphrase.
	WrongKey Kind = "wrong_key"
	// NoKeyring is a machine without a usable keyring.
	NoKeyring Kind = "no_keyring"
	// Damaged is a file that is not what bise wrote.
	Damaged Kind = "damaged"
	// DiskFull is a disk without room.
	DiskFull Kind = "disk_full"
	// ReadOnly is a folder or file that cannot be written.
	ReadOnly Kind = "read_only"
	// FileExists is a file in the place where another one was to be written.
	FileExists Kind = "file_exists"
	// NewerSchema is a history written by a newer bise.
	NewerSchema Kind = "newer_schema"
	// NotStored is a history that is switched off.
	NotStored Kind = "not_stored"
)

// Error is a failure with its operation and kind.
type Error struct {
	Op   string // package and function: "localstore.Open"
	Kind Kind
	Err  error // the cause; may be nil
	// Detail fills the places of the wording: host, model, path, status …
	// It never holds a secret or conversation text.
	Detail map[string]string
	// RetryAfter is how long the other side asked to wait; 0 is unknown.
	RetryAfter time.Duration
}

// E makes an Error. Details are name and value in turn.
func E(op string, kind Kind, err error, details ...string) *Error {
	e := &Error{Op: op, Kind: kind, Err: err}
	for i := 0; i+1 < len(details); i += 2 {
		if e.Detail == nil {
			e.Detail = make(map[string]string)
		}
		e.Detail[details[i]] = details[i+1]
	}
	return e
}

// Error describes e for a log: operation, kind, details and cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	b.WriteString(": ")
	if e.Kind == Unknown {
		b.WriteString("failed")
	} else {
		b.WriteString(string(e.Kind))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		fmt.Fprintf(&b, " %s=%s", name, e.Detail[name])
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// As finds the Error in err.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// KindOf is the kind of the first Error in err, Unknown if there is none.
func KindOf(err error) Kind {
	if e, ok := As(err); ok {
		return e.Kind
	}
	return Unknown
}

// Is reports whether err has the given kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
