package cli

import (
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"

	"bise/app/fault"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func (p *program) completionCommand() *cobra.Command {
	c := p.build(command{
		use: "completion SHELL", short: "cli.completion.short", long: "cli.completion.long",
		example: "bise completion bash > ~/.local/share/bash-completion/completions/bise\nbise completion zsh > ~/.zfunc/_bise",
		args:    between(1, 1),
		run: func(c *cobra.Command, args []string) error {
			var b strings.Builder
			if err := complete(c.Root(), args[0], &b); err != nil {
				return err
			}
			if p.globals.json {
				return p.output.json(map[string]string{"shell": args[0], "content": b.String()})
			}
			_, err := io.WriteString(p.env.Stdout, b.String())
			return err
		},
	})
	c.ValidArgs = shells
	return c
}

// complete writes what a shell reads to complete commands.
func complete(root *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	default:
		return fault.E("cli.completion", fault.Usage, nil, "what", "shell", "word", shell)
	}
}

func (p *program) manCommand() *cobra.Command {
	return p.build(command{
		use: "man", short: "cli.man.short", long: "cli.man.long", example: "bise man | man -l -",
		run: func(c *cobra.Command, _ []string) error {
			page, err := mango.NewManPage(1, c.Root())
			if err != nil {
				return err
			}
			text := page.Build(roff.NewDocument())
			if p.globals.json {
				return p.output.json(map[string]string{"content": text})
			}
			_, err = io.WriteString(p.env.Stdout, text)
			return err
		},
	})
}

// versionJSON is what version --json prints.
type versionJSON struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// version is what the build recorded of itself.
func (p *program) version() versionJSON {
	v := versionJSON{Version: p.env.Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
		if v.Version == "" && info.Main.Version != "(devel)" {
			v.Version = info.Main.Version
		}
	}
	if v.Version == "" {
		v.Version = "devel"
	}
	return v
}

func (p *program) versionCommand() *cobra.Command {
	return p.build(command{
		use: "version", short: "cli.version.short",
		run: func(*cobra.Command, []string) error {
			if _, _, err := p.clock(); err != nil {
				return err
			}
			v := p.version()
			if p.globals.json {
				return p.output.json(v)
			}
			return p.output.line("bise " + v.Version)
		},
	})
}
