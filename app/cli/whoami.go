package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

// identityJSON is what whoami --json prints.
type identityJSON struct {
	Profile     string `json:"profile"`
	Kind        string `json:"kind"`
	Service     string `json:"service"`
	Provider    string `json:"provider"`
	Host        string `json:"host,omitempty"`
	Region      string `json:"region,omitempty"`
	Plan        string `json:"plan,omitempty"`
	UserName    string `json:"user_name,omitempty"`
	Key         string `json:"key"`
	Where       string `json:"where"`
	Consequence string `json:"consequence"`
	// Account is what the service says of the key's owner, AccountError why it
	// said nothing.
	Account      *accountJSON `json:"account,omitempty"`
	AccountError *errorJSON   `json:"account_error,omitempty"`
	Pages        []pageJSON   `json:"pages,omitempty"`
}

// accountJSON is what the service answered; what it did not tell is left out.
type accountJSON struct {
	UserID        string      `json:"user_id"`
	Name          string      `json:"name,omitempty"`
	Email         string      `json:"email,omitempty"`
	Workspace     *namedJSON  `json:"workspace,omitempty"`
	Organisation  *namedJSON  `json:"organization,omitempty"`
	KeyName       string      `json:"key_name,omitempty"`
	Organisations []namedJSON `json:"organizations,omitempty"`
	Workspaces    []namedJSON `json:"workspaces,omitempty"`
}

type namedJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func newAccountJSON(account app.Account) *accountJSON {
	out := &accountJSON{UserID: account.User.ID, Name: account.User.Name, Email: account.Email, KeyName: maskedName(account.Key.Name)}
	if w := account.Workspace; w.ID != "" {
		out.Workspace = &namedJSON{w.ID, w.Name}
	}
	if o := account.Organisation; o.ID != "" {
		out.Organisation = &namedJSON{o.ID, o.Name}
	}
	for _, o := range account.Organisations {
		out.Organisations = append(out.Organisations, namedJSON{o.ID, o.Name})
	}
	for _, w := range account.Workspaces {
		out.Workspaces = append(out.Workspaces, namedJSON{w.ID, w.Name})
	}
	return out
}

// maskedName hides the name of a key that looks like a key itself: nobody can
// know that it is none.
func maskedName(name string) string {
	if keyShape.MatchString(name) {
		return "…"
	}
	return name
}

// pageJSON is a page of the service for what has no interface.
type pageJSON struct {
	Page     string `json:"page"`
	URL      string `json:"url"`
	What     string `json:"what"`
	Declared string `json:"declared,omitempty"`
}

func newPagesJSON(pages []app.AccountPage) []pageJSON {
	out := make([]pageJSON, 0, len(pages))
	for _, page := range pages {
		out = append(out, pageJSON{page.Name, page.URL, page.Text, page.Declared})
	}
	return out
}

func (p *program) identityJSON(a *app.App, id app.Identity) identityJSON {
	place := a.Place(string(id.Provider.ID), false)
	out := identityJSON{
		Profile: id.Profile.Name, Kind: id.Profile.Kind, Service: string(id.Provider.Service),
		Provider: id.Provider.Name, Host: id.Provider.Host, Region: id.Provider.Region,
		UserName: id.Profile.UserName, Key: string(id.Key), Where: place.Where, Consequence: place.Consequence,
	}
	if f, err := a.Facts(id.Profile.Name); err == nil && id.Profile.Kind != "local" {
		out.Plan = f.Get("plan")
	}
	return out
}

func (p *program) whoAmICommand() *cobra.Command {
	return p.build(command{
		use: "whoami", short: "cli.whoami.short", long: "cli.whoami.long",
		run: p.withApp(func(c *cobra.Command, a *app.App, _ []string) error { return p.whoAmI(c.Context(), a) }),
	})
}

// whoAmI tells what is known here, and what the service says of the key's
// owner. A service that cannot be asked is no failure; one that refuses the key
// is.
func (p *program) whoAmI(ctx context.Context, a *app.App) error {
	id, err := a.WhoAmI(ctx, a.Active())
	if err != nil {
		return err
	}
	out := p.identityJSON(a, id)
	pages, err := a.AccountPages(id.Profile.Name)
	if err != nil {
		return err
	}
	out.Pages = newPagesJSON(pages)
	refused := id.KeyErr
	if id.KeyErr == nil && id.Profile.Kind == app.MistralProfile {
		switch account, err := a.AskAccount(ctx, id.Profile.Name); {
		case err == nil:
			out.Account = newAccountJSON(account)
		case errors.Is(err, context.Canceled):
			return err
		default:
			told := p.describe(err)
			out.AccountError = &told
			if fault.Is(err, fault.KeyRefused) || fault.Is(err, fault.KeyExpired) || fault.Is(err, fault.Suspended) {
				refused = err
			}
		}
	}
	if p.globals.json {
		err = p.output.json(out)
	} else {
		err = p.printIdentity(out, refused != nil)
	}
	if err != nil {
		return err
	}
	return refused
}

// printIdentity prints who answers for a person. told says that the reason why
// the service said nothing follows in any case.
func (p *program) printIdentity(out identityJSON, told bool) error {
	pairs := []string{
		p.words.T("cli.whoami.profile"), out.Profile,
		p.words.T("cli.whoami.kind"), out.Kind,
		p.words.T("cli.whoami.name"), out.UserName,
		p.words.T("cli.whoami.where"), out.Where,
		p.words.T("cli.whoami.host"), out.Host,
		p.words.T("cli.whoami.plan"), out.Plan,
		p.words.T("cli.whoami.key"), out.Key,
		p.words.T("cli.whoami.consequence"), out.Consequence,
	}
	if account := out.Account; account != nil {
		pairs = append(pairs,
			p.words.T("cli.whoami.owner"), account.Name,
			p.words.T("cli.whoami.email"), account.Email,
			p.words.T("cli.whoami.organisation"), nameOf(account.Organisation),
			p.words.T("cli.whoami.workspace"), nameOf(account.Workspace),
			p.words.T("cli.whoami.key_name"), account.KeyName,
		)
	}
	if err := p.output.pairs(pairs...); err != nil {
		return err
	}
	if out.AccountError != nil && !told {
		p.output.note(p.words.T("cli.whoami.not_told", "Why", out.AccountError.Message))
	}
	if len(out.Pages) > 0 && p.console.errTerminal {
		p.output.note(p.words.T("cli.whoami.pages"))
	}
	return nil
}

func nameOf(n *namedJSON) string {
	if n == nil {
		return ""
	}
	return n.Name
}

// accountPages lists the pages of the console for what no interface reaches.
func (p *program) accountPages(_ *cobra.Command, a *app.App, _ []string) error {
	pages, err := a.AccountPages(a.Active())
	if err != nil {
		return err
	}
	if len(pages) == 0 && !p.globals.json {
		p.output.note(p.words.T("cli.account.pages.none", "Profile", a.Active()))
	}
	var rows [][]string
	for _, page := range newPagesJSON(pages) {
		if p.globals.json {
			if err := p.output.json(page); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{page.Page, page.URL, page.Declared})
	}
	return p.output.table(rows)
}

// accountOpen opens one of the pages in the browser.
func (p *program) accountOpen(c *cobra.Command, a *app.App, args []string) error {
	page, err := a.OpenPage(c.Context(), a.Active(), args[0])
	if page.URL != "" {
		p.output.note(p.words.T("usage.page", "What", page.Text, "URL", page.URL))
	}
	return err
}
