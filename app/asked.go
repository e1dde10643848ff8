package app

// Asked names the model that was asked; the one that answers may differ.
func (an *Answer) Asked() string { return an.ask.answer.Asked }
