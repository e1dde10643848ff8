package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"bise/app/chat"
	"bise/app/fault"
)

// command is what a command line is made of; texts are keys.
type command struct {
	use, short, long string
	example          string
	args             cobra.PositionalArgs
	run              func(c *cobra.Command, args []string) error
}

// build makes the cobra form of a command with its sub-commands.
func (p *program) build(c command, sub ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:                   c.use,
		Short:                 p.words.T(c.short),
		Example:               c.example,
		Args:                  c.args,
		RunE:                  c.run,
		DisableFlagsInUseLine: true,
		SilenceErrors:         true,
		SilenceUsage:          true,
	}
	if c.long != "" {
		cmd.Long = p.words.T(c.long)
	}
	if c.args == nil {
		cmd.Args = between(0, 0)
	}
	if len(sub) > 0 && c.args == nil { // a word behind it can only be a sub-command
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fault.E("cli.group", fault.Usage, nil, "what", "command", "word", cmd.CommandPath()+" "+args[0])
			}
			return nil
		}
	}
	if c.run == nil {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	cmd.AddCommand(sub...)
	return cmd
}

// between wants at least least and at most most arguments; most -1 is any
// number.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least {
			return fault.E("cli.args", fault.Usage, nil, "what", "too few arguments", "word", c.UseLine())
		}
		if most >= 0 && len(args) > most {
			return fault.E("cli.args", fault.Usage, nil, "what", "too many arguments", "word", c.UseLine())
		}
		return nil
	}
}

// root is the whole command line.
func (p *program) root() *cobra.Command {
	var open string
	root := p.build(
		command{
			use: "bise", short: "cli.root.short", long: "cli.root.long",
			example: "bise\nbise ask \"Summarise this\" < report.txt\nbise guide \"Does Mistral train on my chats on the Pro plan?\"\nbise doctor",
			args: func(c *cobra.Command, args []string) error {
				if len(args) > 0 {
					return fault.E("cli.root", fault.Usage, nil, "what", "command", "word", args[0])
				}
				return nil
			},
			run: func(c *cobra.Command, _ []string) error { return p.screen(c, chat.ConversationID(open)) },
		},
		p.askCommand(), p.chatCommand(),
		p.signInCommand(), p.signOutCommand(), p.whoAmICommand(),
		p.profileCommand(), p.modelsCommand(), p.agentsCommand(), p.usageCommand(), p.historyCommand(), p.shareCommand(), p.exportCommand(), p.importCommand(), p.eraseCommand(), p.presetCommand(),
		p.filesCommand(), p.librariesCommand(), p.ocrCommand(), p.transcribeCommand(),
		p.policyCommand(), p.rulesCommand(), p.privacyCommand(), p.accountCommand(), p.reportCommand(), p.deadlineCommand(), p.documentCommand(), p.noticeCommand(), p.guideCommand(), p.doctorCommand(), p.supportCommand(), p.activityCommand(),
		p.completionCommand(), p.manCommand(), p.versionCommand(),
	)
	root.Flags().StringVar(&open, "conversation", "", p.words.T("cli.flag.conversation_open"))
	root.Version = p.version().Version
	root.CompletionOptions.DisableDefaultCmd = true
	root.Flags().Bool("version", false, p.words.T("cli.version.short"))
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true})
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagFault(err) })
	f := root.PersistentFlags()
	f.BoolP("help", "h", false, p.words.T("cli.flag.help"))
	f.StringVar(&p.globals.profile, "profile", "", p.words.T("cli.flag.profile"))
	f.StringVar(&p.globals.dataDir, "data-dir", "", p.words.T("cli.flag.data_dir"))
	f.StringVar(&p.globals.now, "now", "", p.words.T("cli.flag.now"))
	f.BoolVar(&p.globals.localOnly, "local-only", false, p.words.T("cli.flag.local_only"))
	f.BoolVar(&p.globals.json, "json", false, p.words.T("cli.flag.json"))
	f.BoolVar(&p.globals.yes, "yes", false, p.words.T("cli.flag.yes"))
	f.BoolVar(&p.globals.noStore, "no-store", false, p.words.T("cli.flag.no_store"))
	return root
}

// screen opens the screen, or the line mode where a screen would not be read:
// ACCESSIBLE=1 or a terminal that cannot move its cursor.
func (p *program) screen(c *cobra.Command, open chat.ConversationID) error {
	if p.accessible() {
		return p.chat(c.Context(), chatFlags{conversation: string(open)})
	}
	if !p.console.inTerminal || !p.console.outTerminal {
		return fault.E("cli.screen", fault.Usage, nil, "what", "terminal", "word", "bise")
	}
	a, err := p.open(false)
	if err != nil {
		return err
	}
	return p.env.Screen(c.Context(), a, p.env.Getenv("NO_COLOR") != "", open)
}

// exclusive refuses flags that contradict each other.
func exclusive(c *cobra.Command, names ...string) {
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		var given []string
		for _, name := range names {
			if c.Flags().Changed(name) {
				given = append(given, "--"+name)
			}
		}
		if len(given) > 1 {
			return fault.E("cli.flags", fault.Usage, nil, "what", "flag mix", "word", strings.Join(given, " "))
		}
		return nil
	}
}

// flagFault names what is wrong with a flag. A value is not repeated: it may be
// a secret that was given by mistake.
func flagFault(err error) error {
	const op = "cli.flagFault"
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			name = "-" + short[:1]
		}
		return fault.E(op, fault.Usage, nil, "what", "flag", "word", name)
	case errors.As(err, &missing):
		return fault.E(op, fault.Usage, nil, "what", "flag value", "word", "--"+missing.GetSpecifiedName())
	case errors.As(err, &invalid):
		return fault.E(op, fault.Usage, nil, "what", "flag value", "word", "--"+invalid.GetFlag().Name)
	default:
		return fault.E(op, fault.Usage, nil, "what", "flag", "word", strings.Fields(err.Error() + " ?")[0])
	}
}
