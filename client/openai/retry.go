package openai

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bise/app/fault"
)

// Retry says how often and how patiently a request is made again. Zero fields
// have defaults.
type Retry struct {
	// Tries counts all of them; 0 is 4, 1 never repeats.
	Tries int
	// MaxWait is the longest wait for a new try; 0 is a minute. A service that
	// asks for more is not waited for: the person decides.
	MaxWait time.Duration
	// Sleep waits or ends with the context; nil is a timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// Now is the clock of the countdown.
	Now func() time.Time
	// Rand gives numbers in [0,1) for the jitter.
	Rand func() float64
}

const (
	firstWait  = time.Second
	longestOwn = 20 * time.Second // when the service does not say
)

func (r Retry) withDefaults() Retry {
	if r.Tries <= 0 {
		r.Tries = 4
	}
	if r.MaxWait <= 0 {
		r.MaxWait = time.Minute
	}
	if r.Sleep == nil {
		r.Sleep = sleep
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.Rand == nil {
		r.Rand = rand.Float64
	}
	return r
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait is the pause after a failed try, 1 being the first, and whether to make
// another. Many clients fail at the same moment, so a random part spreads
// their return: up to half of an own wait, up to a tenth on top of an asked one.
func (r Retry) wait(try int, err error) (time.Duration, bool) {
	e, ok := fault.As(err)
	if !ok || try >= r.Tries || !repeatable(e.Kind) {
		return 0, false
	}
	d := min(firstWait<<(try-1), longestOwn)
	d -= time.Duration(r.Rand() * float64(d) / 2)
	if e.RetryAfter > 0 {
		d = e.RetryAfter + time.Duration(r.Rand()*float64(e.RetryAfter)/10)
	}
	return d, e.RetryAfter <= r.MaxWait
}

// repeatable kinds are failures that pass by themselves.
func repeatable(kind fault.Kind) bool {
	switch kind {
	case fault.RateLimited, fault.Capacity, fault.ServerFailed, fault.Unreachable, fault.Cut:
		return true
	default:
		return false
	}
}

// retryAfter reads how long a service asks to wait: milliseconds, seconds or a
// date. 0 is unknown.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 {
		return bounded(ms / 1000)
	}
	value := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 {
		return bounded(s)
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return bounded(at.Sub(now).Seconds())
	}
	return 0
}

// bounded makes a duration of seconds; nobody means more than a month.
func bounded(seconds float64) time.Duration {
	const month = 31 * 24 * 3600
	return time.Duration(min(seconds, month) * float64(time.Second))
}
