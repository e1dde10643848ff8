package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

func (p *program) historyCommand() *cobra.Command {
	return p.build(
		command{use: "history", short: "cli.history.short", long: "cli.history.long"},
		p.historyListCommand(), p.historyShowCommand(), p.historySearchCommand(),
		p.build(command{use: "rename ID TITLE", short: "cli.history.rename.short", args: between(2, -1), run: p.withHistory(p.historyRename)}),
		p.build(command{use: "move ID [FOLDER]", short: "cli.history.move.short", args: between(1, 2), run: p.withHistory(p.historyMove)}),
		p.build(command{use: "tag ID [TAG ...]", short: "cli.history.tag.short", args: between(1, -1), run: p.withHistory(p.historyTag)}),
		p.historyPinCommand(), p.historyDeleteCommand(), p.historyPurgeCommand(),
	)
}

// withHistory opens the history for what cannot do without. Where an organisation
// has switched keeping off, what is stored is there to be read and destroyed.
func (p *program) withHistory(do func(c *cobra.Command, a *app.App, args []string) error) func(*cobra.Command, []string) error {
	return p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
		if err := a.OpenPast(c.Context()); err != nil {
			return err
		}
		return do(c, a, args)
	})
}

// withAnyHistory is withHistory for what lists: where nothing was ever kept, and
// nobody has chosen what holds a key, the list is empty.
func (p *program) withAnyHistory(do func(c *cobra.Command, a *app.App, args []string) error) func(*cobra.Command, []string) error {
	return p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
		err := a.OpenPast(c.Context())
		if !a.HistoryExists(c.Context()) {
			switch {
			case fault.Is(err, fault.NoKeyring):
				p.output.note(p.words.T("cli.history.none"))
				return nil
			case fault.Is(err, fault.NotStored) && a.Admin().NoHistory:
				p.output.note(p.describe(err).Message)
				return nil
			}
		}
		if err != nil {
			return err
		}
		return do(c, a, args)
	})
}

// resolve takes an id, or "last" for the conversation that changed last.
func (p *program) resolve(c *cobra.Command, a *app.App, word string) (chat.ConversationID, error) {
	if word == "last" {
		return p.last(c.Context(), a)
	}
	return chat.ConversationID(word), nil
}

// summaryJSON is one line of history list --json.
type summaryJSON struct {
	ID       chat.ConversationID `json:"id"`
	Title    string              `json:"title"`
	Created  string              `json:"created"`
	Updated  string              `json:"updated"`
	Pinned   string              `json:"pinned"`
	Folder   string              `json:"folder,omitempty"`
	Tags     []string            `json:"tags"`
	Profile  string              `json:"profile"`
	Provider string              `json:"provider"`
	Model    string              `json:"model,omitempty"`
	Messages int                 `json:"messages"`
}

func (p *program) historyListCommand() *cobra.Command {
	var q app.Query
	c := p.build(command{
		use: "list", short: "cli.history.list.short", long: "cli.history.list.long",
		run: p.withAnyHistory(func(c *cobra.Command, a *app.App, _ []string) error { return p.historyList(c, a, q) }),
	})
	c.Flags().IntVar(&q.Limit, "limit", 60, p.words.T("cli.flag.limit"))
	c.Flags().StringVar(&q.Folder, "folder", "", p.words.T("cli.flag.folder"))
	c.Flags().StringVar(&q.Tag, "tag", "", p.words.T("cli.flag.tag"))
	c.Flags().BoolVar(&q.Pinned, "pinned", false, p.words.T("cli.flag.pinned"))
	c.Flags().StringVar(&q.Filter, "title", "", p.words.T("cli.flag.title"))
	return c
}

func (p *program) historyList(c *cobra.Command, a *app.App, q app.Query) error {
	if q.Limit < 1 {
		return fault.E("cli.history", fault.Usage, nil, "what", "flag value", "word", "--limit")
	}
	list, err := a.Conversations(c.Context(), q)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, s := range list {
		if p.globals.json {
			if err := p.output.json(newSummaryJSON(s)); err != nil {
				return err
			}
			continue
		}
		mark := " "
		if s.Pinned {
			mark = "*"
		}
		rows = append(rows, []string{mark, string(s.ID), s.Updated.Local().Format("2006-01-02 15:04"), strconv.Itoa(s.Messages), s.Provider, s.Title})
	}
	return p.output.table(rows)
}

func newSummaryJSON(s app.Summary) summaryJSON {
	out := summaryJSON{
		ID: s.ID, Title: s.Title, Created: stamp(s.Created), Updated: stamp(s.Updated), Pinned: yesNo(s.Pinned),
		Folder: s.Folder, Tags: s.Tags, Profile: s.Profile, Provider: s.Provider, Model: s.Model, Messages: s.Messages,
	}
	if out.Tags == nil {
		out.Tags = []string{}
	}
	return out
}

