package app

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf8"

	"bise/app/shellwords"
)

// Bounds of a pasted text that may be paths: nobody drags more at once, and a
// longer text is a text.
const (
	maxDropped     = 32
	maxDroppedText = 8 << 10
)

// Dropped are the files that a pasted text names, if it names files and nothing
// else: what a terminal types when one is dragged onto it. It looks at the disk.
func Dropped(text string) []string {
	for _, paths := range droppedPaths(text, runtime.GOOS == "windows") {
		if allFiles(paths) {
			return paths
		}
	}
	return nil
}

// MayBeDropped reports whether a pasted text could name files, without looking
// at the disk.
func MayBeDropped(text string) bool { return len(droppedPaths(text, runtime.GOOS == "windows")) > 0 }

func allFiles(paths []string) bool {
	for i, path := range paths {
		paths[i] = ExpandPath(path)
		if info, err := os.Stat(paths[i]); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return len(paths) > 0
}

// droppedPaths are the readings of a text as whole paths, the likeliest first:
// words as a shell reads them, each line as it is.
func droppedPaths(text string, windows bool) [][]string {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxDroppedText || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil
	}
	// On Windows a backslash belongs to a path. Quotes left open make no words.
	words, _ := shellwords.Split(text, func(rune) bool { return !windows })
	var readings [][]string
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, reading := range [][]string{words, lines} {
		if len(reading) == 0 || len(reading) > maxDropped {
			continue
		}
		if paths := wholePaths(reading, windows); paths != nil {
			readings = append(readings, paths)
		}
	}
	return readings
}

// wholePaths are words without their "file://", nil if one is no whole path.
func wholePaths(words []string, windows bool) []string {
	paths := make([]string, 0, len(words))
	for _, word := range words {
		word = strings.TrimSpace(word)
		if strings.HasPrefix(strings.ToLower(word), "file:") {
			u, err := url.Parse(word)
			if err != nil || u.Host != "" && u.Host != "localhost" && !isThisHost(u.Host) {
				return nil
			}
			word = u.Path
			if windows {
				word = strings.TrimPrefix(word, "/")
			}
		}
		if !whole(word, windows) {
			return nil
		}
		paths = append(paths, word)
	}
	return paths
}

// isThisHost reports whether host is this machine's own name, which some file
// managers write into the address.
func isThisHost(host string) bool {
	own, err := os.Hostname()
	return err == nil && strings.EqualFold(host, own)
}

func whole(path string, windows bool) bool {
	if windows {
		return len(path) > 3 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') ||
			strings.HasPrefix(path, `\\`) && len(path) > 4
	}
	return (strings.HasPrefix(path, "/") || strings.HasPrefix(path, "~/")) && filepath.Base(path) != "/"
}

// EscapePath writes a path as one word of a prompt: blanks behind a backslash.
func EscapePath(path string) string {
	return strings.NewReplacer(`\`, `\\`, " ", `\ `).Replace(path)
}

// UnescapePath is the path of such a word.
func UnescapePath(word string) string {
	var b strings.Builder
	escaped := false
	for i := range len(word) { // byte by byte: a file's name need not be text
		if word[i] == '\\' && !escaped {
			escaped = true
			continue
		}
		b.WriteByte(word[i])
		escaped = false
	}
	return b.String()
}
