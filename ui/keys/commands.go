package keys

// Commands lists what the command palette offers, in its order: what is wanted
// every day, what shapes the next answer, what is done with answers, what
// becomes of the words, the program itself.
var Commands = []ID{
	New, History, Models, Tools, Attach, Find, Export, Share,
	System, Presets, Options, Agents, Libraries, ToText, Check, Editor,
	Focus, CopyAnswer, Thinking,
	Privacy, Shares, Inbox, Usage, Network,
	SignIn, Runner, Import, Settings, Help, Quit,
}
