package cli

import (
	"os"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

// optionFlags tune an answer and choose how a conversation that is too long is
// made to fit.
type optionFlags struct {
	preset      string
	temperature float64
	topP        float64
	seed        int
	maxTokens   int
	stop        []string
	format      string
	window      int
	keepAlive   string
	fit         string

	given map[string]bool
}

// optionFlagsOf adds the flags to a command. What was given is known when it
// runs.
func (p *program) optionFlagsOf(c *cobra.Command, f *optionFlags) {
	flags, w := c.Flags(), p.words
	flags.StringVar(&f.preset, "preset", "", w.T("cli.flag.preset"))
	flags.Float64Var(&f.temperature, "temperature", 0, w.T("cli.flag.temperature"))
	flags.Float64Var(&f.topP, "top-p", 0, w.T("cli.flag.top_p"))
	flags.IntVar(&f.seed, "seed", 0, w.T("cli.flag.seed"))
	flags.IntVar(&f.maxTokens, "max-tokens", 0, w.T("cli.flag.max_tokens"))
	flags.StringArrayVar(&f.stop, "stop", nil, w.T("cli.flag.stop"))
	flags.StringVar(&f.format, "format", "", w.T("cli.flag.answer_format"))
	flags.IntVar(&f.window, "window", 0, w.T("cli.flag.window"))
	flags.StringVar(&f.keepAlive, "keep-alive", "", w.T("cli.flag.keep_alive"))
	flags.StringVar(&f.fit, "fit", "", w.T("cli.flag.fit"))
	before := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		f.given = map[string]bool{}
		for _, name := range []string{"temperature", "top-p", "seed", "max-tokens"} {
			f.given[name] = c.Flags().Changed(name)
		}
		if before == nil {
			return nil
		}
		return before(c, args)
	}
}

// options are the flags that were given.
func (f optionFlags) options() (chat.Options, error) {
	o := chat.Options{Stop: f.stop, Window: f.window, KeepAlive: f.keepAlive, Format: f.format}
	if f.given["temperature"] {
		o.Temperature = &f.temperature
	}
	if f.given["top-p"] {
		o.TopP = &f.topP
	}
	if f.given["seed"] {
		o.Seed = &f.seed
	}
	if f.given["max-tokens"] {
		o.MaxTokens = &f.maxTokens
	}
	if f.format != "" && f.format != chat.FormatJSON {
		schema, err := os.ReadFile(f.format)
		if err != nil {
			return chat.Options{}, fault.E("cli.options", fault.NotFound, err, "what", "file", "name", f.format)
		}
		o.Format = string(schema)
	}
	names := map[string]string{"top_p": "--top-p", "max_tokens": "--max-tokens"}
	if field := app.WrongOption(o); field != "" {
		name, ok := names[field]
		if !ok {
			name = "--" + field
		}
		return chat.Options{}, fault.E("cli.options", fault.Usage, nil, "what", "flag value", "word", name)
	}
	return o, nil
}

// presetOf reads the preset that the flags name, nil where they name none. Its
// model is used where no flag chooses another.
func (p *program) presetOf(a *app.App, f *chatFlags) (*app.Preset, error) {
	if f.options.preset == "" {
		return nil, nil
	}
	preset, err := a.Preset(f.options.preset)
	if err != nil {
		return nil, err
	}
	if f.model == "" {
		f.model = preset.Model
	}
	return &preset, nil
}
