// Package golden compares what is drawn in a test with files that hold what it
// should look like. -update writes the files anew.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Plain is a drawing without styles and without blanks at the ends of its
// lines. A drawing that does not keep to width cells and height lines fails t.
func Plain(t testing.TB, drawn string, width, height int) string {
	t.Helper()
	lines := strings.Split(drawn, "\n")
	if len(lines) > height {
		t.Errorf("%d lines, room for %d", len(lines), height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > width {
			t.Errorf("line %d has %d cells, room for %d: %q", i, w, width, ansi.Strip(l))
		}
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Compare fails t unless the file at path, which is relative to the test's
// folder, holds got.
func Compare(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:forbidigo // the tests' own files, in the checkout
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}
