package cli

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
	"bise/app/policy"
)

func (p *program) librariesCommand() *cobra.Command {
	var about string
	create := p.build(command{
		use: "create NAME", short: "cli.libraries.create.short", args: between(1, 1),
		run: p.withLibraries(func(l librarian, ctx context.Context, args []string) error { return l.create(ctx, args[0], about) }),
	})
	create.Flags().StringVar(&about, "description", "", p.words.T("cli.flag.library_about"))
	var quick bool
	add := p.build(command{
		use: "add LIBRARY FILE...", short: "cli.libraries.add.short", long: "cli.libraries.add.long", args: between(2, -1),
		run: p.withLibraries(func(l librarian, ctx context.Context, args []string) error {
			return l.add(ctx, args[0], args[1:], !quick)
		}),
	})
	add.Flags().BoolVar(&quick, "no-wait", false, p.words.T("cli.flag.no_wait"))
	var level string
	share := p.build(command{
		use: "share LIBRARY user|workspace|organization ID", short: "cli.libraries.share.short", long: "cli.libraries.share.long",
		args: between(3, 3),
		run:  p.withLibraries(func(l librarian, ctx context.Context, args []string) error { return l.share(ctx, args, level) }),
	})
	share.Flags().StringVar(&level, "level", "viewer", p.words.T("cli.flag.library_level"))
	return p.build(
		command{use: "libraries", short: "cli.libraries.short", long: "cli.libraries.long"},
		p.build(command{use: "list", short: "cli.libraries.list.short", run: p.withLibraries(librarian.list)}),
		p.build(command{use: "show LIBRARY", short: "cli.libraries.show.short", args: between(1, 1), run: p.withLibraries(librarian.show)}),
		create, add,
		p.build(command{
			use: "remove LIBRARY DOCUMENT...", short: "cli.libraries.remove.short", args: between(2, -1), run: p.withLibraries(librarian.remove),
		}),
		share,
		p.build(command{
			use: "unshare LIBRARY user|workspace|organization ID", short: "cli.libraries.unshare.short", args: between(3, 3),
			run: p.withLibraries(librarian.unshare),
		}),
		p.build(command{use: "delete LIBRARY", short: "cli.libraries.delete.short", args: between(1, 1), run: p.withLibraries(librarian.delete)}),
	)
}

// librarian is the work on the libraries of one provider.
type librarian struct {
	*program
	app      *app.App
	provider string
}

func (p *program) withLibraries(run func(l librarian, ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
		provider, err := a.LibraryService(p.wanted())
		if err != nil {
			return err
		}
		if err := p.ledger(c.Context(), a); err != nil {
			return err
		}
		return run(librarian{p, a, provider}, c.Context(), args)
	})
}

// libraryJSON is one line of libraries list --json.
type libraryJSON struct {
	ID          string                `json:"id"`
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Documents   int                   `json:"documents"`
	Size        int64                 `json:"size_bytes"`
	OwnerType   string                `json:"owner_type,omitempty"`
	Created     string                `json:"created,omitempty"`
	Updated     string                `json:"updated,omitempty"`
	Contents    []libraryDocumentJSON `json:"contents,omitempty"`
	Shares      []grantJSON           `json:"shares,omitempty"`
}

type libraryDocumentJSON struct {
	ID      string `json:"id"`
	Library string `json:"library"`
	Name    string `json:"name"`
	Size    int64  `json:"size_bytes"`
	Pages   int    `json:"pages,omitempty"`
	State   string `json:"state"`
	Created string `json:"created,omitempty"`
	Expires string `json:"expires,omitempty"`
}

type grantJSON struct {
	Type  string `json:"type"`
	ID    string `json:"id"`
	Level string `json:"level"`
}

func newLibraryJSON(l app.Library) libraryJSON {
	return libraryJSON{
		ID: string(l.ID), Name: l.Name, Description: l.Description, Documents: l.Documents, Size: l.Size,
		OwnerType: strings.ToLower(l.OwnerType), Created: stamp(l.Created), Updated: stamp(l.Updated),
	}
}

func newLibraryDocumentJSON(d app.LibraryDocument) libraryDocumentJSON {
	return libraryDocumentJSON{
		ID: string(d.ID), Library: string(d.Library), Name: d.Name, Size: d.Size, Pages: d.Pages, State: string(d.State),
		Created: stamp(d.Created), Expires: stamp(d.Expires),
	}
}

