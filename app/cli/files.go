package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/policy"
)

func (p *program) filesCommand() *cobra.Command {
	return p.build(
		command{use: "files", short: "cli.files.short", long: "cli.files.long"},
		p.build(command{use: "list", short: "cli.files.list.short", long: "cli.files.list.long", run: p.withFiles(p.filesList)}),
		p.build(command{use: "show ID", short: "cli.files.show.short", args: between(1, 1), run: p.withFiles(p.filesShow)}),
		p.build(command{
			use: "upload FILE...", short: "cli.files.upload.short", long: "cli.files.upload.long", args: between(1, -1),
			run: p.withFiles(p.filesUpload),
		}),
		p.build(command{use: "delete ID...", short: "cli.files.delete.short", args: between(1, -1), run: p.withFiles(p.filesDelete)}),
		p.build(command{use: "ledger", short: "cli.files.ledger.short", long: "cli.files.ledger.long", run: p.withFiles(p.filesLedger)}),
	)
}

// withFiles opens the app, the ledger and the provider that keeps files.
func (p *program) withFiles(run func(ctx context.Context, a *app.App, provider string, args []string) error) func(*cobra.Command, []string) error {
	return p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
		provider, err := a.FileService(p.wanted())
		if err != nil {
			return err
		}
		if err := p.ledger(c.Context(), a); err != nil {
			return err
		}
		return run(c.Context(), a, provider, args)
	})
}

// fileJSON is one file of files list --json.
type fileJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Size      int64  `json:"size_bytes"`
	Purpose   string `json:"purpose,omitempty"`
	MediaType string `json:"media_type,omitempty"`
	Source    string `json:"source,omitempty"`
	Created   string `json:"created,omitempty"`
	Expires   string `json:"expires,omitempty"`
	Ours      string `json:"put_there_by_bise"`
}

func newFileJSON(f app.ServiceFile) fileJSON {
	return fileJSON{
		ID: string(f.ID), Name: f.Name, Size: f.Size, Purpose: f.Purpose, MediaType: f.MediaType, Source: f.Source,
		Created: stamp(f.Created), Expires: stamp(f.Expires), Ours: yesNo(f.Ours.Remote != ""),
	}
}

// until says how long a file stays: what the service tells, else what its
// documentation says.
func (p *program) until(f app.ServiceFile) string {
	if f.Expires.IsZero() {
		return p.words.T("cli.files.until_deleted")
	}
	return day(f.Expires)
}

func (p *program) filesList(ctx context.Context, a *app.App, provider string, _ []string) error {
	files, err := a.ServiceFiles(ctx, provider)
	if err != nil && files == nil {
		return err
	}
	var rows [][]string
	for _, f := range files {
		if p.globals.json {
			if err := p.output.json(newFileJSON(f)); err != nil {
				return err
			}
			continue
		}
		by := ""
		if f.Ours.Remote != "" {
			by = p.words.T("cli.files.ours")
		}
		rows = append(rows, []string{string(f.ID), f.Name, app.Bytes(f.Size), f.Purpose, day(f.Created), p.until(f), by})
	}
	if len(files) == 0 && !p.globals.json {
		p.output.note(p.words.T("cli.files.none", "Name", a.Describe(provider).Name))
	}
	if tableErr := p.output.table(rows); tableErr != nil {
		return tableErr
	}
	return err
}

func (p *program) filesShow(ctx context.Context, a *app.App, provider string, args []string) error {
	f, err := a.ServiceFile(ctx, provider, app.FileID(args[0]))
	if err != nil {
		return err
	}
	out := newFileJSON(f)
	if p.globals.json {
		return p.output.json(out)
	}
	return p.output.pairs(
		"id", out.ID, "name", out.Name, "size", app.Bytes(f.Size), "purpose", out.Purpose, "media_type", out.MediaType,
		"source", out.Source, "created", out.Created, "stays", p.until(f), "put_there_by_bise", out.Ours,
	)
}

func (p *program) filesUpload(ctx context.Context, a *app.App, provider string, args []string) error {
	p.retained(a, provider)
	for _, path := range args {
		part, err := a.ReadFile(path)
		if err != nil {
			return err
		}
		var f app.RemoteFile
		err = p.cleared(ctx, a, provider, func(confirmed []policy.Act) (v policy.Verdict, err error) {
			f, v, err = a.UploadFile(ctx, provider, part, confirmed...)
			return v, err
		})
		if err != nil && f.ID == "" {
			return err
		}
		kept := app.ServiceFile{RemoteFile: f, Ours: app.Upload{Remote: string(f.ID)}}
		if p.globals.json {
			err = cmp.Or(p.output.json(newFileJSON(kept)), err)
		} else {
			err = cmp.Or(p.output.line(p.words.T("cli.files.uploaded", "Name", f.Name, "Size", app.Bytes(f.Size), "ID", string(f.ID), "Until", p.until(kept))), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// retained says before an upload that what lies at the service is outside zero
// data retention, and how long it stays.
func (p *program) retained(a *app.App, provider string) {
	if !p.globals.json {
		p.output.note(p.words.T("cli.files.retained", "Name", a.Describe(provider).Name))
	}
}

func (p *program) filesDelete(ctx context.Context, a *app.App, provider string, args []string) error {
	name := a.Describe(provider).Name
	if err := p.confirm(ctx, p.words.N("cli.files.delete.confirm", len(args), "Name", name)); err != nil {
		return err
	}
	for _, id := range args {
		if err := a.DeleteServiceFile(ctx, provider, app.FileID(id)); err != nil {
			return err
		}
		if err := p.deleted(id); err != nil {
			return err
		}
	}
	return nil
}

// deleted tells that something at a service is gone.
func (p *program) deleted(id string) error {
	if p.globals.json {
		return p.output.json(map[string]string{"id": id, "deleted": "yes"})
	}
	return p.output.line(p.words.T("cli.files.deleted", "ID", id))
}

// uploadJSON is one line of files ledger --json.
type uploadJSON struct {
	Profile string `json:"profile"`
	ID      string `json:"id"`
	Library string `json:"library,omitempty"`
	Name    string `json:"name"`
	Size    int64  `json:"size_bytes"`
	Purpose string `json:"purpose,omitempty"`
	At      string `json:"at"`
	Expires string `json:"expires,omitempty"`
	Deleted string `json:"deleted,omitempty"`
}

// filesLedger lists what bise has put at a service, without asking the service.
func (p *program) filesLedger(ctx context.Context, a *app.App, provider string, _ []string) error {
	uploads, err := a.Uploads(ctx, a.ProfileOf(provider))
	if err != nil {
		return err
	}
	var rows [][]string
	for _, u := range uploads {
		if p.globals.json {
			err := p.output.json(uploadJSON{
				u.Profile, u.Remote, u.Library, u.Name, u.Size, u.Purpose, stamp(u.At), stamp(u.Expires), stamp(u.Deleted),
			})
			if err != nil {
				return err
			}
			continue
		}
		state := p.words.T("cli.files.there")
		if !u.Deleted.IsZero() {
			state = p.words.T("cli.files.gone", "Date", day(u.Deleted))
		}
		rows = append(rows, []string{u.Remote, u.Name, app.Bytes(u.Size), u.Purpose, day(u.At), state})
	}
	if len(uploads) == 0 && !p.globals.json {
		p.output.note(p.words.T("cli.files.no_uploads"))
	}
	return p.output.table(rows)
}
