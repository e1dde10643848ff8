// Package assets is the data compiled into bise: rule tables, themes, every
// word a person reads, and the pages of the built-in guide. It holds no code
// that decides anything.
package assets

import "embed"

// Text holds the wording, one TOML file a language.
//
//go:embed text/*.toml
var Text embed.FS

// Rules holds the rule bundles in their text form, one folder a bundle.
//
//go:embed rules
var Rules embed.FS

// Themes holds the colour themes, one TOML file each.
//
//go:embed themes/*.toml
var Themes embed.FS

// Catalogue holds what is known of models to fetch, with where it was read.
//
//go:embed catalogue/*.toml
var Catalogue embed.FS

// Templates holds ways to write a conversation for a model, in the language of
// Ollama's templates, for files of weights that do not say.
//
//go:embed templates/*.txt
var Templates embed.FS

// Guide holds the pages of the built-in guide in Markdown.
//
//go:embed guide/*.md
var Guide embed.FS

// Documents holds the templates of drafts, one folder a language.
//
//go:embed documents
var Documents embed.FS

// Prices holds the tables that estimates of cost are made from.
//
//go:embed prices/*.toml
var Prices embed.FS
