package dialog

// The questions, for screen.Answered.
const (
	// ConsentQuestion asks to confirm what the rules want confirmed.
	ConsentQuestion = "consent"
	// OverflowQuestion asks whether to leave out the oldest messages.
	OverflowQuestion = "overflow"
	// HistoryQuestion is answered once the state of the history has changed.
	HistoryQuestion = "history"
	// ProvidersQuestion is answered once there may be another provider to use.
	ProvidersQuestion = "providers"
	// PathQuestion asks for a file to attach.
	PathQuestion = "path"
	// InstructionsQuestion asks for the system instructions.
	InstructionsQuestion = "instructions"
	// FindQuestion asks for words of the conversation.
	FindQuestion = "find"
	// CodeQuestion asks which block of code to copy.
	CodeQuestion = "code"
)

// The answers; what nobody answered is No.
const (
	No = iota
	Yes
)
