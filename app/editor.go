package app

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/shellwords"
)

// Edit is a text on its way through the person's editor. The file is readable
// by the person alone and is removed by Close; one whose program was killed is
// removed by the next NewEdit a day later.
type Edit struct {
	// Command runs the editor; it needs the terminal.
	Command *exec.Cmd
	folder  string
	path    string
}

// NewEdit writes a prompt to a temporary file for $VISUAL or $EDITOR. Only what
// the rules clear for an editor gets there.
func (a *App) NewEdit(profile string, draft chat.Text) (*Edit, policy.Verdict, error) {
	const op = "app.NewEdit"
	f, err := a.Facts(profile)
	if err != nil {
		return nil, policy.Verdict{}, err
	}
	part := chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: draft}
	permit, v := a.Rules().Export(f, chat.Conversation{
		Messages: []chat.Message{{ID: "draft", Role: chat.User, State: chat.Complete, Parts: []chat.Part{part}}},
		Leaf:     "draft",
	}, policy.Editor)
	if !v.Decision.Permits() {
		return nil, v, nil
	}
	c, _, err := permit.Open()
	if err != nil {
		return nil, v, err
	}
	args := a.editor()
	if len(args) == 0 {
		return nil, v, fault.E(op, fault.NotFound, nil, "what", "editor", "name", "$EDITOR")
	}
	folder, err := a.editFolder()
	if err != nil {
		return nil, v, err
	}
	e := &Edit{folder: folder, path: filepath.Join(folder, "prompt.md")}
	text := ""
	for _, m := range c.Messages {
		text += string(m.Text())
	}
	if err := os.WriteFile(e.path, []byte(text), 0o600); err != nil {
		_ = e.Close()
		return nil, v, fault.E(op, fault.DiskFull, err, "path", e.path)
	}
	//nolint:gosec,noctx // the person's own editor, which ends when they end it
	e.Command = exec.Command(args[0], append(args[1:], e.path)...)
	return e, v, nil
}

// leftover is how old the folder of an edit must be to count as one whose
// program was killed: nobody writes at a prompt for a day.
const leftover = 24 * time.Hour

// editFolder makes a folder for one edit: in memory where the system gives the
// person a place there, since the text is in clear, else in the data folder.
func (a *App) editFolder() (string, error) {
	const op, pattern = "app.NewEdit", "bise-edit-"
	parents := []string{a.options.Env("XDG_RUNTIME_DIR"), a.dir}
	for _, parent := range parents {
		old, err := filepath.Glob(filepath.Join(parent, pattern+"*"))
		if err != nil || parent == "" {
			continue
		}
		for _, folder := range old {
			if info, err := os.Stat(folder); err == nil && time.Since(info.ModTime()) > leftover {
				_ = os.RemoveAll(folder) // the next one tries again
			}
		}
	}
	if filepath.IsAbs(parents[0]) {
		if folder, err := os.MkdirTemp(parents[0], pattern); err == nil {
			return folder, nil
		}
	}
	err := os.MkdirAll(a.dir, 0o700)
	var folder string
	if err == nil {
		folder, err = os.MkdirTemp(a.dir, pattern)
	}
	if err != nil {
		return "", fault.E(op, fault.ReadOnly, err, "path", a.dir)
	}
	return folder, nil
}

// editor is the person's editor with its arguments, quoted where they hold
// blanks; nil if none is named and none of the usual ones is there.
func (a *App) editor() []string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		args, err := shellwords.Split(a.options.Env(name), func(rune) bool { return runtime.GOOS != "windows" })
		if err == nil && len(args) > 0 {
			return args
		}
	}
	usual := []string{"editor", "nano", "vi"}
	if runtime.GOOS == "windows" {
		usual = []string{"notepad"}
	}
	for _, name := range usual {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}
		}
	}
	return nil
}

// Text reads what the editor left.
func (e *Edit) Text() (chat.Text, error) {
	data, err := os.ReadFile(e.path)
	if err != nil {
		return "", fault.E("app.Edit", fault.NotFound, err, "what", "file", "name", e.path)
	}
	if !utf8.Valid(data) {
		data = []byte(strings.ToValidUTF8(string(data), "\uFFFD"))
	}
	return chat.Text(strings.TrimRight(string(data), "\n")), nil
}

// Close removes the file and everything the editor left beside it.
func (e *Edit) Close() error { return os.RemoveAll(e.folder) }
