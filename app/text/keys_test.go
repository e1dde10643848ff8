package text_test

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"text/template/parse"

	"github.com/BurntSushi/toml"

	"bise/app/text"
	"bise/assets"
)

// lookups are the functions whose first argument is a key, and how many
// arguments stand before the names and values that fill the places.
var lookups = map[string]int{"T": 1, "N": 2, "word": 1, "words": 1}

// builtKeys are keys that code puts together, and why it must.
var builtKeys = map[string]string{
	"guide.":                  "the guide's topics, places and answers are named by rows of the rule tables",
	"notice.":                 "a provider below the use cases names its notices; it holds no words",
	"rules.":                  "rows of a rule bundle name their sentences",
	"libraries.state.":        "named by the service's states of a document",
	"cli.rules.diff.":         "named by the kind of a change",
	"cli.rules.state.":        "named by the state of a bundle",
	"place.region.":           "named by the region of a descriptor",
	"place.plan.":             "named by the plan of a profile",
	"place.training.":         "named by the field training of a decision",
	"privacy.feature.":        "named by the features of the rule tables",
	"account.step.":           "named by the field order of a decision",
	"account.contact.":        "named by the field to of a decision",
	"account.title.":          "named by the table of the service's pages",
	"account.page.":           "named by the table of the service's pages",
	"options.":                "named by the options of a conversation",
	"fit.":                    "named by the way to make a context fit",
	"usage.limit.":            "named by the service's own names of its limits",
	"models.note.":            "named by the badges of models",
	"models.badge.":           "named by the badges of models",
	"network.state.":          "named by the state of a connection",
	"privacy.section.":        "named by the sections of the page on data",
	"privacy.answer.":         "named by the field training of a decision",
	"privacy.control.":        "named by the field control of a decision",
	"privacy.page.":           "named by the service and the field where of a decision",
	"privacy.until.":          "named by the ends of show_retention",
	"privacy.list.":           "named by the tags of a company",
	"privacy.weights.":        "named by the fact weights",
	"privacy.scope.":          "named by the scopes of authorisations",
	"settings.language_name.": "named by the languages there is wording for",
	"inbox.recipient.":        "named by the contacts of the rules",
	"inbox.kind.":             "named by the kinds of notices",
	"inbox.advice.":           "named by the kinds of notices",
	"inbox.item.":             "named by what a notice of a breach contains",
	"tools.name.":             "named by the built-in tools",
	"tools.means.":            "named by the built-in tools",
	"tools.off.":              "named by the place of a tool",
	"tools.filter.":           "named by the choices of a filter",
	"runner.pull.":            "named by the state of a pull",
	"chat.wait.":              "named by the kind of what an answer waits for",
	"findings.kind.":          "named by the kinds of findings",
	"findings.mark.":          "named by the kinds of findings",
	"share.left.":             "named by what a share leaves out",
	"share.page.":             "named by what the page of a share can say",
	"share.way.":              "named by the ways of sharing",
	"share.state.":            "named by what became of a share",
	"share.where.":            "named by where a finding is",
	"share.revoked.":          "named by what revoking a share could do",
	"signin.way.":             "named by the ways of signing in to a partner",
	"support.except.":         "named by the exceptions of contact:support",
	"cli.policy.form.":        "named by the form of a fact",
}

// enums are types each of whose constants has wording, and the keys of it.
var enums = []struct {
	folder, name string
	keys         []string // %s is the constant's value
	zero         string   // stands for the empty value; "" if that has no wording
}{
	{"app/fault", "Kind", []string{"fault.%s.message", "fault.%s.remedy"}, "unknown"},
	{"ui/keys", "ID", []string{"key.%s"}, ""},
	{"ui/keys", "Group", []string{"key.group.%s"}, ""},
}

// notKeys are literals that only look like keys.
var notKeys = []string{"history.db", "history.key.json", "keys.json"}

