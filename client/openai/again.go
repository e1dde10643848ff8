package openai

import (
	"net/http"
	"time"

	"bise/app/fault"
)

// Complete is r with the defaults in its empty fields.
func (r Retry) Complete() Retry { return r.withDefaults() }

// RetryAfter reads how long a service asks to wait; 0 is unknown.
func RetryAfter(h http.Header, now time.Time) time.Duration { return retryAfter(h, now) }

// Classify gives the kind of an error answer of a service that has a wire
// format of its own, and its message fit for one line. A status of 0 is an
// error within an answer.
func Classify(status int, code, message string) (fault.Kind, string) {
	if status == 0 {
		status = http.StatusInternalServerError
	}
	f := failure{status: status, code: code, known: true}
	f.say(message)
	return f.kind(), f.message
}

// NewBroken makes a Provider of a place that cannot be asked: every call gives
// err, which says why.
func NewBroken(o Options, err error) *Provider {
	p := New(o)
	p.bad = err
	return p
}