// state is how far the service is with a document, in words.
func (l librarian) state(s app.DocumentState) string {
	if key := "libraries.state." + string(s); l.words.Has(key) {
		return l.words.T(key)
	}
	return string(s)
}

func (l librarian) list(ctx context.Context, _ []string) error {
	list, err := l.app.Libraries(ctx, l.provider)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, library := range list {
		if l.globals.json {
			if err := l.output.json(newLibraryJSON(library)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{
			string(library.ID), library.Name, l.words.N("libraries.documents", library.Documents), app.Bytes(library.Size), day(library.Updated),
		})
	}
	if len(list) == 0 && !l.globals.json {
		l.output.note(l.words.T("cli.libraries.none"))
	}
	return l.output.table(rows)
}

func (l librarian) show(ctx context.Context, args []string) error {
	library, err := l.app.FindLibrary(ctx, l.provider, args[0])
	if err != nil {
		return err
	}
	documents, err := l.app.LibraryDocuments(ctx, l.provider, library.ID)
	if err != nil {
		return err
	}
	grants, err := l.app.LibraryGrants(ctx, l.provider, library.ID)
	if err != nil {
		return err
	}
	if l.globals.json {
		out := newLibraryJSON(library)
		for _, d := range documents {
			out.Contents = append(out.Contents, newLibraryDocumentJSON(d))
		}
		for _, g := range grants {
			out.Shares = append(out.Shares, grantJSON{strings.ToLower(g.Type), g.ID, strings.ToLower(g.Level)})
		}
		return l.output.json(out)
	}
	err = l.output.pairs("id", string(library.ID), "name", library.Name, "description", library.Description,
		"documents", l.words.N("libraries.documents", library.Documents), "size", app.Bytes(library.Size), "updated", day(library.Updated))
	var rows [][]string
	for _, d := range documents {
		rows = append(rows, []string{string(d.ID), d.Name, app.Bytes(d.Size), l.state(d.State), day(d.Created)})
	}
	for _, g := range grants {
		rows = append(rows, []string{l.words.T("cli.libraries.shared"), strings.ToLower(g.Type) + " " + g.ID, strings.ToLower(g.Level)})
	}
	return cmp.Or(err, l.output.table(rows))
}

func (l librarian) create(ctx context.Context, name, about string) error {
	l.retained(l.app, l.provider)
	var made app.Library
	err := l.cleared(ctx, l.app, l.provider, func(confirmed []policy.Act) (v policy.Verdict, err error) {
		made, v, err = l.app.CreateLibrary(ctx, l.provider, name, about, confirmed...)
		return v, err
	})
	if err != nil {
		return err
	}
	if l.globals.json {
		return l.output.json(newLibraryJSON(made))
	}
	return l.output.line(l.words.T("cli.libraries.created", "Name", made.Name, "ID", string(made.ID)))
}

// add puts files into a library and waits until the service has read them.
func (l librarian) add(ctx context.Context, word string, paths []string, wait bool) error {
	library, err := l.app.FindLibrary(ctx, l.provider, word)
	if err != nil {
		return err
	}
	l.retained(l.app, l.provider)
	var added []app.LibraryDocument
	for _, path := range paths {
		part, err := l.app.ReadFile(path)
		if err != nil {
			return err
		}
		var d app.LibraryDocument
		err = l.cleared(ctx, l.app, l.provider, func(confirmed []policy.Act) (v policy.Verdict, err error) {
			d, v, err = l.app.AddDocument(ctx, l.provider, library.ID, part, confirmed...)
			return v, err
		})
		if err != nil {
			return err
		}
		d.Library = library.ID
		added = append(added, d)
		if !l.globals.json {
			l.output.note(l.words.T("cli.libraries.added", "Name", d.Name, "Library", library.Name))
		}
	}
	for _, d := range added {
		if err := l.await(ctx, d, wait); err != nil {
			return err
		}
	}
	return nil
}

// await tells what becomes of a document.
func (l librarian) await(ctx context.Context, d app.LibraryDocument, wait bool) (err error) {
	if wait {
		d.State, err = l.app.AwaitDocument(ctx, l.provider, d, func(s app.DocumentState) {
			if !l.globals.json {
				l.output.note(l.words.T("cli.libraries.now", "Name", d.Name, "State", l.state(s)))
			}
		})
	}
	if fault.Is(err, fault.Interrupted) && !l.globals.json {
		l.output.note(l.words.T("cli.libraries.goes_on"))
	}
	if err != nil {
		return err
	}
	if l.globals.json {
		return l.output.json(newLibraryDocumentJSON(d))
	}
	return l.output.line(l.words.T("cli.libraries.result", "Name", d.Name, "ID", string(d.ID), "State", l.state(d.State)))
}

// findDocument finds a document of a library by its id or its name.
func findDocument(documents []app.LibraryDocument, word string) (app.LibraryDocument, error) {
	var found []app.LibraryDocument
	for _, d := range documents {
		if string(d.ID) == word {
			return d, nil
		}
		if d.Name == word {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return app.LibraryDocument{}, fault.E("cli.libraries", fault.NotFound, nil, "what", "library document", "name", word)
	case 1:
		return found[0], nil
	}
	return app.LibraryDocument{}, fault.E("cli.libraries", fault.Usage, nil, "what", "document name", "word", word)
}

func (l librarian) remove(ctx context.Context, args []string) error {
	library, err := l.app.FindLibrary(ctx, l.provider, args[0])
	if err != nil {
		return err
	}
	documents, err := l.app.LibraryDocuments(ctx, l.provider, library.ID)
	if err != nil {
		return err
	}
	var gone []app.LibraryDocument
	for _, word := range args[1:] {
		d, err := findDocument(documents, word)
		if err != nil {
			return err
		}
		gone = append(gone, d)
	}
	if err := l.confirm(ctx, l.words.N("cli.libraries.remove.confirm", len(gone), "Library", library.Name)); err != nil {
		return err
	}
	for _, d := range gone {
		if err := l.app.DeleteDocument(ctx, l.provider, library.ID, d.ID); err != nil {
			return err
		}
		if err := l.deleted(string(d.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (l librarian) delete(ctx context.Context, args []string) error {
	library, err := l.app.FindLibrary(ctx, l.provider, args[0])
	if err != nil {
		return err
	}
	question := l.words.N("cli.libraries.delete.confirm", library.Documents, "Library", library.Name)
	if err := l.confirm(ctx, question); err != nil {
		return err
	}
	if err := l.app.DeleteLibrary(ctx, l.provider, library.ID); err != nil {
		return err
	}
	return l.deleted(string(library.ID))
}

// grantees are the words for whom a library is shared with.
var grantees = map[string]string{"user": "User", "workspace": "Workspace", "organization": "Org"}

// levels are the words for what they may do.
var levels = map[string]string{"viewer": "Viewer", "editor": "Editor"}

func grantee(kind, id string) (app.Grantee, error) {
	word, ok := grantees[kind]
	if !ok {
		return app.Grantee{}, fault.E("cli.libraries", fault.Usage, nil, "what", "kind of share", "word", kind)
	}
	return app.Grantee{Type: word, ID: id}, nil
}

func (l librarian) share(ctx context.Context, args []string, level string) error {
	to, err := grantee(args[1], args[2])
	if err != nil {
		return err
	}
	word, ok := levels[level]
	if !ok {
		return fault.E("cli.libraries", fault.Usage, nil, "what", "level", "word", level)
	}
	if v, may := l.app.MayShareLibraries(l.provider); !may {
		return &policy.Refusal{Verdict: v}
	}
	library, err := l.app.FindLibrary(ctx, l.provider, args[0])
	if err != nil {
		return err
	}
	question := l.words.N("cli.libraries.share.confirm", library.Documents, "Library", library.Name, "Whom", args[1]+" "+args[2])
	if err := l.confirm(ctx, question); err != nil {
		return err
	}
	if err := l.app.ShareLibrary(ctx, l.provider, library.ID, app.Grant{Grantee: to, Level: word}); err != nil {
		return err
	}
	if l.globals.json {
		return l.output.json(grantJSON{args[1], args[2], level})
	}
	return l.output.line(l.words.T("cli.libraries.share.done", "Library", library.Name, "Whom", args[1]+" "+args[2]))
}

func (l librarian) unshare(ctx context.Context, args []string) error {
	to, err := grantee(args[1], args[2])
	if err != nil {
		return err
	}
	library, err := l.app.FindLibrary(ctx, l.provider, args[0])
	if err != nil {
		return err
	}
	if err := l.app.UnshareLibrary(ctx, l.provider, library.ID, to); err != nil {
		return err
	}
	if l.globals.json {
		return l.output.json(grantJSON{args[1], args[2], "none"})
	}
	return l.output.line(l.words.T("cli.libraries.unshared", "Library", library.Name, "Whom", args[1]+" "+args[2]))
}
