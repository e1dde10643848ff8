package dialog

// The questions, for screen.Answered.
const (
	// ConsentQuestion asks to confirm what the rules want confirmed.
	ConsentQuestion = "consent"
	// OverflowQuestion asks how to make a conversation fit; the text of the answer
	// is an app.Fit.
	OverflowQuestion = "overflow"
	// HistoryQuestion is answered once the state of the history has changed.
	HistoryQuestion = "history"
	// ProvidersQuestion is answered once there may be another provider to use.
	ProvidersQuestion = "providers"
	// PathQuestion asks for a file to attach.
	PathQuestion = "path"
	// InstructionsQuestion asks for the system instructions.
	InstructionsQuestion = "instructions"
	// PresetQuestion asks which preset to use; the answer's text is its name.
	PresetQuestion = "preset"
	// FindQuestion asks for words of the conversation.
	FindQuestion = "find"
	// FolderQuestion asks for the folder to save files in.
	FolderQuestion = "folder"
	// ConfirmQuestion asks to confirm something for the conversation.
	ConfirmQuestion = "confirm"
	// ConvertQuestion asks whether to turn an attachment into text.
	ConvertQuestion = "convert"
	// LeavingQuestion asks what becomes of personal data and secrets in a prompt.
	LeavingQuestion = "leaving"
	// ImportQuestion asks for a file to import conversations from.
	ImportQuestion = "import"
	// CodeQuestion asks which block of code to copy.
	CodeQuestion = "code"
)

// The answers; what nobody answered is No.
const (
	No = iota
	Yes
)
