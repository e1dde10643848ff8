package cli

import (
	"context"
	"errors"
	"syscall"

	"bise/app/fault"
	"bise/app/policy"
)

// The exit codes, a contract with scripts.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitNotSignedIn = 4
	exitOtherSide   = 5
	exitLocked      = 6
	exitInterrupted = 130
)

// codes are the exit codes of kinds of failure; the rest is exitFailed.
var codes = map[fault.Kind]int{
	fault.Usage:         exitUsage,
	fault.AgentInvalid:  exitUsage,
	fault.Refused:       exitRefused,
	fault.NeedsAnswer:   exitRefused,
	fault.PlaintextKey:  exitRefused,
	fault.Offline:       exitRefused,
	fault.LockedByAdmin: exitRefused,
	fault.AdminFile:     exitRefused,

	fault.NotSignedIn: exitNotSignedIn,
	fault.KeyRefused:  exitNotSignedIn,
	fault.KeyExpired:  exitNotSignedIn,

	fault.NoCredentials:  exitNotSignedIn,
	fault.TokenCommand:   exitNotSignedIn,
	fault.MissingSetting: exitUsage,
	fault.NoDeployment:   exitOtherSide,
	fault.WrongRegion:    exitOtherSide,
	fault.NoPermission:   exitOtherSide,

	fault.Suspended:     exitNotSignedIn,
	fault.Forbidden:     exitOtherSide,
	fault.WrongHost:     exitOtherSide,
	fault.Unreachable:   exitOtherSide,
	fault.TimedOut:      exitOtherSide,
	fault.Cut:           exitOtherSide,
	fault.RateLimited:   exitOtherSide,
	fault.Capacity:      exitOtherSide,
	fault.ServerFailed:  exitOtherSide,
	fault.BadRequest:    exitOtherSide,
	fault.BadAnswer:     exitOtherSide,
	fault.EmptyAnswer:   exitOtherSide,
	fault.Overflow:      exitOtherSide,
	fault.Guardrail:     exitOtherSide,
	fault.ModelGone:     exitOtherSide,
	fault.Retired:       exitOtherSide,
	fault.OutOfMemory:   exitOtherSide,
	fault.RunnerAbsent:  exitOtherSide,
	fault.ShareServer:   exitOtherSide,
	fault.RunnerStopped: exitOtherSide,
	fault.RunnerFailed:  exitOtherSide,
	fault.Repeating:     exitOtherSide,

	fault.Locked:     exitLocked,
	fault.KeyMissing: exitLocked,
	fault.WrongKey:   exitLocked,
	fault.NoKeyring:  exitLocked,

	fault.Interrupted: exitInterrupted,
}

// unconfirmed is a verdict that wants a yes which nobody gave.
type unconfirmed struct{ verdict policy.Verdict }

func (u *unconfirmed) Error() string {
	return "cli: " + string(u.verdict.Act) + " was not confirmed"
}

// quiet is an exit code whose reason has been told already.
type quiet struct{ code int }

func (q *quiet) Error() string { return "told already" }

// exitCode is the code for err.
func exitCode(err error) int {
	var refusal *policy.Refusal
	var ask *unconfirmed
	var told *quiet
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &told):
		return told.code
	case errors.As(err, &refusal), errors.As(err, &ask):
		return exitRefused
	case errors.Is(err, syscall.EPIPE):
		return exitInterrupted // whoever read the output has left
	}
	e, ok := fault.As(err)
	if !ok {
		if errors.Is(err, context.Canceled) {
			return exitInterrupted
		}
		return exitFailed
	}
	if e.Kind == fault.NeedsAnswer && (e.Detail["what"] == "passphrase" || e.Detail["what"] == "backend") {
		return exitLocked
	}
	if code, ok := codes[e.Kind]; ok {
		return code
	}
	return exitFailed
}

// errorJSON is an error as scripts read it. A refusal carries its decision.
type errorJSON struct {
	Kind     string   `json:"kind"`
	Message  string   `json:"message"`
	Remedy   string   `json:"remedy"`
	Clauses  []string `json:"clauses"`
	Decision string   `json:"decision,omitempty"`
	Act      string   `json:"act,omitempty"`
	Ruleset  string   `json:"ruleset,omitempty"`
}

// describe puts err into words.
func (p *program) describe(err error) errorJSON {
	var refusal *policy.Refusal
	var ask *unconfirmed
	switch {
	case errors.As(err, &refusal):
		return p.describeVerdict(string(fault.Refused), refusal.Verdict)
	case errors.As(err, &ask):
		e := p.describeVerdict(string(fault.NeedsAnswer), ask.verdict)
		e.Remedy = p.words.T("cli.confirm.remedy", "Flag", "--yes")
		return e
	}
	kind := string(fault.KindOf(err))
	if kind == "" {
		kind = "unknown"
	}
	message, remedy := p.words.Fault(err)
	return errorJSON{Kind: kind, Message: message, Remedy: remedy, Clauses: []string{}}
}

func (p *program) describeVerdict(kind string, v policy.Verdict) errorJSON {
	a := v.Answer(p.say)
	if a.Reason == "" {
		a.Reason = p.words.T("cli.refused", "Act", string(a.Act))
	}
	return errorJSON{
		Kind: kind, Message: a.Reason, Remedy: a.Remedy, Clauses: a.Clauses,
		Decision: a.Decision, Act: string(a.Act), Ruleset: a.Ruleset,
	}
}

// report tells err and gives its exit code.
func (p *program) report(err error) int {
	code := exitCode(err)
	var told *quiet
	if code == exitDone || errors.As(err, &told) || errors.Is(err, syscall.EPIPE) {
		return code
	}
	e := p.describe(err)
	if p.globals.json || p.wantsJSON {
		if line, jsonErr := encode(event{"error", e}); jsonErr == nil {
			_, _ = p.env.Stderr.Write(line)
		}
		return code
	}
	p.output.note(e.Message)
	if e.Remedy != "" {
		p.output.note(e.Remedy)
	}
	return code
}
