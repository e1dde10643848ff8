package app_test

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// module is the name of this module in go.mod.
const module = "bise"

// A room is one package folder and what of ours it may import. A name ending
// in "/..." stands for a folder and all below it.
type room struct {
	folder string
	ours   []string
	// std lists everything else a pure room may import; nil leaves that to the
	// bans below. A pure room decides or describes and does nothing, so it can
	// be tested with values alone.
	std []string
}

var (
	// leaves are the words that every layer speaks.
	leaves = []string{"app/chat", "app/fault", "app/policy"}
	// front is what a front end may know: the use cases and the leaves, never
	// who answers (client) or where it is kept (localstore).
	front = concat(leaves, "app", "app/document", "app/text", "app/termsafe", "app/picture", "assets")
	// drawing is what a screen draws with. Screens do not import each other:
	// the root model is where they meet.
	drawing = concat(front, "ui/screen", "ui/keys", "ui/dialog", "ui/widget", "ui/markdown", "ui/theme")
)

// rooms is the house: the left of an import arrow is never above its right.
var rooms = []room{
	{folder: ".", ours: []string{"app", "app/cli", "assets", "ui"}},
	{folder: "assets", std: []string{"embed"}},

	// log/slog only for the LogValue methods that keep text out of a log.
	{folder: "app/chat", std: []string{
		"bytes", "cmp", "errors", "fmt", "iter", "log/slog", "maps", "slices",
		"strconv", "strings", "time", "unicode", "unicode/utf8",
	}},
	{folder: "app/fault", std: []string{"cmp", "errors", "fmt", "maps", "slices", "strings", "time"}},
	{folder: "app/shellwords", std: []string{"errors", "strings"}},
	{folder: "app/termsafe", std: []string{"strconv", "strings", "unicode", "unicode/utf8"}},
	// A picture from outside is decoded here and nowhere else; bytes in, bytes out.
	{folder: "app/picture", ours: []string{"app/fault"}, std: []string{
		"bytes", "encoding/base64", "encoding/binary", "hash/crc32", "image", "image/color", "image/color/palette",
		"image/draw", "image/gif", "image/jpeg", "image/png", "io", "math", "strconv", "strings",
		"golang.org/x/image/draw", "golang.org/x/image/webp",
	}},
	// Rules are read from an fs.FS that the caller opens; the date is an
	// argument. Nothing here can reach a disk, a clock or a network.
	{folder: "app/policy", ours: []string{"app/chat", "app/fault"}, std: []string{
		"bufio", "bytes", "cmp", "encoding/json", "errors", "fmt", "hash/maphash", "io", "io/fs",
		"iter", "maps", "math/bits", "path", "regexp", "slices", "strconv", "strings", "time",
		"unicode", "unicode/utf8",
	}},
	// Drafts are templates filled with values; templates come from an fs.FS.
	{folder: "app/document", ours: []string{"app/chat", "app/fault", "app/policy"}, std: []string{
		"io/fs", "path", "regexp", "slices", "strconv", "strings", "text/template", "time",
	}},
	// The JSON form of conversations, which writers and readers share.
	{folder: "app/archive", ours: leaves, std: []string{"encoding/base64", "strings", "time", "unicode/utf8"}},
	// Writers take permits and a Writer; readers take a Reader. Neither opens a
	// file, so that nothing is written or read that app has not decided on.
	{folder: "app/export", ours: concat(leaves, "app/archive")},
	{folder: "app/imports", ours: concat(leaves, "app/archive")},
	{folder: "app/text", ours: []string{"app/fault", "assets"}},
	// A share is written with the renderer of exports, so that text becomes
	// HTML in one place. Randomness is an argument.
	{folder: "app/share", ours: concat(leaves, "app/archive", "app/export")},

	{folder: "client", ours: leaves},
	{folder: "client/clienttest", ours: concat(leaves, "assets", "client")},
	{folder: "client/sse", ours: []string{"app/fault"}},
	{folder: "client/gguf", ours: []string{"app/fault"}},
	{folder: "client/openai", ours: concat(leaves, "client", "client/sse")},
	{folder: "client/mistral", ours: concat(leaves, "client", "client/openai", "client/sse")},
	{folder: "client/ollama", ours: concat(leaves, "client", "client/openai", "client/sse")},
	{folder: "client/bedrock", ours: concat(leaves, "client", "client/openai", "client/sse")},
	{folder: "client/signin", ours: concat(leaves, "app/shellwords", "client")},
	{folder: "client/guide", ours: concat(leaves, "assets", "client")},
	{folder: "client/privatebin", ours: concat(leaves, "client")},
	{folder: "client/privatebin/bintest", ours: []string{}},
	{folder: "client/loan", ours: []string{"app/fault"}},

	{folder: "localstore", ours: concat(leaves, "localstore/keys", "localstore/internal/...")},
	{folder: "localstore/foreign", ours: leaves},
	{folder: "localstore/keys", ours: concat(leaves, "localstore/internal/...")},
	{folder: "localstore/internal/disk", ours: []string{"app/fault"}},

	{folder: "app", ours: concat(
		leaves, "app/document", "app/picture", "app/share", "app/shellwords", "app/text", "app/termsafe", "assets", "client", "client/privatebin", "client/loan", "client/guide", "client/mistral",
		"client/bedrock", "client/signin",
		"client/gguf", "client/ollama", "client/openai", "localstore", "localstore/keys", "app/archive", "app/export", "app/imports", "localstore/foreign",
	)},
	{folder: "app/cli", ours: front},

	{folder: "ui", ours: concat(front, "ui/...")},
	// What screens look like in tests; no program imports it.
	{folder: "ui/golden", ours: []string{}},
	{folder: "ui/keys", ours: leaves},
	{folder: "ui/screen", ours: concat(front, "ui/keys", "ui/theme", "ui/widget")},
	{folder: "ui/dialog", ours: drawing},
	{folder: "ui/agents", ours: drawing},
	{folder: "ui/chatview", ours: drawing},
	{folder: "ui/export", ours: drawing},
	{folder: "ui/firstrun", ours: drawing},
	{folder: "ui/help", ours: drawing},
	{folder: "ui/historyview", ours: drawing},
	{folder: "ui/importview", ours: drawing},
	{folder: "ui/libraries", ours: drawing},
	{folder: "ui/models", ours: drawing},
	{folder: "ui/notices", ours: drawing},
	{folder: "ui/network", ours: drawing},
	{folder: "ui/palette", ours: drawing},
	{folder: "ui/options", ours: drawing},
	{folder: "ui/presets", ours: drawing},
	{folder: "ui/privacy", ours: drawing},
	{folder: "ui/runner", ours: drawing},
	{folder: "ui/settings", ours: drawing},
	{folder: "ui/share", ours: drawing},
	{folder: "ui/signin", ours: drawing},
	{folder: "ui/sources", ours: drawing},
	{folder: "ui/tools", ours: drawing},
	{folder: "ui/usage", ours: drawing},
	{folder: "ui/widget", ours: []string{"app/termsafe", "ui/theme"}},
	{folder: "ui/markdown", ours: []string{"app/termsafe", "ui/theme"}},
	{folder: "ui/theme", ours: []string{"assets"}},
}

