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
}

func (p *program) signInCommand() *cobra.Command {
	var f signInFlags
	c := p.build(command{
		use: "signin [KIND]", short: "cli.signin.short", long: "cli.signin.long",
		example: "bise signin\nbise signin --key-stdin < key.txt\nbise signin --vibe",
		args:    kindArgument,
		run:     func(c *cobra.Command, args []string) error { return p.signIn(c.Context(), args, f) },
	})
	c.ValidArgs = app.Kinds()
	c.Flags().BoolVar(&f.stdin, "key-stdin", false, p.words.T("cli.flag.key_stdin"))
	c.Flags().IntVar(&f.descriptor, "key-fd", -1, p.words.T("cli.flag.key_fd"))
	c.Flags().Lookup("key-fd").DefValue = "" // no descriptor is nothing to show
	c.Flags().BoolVar(&f.fromConfig, "from-config", false, p.words.T("cli.flag.from_config"))
	c.Flags().BoolVar(&f.vibe, "vibe", false, p.words.T("cli.flag.vibe"))
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
		if err := a.MoveKeyFromConfig(ctx); err != nil {
			return err
		}
		return p.signedIn(ctx, a, a.Active())
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
	switch {
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
	return p.build(command{
		use: "signout", short: "cli.signout.short", long: "cli.signout.long",
		run: func(c *cobra.Command, _ []string) error {
			a, err := p.open(true)
			if err != nil {
				return err
			}
			profile := a.Active()
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
		},
	})
}

// identityJSON is what whoami --json prints.
type identityJSON struct {
	Profile     string `json:"profile"`
	Kind        string `json:"kind"`
	Service     string `json:"service"`
	Provider    string `json:"provider"`
	Host        string `json:"host,omitempty"`
	Region      string `json:"region,omitempty"`
	Plan        string `json:"plan,omitempty"`
	UserName    string `json:"user_name,omitempty"`
	Key         string `json:"key"`
	Where       string `json:"where"`
	Consequence string `json:"consequence"`
}

func (p *program) identityJSON(a *app.App, id app.Identity) identityJSON {
	place := a.Place(string(id.Provider.ID), false)
	out := identityJSON{
		Profile: id.Profile.Name, Kind: id.Profile.Kind, Service: string(id.Provider.Service),
		Provider: id.Provider.Name, Host: id.Provider.Host, Region: id.Provider.Region,
		UserName: id.Profile.UserName, Key: string(id.Key), Where: place.Where, Consequence: place.Consequence,
	}
	if f, err := a.Facts(id.Profile.Name); err == nil && id.Profile.Kind != "local" {
		out.Plan = f.Get("plan")
	}
	return out
}

func (p *program) whoAmICommand() *cobra.Command {
	return p.build(command{
		use: "whoami", short: "cli.whoami.short", long: "cli.whoami.long",
		run: func(c *cobra.Command, _ []string) error {
			a, err := p.open(true)
			if err != nil {
				return err
			}
			id, err := a.WhoAmI(c.Context(), a.Active())
			if err != nil {
				return err
			}
			out := p.identityJSON(a, id)
			if p.globals.json {
				err = p.output.json(out)
			} else {
				err = p.output.pairs(
					p.words.T("cli.whoami.profile"), out.Profile,
					p.words.T("cli.whoami.kind"), out.Kind,
					p.words.T("cli.whoami.name"), out.UserName,
					p.words.T("cli.whoami.where"), out.Where,
					p.words.T("cli.whoami.host"), out.Host,
					p.words.T("cli.whoami.plan"), out.Plan,
					p.words.T("cli.whoami.key"), out.Key,
					p.words.T("cli.whoami.consequence"), out.Consequence,
				)
			}
			if err != nil {
				return err
			}
			return id.KeyErr
		},
	})
}
