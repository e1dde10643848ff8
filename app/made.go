package app

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/picture"
	"bise/app/policy"
	"bise/client"
	"bise/localstore"
)

// Made is a picture or a file that an answer brought.
type Made struct {
	Message chat.MessageID
	// Part is its place among the parts of the message.
	Part int
	// Name is a file name of one element; it comes from outside.
	Name  string
	Image bool
}

// Files lists what an answer made besides text.
func (a *App) Files(s *Session, id chat.MessageID) []Made {
	c := s.Snapshot()
	m, ok := c.Message(id)
	if !ok || m.Role != chat.Assistant {
		return nil
	}
	var files []Made
	for i, p := range m.Parts {
		switch p.Kind {
		case chat.ImagePart:
			files = append(files, Made{id, i, fileName(p, "picture-"+strconv.Itoa(len(files)+1)), true})
		case chat.FilePart:
			files = append(files, Made{id, i, fileName(p, "file-"+strconv.Itoa(len(files)+1)), false})
		default:
		}
	}
	return files
}

// extensions are those of the pictures that services make.
var extensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}

// fileName is the name of a part as one harmless element of a path.
func fileName(p chat.Part, other string) string {
	name := p.Name[strings.LastIndexAny(p.Name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"|?*`, r) || r == 0x7f {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.TrimLeft(name, ". ")
	if name == "" || len(name) > 120 {
		name = other
	}
	if filepath.Ext(name) == "" {
		name += extensions[p.MediaType]
	}
	return name
}

// SaveFile writes what an answer made to a file, because the person chose so: a
// picture with the mark that a model made it, as the rules label it. A file that
// exists is left alone, and a number is added to the name. It tells where the
// file is; the verdict says why it may not leave.
func (a *App) SaveFile(ctx context.Context, s *Session, f Made, path string) (string, policy.Verdict, error) {
	const op = "app.SaveFile"
	c := s.Snapshot()
	m, ok := c.Message(f.Message)
	if !ok || f.Part < 0 || f.Part >= len(m.Parts) {
		return "", policy.Verdict{}, fault.E(op, fault.NotFound, nil, "what", "file", "name", f.Name)
	}
	facts, err := a.factsFor(m.Provider)
	if err != nil {
		return "", policy.Verdict{}, err
	}
	m.Parts = []chat.Part{m.Parts[f.Part]}
	c.Title, c.System, c.Messages, c.Leaf = "", "", []chat.Message{m}, m.ID
	// A file of its own is an export like any other; the tables do not tell its
	// formats apart.
	permit, v := a.Rules().Export(facts, c, policy.Markdown)
	cleared, _, err := permit.Open()
	if err != nil || len(cleared.Messages) != 1 || len(cleared.Messages[0].Parts) != 1 {
		return "", v, nil
	}
	part := cleared.Messages[0].Parts[0]
	data, err := a.bytesOf(ctx, m.Provider, part)
	if err != nil {
		return "", v, err
	}
	if f.Image && m.Role == chat.Assistant {
		data, path, err = a.marked(facts, part, data, path)
		if err != nil {
			return "", v, err
		}
	}
	path, err = writeNew(path, data)
	return path, v, err
}

// bytesOf is the content of a part; one that is still at the service is fetched.
func (a *App) bytesOf(ctx context.Context, provider string, p chat.Part) ([]byte, error) {
	if len(p.Data) > 0 || p.URL == "" {
		if len(p.Data) == 0 {
			return []byte(p.Text), nil
		}
		return p.Data, nil
	}
	from, err := a.provider(provider)
	if err != nil {
		return nil, err
	}
	fetcher, ok := from.(client.FileFetcher)
	if !ok {
		return nil, fault.E("app.SaveFile", fault.NotFound, nil, "what", "file", "name", p.Name)
	}
	data, _, err := fetcher.FetchFile(ctx, p.URL)
	return data, err
}

// marked is a picture with the rules' label for it, and the path with the
// extension that fits.
func (a *App) marked(f policy.Facts, p chat.Part, data []byte, path string) ([]byte, string, error) {
	v := a.Rules().Decide(f, "export:markdown", p.Origin)
	labels, _ := v.Fields["labels"].(map[string]string)
	kind := labels["digital_source_type"]
	if kind == "" {
		return data, path, nil
	}
	data, extension, err := picture.Mark(data, kind)
	if err != nil {
		return nil, "", err
	}
	if old := filepath.Ext(path); !strings.EqualFold(old, extension) && (old != ".jpeg" || extension != ".jpg") {
		path = strings.TrimSuffix(path, old) + extension
	}
	return data, path, nil
}

// tries is how many names are tried for a file before there are too many.
const tries = 1000

// writeNew writes a file that is not there yet, for the person alone; its folder
// is made where it is missing.
func writeNew(path string, data []byte) (string, error) {
	const op = "app.writeNew"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fault.E(op, fault.ReadOnly, err, "path", filepath.Dir(path))
	}
	extension := filepath.Ext(path)
	stem := strings.TrimSuffix(path, extension)
	for n := range tries {
		name := path
		if n > 0 {
			name = stem + "-" + strconv.Itoa(n+1) + extension
		}
		file, err := localstore.CreateFile(name, false)
		if err == nil {
			if _, err = file.Write(data); err == nil {
				err = file.Commit()
			}
			file.Discard()
		}
		if !fault.Is(err, fault.FileExists) {
			return name, err
		}
	}
	return "", fault.E(op, fault.FileExists, nil, "path", path)
}

// Sources are the references of an answer in the order of their numbers, as far
// as the rules let them be shown.
func (a *App) Sources(s *Session, id chat.MessageID) []chat.Part {
	c := s.Snapshot()
	m, _ := c.Message(id)
	f, err := a.factsFor(m.Provider)
	if err != nil {
		return nil
	}
	var refs []chat.Part
	for _, p := range m.Parts {
		if p.Kind == chat.ReferencePart && a.Rules().Decide(f, policy.Display, p.Origin).Decision != policy.Block {
			refs = append(refs, p)
		}
	}
	return refs
}
