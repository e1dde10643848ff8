package app

import (
	"context"
	"os/exec"
	"regexp"
	"runtime"

	"bise/app/fault"
)

// address is an e-mail address as the rules and profiles write it.
var address = regexp.MustCompile(`^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$`)

func isAddress(word string) bool { return address.MatchString(word) }

// Mail opens the mail program with the recipients and the subject of a draft,
// because the person asked for it. The text is to be pasted.
func (a *App) Mail(ctx context.Context, d SavedDraft) error {
	const op = "app.Mail"
	link, err := mailLink(d)
	if err != nil {
		return err
	}
	name, args := opener(runtime.GOOS)
	path, err := exec.LookPath(name)
	if err != nil {
		return fault.E(op, fault.NotFound, err, "what", "mail program", "name", name)
	}
	return launch(ctx, op, path, append(args, link))
}

// opener is the command that opens a link on a system.
func opener(system string) (name string, args []string) {
	switch system {
	case "darwin":
		return "open", nil
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}
	default:
		return "xdg-open", nil
	}
}
