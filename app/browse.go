package app

import (
	"context"
	"net/url"
	"os/exec"
	"runtime"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// OpenSource opens the address of a source in the browser, because the person
// asked for it, and tells the host. Only web addresses are opened: a source is
// somebody else's text, and what else an address may start is not known.
func (a *App) OpenSource(ctx context.Context, profile string, source chat.Part) (string, error) {
	const op = "app.OpenSource"
	if v := a.Preview(profile, "open:url", source.Origin); !v.Decision.Permits() {
		return "", &policy.Refusal{Verdict: v}
	}
	u, err := url.Parse(source.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", fault.E(op, fault.Unsupported, err, "what", "address")
	}
	name, args := opener(runtime.GOOS)
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.E(op, fault.NotFound, err, "what", "browser", "name", name)
	}
	return u.Host, launch(ctx, op, path, append(args, u.String()))
}

// launch starts a program of the person's and leaves it to itself: it may stay
// open for hours.
func launch(ctx context.Context, op, path string, args []string) error {
	cmd := exec.Command(path, args...) //nolint:gosec,noctx // the system's own opener; it outlives the command
	if err := cmd.Start(); err != nil {
		return fault.E(op, fault.NotFound, err, "what", "program", "name", path)
	}
	go func() { _ = cmd.Wait() }()
	return ctx.Err()
}