func TestEveryKeyInCodeHasWording(t *testing.T) {
	en := wording(t, "en")
	use := keysInCode(t, en)
	for _, key := range slices.Sorted(maps.Keys(use.places)) {
		if _, ok := en[key]; !ok {
			t.Errorf("%s: %q has no wording in en.toml", use.places[key], key)
		}
	}
}

func TestEveryPlaceIsFilled(t *testing.T) {
	en := wording(t, "en")
	for _, c := range keysInCode(t, en).calls {
		for _, form := range en[c.key] {
			for _, place := range placesOf(t, c.key, form) {
				if !slices.Contains(c.names, place) {
					t.Errorf("%s: {{.%s}} of %q is not filled", c.at, place, c.key)
				}
			}
		}
	}
}

// A fault is told with the details it was made with; what only some of them
// have stands in {{with}}.
func TestEveryPlaceOfAFaultIsFilled(t *testing.T) {
	en := wording(t, "en")
	for _, f := range faultsInCode(t) {
		for _, part := range []string{"message", "remedy"} {
			key := "fault." + f.key + "." + part
			for _, form := range en[key] {
				for _, place := range placesOf(t, key, form) {
					if !slices.Contains(f.names, place) {
						t.Errorf("%s: {{.%s}} of %q is not filled", f.at, place, key)
					}
				}
			}
		}
	}
}

func TestEveryKeyIsUsed(t *testing.T) {
	en := wording(t, "en")
	use := keysInCode(t, en)
	for _, key := range slices.Sorted(maps.Keys(en)) {
		_, used := use.places[key]
		for prefix := range builtKeys {
			used = used || strings.HasPrefix(key, prefix)
		}
		if !used {
			t.Errorf("%q is in en.toml, but no code uses it", key)
		}
	}
}

func TestWordingIsSound(t *testing.T) {
	en := wording(t, "en")
	for _, language := range text.Languages() {
		t.Run(language, func(t *testing.T) {
			for key, forms := range wording(t, language) {
				if _, ok := en[key]; !ok {
					t.Errorf("%q is not in en.toml", key)
				}
				for _, form := range forms {
					placesOf(t, key, form)
					if strings.Contains(form, "!") {
						t.Errorf("%q shouts: %s", key, form)
					}
					if form != strings.TrimSpace(form) || form == "" {
						t.Errorf("%q is empty or begins or ends with space", key)
					}
				}
			}
			if _, err := text.Load(language); err != nil {
				t.Error(err)
			}
		})
	}
}

// pluralForms are the names that make a table one message with a number.
var pluralForms = []string{"zero", "one", "two", "few", "many", "other"}

// reserved are names that the wording library takes for itself: a table that
// has one of them beside ordinary keys would lose the ordinary ones.
var reserved = slices.Concat(pluralForms, []string{"id", "description", "hash", "leftdelim", "rightdelim"})