// A ban keeps a package of somebody else's to its homes.
type ban struct {
	imports []string
	homes   []string
	why     string
}

var bans = []ban{
	{
		[]string{"net/http/..."},
		[]string{"client/..."},
		"only client talks to a network, so that --local-only and the list of connections miss nothing",
	},
	{
		[]string{"net"},
		[]string{"client/..."},
		"only client opens connections; net/netip and net/url read addresses and are free",
	},
	{
		[]string{"database/sql/...", "github.com/ncruces/go-sqlite3/..."},
		[]string{"localstore", "localstore/foreign"},
		"only localstore writes the history, and it takes Storables; foreign reads other programs' files",
	},
	{
		[]string{"os"},
		[]string{".", "app", "app/cli", "app/text", "localstore/...", "ui", "ui/golden"},
		"providers, screens and drawing parts touch no file: what reaches a disk is decided in app and kept by localstore",
	},
	{
		[]string{"os/exec"},
		// keys only reads the exit code of a keyring's helper in an error; signin
		// runs a company's own sign-in program, whose output is a secret.
		[]string{"app", "localstore/keys", "client/signin"},
		"programs are started in one place, which sees to it that no secret or text is an argument",
	},
	{
		[]string{"log/slog"},
		[]string{".", "app", "app/chat", "app/cli", "localstore/keys"},
		"app alone logs, so that one place answers for what a log holds; chat and keys only say how their values hide",
	},
	{
		[]string{"context"},
		[]string{".", "app", "app/cli", "client/...", "localstore/...", "ui", "ui/screen", "ui/agents", "ui/dialog", "ui/chatview", "ui/export", "ui/firstrun", "ui/historyview", "ui/importview", "ui/libraries", "ui/models", "ui/notices", "ui/options", "ui/presets", "ui/privacy", "ui/runner", "ui/settings", "ui/share", "ui/signin", "ui/sources", "ui/tools", "ui/usage"},
		"what takes a context waits for something; drawing, keys and wording must not",
	},
	{
		[]string{"charm.land/bubbletea/...", "charm.land/bubbles/...", "charm.land/glamour/...", "github.com/charmbracelet/x/ansi"},
		[]string{"ui/..."},
		"the screen is one front end of two; the commands work without it",
	},
	{
		[]string{"charm.land/lipgloss/...", "github.com/charmbracelet/colorprofile"},
		[]string{"ui/...", "app/cli"},
		"use cases give values, front ends give them a look",
	},
	{
		[]string{"github.com/alecthomas/chroma/...", "github.com/yuin/goldmark/..."},
		[]string{"ui/markdown", "ui/theme", "app/export"},
		"model text becomes a picture in one place on the screen, and a page in one place outside",
	},
	{
		[]string{"github.com/atotto/clipboard"},
		[]string{"ui"},
		"the clipboard is an export: one place writes it, from an Exportable",
	},
	{
		[]string{"github.com/spf13/cobra/...", "charm.land/fang/...", "github.com/muesli/mango-cobra"},
		[]string{".", "app/cli"},
		"the command line is a front end",
	},
	{
		[]string{"github.com/ollama/ollama/..."},
		[]string{"client/ollama", "client/gguf"}, // the latter for the sizes of tensors
		"one wire protocol a package",
	},
	{
		[]string{"github.com/aws/..."},
		[]string{"client/bedrock", "client/signin"},
		"a cloud's library may write, wait and connect by itself; two packages know how it is kept from that",
	},
	{
		[]string{"github.com/Azure/...", "golang.org/x/oauth2/..."},
		[]string{"client/signin"},
		"a cloud's library may write, wait and connect by itself; one package knows how it is kept from that",
	},
	{
		[]string{"github.com/zalando/go-keyring", "filippo.io/age/..."},
		[]string{"localstore/keys"},
		"one package holds secrets, behind its own time limit",
	},
	{
		[]string{"github.com/nicksnyder/go-i18n/..."},
		[]string{"app/text"},
		"wording is looked up in one way",
	},
	{
		[]string{"testing/..."},
		[]string{"client/clienttest", "ui/golden"},
		"test code is not part of the program; what several tests share is a package of its own",
	},
}

