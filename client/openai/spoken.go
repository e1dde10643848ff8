package openai

import "bise/app/chat"

// Spoken is one message of a context as a server takes it.
type Spoken struct {
	Role chat.Role
	// Content is what stands under "content": a string, or a list of chunks;
	// nil is nothing.
	Content any
	Calls   []SpokenCall // of an assistant
	CallID  string       // of a tool: the call that Content answers
}

// SpokenCall is a tool call of an earlier answer.
type SpokenCall struct{ ID, Name, Arguments string }

// Context is the context of a turn for an endpoint with entries of its own: the
// system instructions, and the messages in the order that Stream sends.
func (p *Provider) Context(t chat.Turn) (system string, list []Spoken, err error) {
	system, messages, err := p.context(t)
	for _, m := range messages {
		s := Spoken{Role: m.Role, Content: content(m.chunks), CallID: m.ToolCallID}
		for _, c := range m.ToolCalls {
			s.Calls = append(s.Calls, SpokenCall{ID: c.ID, Name: c.Function.Name, Arguments: c.Function.Arguments})
		}
		list = append(list, s)
	}
	return system, list, err
}
