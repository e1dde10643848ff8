package app

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/BurntSushi/toml"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/localstore"
)

// agentFile is an agent as a file: what "bise agents export" writes and "bise
// agents create --file" reads.
type agentFile struct {
	Name         string   `toml:"name"`
	Description  string   `toml:"description,omitempty"`
	Model        string   `toml:"model"`
	Instructions string   `toml:"instructions,multiline"`
	Tools        []string `toml:"tools"`
	Libraries    []string `toml:"libraries,omitempty"`
	Note         string   `toml:"note,omitempty"`
	// ID and Version say what was exported; a new agent has its own.
	ID      string `toml:"id,omitempty"`
	Version int    `toml:"version,omitempty"`
}

// maxAgentFile is above any instructions a model would take, in bytes.
const maxAgentFile = 4 << 20

// ReadAgentFile reads a definition from a TOML file. A field that is not known
// is an error that names it.
func ReadAgentFile(path string) (AgentDefinition, error) {
	const op = "app.ReadAgentFile"
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxAgentFile) {
		return AgentDefinition{}, fault.E(op, fault.Invalid, nil, "path", path, "field", "size")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return AgentDefinition{}, fault.E(op, fault.NotFound, err, "what", "file", "name", path)
	}
	return parseAgentFile(path, data)
}

func parseAgentFile(path string, data []byte) (AgentDefinition, error) {
	const op = "app.ReadAgentFile"
	var f agentFile
	meta, err := toml.Decode(string(data), &f)
	if err != nil {
		return AgentDefinition{}, fault.E(op, fault.Invalid, errors.New(tomlReason(err)), "path", path)
	}
	for _, k := range meta.Undecoded() {
		return AgentDefinition{}, fault.E(op, fault.Invalid, nil, "path", path, "field", k.String())
	}
	return AgentDefinition{
		Name: f.Name, Description: f.Description, Model: f.Model, Instructions: chat.Text(f.Instructions),
		Tools: f.Tools, Libraries: f.Libraries, Note: f.Note,
	}, nil
}

// ExportAgents writes every agent of an account, instructions included, into a
// folder, one file each, and gives their paths. A file that is there already is
// left alone and is an error: nothing is overwritten.
func (a *App) ExportAgents(ctx context.Context, provider, folder string) ([]string, error) {
	agents, err := a.Agents(ctx, provider)
	if err != nil {
		return nil, err
	}
	f, err := a.factsFor(provider)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, agent := range agents {
		turn := client.AgentTurn(agent.AgentDefinition)
		out, v := a.Rules().Export(f, chat.Conversation{Messages: turn.Messages}, policy.PlainText)
		if !v.Decision.Permits() {
			return paths, &policy.Refusal{Verdict: v}
		}
		data, err := agentTOML(agent, turn, out)
		if err != nil {
			return paths, err
		}
		path := filepath.Join(folder, agentFileName(agent))
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return paths, fault.E("app.ExportAgents", fault.Exists, err, "path", path)
		}
		if err := localstore.WriteFile(path, data); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// agentTOML writes what the rules let out of an agent.
func agentTOML(agent Agent, turn chat.Turn, out policy.Exportable) ([]byte, error) {
	c, _, err := out.Open()
	if err != nil {
		return nil, err
	}
	turn.Messages = c.Messages
	d, err := client.AgentOfTurn(turn)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := toml.NewEncoder(&b)
	enc.Indent = ""
	err = enc.Encode(agentFile{
		Name: d.Name, Description: d.Description, Model: d.Model, Instructions: string(d.Instructions),
		Tools: d.Tools, Libraries: d.Libraries, Note: d.Note, ID: string(agent.ID), Version: int(agent.Version),
	})
	if err != nil {
		return nil, fault.E("app.ExportAgents", fault.Invalid, err, "path", agent.Name)
	}
	return b.Bytes(), nil
}

// agentFileName makes a file name of an agent's: letters and digits of its name
// for people, its id so that no two meet.
func agentFileName(agent Agent) string {
	word := func(s string, most int) string {
		s = strings.Map(func(r rune) rune {
			if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_') {
				return r
			}
			return '-'
		}, strings.ToLower(s))
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '-' }), "-")
		return strings.Trim(s[:min(len(s), most)], "-")
	}
	name := word(agent.Name, 40)
	if name == "" {
		name = "agent"
	}
	return name + "-" + word(string(agent.ID), 64) + ".toml"
}
