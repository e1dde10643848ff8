package cli

import (
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

func (p *program) activityCommand() *cobra.Command {
	return p.build(
		command{use: "activity", short: "cli.activity.short", long: "cli.activity.long"},
		p.activityListCommand(), p.activityExportCommand(), p.activityPurgeCommand(),
		p.activitySwitchCommand("on", true), p.activitySwitchCommand("off", false),
		p.build(command{use: "status", short: "cli.activity.status.short", run: p.withApp(func(_ *cobra.Command, a *app.App, _ []string) error {
			return p.tellLedger(a)
		})}),
	)
}

// activityJSON is a line of the ledger.
type activityJSON struct {
	At         string   `json:"at"`
	Profile    string   `json:"profile"`
	Provider   string   `json:"provider"`
	Host       string   `json:"host,omitempty"`
	Act        string   `json:"act"`
	Model      string   `json:"model,omitempty"`
	Decision   string   `json:"decision"`
	Clauses    []string `json:"clauses,omitempty"`
	Outcome    string   `json:"outcome"`
	Prompt     int      `json:"prompt_tokens,omitempty"`
	Completion int      `json:"completion_tokens,omitempty"`
}

func newActivityJSON(l app.Activity) activityJSON {
	return activityJSON{
		At: stamp(l.At.UTC()), Profile: l.Profile, Provider: l.Provider, Host: l.Host, Act: l.Act, Model: l.Model,
		Decision: l.Decision, Clauses: l.Clauses, Outcome: l.Outcome, Prompt: l.Prompt, Completion: l.Completion,
	}
}

// daySince reads a day; nothing is the beginning.
func daySince(word string) (time.Time, error) {
	if word == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, word, time.Local)
	if err != nil {
		return at, fault.E("cli.activity", fault.Usage, nil, "what", "date", "word", word)
	}
	return at, nil
}

func (p *program) activityListCommand() *cobra.Command {
	var since string
	c := p.build(command{
		use: "list", short: "cli.activity.list.short",
		run: p.withHistory(func(c *cobra.Command, a *app.App, _ []string) error {
			from, err := daySince(since)
			if err != nil {
				return err
			}
			var rows [][]string
			err = a.Activities(c.Context(), from, func(l app.Activity) error {
				if p.globals.json {
					return p.output.json(newActivityJSON(l))
				}
				rows = append(rows, []string{
					l.At.Local().Format(time.DateTime), l.Profile, l.Act, l.Model, l.Outcome, strconv.Itoa(l.Prompt + l.Completion),
				})
				return nil
			})
			if err != nil {
				return err
			}
			if err := p.output.table(rows); err != nil || len(rows) > 0 || p.globals.json {
				return err
			}
			if !a.Ledger().On {
				p.output.note(p.words.T("cli.activity.none_off"))
			}
			return nil
		}),
	})
	c.Flags().StringVar(&since, "since", "", p.words.T("cli.flag.since"))
	return c
}

func (p *program) activityExportCommand() *cobra.Command {
	var since, format string
	c := p.build(command{
		use: "export", short: "cli.activity.export.short", long: "cli.activity.export.long",
		example: "bise activity export > activity.jsonl\nbise activity export --format csv --since 2026-01-01 > activity.csv",
		run: p.withHistory(func(c *cobra.Command, a *app.App, _ []string) error {
			from, err := daySince(since)
			if err != nil {
				return err
			}
			switch format {
			case "jsonl":
				return a.Activities(c.Context(), from, func(l app.Activity) error { return p.output.json(newActivityJSON(l)) })
			case "csv":
				return p.activityCSV(c, a, from)
			default:
				return fault.E("cli.activity", fault.Usage, nil, "what", "format", "word", format)
			}
		}),
	})
	c.Flags().StringVar(&since, "since", "", p.words.T("cli.flag.since"))
	c.Flags().StringVar(&format, "format", "jsonl", p.words.T("cli.flag.activity_format"))
	return c
}

func (p *program) activityCSV(c *cobra.Command, a *app.App, from time.Time) error {
	w := csv.NewWriter(p.env.Stdout)
	err := w.Write([]string{
		"at", "profile", "provider", "host", "act", "model", "decision", "clauses", "outcome", "prompt_tokens", "completion_tokens",
	})
	if err != nil {
		return err
	}
	err = a.Activities(c.Context(), from, func(l app.Activity) error {
		return w.Write([]string{
			stamp(l.At.UTC()), cell(l.Profile), cell(l.Provider), cell(l.Host), cell(l.Act), cell(l.Model), l.Decision,
			strings.Join(l.Clauses, " "), l.Outcome, strconv.Itoa(l.Prompt), strconv.Itoa(l.Completion),
		})
	})
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	return err
}

// cell keeps a spreadsheet from taking a name for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (p *program) activityPurgeCommand() *cobra.Command {
	var before string
	c := p.build(command{
		use: "purge", short: "cli.activity.purge.short",
		run: p.withHistory(func(c *cobra.Command, a *app.App, _ []string) error {
			until, err := daySince(before)
			if err != nil {
				return err
			}
			if err := p.confirm(c.Context(), p.words.T("cli.activity.purge.confirm")); err != nil {
				return err
			}
			n, err := a.PurgeActivity(c.Context(), until)
			if err != nil {
				return err
			}
			if p.globals.json {
				return p.output.json(map[string]int{"removed": n})
			}
			return p.output.line(p.words.N("cli.activity.purge.done", n))
		}),
	})
	c.Flags().StringVar(&before, "before", "", p.words.T("cli.flag.before"))
	return c
}

func (p *program) activitySwitchCommand(word string, on bool) *cobra.Command {
	var days int
	short := "cli.activity.off.short"
	if on {
		short = "cli.activity.on.short"
	}
	c := p.build(command{
		use: word, short: short,
		run: p.withApp(func(_ *cobra.Command, a *app.App, _ []string) error {
			if err := a.SetLedger(on, days); err != nil {
				return err
			}
			return p.tellLedger(a)
		}),
	})
	if on {
		c.Flags().IntVar(&days, "days", 0, p.words.T("cli.flag.days"))
		c.Flags().Lookup("days").DefValue = ""
	}
	return c
}

func (p *program) tellLedger(a *app.App) error {
	l := a.Ledger()
	if p.globals.json {
		return p.output.json(map[string]any{"on": yesNo(l.On), "days": l.Days, "locked": yesNo(l.Locked)})
	}
	key := "cli.activity.is_off"
	if l.On {
		key = "cli.activity.is_on"
	}
	who := ""
	if l.Locked {
		who = a.Organisation()
	}
	return p.output.line(p.words.T(key, "Days", l.Days, "Organisation", who))
}
