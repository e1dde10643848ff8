package app

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestWhatTerminalsTypeForADraggedFile(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		windows bool
		want    []string // the likeliest reading
	}{
		"a plain path":                    {"/home/me/a.pdf\n", false, []string{"/home/me/a.pdf"}},
		"a path in the home folder":       {"~/a.pdf", false, []string{"~/a.pdf"}},
		"single quotes":                   {"'/home/me/my file.pdf' ", false, []string{"/home/me/my file.pdf"}},
		"double quotes":                   {`"/home/me/my file.pdf"`, false, []string{"/home/me/my file.pdf"}},
		"a quote within quotes":           {`'/home/me/it'\''s.pdf'`, false, []string{"/home/me/it's.pdf"}},
		"backslashes before blanks":       {`/home/me/my\ file\ \(1\).pdf`, false, []string{"/home/me/my file (1).pdf"}},
		"an address with percent signs":   {"file:///home/me/my%20file.pdf", false, []string{"/home/me/my file.pdf"}},
		"an address of this machine":      {"file://localhost/tmp/a", false, []string{"/tmp/a"}},
		"two at once":                     {"/a/b.txt '/c/d e.txt'", false, []string{"/a/b.txt", "/c/d e.txt"}},
		"one a line":                      {"file:///a/b\nfile:///c/d", false, []string{"/a/b", "/c/d"}},
		"a blank that nobody marked":      {"/home/me/my file.pdf", false, []string{"/home/me/my file.pdf"}},
		"a drive of Windows":              {`"C:\Users\me\my file.pdf"`, true, []string{`C:\Users\me\my file.pdf`}},
		"an address of Windows":           {"file:///C:/Users/me/a.pdf", true, []string{"C:/Users/me/a.pdf"}},
		"a question about a path":         {"what is /etc/passwd?", false, nil},
		"a sentence":                      {"good morning", false, nil},
		"a command of the line mode":      {"/", false, nil},
		"a page of the web":               {"https://example.org/a.pdf", false, nil},
		"an address of another machine":   {"file://server.invalid/a.pdf", false, nil},
		"a quote left open":               {"'/home/me", false, nil},
		"a path beside the open folder":   {"a.pdf", false, nil},
		"nothing":                         {" \n", false, nil},
		"bytes that are no text":          {"/a\xff", false, nil},
		"a long text that starts like it": {"/" + strings.Repeat("x", maxDroppedText), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			if readings := droppedPaths(c.text, c.windows); len(readings) > 0 {
				got = readings[0]
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%q became %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestOnlyFilesThatAreThereAreDropped(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "my file.txt")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		path: 1, "'" + path + "'": 1, EscapePath(path): 1, dir: 0, path + "x": 0, "'" + path + "' /nowhere/at/all": 0,
	} {
		if got := Dropped(text); len(got) != want {
			t.Errorf("%q names %q", text, got)
		}
	}
}

func FuzzDropped(f *testing.F) {
	f.Add("'/a b' file:///c%20d \\\n/e\\ f", false)
	f.Add(`"C:\a" \\server\share`, true)
	f.Fuzz(func(t *testing.T, text string, windows bool) {
		for _, reading := range droppedPaths(text, windows) {
			if len(reading) == 0 || len(reading) > maxDropped {
				t.Errorf("%q gives %d paths", text, len(reading))
			}
			for _, path := range reading {
				if !whole(path, windows) {
					t.Errorf("%q gives %q, which is no whole path", text, path)
				}
			}
		}
		if path := UnescapePath(EscapePath(text)); path != text {
			t.Errorf("%q came back as %q", text, path)
		}
	})
}