// TestImportsFollowTheHouse reads the files themselves: go list would be
// answered from the test cache after an import was added elsewhere.
func TestImportsFollowTheHouse(t *testing.T) {
	problems, err := checkImports(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestTheImportCheckCatches(t *testing.T) {
	for _, tc := range []struct {
		name, file, imports, want string
	}{
		{"an arrow that points up", "client/mistral/a.go", "bise/app", "client/mistral may not import bise/app"},
		{"a provider that reaches for the store", "client/mistral/a.go", "bise/localstore", "client/mistral may not import bise/localstore"},
		{"a store that reaches for a provider, even in a test", "localstore/a_test.go", "bise/client", "localstore may not import bise/client"},
		{"a provider that reaches for the store, even in a test", "client/sse/a_test.go", "bise/localstore/keys", "client/sse may not import bise/localstore/keys"},
		{"a screen that imports another screen", "ui/models/a.go", "bise/ui/signin", "ui/models may not import bise/ui/signin"},
		{"a screen that knows a provider", "ui/models/a.go", "bise/client", "ui/models may not import bise/client"},
		{"a rule that could read a file", "app/policy/a.go", "os", "app/policy may not import os"},
		{"a rule that could take a context", "app/policy/a.go", "context", "app/policy may not import context"},
		{"a network outside client", "app/a.go", "net/http", "app may not import net/http"},
		{"a part of net/http outside client", "app/a.go", "net/http/httputil", "app may not import net/http/httputil"},
		{"SQL outside localstore", "localstore/keys/a.go", "github.com/ncruces/go-sqlite3/driver", "localstore/keys may not import github.com/ncruces/go-sqlite3/driver"},
		{"a major version of a banned module", "app/a.go", "charm.land/bubbletea/v2", "app may not import charm.land/bubbletea/v2"},
		{"test code in the program", "app/a.go", "testing", "app may not import testing"},
		{"a folder that nobody placed", "helpers/a.go", "fmt", "helpers is not in the table"},
		{"nothing where a test uses a fake server", "app/a_test.go", "net/http/httptest", ""},
		{"nothing where the arrow points down", "ui/a.go", "bise/app", ""},
		{"nothing where only the names are alike", "app/a.go", "net/netip", ""},
		{"nothing in recorded data", "app/testdata/a.go", "net/http", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			src := "package a\n\nimport _ " + strconv.Quote(tc.imports) + "\n"
			problems, err := checkImports(fstest.MapFS{tc.file: {Data: []byte(src)}})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(problems, "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("problems %q, want %q", got, tc.want)
			}
		})
	}
}

// checkImports gives one line for each import in tree that the house forbids.
func checkImports(tree fs.FS) ([]string, error) {
	var problems []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipFolder(tree, name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if p := problem(name, imported); p != "" && !slices.Contains(problems, p) {
				problems = append(problems, p)
			}
		}
		return nil
	})
	return problems, err
}

