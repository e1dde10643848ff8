package cli

import (
	"io"
	"strings"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
)

// help explains a command: in colour where the terminal has colours, else as
// plain text. Only here does fang take part: it asks the terminal for its
// background, and a terminal that does not answer costs two seconds, which an
// error message must not.
func (p *program) help(c *cobra.Command, _ []string) {
	if !p.console.outTerminal || !p.console.inTerminal || p.plain() {
		_, _ = io.WriteString(p.env.Stdout, p.plainHelp(c))
		return
	}
	root := (&program{env: p.env, words: p.words, console: p.console}).root()
	root.SetOut(p.env.Stdout)
	root.SetErr(p.env.Stderr)
	root.SetArgs(append(strings.Fields(c.CommandPath())[1:], "--help"))
	_ = fang.Execute(c.Context(), root, fang.WithoutManpage(), fang.WithoutCompletions(), fang.WithoutVersion())
}

// plain reports whether the person wants no colours and no layout.
func (p *program) plain() bool {
	return p.env.Getenv("NO_COLOR") != "" || p.accessible()
}

// accessible reports whether a screen would not be read: ACCESSIBLE=1, or a
// terminal that cannot move its cursor.
func (p *program) accessible() bool {
	wish := p.env.Getenv("ACCESSIBLE")
	return wish != "" && wish != "0" || p.env.Getenv("TERM") == "dumb"
}

func (p *program) plainHelp(c *cobra.Command) string {
	var b strings.Builder
	text := c.Long
	if text == "" {
		text = c.Short
	}
	section := func(key string, lines ...string) {
		b.WriteString("\n" + p.words.T(key) + "\n")
		for _, line := range lines {
			b.WriteString("  " + line + "\n")
		}
	}
	b.WriteString(wrap(text, helpWidth) + "\n")
	section("cli.help.usage", c.UseLine())
	if c.Example != "" {
		section("cli.help.examples", strings.Split(c.Example, "\n")...)
	}
	if c.HasAvailableSubCommands() {
		var lines []string
		width := 0
		for _, sub := range c.Commands() {
			width = max(width, len(sub.Use))
		}
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				lines = append(lines, sub.Use+strings.Repeat(" ", width-len(sub.Use)+2)+sub.Short)
			}
		}
		section("cli.help.commands", lines...)
	}
	section("cli.help.flags", strings.Split(strings.TrimRight(c.Flags().FlagUsages(), "\n"), "\n")...)
	return b.String()
}

// helpWidth is how wide plain help is, in characters: it is read in pagers and
// in terminals of 80 columns.
const helpWidth = 78

// wrap breaks the lines of a text into lines of at most width bytes where its
// words allow.
func wrap(text string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapLine(line, width))
	}
	return strings.Join(lines, "\n")
}

func wrapLine(text string, width int) string {
	var b strings.Builder
	line := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == 0:
		case line+1+len(word) > width:
			b.WriteByte('\n')
			line = 0
		default:
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += len(word)
	}
	return b.String()
}