// wording gives the forms of each message of a language by its dotted key.
func wording(t *testing.T, language string) map[string][]string {
	t.Helper()
	data, err := assets.Text.ReadFile("text/" + language + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := toml.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	messages := make(map[string][]string)
	flatten(t, messages, "", root)
	return messages
}

func flatten(t *testing.T, into map[string][]string, prefix string, table map[string]any) {
	t.Helper()
	taken := 0
	for name := range table {
		if slices.Contains(reserved, name) {
			taken++
		}
	}
	if taken > 0 && taken < len(table) {
		t.Errorf("table %q mixes %v with other keys", prefix, reserved)
	}
	for name, value := range table {
		key := strings.TrimPrefix(prefix+"."+name, ".")
		switch value := value.(type) {
		case map[string]any:
			flatten(t, into, key, value)
		case string:
			if taken > 0 {
				key = prefix
			}
			into[key] = append(into[key], value)
		default:
			t.Errorf("%q is neither text nor a table", key)
		}
	}
}

// placesOf lists the places that a message must have filled, and fails if it
// does not parse.
func placesOf(t *testing.T, key, message string) []string {
	t.Helper()
	tmpl, err := template.New(key).Parse(message)
	if err != nil {
		t.Errorf("%q: %v", key, err)
		return nil
	}
	var places []string
	for _, match := range fieldPattern.FindAllStringSubmatch(actions(tmpl.Tree), -1) {
		places = append(places, match[1])
	}
	return places
}

var fieldPattern = regexp.MustCompile(`\.([A-Z]\w*)`)

// actions is what stands between braces in a message, outside of conditions:
// what a condition asks about may be missing.
func actions(tree *parse.Tree) string {
	var b strings.Builder
	for _, node := range tree.Root.Nodes {
		if node.Type() == parse.NodeAction {
			b.WriteString(node.String())
		}
	}
	return b.String()
}

// A call is a lookup whose key and names are all written out.
type call struct {
	at, key string
	names   []string
}

// usage is what the code says about keys.
type usage struct {
	places map[string]string // by key, one place that names it
	calls  []call
}

var keyPattern = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9]+(_[a-z0-9]+)*)+$`)

// keysInCode reads every file of the program. A whole literal that has the
// shape of a key, in an area that en.toml has, counts as a use of it: keys
// travel as values too.
func keysInCode(t *testing.T, en map[string][]string) usage {
	t.Helper()
	u := usage{places: make(map[string]string)}
	areas := make(map[string]bool)
	for key := range en {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
	}
	eachFile(t, func(set *token.FileSet, file *ast.File, name string) {
		u.read(set, file, areas)
		for _, e := range enums {
			if path.Dir(name) == e.folder {
				u.readConstants(file, e.name, e.keys, e.zero, name)
			}
		}
	})
	return u
}

func (u *usage) read(set *token.FileSet, file *ast.File, areas map[string]bool) {
	operations := make(map[ast.Node]bool) // "package.function" in a fault
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "E" && len(n.Args) > 0 {
				operations[n.Args[0]] = true
			}
			u.readCall(set, n)
		case *ast.BasicLit:
			if operations[n] {
				return false
			}
			key, ok := literal(n)
			area, _, _ := strings.Cut(key, ".")
			if ok && areas[area] && keyPattern.MatchString(key) && !slices.Contains(notKeys, key) {
				u.places[key] = set.Position(n.Pos()).String()
			}
		}
		return true
	})
}

// readCall notes a lookup by a literal key, whatever area the key is in.
func (u *usage) readCall(set *token.FileSet, n *ast.CallExpr) {
	var name string
	switch f := n.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	before, ok := lookups[name]
	if !ok || len(n.Args) < before {
		return
	}
	key, ok := literal(n.Args[0])
	if !ok || !keyPattern.MatchString(key) {
		return
	}
	at := set.Position(n.Pos()).String()
	u.places[key] = at
	if n.Ellipsis.IsValid() {
		return
	}
	c := call{at: at, key: key}
	if name == "N" {
		c.names = append(c.names, "N")
	}
	for i := before; i < len(n.Args); i += 2 {
		name, ok := literal(n.Args[i])
		if !ok {
			return
		}
		c.names = append(c.names, name)
	}
	u.calls = append(u.calls, c)
}

// readConstants notes the keys of every constant of the named type.
func (u *usage) readConstants(file *ast.File, typeName string, keys []string, zero, at string) {
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		for _, spec := range gen.Specs {
			value, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			if id, ok := value.Type.(*ast.Ident); !ok || id.Name != typeName {
				continue
			}
			for _, v := range value.Values {
				word, ok := literal(v)
				if word == "" {
					word = zero
				}
				if !ok || word == "" {
					continue
				}
				for _, key := range keys {
					u.places[strings.ReplaceAll(key, "%s", word)] = at
				}
			}
		}
	}
}

func literal(n ast.Expr) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
