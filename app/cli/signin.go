package cli

import (
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

type signInFlags struct {
	stdin      bool
	descriptor int
	fromConfig bool
	vibe       bool
	rotate     bool
}

func (p *program) signInCommand() *cobra.Command {
	var f signInFlags
	c := p.build(command{
		use: "signin [KIND]", short: "cli.signin.short", long: "cli.signin.long",
		example: "bise signin\nbise signin --key-stdin < key.txt\nbise signin --vibe\nbise signin --rotate",
		args:    kindArgument,
		run:     func(c *cobra.Command, args []string) error { return p.signIn(c.Context(), args, f) },
	})
	c.ValidArgs = app.Kinds()
	c.Flags().BoolVar(&f.stdin, "key-stdin", false, p.words.T("cli.flag.key_stdin"))
	c.Flags().IntVar(&f.descriptor, "key-fd", -1, p.words.T("cli.flag.key_fd"))
	c.Flags().Lookup("key-fd").DefValue = "" // no descriptor is nothing to show
	c.Flags().BoolVar(&f.fromConfig, "from-config", false, p.words.T("cli.flag.from_config"))
	c.Flags().BoolVar(&f.vibe, "vibe", false, p.words.T("cli.flag.vibe"))
	c.Flags().BoolVar(&f.rotate, "rotate", false, p.words.T("cli.flag.rotate"))
	exclusive(c, "key-stdin", "key-fd", "from-config", "vibe")
	return c
}

// keyShape is what an API key looks like: long, and of one piece.
var keyShape = regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`)

// kindArgument takes one kind of profile. What looks like a key is refused
// without being repeated: it is in the shell's history already.
func kindArgument(_ *cobra.Command, args []string) error {
	const op = "cli.signIn"
	for _, arg := range args {
		if keyShape.MatchString(arg) {
			return fault.E(op, fault.Usage, nil, "what", "key as argument", "word", "")
		}
	}
	if len(args) > 1 {
		return fault.E(op, fault.Usage, nil, "what", "too many arguments", "word", "bise signin [KIND]")
	}
	if len(args) == 1 && !slices.Contains(app.Kinds(), args[0]) {
		return fault.E(op, fault.Usage, nil, "what", "kind", "word", args[0])
	}
	return nil
}

func (p *program) signIn(ctx context.Context, args []string, f signInFlags) error {
	a, err := p.open(true)
	if err != nil {
		return err
	}
	if f.fromConfig {
		return p.moveKeys(ctx, a)
	}
	kind := ""
	if len(args) == 1 {
		kind = args[0]
	}
	profile, err := p.profileFor(a, kind)
	if err != nil {
		return err
	}
	if err := a.Barred(profile.Name); err != nil && profile.Kind != app.LocalProfile {
		return err // before a key is asked for
	}
	if err := a.Held(profile.Name); err != nil && profile.Kind != app.LocalProfile {
		return err
	}
	switch {
	case f.rotate:
		return p.rotate(ctx, a, profile, f)
	case profile.Kind == "local":
		if err := a.Check(ctx, app.OllamaProvider); err != nil {
			return err
		}
	case f.vibe:
		if err := p.confirm(ctx, p.words.T("cli.signin.vibe")); err != nil {
			return err
		}
		if err := a.SignInWithVibe(ctx, profile.Name); err != nil {
			return err
		}
	case !profile.WantsKey():
		if err := a.Check(ctx, profile.Name); err != nil {
			return err
		}
	default:
		key, err := p.key(ctx, profile, f)
		if err != nil {
			return err
		}
		if err := a.SignIn(ctx, profile.Name, key); err != nil {
			return err
		}
	}
	if err := a.UseProfile(profile.Name); err != nil {
		return err
	}
	return p.signedIn(ctx, a, profile.Name)
}

// moveKeys takes the keys out of the settings, and tells of each profile.
func (p *program) moveKeys(ctx context.Context, a *app.App) error {
	moved, err := a.MoveKeyFromConfig(ctx)
	if err != nil {
		return err
	}
	if !moved.Checked {
		p.output.note(p.words.T("cli.signin.unchecked"))
	}
	for _, profile := range moved.Profiles {
		if err := p.signedIn(ctx, a, profile); err != nil {
			return err
		}
	}
	return nil
}

// profileFor is the profile to sign in to: the one named by --profile, else the
// one in use, else the first of the kind.
func (p *program) profileFor(a *app.App, kind string) (app.Profile, error) {
	const op = "cli.signIn"
	if p.globals.profile != "" {
		profile, err := a.Profile(p.globals.profile)
		if err == nil && kind != "" && profile.Kind != kind {
			return app.Profile{}, fault.E(op, fault.Usage, nil, "what", "kind", "word", kind)
		}
		return profile, err
	}
	active, err := a.Profile(a.Active())
	if err != nil {
		return app.Profile{}, err
	}
	switch {
	case kind == "" && active.Kind == "local":
		return a.Profile(app.MistralProfile)
	case kind == "" || active.Kind == kind:
		return active, nil
	}
	for _, profile := range a.Profiles() {
		if profile.Kind == kind {
			return profile, nil
		}
	}
	return app.Profile{}, fault.E(op, fault.NotFound, nil, "what", "profile", "name", kind)
}

// key reads a key from where the flags say, else from a hidden prompt.
func (p *program) key(ctx context.Context, profile app.Profile, f signInFlags) (chat.Secret, error) {
	const op = "cli.readKey"
	var from io.Reader
	switch {
	case f.stdin:
		from = p.env.Stdin
	case f.descriptor >= 0:
		file := os.NewFile(uintptr(f.descriptor), "fd "+strconv.Itoa(f.descriptor))
		if file == nil {
			return "", fault.E(op, fault.Usage, nil, "what", "flag value", "word", "--key-fd")
		}
		from = file
	case p.console.interactive():
		p.output.note(p.words.T("cli.signin.where", "Profile", profile.Name))
		return p.console.hidden(ctx, p.words.T("cli.signin.key"))
	default:
		return "", fault.E(op, fault.NeedsAnswer, nil, "what", "key", "flag", "--key-stdin")
	}
	line, err := readLine(ctx, from)
	if line == "" && err != nil {
		return "", fault.E(op, fault.Usage, nil, "what", "key", "word", "")
	}
	return chat.Secret(line), nil
}

// signedIn tells whom the next prompt goes to.
func (p *program) signedIn(ctx context.Context, a *app.App, profile string) error {
	id, err := a.WhoAmI(ctx, profile)
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(p.identityJSON(a, id))
	}
	place := a.Place(string(id.Provider.ID), false)
	return p.output.line(p.words.T("cli.signin.done", "Name", id.Provider.Name, "Profile", profile, "Consequence", place.Consequence))
}

func (p *program) signOutCommand() *cobra.Command {
	c := p.build(command{
		use: "signout [KIND]", short: "cli.signout.short", long: "cli.signout.long", args: kindArgument,
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			profile := a.Active()
			if len(args) == 1 {
				found, err := p.profileFor(a, args[0])
				if err != nil {
					return err
				}
				profile = found.Name
			}
			still, err := a.SignOut(c.Context(), profile)
			if err != nil {
				return err
			}
			if p.globals.json {
				return p.output.json(map[string]string{"profile": profile, "key_in_environment": yesNo(still)})
			}
			if err := p.output.line(p.words.T("cli.signout.done", "Profile", profile)); err != nil {
				return err
			}
			if still {
				p.output.note(p.words.T("cli.signout.environment"))
			}
			return nil
		}),
	})
	c.ValidArgs = app.Kinds()
	return c
}
