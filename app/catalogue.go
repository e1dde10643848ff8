package app

import (
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"bise/app/fault"
	"bise/assets"
)

// CatalogueModel is one of Mistral's open models that the local runner can
// fetch. A number that no source gave is 0.
type CatalogueModel struct {
	Name       string `toml:"name"` // what Pull takes
	Title      string `toml:"title"`
	Parameters string `toml:"parameters"`
	// SizeGB is the download, MemoryGB what a source says a machine needs, in
	// units of 1000³ bytes.
	SizeGB   float64 `toml:"size_gb"`
	MemoryGB float64 `toml:"memory_gb"`
	// Context is in tokens.
	Context   int      `toml:"context"`
	Abilities []string `toml:"abilities"` // images, thinking, tools
	Licence   string   `toml:"licence"`
	// Weights is the word of the fact of that name.
	Weights string `toml:"weights"`
	// Source is the page where the numbers were read.
	Source string `toml:"source"`
}

// Needs is how much memory the model takes at least, in units of 1000³ bytes:
// what a source says, else the size of its weights; 0 is not known.
func (m CatalogueModel) Needs() float64 {
	if m.MemoryGB > 0 {
		return m.MemoryGB
	}
	return m.SizeGB
}

// Catalogue is the built-in list of models to fetch. It is a help to choose
// from, never the list of what there is.
type Catalogue struct {
	// Read is the day on which the sources were read, YYYY-MM-DD.
	Read     string           `toml:"read"`
	Models   []CatalogueModel `toml:"model"`
	Licences []licenceKind    `toml:"licence"`
}

// licenceKind tells the kind of a licence by words of its text.
type licenceKind struct {
	Words   []string `toml:"words"` // in lower case
	Weights string   `toml:"weights"`
	Source  string   `toml:"source"`
}

var builtinCatalogue = sync.OnceValues(func() (Catalogue, error) {
	data, err := assets.Catalogue.ReadFile("catalogue/mistral.toml")
	if err != nil {
		return Catalogue{}, err
	}
	return parseCatalogue(data)
})

func parseCatalogue(data []byte) (Catalogue, error) {
	const op = "app.Catalogue"
	var c Catalogue
	meta, err := toml.Decode(string(data), &c)
	if err != nil {
		return Catalogue{}, fault.E(op, fault.Invalid, err, "path", "assets/catalogue")
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Catalogue{}, fault.E(op, fault.Invalid, nil, "path", "assets/catalogue", "field", unknown[0].String())
	}
	return c, nil
}

// Catalogue lists the built-in models that hold every word, whatever the case;
// no word lists all.
func (a *App) Catalogue(words ...string) (Catalogue, error) {
	c, err := builtinCatalogue()
	if err != nil {
		return Catalogue{}, err
	}
	found := Catalogue{Read: c.Read}
	for _, m := range c.Models {
		text := strings.ToLower(strings.Join(append([]string{m.Name, m.Title, m.Parameters, m.Licence}, m.Abilities...), " "))
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(text, strings.ToLower(w))
		}
		if fits {
			found.Models = append(found.Models, m)
		}
	}
	return found, nil
}

// weightsOf tells the kind of a licence by its text, "" if no kind is known.
func (c Catalogue) weightsOf(licence string) string {
	// The name stands at the beginning; further on, other licences are quoted.
	const beginning = 400
	text := strings.ToLower(licence[:min(len(licence), beginning)])
	text = strings.Join(strings.Fields(text), " ")
	for _, kind := range c.Licences {
		for _, w := range kind.Words {
			if hasWords(text, w) {
				return kind.Weights
			}
		}
	}
	return ""
}

// hasWords reports whether text holds w as whole words.
func hasWords(text, w string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], w)
		if i < 0 {
			return false
		}
		i += at
		before, after := i == 0 || !letter(text[i-1]), i+len(w) == len(text) || !letter(text[i+len(w)])
		if before && after {
			return true
		}
		at = i + 1
	}
}

func letter(b byte) bool { return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' }
