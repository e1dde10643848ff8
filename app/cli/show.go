package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
)

// conversationJSON is what history show --json prints. Messages are those of
// the active branch, oldest first, or of all branches with --all.
type conversationJSON struct {
	summaryJSON
	System string        `json:"system,omitempty"`
	Leaf   string        `json:"leaf"`
	List   []messageJSON `json:"branch"`
}

type messageJSON struct {
	ID       chat.MessageID `json:"id"`
	Parent   chat.MessageID `json:"parent,omitempty"`
	Role     chat.Role      `json:"role"`
	At       string         `json:"at"`
	State    chat.State     `json:"state,omitempty"`
	Ended    string         `json:"ended,omitempty"`
	Provider string         `json:"provider,omitempty"`
	Service  string         `json:"service,omitempty"`
	Asked    string         `json:"asked,omitempty"`
	Model    string         `json:"model,omitempty"`
	Tools    []string       `json:"tools,omitempty"`
	Clauses  []string       `json:"clauses,omitempty"`
	Text     string         `json:"text"`
	Parts    []partJSON     `json:"parts"`
}

type partJSON struct {
	Kind      chat.Kind `json:"kind"`
	Origin    []string  `json:"origin,omitempty"`
	Text      string    `json:"text,omitempty"`
	Name      string    `json:"name,omitempty"`
	MediaType string    `json:"media_type,omitempty"`
	URL       string    `json:"url,omitempty"`
	Bytes     int       `json:"bytes,omitempty"`
}

func newMessageJSON(m chat.Message) messageJSON {
	out := messageJSON{
		ID: m.ID, Parent: m.Parent, Role: m.Role, At: stamp(m.At), State: m.State, Ended: m.Ended,
		Provider: m.Provider, Service: m.Service, Asked: m.Asked, Model: m.Model, Tools: m.Tools, Clauses: m.Clauses,
		Text: string(m.Text()), Parts: []partJSON{},
	}
	for _, part := range m.Parts {
		out.Parts = append(out.Parts, partJSON{
			Kind: part.Kind, Origin: part.Origin.Names(), Text: string(part.Text), Name: part.Name,
			MediaType: part.MediaType, URL: part.URL, Bytes: len(part.Data),
		})
	}
	return out
}

func (p *program) historyShowCommand() *cobra.Command {
	var all bool
	c := p.build(command{
		use: "show ID", short: "cli.history.show.short", long: "cli.history.show.long", args: between(1, 1),
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			id, err := p.resolve(c, a, args[0])
			if err != nil {
				return err
			}
			s, err := a.OpenSession(c.Context(), id)
			if err != nil {
				return err
			}
			return p.printConversation(s.Snapshot(), all)
		}),
	})
	c.Flags().BoolVar(&all, "all", false, p.words.T("cli.flag.all_branches"))
	return c
}

func summaryOf(c chat.Conversation) app.Summary {
	return app.Summary{
		ID: c.ID, Title: c.Title, Created: c.Created, Updated: c.Updated, Pinned: c.Pinned, Folder: c.Folder,
		Tags: c.Tags, Profile: c.Profile, Provider: c.Provider, Model: c.Model, Messages: len(c.Messages),
	}
}

func (p *program) printConversation(c chat.Conversation, all bool) error {
	messages := c.Branch()
	if all {
		messages = c.Messages
	}
	if !p.globals.json {
		return p.printMessages(c, messages)
	}
	out := conversationJSON{
		summaryJSON: newSummaryJSON(summaryOf(c)),
		System:      string(c.System), Leaf: string(c.Leaf), List: []messageJSON{},
	}
	for _, m := range messages {
		out.List = append(out.List, newMessageJSON(m))
	}
	return p.output.json(out)
}

// printMessages prints a conversation as text, a role before each message.
func (p *program) printMessages(c chat.Conversation, messages []chat.Message) error {
	if err := p.output.line(c.Title); err != nil {
		return err
	}
	for _, m := range messages {
		head := p.words.T("cli.chat.you")
		if m.Role != chat.User {
			head = p.speaker(m.Provider, m.Model, m.Asked)
		}
		lines := []string{"", head + " (" + m.At.Local().Format("2006-01-02 15:04") + ")"}
		for _, part := range m.Parts {
			if part.Kind != chat.TextPart && part.Name != "" {
				lines = append(lines, p.words.T("cli.history.show.part", "Kind", string(part.Kind), "Name", part.Name))
			}
		}
		lines = append(lines, string(m.Text()))
		switch m.State {
		case chat.Cut, chat.Growing:
			lines = append(lines, p.words.T("cli.history.show.cut"))
		case chat.Stopped:
			lines = append(lines, p.words.T("cli.history.show.stopped"))
		case chat.Withheld:
			lines = append(lines, p.words.T("cli.history.show.withheld", "Clauses", strings.Join(m.Clauses, ", ")))
		case chat.Complete:
		}
		if err := p.output.line(strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// speaker names who answered.
func (p *program) speaker(provider, model, asked string) string {
	if model == "" {
		model = asked
	}
	name := provider
	if p.app != nil {
		if d := p.app.Describe(provider); d.Name != "" {
			name = d.Name
		}
	}
	if model == "" {
		return name
	}
	return p.words.T("cli.chat.speaker", "Name", name, "Model", model)
}
