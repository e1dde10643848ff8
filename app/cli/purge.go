package cli

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

type purgeFlags struct {
	all    bool
	before string
}

func (p *program) historyPurgeCommand() *cobra.Command {
	var f purgeFlags
	c := p.build(command{
		use: "purge ID ...", short: "cli.history.purge.short", long: "cli.history.purge.long", args: between(0, -1),
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error { return p.historyPurge(c, a, args, f) }),
	})
	c.Flags().BoolVar(&f.all, "all", false, p.words.T("cli.flag.all_conversations"))
	c.Flags().StringVar(&f.before, "before", "", p.words.T("cli.flag.purge_before"))
	return c
}

// historyPurge destroys conversations by id, those that last changed before a
// day, or all.
func (p *program) historyPurge(c *cobra.Command, a *app.App, args []string, f purgeFlags) error {
	const op = "cli.historyPurge"
	ways := 0
	for _, given := range []bool{f.all, f.before != "", len(args) > 0} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return fault.E(op, fault.Usage, nil, "what", "too few arguments", "word", "bise history purge ID ... | --before DATE | --all")
	}
	day, err := time.ParseInLocation(time.DateOnly, f.before, time.Local)
	if f.before != "" && err != nil {
		return fault.E(op, fault.Usage, nil, "what", "date", "word", f.before)
	}
	if err := a.OpenPast(c.Context()); err != nil {
		return err
	}
	var ids []chat.ConversationID
	question := p.words.T("cli.history.purge.confirm_all")
	if !f.all { // which they are, and how many, is found out before anybody is asked
		if ids, err = p.toPurge(c, a, args, day); err != nil {
			return err
		}
		question = p.words.N("cli.history.purge.confirm", len(ids))
	}
	if f.all || len(ids) > 0 {
		if err := p.confirm(c.Context(), question); err != nil {
			return err
		}
	}
	if f.all {
		held, err := a.Holdings(c.Context())
		if err == nil {
			err = a.PurgeAll(c.Context())
		}
		if err != nil {
			return err
		}
		return p.purged(held.Conversations)
	}
	if err := a.Purge(c.Context(), ids...); err != nil {
		return err
	}
	return p.purged(len(ids))
}

// toPurge gives the conversations of the words, each once, or without words
// those that last changed before a day. One that is not there is a NotFound.
func (p *program) toPurge(c *cobra.Command, a *app.App, words []string, day time.Time) (ids []chat.ConversationID, err error) {
	if len(words) == 0 {
		return a.Before(c.Context(), day)
	}
	for _, word := range words {
		id, err := p.resolve(c, a, word)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, a.Known(c.Context(), ids...)
}

// purged tells what is gone here, and what that means elsewhere.
func (p *program) purged(n int) error {
	if p.globals.json {
		return p.output.json(map[string]int{"purged": n})
	}
	p.output.note(p.words.N("cli.history.purge.done", n))
	if n > 0 {
		p.output.note(p.words.T("cli.erase.elsewhere"))
	}
	return nil
}