// hitJSON is one line of history search --json; matches are byte ranges of
// snippet, the end excluded.
type hitJSON struct {
	Conversation chat.ConversationID `json:"conversation_id"`
	Message      chat.MessageID      `json:"message_id,omitempty"` // none for a title
	Title        string              `json:"title"`
	Role         chat.Role           `json:"role,omitempty"`
	At           string              `json:"at"`
	Snippet      string              `json:"snippet"`
	Matches      [][2]int            `json:"matches"`
}

func (p *program) historySearchCommand() *cobra.Command {
	var limit int
	c := p.build(command{
		use: "search WORDS", short: "cli.history.search.short", args: between(1, -1),
		run: p.withAnyHistory(func(c *cobra.Command, a *app.App, args []string) error {
			words := strings.Join(args, " ")
			hits, err := a.Search(c.Context(), words, limit)
			if err != nil {
				return err
			}
			titles, err := a.Titled(c.Context(), words, hits, limit-len(hits))
			if err != nil {
				return err
			}
			return p.printHits(append(titles, hits...))
		}),
	})
	c.Flags().IntVar(&limit, "limit", 60, p.words.T("cli.flag.limit"))
	return c
}

func (p *program) printHits(hits []app.Hit) error {
	var rows [][]string
	for _, h := range hits {
		if !p.globals.json {
			rows = append(rows, []string{string(h.Conversation), h.At.Local().Format("2006-01-02"), h.Title, string(h.Snippet.Text)})
			continue
		}
		out := hitJSON{
			Conversation: h.Conversation, Message: h.Message, Title: h.Title, Role: h.Role,
			At: stamp(h.At), Snippet: string(h.Snippet.Text), Matches: [][2]int{},
		}
		for _, m := range h.Snippet.Matches {
			out.Matches = append(out.Matches, [2]int{m.Start, m.End})
		}
		if err := p.output.json(out); err != nil {
			return err
		}
	}
	return p.output.table(rows)
}

// changed is one line of what rename, move, tag, pin and delete --json print:
// the conversation as it is afterwards.
func (p *program) changed(c *cobra.Command, a *app.App, id chat.ConversationID) error {
	if !p.globals.json {
		return nil
	}
	s, err := a.OpenSession(c.Context(), id)
	if err != nil {
		return err
	}
	return p.output.json(newSummaryJSON(summaryOf(s.Snapshot())))
}

func (p *program) historyRename(c *cobra.Command, a *app.App, args []string) error {
	id, err := p.resolve(c, a, args[0])
	if err == nil {
		err = a.Rename(c.Context(), id, strings.Join(args[1:], " "))
	}
	if err != nil {
		return err
	}
	return p.changed(c, a, id)
}

func (p *program) historyMove(c *cobra.Command, a *app.App, args []string) error {
	folder := ""
	if len(args) == 2 {
		folder = args[1]
	}
	id, err := p.resolve(c, a, args[0])
	if err == nil {
		err = a.Move(c.Context(), id, folder)
	}
	if err != nil {
		return err
	}
	return p.changed(c, a, id)
}

func (p *program) historyTag(c *cobra.Command, a *app.App, args []string) error {
	id, err := p.resolve(c, a, args[0])
	if err == nil {
		err = a.Tag(c.Context(), id, args[1:])
	}
	if err != nil {
		return err
	}
	return p.changed(c, a, id)
}

func (p *program) historyPinCommand() *cobra.Command {
	var off bool
	c := p.build(command{
		use: "pin ID", short: "cli.history.pin.short", args: between(1, 1),
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			id, err := p.resolve(c, a, args[0])
			if err == nil {
				err = a.Pin(c.Context(), id, !off)
			}
			if err != nil {
				return err
			}
			return p.changed(c, a, id)
		}),
	})
	c.Flags().BoolVar(&off, "off", false, p.words.T("cli.flag.off"))
	return c
}

// deletedJSON is one line of history delete --json.
type deletedJSON struct {
	ID      chat.ConversationID `json:"id"`
	Deleted string              `json:"deleted"`
}

func (p *program) historyDeleteCommand() *cobra.Command {
	var undo bool
	c := p.build(command{
		use: "delete ID ...", short: "cli.history.delete.short", long: "cli.history.delete.long", args: between(1, -1),
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			for _, word := range args {
				id, err := p.resolve(c, a, word)
				if err == nil && undo {
					err = a.Restore(c.Context(), id)
				} else if err == nil {
					err = a.Delete(c.Context(), id)
				}
				if err == nil && p.globals.json {
					err = p.output.json(deletedJSON{id, yesNo(!undo)})
				}
				if err != nil {
					return err
				}
			}
			return nil
		}),
	})
	c.Flags().BoolVar(&undo, "undo", false, p.words.T("cli.flag.undo"))
	return c
}
