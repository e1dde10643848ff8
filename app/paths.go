package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// ExpandPath puts the home folder in the place of a leading "~".
func ExpandPath(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") && !strings.HasPrefix(path, `~\`) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, path[1:])
}

// maxCompletions is how many names CompletePath gives: more than a screen shows.
const maxCompletions = 100

// CompletePath completes the last name of a path from the folder it is in:
// completed is path with all that the names in question have in common, names
// are those names, folders with a slash behind them. Hidden files appear once
// their dot is written.
func (a *App) CompletePath(path string) (completed string, names []string) {
	dir, prefix := filepath.Split(path)
	from := ExpandPath(dir)
	if from == "" {
		from = "."
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return path, nil
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, prefix) || strings.HasPrefix(name, ".") && prefix == "" {
			continue
		}
		if info, err := os.Stat(filepath.Join(from, name)); err == nil && info.IsDir() {
			name += string(filepath.Separator)
		}
		if names = append(names, name); len(names) == maxCompletions {
			break
		}
	}
	if len(names) == 0 {
		return path, nil
	}
	slices.Sort(names)
	return dir + commonPrefix(names), names
}

func commonPrefix(names []string) string {
	common := names[0]
	for _, n := range names[1:] {
		for !strings.HasPrefix(n, common) {
			_, size := utf8.DecodeLastRuneInString(common)
			common = common[:len(common)-size]
		}
	}
	return common
}

// ConfigPath is the file with the settings and profiles.
func (a *App) ConfigPath() string { return filepath.Join(a.dir, configFile) }
