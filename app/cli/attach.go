package cli

import (
	"context"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

// attach reads the files of a prompt. With --ocr documents and pictures are read
// whatever their size: text is made of them later.
func (p *program) attach(a *app.App, f askFlags) ([]chat.Part, error) {
	if f.ocr && f.dryRun {
		return nil, fault.E("cli.ask", fault.Usage, nil, "what", "flag mix", "word", "--ocr --dry-run")
	}
	read := a.Attach
	if f.ocr {
		read = a.ReadFile
	}
	var parts []chat.Part
	for _, path := range f.attach {
		part, err := read(path)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// readAttachments puts text in the place of documents and pictures. Where the
// provider of the conversation cannot read them, another one does, and that is
// confirmed first.
func (p *program) readAttachments(ctx context.Context, a *app.App, s *app.Session, parts []chat.Part) error {
	for i, part := range parts {
		if app.ConversionOf(part) != app.NeedsReading {
			continue
		}
		provider, err := a.Converter(app.NeedsReading, s.Choice().Provider)
		if err == nil && provider != s.Choice().Provider {
			err = p.confirm(ctx, p.words.T("cli.ocr.elsewhere", "File", part.Name, "Name", a.Describe(provider).Name))
		}
		if err != nil {
			return err
		}
		reading, err := p.read(ctx, a, provider, part, app.ReadOptions{})
		if err != nil {
			return err
		}
		parts[i] = a.ReadPart(part, reading)
	}
	return nil
}

// librariesOf finds the libraries of --library; nil leaves the conversation's.
func (p *program) librariesOf(ctx context.Context, a *app.App, s *app.Session, words []string) ([]string, error) {
	var ids []string
	for _, word := range words {
		l, err := a.FindLibrary(ctx, s.Choice().Provider, word)
		if err != nil {
			return nil, err
		}
		ids = append(ids, string(l.ID))
	}
	return ids, nil
}
