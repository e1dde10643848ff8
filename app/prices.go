package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/BurntSushi/toml"

	"bise/app/chat"
	"bise/app/fault"
	"bise/assets"
	"bise/localstore"
)

const (
	pricesFile    = "prices.toml"         // in the data folder, the person's own
	builtinPrices = "prices/mistral.toml" // in assets
)

// PriceTable says what models cost. bise knows no bill: whatever is computed
// from it is an estimate.
type PriceTable struct {
	// Date is the day of the prices, YYYY-MM-DD, and Source where they are from.
	Date   string `toml:"date"`
	Source string `toml:"source"`
	// Currency is the one of all amounts, as in "USD".
	Currency string `toml:"currency"`
	// Cached is the share of the input price that cached input costs, and
	// Regional what prices are multiplied with at a host for one region.
	Cached   float64      `toml:"cached"`
	Regional float64      `toml:"regional"`
	Models   []ModelPrice `toml:"model"`
	// Path is the person's own file where it was used, "" where there is none.
	Path string `toml:"-"`
}

// ModelPrice is the price of a model in money for a million tokens.
type ModelPrice struct {
	Names  []string `toml:"names"`
	Input  float64  `toml:"input"`
	Output float64  `toml:"output"`
	// Own says that the line is the person's.
	Own bool `toml:"-"`
}

// PricedTokens is how many tokens a price is for.
const PricedTokens = 1_000_000

func (a *App) pricesPath() string { return filepath.Join(a.dir, pricesFile) }

// Prices reads the table that came with bise and, over it, the person's own
// lines in DATA_DIR/prices.toml.
func (a *App) Prices() (PriceTable, error) {
	table, err := builtinTable()
	if err != nil {
		return table, err
	}
	path := a.pricesPath()
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return table, nil
	}
	if err != nil {
		return table, fault.E("app.Prices", fault.ReadOnly, err, "path", path)
	}
	own, err := parsePrices(path, data)
	if err != nil {
		return table, err
	}
	return table.under(own, path), nil
}

func builtinTable() (PriceTable, error) {
	data, err := fs.ReadFile(assets.Prices, builtinPrices)
	if err != nil {
		return PriceTable{}, fault.E("app.Prices", fault.Damaged, err, "path", builtinPrices)
	}
	return parsePrices(builtinPrices, data)
}

// parsePrices reads a table. What is unknown, negative or without a name is an
// error that names it.
func parsePrices(path string, data []byte) (PriceTable, error) {
	const op = "app.Prices"
	var t PriceTable
	meta, err := toml.Decode(string(data), &t)
	if err != nil {
		return PriceTable{}, fault.E(op, fault.Invalid, errors.New(tomlReason(err)), "path", path)
	}
	for _, k := range meta.Undecoded() {
		return PriceTable{}, fault.E(op, fault.Invalid, nil, "path", path, "field", k.String())
	}
	if !(t.Cached >= 0 && t.Regional >= 0) {
		return PriceTable{}, fault.E(op, fault.Invalid, nil, "path", path, "field", "cached, regional")
	}
	for _, m := range t.Models {
		if len(m.Names) == 0 || !(m.Input >= 0 && m.Output >= 0) { // NaN is neither
			return PriceTable{}, fault.E(op, fault.Invalid, nil, "path", path, "field", "model")
		}
	}
	return t, nil
}

// under puts the person's own lines before the table's; what they leave out
// stays as it is. A currency of their own is that of their lines alone, so the
// others are left out then: two currencies have no sum.
func (t PriceTable) under(own PriceTable, path string) PriceTable {
	for i := range own.Models {
		own.Models[i].Own = true
	}
	if own.Currency != "" && own.Currency != t.Currency {
		t.Models, t.Currency = nil, own.Currency
	}
	t.Models, t.Path = append(own.Models, t.Models...), path
	if own.Date != "" {
		t.Date = own.Date
	}
	if own.Source != "" {
		t.Source = own.Source
	}
	if own.Cached > 0 {
		t.Cached = own.Cached
	}
	if own.Regional > 0 {
		t.Regional = own.Regional
	}
	return t
}

// InitPrices writes the table that came with bise into the data folder to be
// edited, and gives the path. A file that is there already stays.
func (a *App) InitPrices() (string, error) {
	const op = "app.InitPrices"
	path := a.pricesPath()
	data, err := fs.ReadFile(assets.Prices, builtinPrices)
	if err != nil {
		return "", fault.E(op, fault.Damaged, err, "path", builtinPrices)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return "", fault.E(op, fault.Exists, err, "path", path)
	}
	return path, localstore.WriteFile(path, data)
}

// price finds the price of a model under any of its names.
func (t PriceTable) price(names ...string) (ModelPrice, bool) {
	for _, m := range t.Models {
		for _, n := range names {
			if n != "" && slices.Contains(m.Names, n) {
				return m, true
			}
		}
	}
	return ModelPrice{}, false
}

// cost estimates what one answer cost. It knows tokens only: tools, pages and
// pictures are billed apart.
func (t PriceTable) cost(p ModelPrice, u chat.Usage, regional bool) float64 {
	cached := min(max(u.Cached, 0), max(u.Prompt, 0))
	input := float64(u.Prompt-cached) + float64(cached)*t.cachedShare()
	amount := (input*p.Input + float64(u.Completion)*p.Output) / PricedTokens
	if regional && t.Regional > 0 {
		amount *= t.Regional
	}
	return amount
}

// cachedShare is the whole price where the table does not say: an estimate
// should not promise a discount.
func (t PriceTable) cachedShare() float64 {
	if t.Cached == 0 {
		return 1
	}
	return t.Cached
}
