// Package keys is the one table of key bindings: what a key does, in which
// group it is shown, and the act that can switch it off. Help, the command
// palette and the reason beside a key that is off all come from it.
package keys

import (
	"charm.land/bubbles/v2/key"

	"bise/app/policy"
)

// ID names what a key does. Its wording is under "key.<id>" in assets/text.
type ID string

// What keys do.
const (
	Send        ID = "send"
	Newline     ID = "newline"
	Stop        ID = "stop"
	Quit        ID = "quit"
	New         ID = "new"
	Export      ID = "export"
	History     ID = "history"
	Models      ID = "models"
	Runner      ID = "runner"
	Privacy     ID = "privacy"
	Network     ID = "network"
	Settings    ID = "settings"
	SignIn      ID = "sign_in"
	Inbox       ID = "inbox"
	Find        ID = "find"
	FindNext    ID = "find_next"
	Palette     ID = "palette"
	Help        ID = "help"
	Editor      ID = "editor"
	Attach      ID = "attach"
	ToText      ID = "to_text"
	Libraries   ID = "libraries"
	Focus       ID = "focus"
	ScrollUp    ID = "scroll_up"
	ScrollDown  ID = "scroll_down"
	Top         ID = "top"
	Bottom      ID = "bottom"
	CopyAnswer  ID = "copy_answer"
	Thinking    ID = "thinking"
	Details     ID = "details"
	Previous    ID = "previous"
	Next        ID = "next"
	Copy        ID = "copy"
	CopyCode    ID = "copy_code"
	Edit        ID = "edit"
	Retry       ID = "retry"
	Continue    ID = "continue"
	BranchLeft  ID = "branch_left"
	BranchRight ID = "branch_right"
	System      ID = "system"
	Share       ID = "share"
	Shares      ID = "shares"
	Check       ID = "check"
	Presets     ID = "presets"
	Options     ID = "options"
	Agents      ID = "agents"
	Usage       ID = "usage"
	Tools       ID = "tools"
	Sources     ID = "sources"
	SaveFiles   ID = "save_files"
	Picture     ID = "picture"
)

// Group is where a key belongs. Its wording is under "key.group.<group>".
type Group string

// The groups, in the order in which help shows them.
const (
	Writing    Group = "writing"
	Answering  Group = "answering"
	Message    Group = "message"
	Conversing Group = "conversation"
	Looking    Group = "looking"
	Program    Group = "program"
)

// Groups lists the groups in the order in which they are shown.
func Groups() []Group {
	return []Group{Writing, Answering, Message, Conversing, Looking, Program}
}

// Binding is one key: one line of the table.
type Binding struct {
	ID    ID
	Group Group
	Keys  []string
	// Act can switch the key off; "" is never.
	Act policy.Act
	// Palette says that the command palette lists it.
	Palette bool
}

// Matches reports whether a pressed key, by its name, is one of b's.
func (b Binding) Matches(pressed string) bool {
	for _, k := range b.Keys {
		if k == pressed {
			return true
		}
	}
	return false
}

// Short is the first key as people write it.
func (b Binding) Short() string {
	if len(b.Keys) == 0 {
		return ""
	}
	return b.Keys[0]
}

// Key is b for libraries that know bubbles' bindings.
func (b Binding) Key() key.Binding { return key.NewBinding(key.WithKeys(b.Keys...)) }

// Table is every key of the program. Keys of the group Message work on the
// selected message, after Focus.
var Table = []Binding{
	{Send, Writing, []string{"enter"}, "", false},
	{Newline, Writing, []string{"ctrl+j", "shift+enter", "alt+enter"}, "", false},
	{Editor, Writing, []string{"ctrl+x"}, "", true},
	{Attach, Writing, []string{"ctrl+f"}, policy.Attach, true},
	{ToText, Writing, nil, policy.Attach, true},
	{System, Writing, nil, "", true},
	{Check, Writing, nil, "", true},
	{Presets, Writing, nil, "", true},
	{Options, Writing, nil, "", true},

	{Stop, Answering, []string{"esc"}, "", false},
	{CopyAnswer, Answering, []string{"ctrl+y"}, policy.Copy, true},
	{Thinking, Answering, []string{"ctrl+t"}, "", true},

	{Focus, Message, []string{"tab", "shift+tab"}, "", true},
	{Previous, Message, []string{"up", "k"}, "", false},
	{Next, Message, []string{"down", "j"}, "", false},
	{Copy, Message, []string{"c"}, policy.Copy, false},
	{CopyCode, Message, []string{"y"}, policy.Copy, false},
	{Edit, Message, []string{"e"}, "", false},
	{Retry, Message, []string{"r"}, "", false},
	{Continue, Message, []string{"g"}, "", false},
	{BranchLeft, Message, []string{"left", "h"}, "", false},
	{BranchRight, Message, []string{"right", "l"}, "", false},
	{Details, Message, []string{"i"}, "", false},
	{Sources, Message, []string{"o"}, "", false},
	{SaveFiles, Message, []string{"s"}, "", false},
	{Picture, Message, []string{"v"}, "", false},
	{FindNext, Message, []string{"n"}, "", false},

	{New, Conversing, []string{"ctrl+n"}, "", true},
	{History, Conversing, []string{"ctrl+r"}, "", true},
	{Share, Conversing, nil, policy.ShareTurn, true},
	{Shares, Conversing, nil, "", true},
	{Models, Conversing, []string{"ctrl+o"}, "", true},
	{Runner, Conversing, nil, "", true},
	{Agents, Conversing, nil, "", true},
	{Tools, Conversing, []string{"ctrl+g"}, "", true},
	{Export, Conversing, nil, "export:markdown", true},

	{Libraries, Conversing, nil, "", true},

	{Find, Looking, []string{"ctrl+s"}, "", true},
	{ScrollUp, Looking, []string{"pgup"}, "", false},
	{ScrollDown, Looking, []string{"pgdown"}, "", false},
	{Top, Looking, []string{"ctrl+home"}, "", false},
	{Bottom, Looking, []string{"ctrl+end"}, "", false},

	{Privacy, Program, []string{"ctrl+d"}, "", true},
	{Usage, Program, nil, "", true},
	{Network, Program, nil, "", true},
	{SignIn, Program, nil, "", true},
	{Inbox, Program, nil, "", true},
	{Settings, Program, nil, "", true},
	{Palette, Program, []string{"ctrl+p"}, "", false},
	{Help, Program, []string{"f1", "?"}, "", true},
	{Quit, Program, []string{"ctrl+c"}, "", true},
}

// Get finds a binding; the zero Binding if there is none.
func Get(id ID) Binding {
	for _, b := range Table {
		if b.ID == id {
			return b
		}
	}
	return Binding{}
}

// Is reports whether a pressed key, by its name, does id.
func Is(pressed string, id ID) bool { return Get(id).Matches(pressed) }