// skipFolder leaves out what the go command leaves out too, and other modules.
func skipFolder(tree fs.FS, name string) error {
	base := path.Base(name)
	if name == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, path.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// problem says what is wrong with file importing imported, "" if nothing is.
func problem(file, imported string) string {
	folder := path.Dir(file)
	i := slices.IndexFunc(rooms, func(r room) bool { return r.folder == folder })
	if i < 0 {
		return fmt.Sprintf("%s: %s is not in the table of rooms: say what it may import", file, folder)
	}
	no := fmt.Sprintf("%s: %s may not import %s", file, folder, imported)
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	if strings.HasSuffix(file, "_test.go") {
		if within("client/...", folder) && within("localstore/...", ours) ||
			within("localstore/...", folder) && within("client/...", ours) {
			return no + ": client and localstore never meet, not in a test either"
		}
		// Tests use fake servers, files and each other's fakes as they need.
		return ""
	}
	r := rooms[i]
	if isOurs {
		if !anyWithin(r.ours, ours) {
			return no + ": the table of rooms has no such arrow"
		}
		return ""
	}
	if r.std != nil {
		if !slices.Contains(r.std, imported) {
			return no + ": a pure room has a short list, and it is not on it"
		}
		return ""
	}
	for _, b := range bans {
		if anyWithin(b.imports, imported) && !anyWithin(b.homes, folder) {
			return no + ": " + b.why
		}
	}
	return ""
}

func anyWithin(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return within(p, name) })
}

// within reports whether name is pattern or, for "x/...", x or below it.
func within(pattern, name string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return name == base || below && strings.HasPrefix(name, base+"/")
}

func concat(list []string, more ...string) []string {
	return slices.Concat(list, more)
}
