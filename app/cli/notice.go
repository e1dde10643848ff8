package cli

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
)

func (p *program) noticeCommand() *cobra.Command {
	return p.build(
		command{use: "notice", short: "cli.notice.short", long: "cli.notice.long"},
		p.noticeAddCommand(), p.noticeListCommand(), p.noticeDismissCommand(),
	)
}

// noticeJSON is a notice of the inbox. The keys of its deadline are those of
// policy eval.
type noticeJSON struct {
	ID          string            `json:"id"`
	Kind        app.NoticeKind    `json:"kind"`
	Profile     string            `json:"profile"`
	Received    string            `json:"received"`
	About       string            `json:"about,omitempty"`
	State       string            `json:"state"` // open or dismissed
	DismissedAt string            `json:"dismissed_at,omitempty"`
	Facts       map[string]string `json:"facts"`
	Needs       []string          `json:"needs,omitempty"` // facts without which nothing can be counted
	LastDay     string            `json:"last_day,omitempty"`
	DaysLeft    *int              `json:"days_left,omitempty"`
	Deadline    *policy.Answer    `json:"deadline,omitempty"`
	Items       []string          `json:"items,omitempty"`
	Missing     []string          `json:"missing,omitempty"`  // items that a notice of a breach should have
	Complete    string            `json:"complete,omitempty"` // of a notice of a breach
	Advice      string            `json:"advice"`
}

func (p *program) newNoticeJSON(r app.Received) noticeJSON {
	out := noticeJSON{
		ID: r.ID, Kind: r.Kind, Profile: r.Profile, Received: r.On, About: string(r.About), State: "open",
		Facts: r.Facts, Needs: r.Needs, Items: r.Items, Missing: r.Lacks,
		Advice: p.words.T("inbox.advice." + r.Advice()),
	}
	if !r.Dismissed.IsZero() {
		out.State, out.DismissedAt = "dismissed", stamp(r.Dismissed)
	}
	if r.Kind == app.BreachNotice {
		out.Complete = yesNo(len(r.Lacks) == 0)
	}
	if r.Deadline != nil {
		answer := r.Deadline.Answer(p.say)
		out.Deadline = &answer
		out.LastDay, _ = r.Deadline.Fields["last_day"].(string)
	}
	if days, ok := r.DaysLeft(); ok {
		out.DaysLeft = &days
	}
	return out
}

// noticeKinds are other names that a kind goes by: those of its deadline.
var noticeKinds = map[string]app.NoticeKind{
	"terms_change": app.TermsNotice, "price_increase": app.PriceNotice,
	"subprocessor_objection": app.CompanyNotice, "sub_processor": app.CompanyNotice, "sub-processor": app.CompanyNotice,
	"model_discontinuation": app.ModelNotice,
}

func (p *program) noticeAddCommand() *cobra.Command {
	var n app.NewNotice
	var about string
	c := p.build(command{
		use: "add KIND", short: "cli.notice.add.short", long: "cli.notice.add.long", args: between(1, 1),
		example: "bise notice add terms --on 2025-05-07 --fact announced_effective=2025-05-27\nbise notice add price --on 2025-05-07 --fact renews_day=31\nbise notice add breach --item nature --item measures --about \"mail of support\"",
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			n.Kind, n.About = app.NoticeKind(args[0]), chat.Text(about)
			if kind, ok := noticeKinds[args[0]]; ok {
				n.Kind = kind
			}
			r, err := a.AddNotice(c.Context(), a.Active(), n)
			if err != nil {
				return err
			}
			return p.printNotice(r)
		}),
	})
	c.Flags().StringVar(&n.On, "on", "", p.words.T("cli.flag.received_on"))
	c.Flags().StringVar(&about, "about", "", p.words.T("cli.flag.about"))
	c.Flags().StringArrayVar(&n.Facts, "fact", nil, p.words.T("cli.flag.fact"))
	c.Flags().StringArrayVar(&n.Items, "item", nil, p.words.T("cli.flag.item"))
	return c
}

// printNotice prints one notice.
func (p *program) printNotice(r app.Received) error {
	out := p.newNoticeJSON(r)
	if p.globals.json {
		return p.output.json(out)
	}
	pairs := []string{
		p.words.T("inbox.notice"), p.words.T("inbox.kind." + string(r.Kind)), p.words.T("inbox.about"), out.About,
		p.words.T("inbox.number"), out.ID, p.words.T("inbox.received"), out.Received,
	}
	for _, name := range slices.Sorted(maps.Keys(out.Facts)) {
		pairs = append(pairs, name, out.Facts[name])
	}
	if out.Deadline != nil {
		pairs = append(pairs, p.words.T("inbox.last_day"), out.LastDay, p.words.T("cli.policy.reason"), out.Deadline.Reason,
			p.words.T("cli.policy.remedy"), out.Deadline.Remedy, p.words.T("cli.policy.clauses"), strings.Join(out.Deadline.Clauses, ", "))
	}
	if len(out.Needs) > 0 {
		pairs = append(pairs, p.words.T("inbox.needs"), strings.Join(out.Needs, ", "))
	}
	if len(out.Missing) > 0 {
		pairs = append(pairs, p.words.T("inbox.lacks"), strings.Join(out.Missing, ", "))
	}
	if err := p.output.pairs(pairs...); err != nil {
		return err
	}
	return p.output.line(out.Advice)
}

func (p *program) noticeListCommand() *cobra.Command {
	var all bool
	c := p.build(command{
		use: "list", short: "cli.notice.list.short", long: "cli.notice.list.long",
		run: p.withHistory(func(c *cobra.Command, a *app.App, _ []string) error {
			list, err := a.Inbox(c.Context(), p.globals.profile, all)
			if err != nil {
				return err
			}
			return p.printInbox(list)
		}),
	})
	c.Flags().BoolVar(&all, "all", false, p.words.T("cli.flag.dismissed_too"))
	return c
}

func (p *program) printInbox(list []app.Received) error {
	var rows [][]string
	for _, r := range list {
		out := p.newNoticeJSON(r)
		if p.globals.json {
			if err := p.output.json(out); err != nil {
				return err
			}
			continue
		}
		left := ""
		if out.DaysLeft != nil {
			left = strconv.Itoa(*out.DaysLeft)
		}
		rows = append(rows, []string{r.ID, r.On, p.words.T("inbox.kind." + string(r.Kind)), out.LastDay, left, r.Profile, out.About})
	}
	return p.output.table(rows)
}

func (p *program) noticeDismissCommand() *cobra.Command {
	var undo bool
	c := p.build(command{
		use: "dismiss ID ...", short: "cli.notice.dismiss.short", args: between(1, -1),
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			for _, id := range args {
				if err := a.DismissNotice(c.Context(), id, undo); err != nil {
					return err
				}
			}
			return nil
		}),
	})
	c.Flags().BoolVar(&undo, "undo", false, p.words.T("cli.flag.undo_dismiss"))
	return c
}
