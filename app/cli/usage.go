package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
)

func (p *program) usageCommand() *cobra.Command {
	return p.build(
		command{
			use: "usage [CONV]", short: "cli.usage.short", long: "cli.usage.long",
			example: "bise usage\nbise usage 01jk --json", args: between(0, 1),
			run: func(c *cobra.Command, args []string) error {
				if len(args) == 1 {
					return p.withHistory(p.usageOf)(c, args)
				}
				return p.withApp(func(_ *cobra.Command, a *app.App, _ []string) error { return p.usageNow(a) })(c, args)
			},
		},
		p.pricesCommand(),
	)
}

// limitsJSON is what a provider told of its limits last.
type limitsJSON struct {
	Provider string      `json:"provider"`
	Host     string      `json:"host"`
	Model    string      `json:"model,omitempty"`
	At       string      `json:"at"`
	Limits   []limitJSON `json:"limits"`
}

type limitJSON struct {
	Name      string `json:"name"`
	Limit     int64  `json:"limit"`
	Remaining int64  `json:"remaining"`
}

func newLimitsJSON(seen app.LimitsSeen) limitsJSON {
	out := limitsJSON{Provider: seen.Provider, Host: seen.Host, Model: seen.Model, At: stamp(seen.At), Limits: []limitJSON{}}
	for _, l := range seen.Limits {
		out.Limits = append(out.Limits, limitJSON{l.Name, l.Limit, l.Remaining})
	}
	return out
}

// spentJSON is what a conversation has used. The estimate is left out where
// nothing has a price.
type spentJSON struct {
	ID         string        `json:"conversation_id"`
	Title      string        `json:"title"`
	Answers    int           `json:"answers"`
	Uncounted  int           `json:"uncounted_answers"`
	Local      int           `json:"local_answers"`
	Prompt     int           `json:"prompt_tokens"`
	Completion int           `json:"completion_tokens"`
	Total      int           `json:"total_tokens"`
	Cached     int           `json:"cached_tokens"`
	Reasoning  int           `json:"reasoning_tokens"`
	Estimate   *estimateJSON `json:"estimate,omitempty"`
}

type estimateJSON struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
	Priced   int     `json:"priced_answers"`
	Unpriced int     `json:"unpriced_answers"`
	Date     string  `json:"prices_of"`
	Source   string  `json:"source"`
}

func newSpentJSON(u app.UsageReport) spentJSON {
	out := spentJSON{
		ID: string(u.Conversation), Title: u.Title, Answers: u.Answers, Uncounted: u.Uncounted, Local: u.Free,
		Prompt: u.Prompt, Completion: u.Completion, Total: u.Total(), Cached: u.Cached, Reasoning: u.Reasoning,
	}
	if u.Priced > 0 {
		out.Estimate = &estimateJSON{u.Amount, u.Currency, u.Priced, u.Unpriced, u.Prices.Date, u.Prices.Source}
	}
	return out
}

// usageNow tells the limits of the account as the services told them last.
func (p *program) usageNow(a *app.App) error {
	seen := a.Limits()
	if p.globals.json {
		out := []limitsJSON{}
		for _, s := range seen {
			out = append(out, newLimitsJSON(s))
		}
		return p.output.json(event{"limits", out})
	}
	if len(seen) == 0 {
		p.output.note(p.words.T("usage.no_limits"))
	}
	for _, s := range seen {
		at := s.At.Local().Format("2006-01-02 15:04")
		if err := p.output.line(p.words.T("usage.told", "Provider", s.Provider, "Host", s.Host, "Time", at, "Model", s.Model)); err != nil {
			return err
		}
		var rows [][]string
		for _, l := range s.Limits {
			rows = append(rows, []string{" ", a.LimitName(l.Name), p.words.T("usage.left", "Left", l.Remaining, "Of", l.Limit)})
		}
		if err := p.output.table(rows); err != nil {
			return err
		}
	}
	pages, err := a.AccountPages(a.Active())
	if err != nil {
		return err
	}
	for _, page := range pages {
		if page.Name == "usage" || page.Name == "limits" {
			p.output.note(p.words.T("usage.page", "What", page.Text, "URL", page.URL))
		}
	}
	return nil
}

// usageOf tells what a conversation has used.
func (p *program) usageOf(c *cobra.Command, a *app.App, args []string) error {
	id, err := p.resolve(c, a, args[0])
	if err != nil {
		return err
	}
	u, err := a.UsageIn(c.Context(), id)
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(newSpentJSON(u))
	}
	lines := []string{u.Title, p.words.N("usage.tokens", u.Answers, "Total", u.Total(), "Prompt", u.Prompt, "Completion", u.Completion)}
	if u.Cached > 0 {
		lines = append(lines, p.words.T("usage.cached", "Cached", u.Cached))
	}
	if u.Uncounted > 0 {
		lines = append(lines, p.words.N("usage.uncounted", u.Uncounted))
	}
	if u.Free > 0 {
		lines = append(lines, p.words.N("usage.local", u.Free))
	}
	lines = append(lines, a.EstimateLines(u)...)
	for _, l := range lines {
		if err := p.output.line(wrap(l, helpWidth)); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) pricesCommand() *cobra.Command {
	var begin bool
	c := p.build(command{
		use: "prices", short: "cli.usage.prices.short", long: "cli.usage.prices.long",
		run: p.withApp(func(_ *cobra.Command, a *app.App, _ []string) error {
			if begin {
				path, err := a.InitPrices()
				if err != nil {
					return err
				}
				if p.globals.json {
					return p.output.json(event{"path", path})
				}
				return p.output.line(p.words.T("cli.usage.prices.written", "Path", path))
			}
			return p.prices(a)
		}),
	})
	c.Flags().BoolVar(&begin, "init", false, p.words.T("cli.flag.prices_init"))
	return c
}

func (p *program) prices(a *app.App) error {
	table, err := a.Prices()
	if err != nil {
		return err
	}
	var rows [][]string
	for _, m := range table.Models {
		if p.globals.json {
			e := event{"names", m.Names, "input", m.Input, "output", m.Output, "currency", table.Currency, "per_tokens", app.PricedTokens, "own", yesNo(m.Own), "prices_of", table.Date}
			if err := p.output.json(e); err != nil {
				return err
			}
			continue
		}
		own := ""
		if m.Own {
			own = p.words.T("cli.usage.prices.own")
		}
		rows = append(rows, []string{strings.Join(m.Names, " "), price(m.Input), price(m.Output), own})
	}
	if p.globals.json {
		return nil
	}
	p.output.note(wrap(p.words.T("cli.usage.prices.head", "Currency", table.Currency, "Date", table.Date, "Source", table.Source), helpWidth))
	return p.output.table(rows)
}

func price(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
