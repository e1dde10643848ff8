package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

func (p *program) modelsCommand() *cobra.Command {
	var fresh bool
	list := p.build(command{
		use: "list [PROVIDER]", short: "cli.models.list.short", long: "cli.models.list.long", args: between(0, 1),
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error { return p.modelsList(c, a, args, fresh) }),
	})
	list.Flags().BoolVar(&fresh, "fresh", false, p.words.T("cli.flag.fresh"))
	models := p.build(
		command{use: "models", short: "cli.models.short", long: "cli.models.long"},
		list, p.archiveCommand(true), p.archiveCommand(false), p.fineTuneCommand(),
		p.showModelCommand(),
	)
	models.AddCommand(p.localModels()...)
	return models
}

// modelJSON is one line of models list --json. Yes/no answers are the words.
type modelJSON struct {
	Provider    string   `json:"provider"`
	ID          string   `json:"id"`
	Name        string   `json:"name,omitempty"`
	Aliases     []string `json:"aliases,omitempty"`
	Detail      string   `json:"detail,omitempty"`
	Context     int      `json:"context_tokens,omitempty"`
	Size        int64    `json:"size_bytes,omitempty"`
	Chat        string   `json:"chat"`
	Thinking    string   `json:"thinking"`
	Images      string   `json:"images"`
	Tools       string   `json:"tools"`
	Remote      string   `json:"remote,omitempty"`
	Loaded      string   `json:"loaded,omitempty"`
	Retires     string   `json:"retires,omitempty"`
	Replacement string   `json:"replacement,omitempty"`
	Licence     string   `json:"licence,omitempty"`
	Badge       string   `json:"badge,omitempty"` // agent, fine_tuned, labs, archived
	Base        string   `json:"base,omitempty"`  // the model of an agent
	Efforts     []string `json:"efforts,omitempty"`
	Note        string   `json:"note,omitempty"` // what the badge means for the person
	Where       string   `json:"where"`
	Consequence string   `json:"consequence"`
}

func (p *program) newModelJSON(a *app.App, provider string, m app.Model) modelJSON {
	place := a.PlaceOfModel(provider, m)
	out := modelJSON{
		Provider: provider, ID: m.ID, Name: m.Name, Aliases: m.Aliases, Detail: m.Detail,
		Context: m.Context, Size: m.Size,
		Chat: yesNo(m.Chat), Thinking: yesNo(m.Thinking), Images: yesNo(m.Images), Tools: yesNo(m.Tools),
		Retires: day(m.Retires), Replacement: m.Replacement, Licence: m.Licence,
		Badge: string(m.Badge), Base: m.Base, Efforts: m.Efforts,
		Where: place.Where, Consequence: place.Consequence,
	}
	if m.Badge != "" {
		out.Note = p.words.T("models.note." + string(m.Badge))
	}
	if m.Remote {
		out.Remote = "yes"
	}
	if m.Loaded {
		out.Loaded = "yes"
	}
	return out
}

// modelsList lists what can be asked. A provider that cannot be asked is named
// on standard error; if none answers, that is the failure.
func (p *program) modelsList(c *cobra.Command, a *app.App, args []string, fresh bool) error {
	var lists []app.ModelList
	if len(args) == 1 {
		if args[0] == app.OllamaProvider {
			if err := a.StartRunner(c.Context()); err != nil {
				return err
			}
		}
		l, err := a.ModelsOf(c.Context(), args[0], fresh)
		if err != nil {
			return err
		}
		lists = append(lists, l)
	} else {
		lists = a.Models(c.Context(), fresh)
	}
	var rows [][]string
	for _, l := range lists {
		provider := string(l.Provider.ID)
		if l.Err != nil {
			if err := p.tellNoModels(provider, l.Err); err != nil {
				return err
			}
			continue
		}
		for _, m := range l.Models {
			if !m.Chat && m.Badge != app.ArchivedModel {
				continue
			}
			out := p.newModelJSON(a, provider, m)
			if p.globals.json {
				if err := p.output.json(out); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, []string{provider, m.ID, tokens(m.Context), strings.Join(p.abilities(m), " "), out.Retires, out.Where})
		}
	}
	return p.output.table(rows)
}

func (p *program) tellNoModels(provider string, err error) error {
	e := p.describe(err)
	if p.globals.json {
		return p.output.json(event{"provider", provider, "error", e})
	}
	p.output.note(provider + ": " + e.Message + " " + e.Remedy)
	return nil
}

// tokens is a context length, "-" where it is not known.
func tokens(n int) string {
	if n == 0 {
		return "-"
	}
	return app.Tokens(n)
}

func (p *program) abilities(m app.Model) []string {
	var words []string
	switch {
	case m.Badge == app.AgentModel:
		words = append(words, p.words.T("cli.models.agent", "Name", m.Name))
	case m.Badge != "":
		words = append(words, p.words.T("models.badge."+string(m.Badge)))
	}
	for _, ability := range []struct {
		has bool
		key string
	}{
		{m.Thinking, "cli.models.thinking"},
		{m.Images, "cli.models.images"},
		{m.Tools, "cli.models.tools"},
		{m.Remote, "cli.models.remote"},
	} {
		if ability.has {
			words = append(words, p.words.T(ability.key))
		}
	}
	if words == nil {
		return []string{"-"}
	}
	return words
}

func (p *program) modelsShow(c *cobra.Command, a *app.App, args []string, only part) error {
	choice, err := a.FindModel(c.Context(), args[0], "")
	if err != nil {
		return err
	}
	if choice.Provider == app.OllamaProvider {
		return p.showLocal(c.Context(), a, choice.Model, only)
	}
	l, err := a.ModelsOf(c.Context(), choice.Provider, false)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(l.Models, func(m app.Model) bool {
		return m.Named(choice.Model)
	})
	if at < 0 {
		return fault.E("cli.models", fault.NotFound, nil, "what", "model", "name", args[0])
	}
	out := p.newModelJSON(a, choice.Provider, l.Models[at])
	if p.globals.json {
		return p.output.json(out)
	}
	return p.output.pairs(
		"provider", out.Provider, "id", out.ID, "name", out.Name, "aliases", strings.Join(out.Aliases, " "),
		"detail", out.Detail, "context_tokens", tokens(out.Context), "chat", out.Chat, "thinking", out.Thinking,
		"images", out.Images, "tools", out.Tools, "efforts", strings.Join(out.Efforts, " "),
		"badge", out.Badge, "base", out.Base, "note", out.Note, "retires", out.Retires, "replacement", out.Replacement,
		"licence", out.Licence, "where", out.Where, "consequence", out.Consequence,
	)
}
