package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/assets"
	"bise/client"
	"bise/client/gguf"
	"bise/client/ollama"
)

// WeightsFile is what the header of a file of weights says.
type WeightsFile = gguf.File

// LookAtWeights reads the header of a file of weights and says what is in it.
// Errors are of kind fault.ModelFile or fault.NotFound.
func (a *App) LookAtWeights(path string) (WeightsFile, error) {
	file, f, err := openWeights(path)
	if err != nil {
		return WeightsFile{}, err
	}
	return f, file.Close()
}

// openWeights opens a file of weights whose header is good.
func openWeights(path string) (*os.File, WeightsFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, WeightsFile{}, fault.E("app.openWeights", fault.NotFound, err, "what", "file", "name", path)
	}
	info, err := file.Stat()
	f := WeightsFile{}
	switch {
	case err != nil:
		err = fault.E("app.openWeights", fault.NotFound, err, "what", "file", "name", path)
	case !info.Mode().IsRegular():
		err = fault.E("app.openWeights", fault.ModelFile, nil, "why", string(gguf.NotGGUF))
	default:
		f, err = gguf.Read(file, info.Size())
	}
	if err != nil {
		_ = file.Close()
	}
	if e, ok := fault.As(err); ok && e.Kind == fault.ModelFile {
		e.Detail["path"] = filepath.Base(path) // a whole path tells of a home folder
	}
	return file, f, err
}

// maxTemplate is the greatest size of a template file in bytes.
const maxTemplate = 64 << 10

// TemplateNames lists the built-in ways to write a conversation.
func TemplateNames() []string {
	entries, err := fs.Glob(assets.Templates, "templates/*.txt")
	if err != nil {
		return nil
	}
	for i, e := range entries {
		entries[i] = strings.TrimSuffix(path.Base(e), ".txt")
	}
	return entries
}

// templateOf reads a template by its built-in name or from a file.
func templateOf(word string) (string, error) {
	if slices.Contains(TemplateNames(), word) {
		data, err := assets.Templates.ReadFile("templates/" + word + ".txt")
		return string(data), err
	}
	info, err := os.Stat(word)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxTemplate {
		return "", fault.E("app.ImportWeights", fault.NotFound, err, "what", "file", "name", word)
	}
	data, err := os.ReadFile(word)
	if err != nil {
		return "", fault.E("app.ImportWeights", fault.NotFound, err, "what", "file", "name", word)
	}
	return string(data), nil
}

// unfit is what the name of a model made from a file's name may not have.
var unfit = regexp.MustCompile(`[^a-z0-9._-]+`)

// ModelName proposes a name for the model of a file: that of the file in lower
// case, without its ending.
func ModelName(file string) string {
	base := filepath.Base(file)
	name := strings.ToLower(strings.TrimSuffix(base, filepath.Ext(base)))
	return strings.Trim(unfit.ReplaceAllString(name, "-"), "-._")
}

// ImportWeights makes a model of the local runner out of a file of weights. The
// header is checked before anything is copied. template is a name of
// TemplateNames, a file, or "" to use the one in the file; a file without one
// and without a template given is a fault.ModelFile with "no_template".
//
// The path is neither kept nor logged. To a runner on another machine the file
// goes as an attachment, which confidential weights are not.
func (a *App) ImportWeights(ctx context.Context, from, model, template string, progress func(PullProgress)) (WeightsFile, error) {
	const op = "app.ImportWeights"
	if err := ollama.CheckName(model); err != nil {
		return WeightsFile{}, err
	}
	file, f, err := openWeights(from)
	if err != nil {
		return WeightsFile{}, err
	}
	defer func() { _ = file.Close() }()
	in := client.Import{Model: model, File: file, Size: f.Size}
	if template != "" {
		if in.Template, err = templateOf(template); err != nil {
			return WeightsFile{}, err
		}
	} else if f.Template == "" {
		return WeightsFile{}, fault.E(op, fault.ModelFile, nil, "path", filepath.Base(from), "why", "no_template")
	}
	r, err := a.awake(ctx)
	if err != nil {
		return WeightsFile{}, err
	}
	if r.Describe().Place != client.Loopback {
		if v := a.mayLeave(); !v.Decision.Permits() {
			return WeightsFile{}, &policy.Refusal{Verdict: v}
		}
	}
	m := meter{now: a.Now}
	stage := ""
	err = r.Import(ctx, in, func(p client.Pulling) error {
		if p.Status != stage {
			stage, m = p.Status, meter{now: a.Now}
		}
		progress(m.note(model, p, 0))
		return nil
	})
	return f, err
}

// GuardWeights says whether a file of weights may be used as it lies: rights
// that let others read confidential ones are a warning.
func (a *App) GuardWeights(path string) (policy.Verdict, error) {
	info, err := os.Stat(path)
	if err != nil {
		return policy.Verdict{}, fault.E("app.GuardWeights", fault.NotFound, err, "what", "file", "name", path)
	}
	f, err := a.Facts(LocalProfile)
	if err == nil && runtime.GOOS != "windows" { // which has no such rights
		f, err = f.With("weights_file_mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	if err != nil {
		return policy.Verdict{}, err
	}
	return a.Rules().Decide(f, "serve", 0), nil
}

// mayLeave says whether weights may go to another machine.
func (a *App) mayLeave() policy.Verdict {
	f, err := a.Facts(LocalProfile)
	if err == nil {
		f, err = f.With("attachment", "weights")
	}
	if err != nil {
		return policy.Verdict{Act: policy.Attach}
	}
	return a.Rules().Decide(f, policy.Attach, chat.Attached)
}

// Count writes a number of weights in short: "7.2 B", "500.6 k".
func Count(n int64) string {
	value, unit := float64(n), ""
	for _, u := range []string{"k", "M", "B", "T"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, u
	}
	if unit == "" {
		return strconv.FormatInt(n, 10)
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + unit
}
