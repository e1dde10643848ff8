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
	Import      ID = "import"
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
	{Send, Writing, []string{"enter"}, ""},
	{Newline, Writing, []string{"ctrl+j", "shift+enter", "alt+enter"}, ""},
	{Editor, Writing, []string{"ctrl+x"}, ""},
	{Attach, Writing, []string{"ctrl+f"}, policy.Attach},
	{ToText, Writing, nil, policy.Attach},
	{System, Writing, nil, ""},
	{Check, Writing, nil, ""},
	{Presets, Writing, nil, ""},
	{Options, Writing, nil, ""},

	{Stop, Answering, []string{"esc"}, ""},
	{CopyAnswer, Answering, []string{"ctrl+y"}, policy.Copy},
	{Thinking, Answering, []string{"ctrl+t"}, ""},

	{Focus, Message, []string{"tab", "shift+tab"}, ""},
	{Previous, Message, []string{"up", "k"}, ""},
	{Next, Message, []string{"down", "j"}, ""},
	{Copy, Message, []string{"c"}, policy.Copy},
	{CopyCode, Message, []string{"y"}, policy.Copy},
	{Edit, Message, []string{"e"}, ""},
	{Retry, Message, []string{"r"}, ""},
	{Continue, Message, []string{"g"}, ""},
	{BranchLeft, Message, []string{"left", "h"}, ""},
	{BranchRight, Message, []string{"right", "l"}, ""},
	{Details, Message, []string{"i"}, ""},
	{Sources, Message, []string{"o"}, ""},
	{SaveFiles, Message, []string{"s"}, ""},
	{Picture, Message, []string{"v"}, ""},
	{FindNext, Message, []string{"n"}, ""},

	{New, Conversing, []string{"ctrl+n"}, ""},
	{History, Conversing, []string{"ctrl+r"}, ""},
	{Share, Conversing, nil, policy.ShareTurn},
	{Shares, Conversing, nil, ""},
	{Models, Conversing, []string{"ctrl+o"}, ""},
	{Runner, Conversing, nil, ""},
	{Agents, Conversing, nil, ""},
	{Tools, Conversing, []string{"ctrl+g"}, ""},
	{Export, Conversing, nil, "export:markdown"},
	{Import, Conversing, nil, ""},

	{Libraries, Conversing, nil, ""},

	{Find, Looking, []string{"ctrl+s"}, ""},
	{ScrollUp, Looking, []string{"pgup"}, ""},
	{ScrollDown, Looking, []string{"pgdown"}, ""},
	{Top, Looking, []string{"ctrl+home"}, ""},
	{Bottom, Looking, []string{"ctrl+end"}, ""},

	{Privacy, Program, []string{"ctrl+d"}, ""},
	{Usage, Program, nil, ""},
	{Network, Program, nil, ""},
	{SignIn, Program, nil, ""},
	{Inbox, Program, nil, ""},
	{Settings, Program, nil, ""},
	{Palette, Program, []string{"ctrl+p"}, ""},
	{Help, Program, []string{"f1", "?"}, ""},
	{Quit, Program, []string{"ctrl+c"}, ""},
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
