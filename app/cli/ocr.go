package cli

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

func (p *program) ocrCommand() *cobra.Command {
	var pages, model string
	c := p.build(command{
		use: "ocr FILE", short: "cli.ocr.short", long: "cli.ocr.long", args: between(1, 1),
		example: "bise ocr scan.pdf > scan.md\nbise ocr scan.pdf --pages 1-3,7",
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			wanted, err := pageNumbers(pages)
			if err != nil {
				return err
			}
			return p.ocr(c.Context(), a, args[0], app.ReadOptions{Model: model, Pages: wanted})
		}),
	})
	c.Flags().StringVar(&pages, "pages", "", p.words.T("cli.flag.pages"))
	c.Flags().StringVar(&model, "model", "", p.words.T("cli.flag.service_model"))
	return c
}

// pageNumbers reads "1-3,7"; "" is nil, all pages.
func pageNumbers(text string) ([]int, error) {
	var list []int
	if text == "" {
		return nil, nil
	}
	for piece := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(piece), "-")
		first, err := strconv.Atoi(from)
		last := first
		if isRange && err == nil {
			last, err = strconv.Atoi(to)
		}
		if err != nil || first < 1 || last < first || last > app.MaxPages {
			return nil, fault.E("cli.ocr", fault.Usage, nil, "what", "list of pages", "word", text)
		}
		for n := first; n <= last; n++ {
			list = append(list, n)
		}
	}
	return list, nil
}

type ocrPageJSON struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
}

// readingJSON is what ocr --json prints.
type readingJSON struct {
	File      string        `json:"file"`
	Provider  string        `json:"provider"`
	Model     string        `json:"model,omitempty"`
	Processed int           `json:"pages_processed,omitempty"`
	Pages     []ocrPageJSON `json:"pages"`
}

func (p *program) ocr(ctx context.Context, a *app.App, path string, o app.ReadOptions) error {
	provider, err := a.ReadingService(p.wanted())
	if err != nil {
		return err
	}
	part, err := a.ReadFile(path)
	if err != nil {
		return err
	}
	reading, err := p.read(ctx, a, provider, part, o)
	if err != nil && len(reading.Pages) == 0 {
		return err
	}
	if p.globals.json {
		out := readingJSON{File: part.Name, Provider: provider, Model: reading.Model, Processed: reading.Processed}
		for _, page := range reading.Pages {
			out.Pages = append(out.Pages, ocrPageJSON{page.Number, string(page.Text)})
		}
		if jsonErr := p.output.json(out); jsonErr != nil {
			return jsonErr
		}
		return err
	}
	if _, writeErr := io.WriteString(p.env.Stdout, p.output.safe(string(app.ReadText(reading)))+"\n"); writeErr != nil {
		return writeErr
	}
	return err
}

// read turns a document into text, and says what it takes: where it goes, and
// that a large one lies there for a moment.
func (p *program) read(ctx context.Context, a *app.App, provider string, part chat.Part, o app.ReadOptions) (app.Reading, error) {
	name, size := a.Describe(provider).Name, app.Bytes(int64(len(part.Data)))
	large := len(part.Data) > app.MaxInline
	if large {
		if err := p.ledger(ctx, a); err != nil {
			return app.Reading{}, err
		}
	}
	if kind := app.KindOf(part); !p.globals.json && (kind == app.DocumentFile || kind == app.ImageFile) {
		p.output.note(p.words.T("cli.ocr.reading", "Name", name, "File", part.Name, "Size", size))
		if large {
			p.output.note(p.words.T("cli.ocr.lent", "Name", name))
		}
	}
	var reading app.Reading
	err := p.cleared(ctx, a, provider, func(confirmed []policy.Act) (v policy.Verdict, err error) {
		reading, v, err = a.ReadDocument(ctx, provider, part, o, confirmed...)
		return v, err
	})
	if len(reading.Pages) > 0 && !p.globals.json {
		p.output.note(p.words.N("cli.ocr.pages", len(reading.Pages)))
	}
	return reading, err
}
