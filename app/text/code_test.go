package text_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// eachFile gives every Go file of the program, tests left out.
func eachFile(t *testing.T, do func(set *token.FileSet, file *ast.File, name string)) {
	t.Helper()
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := path.Base(name); name != "." && (strings.HasPrefix(base, ".") || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
		if err == nil {
			do(set, file, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// faultsInCode lists the calls of fault.E whose kind and details are all
// written out; the key of each is the word of its kind.
func faultsInCode(t *testing.T) []call {
	t.Helper()
	kinds := make(map[string]string) // by constant
	var calls []call
	eachFile(t, func(set *token.FileSet, file *ast.File, name string) {
		if path.Dir(name) == "app/fault" {
			readKinds(file, kinds)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || !isSelector(c.Fun, "fault", "E") || len(c.Args) < 3 || c.Ellipsis.IsValid() {
				return true
			}
			kind, ok := c.Args[1].(*ast.SelectorExpr)
			if !ok {
				return true
			}
			found := call{at: set.Position(n.Pos()).String(), key: kind.Sel.Name, names: []string{"Cause", "RetryAfter"}}
			for i := 3; i < len(c.Args); i += 2 {
				detail, ok := literal(c.Args[i])
				if !ok || detail == "" {
					return true
				}
				found.names = append(found.names, strings.ToUpper(detail[:1])+detail[1:])
			}
			calls = append(calls, found)
			return true
		})
	})
	for i, c := range calls {
		calls[i].key = kinds[c.key]
	}
	return calls
}

func readKinds(file *ast.File, kinds map[string]string) {
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 {
			return true
		}
		if word, ok := literal(spec.Values[0]); ok {
			if word == "" {
				word = "unknown"
			}
			kinds[spec.Names[0].Name] = word
		}
		return true
	})
}

func isSelector(n ast.Expr, pkg, name string) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	id, ok := s.X.(*ast.Ident)
	return ok && id.Name == pkg
}
