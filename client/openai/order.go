package openai

import (
	"crypto/sha256"
	"math/big"
	"strings"

	"bise/app/chat"
)

// bridge stands between a tool's result and the next prompt when the answer
// in between was lost: Mistral refuses a user after a tool (code 3230).
const bridge = "Noted."

// lawful makes an order that strict servers accept: no empty message, each
// tool call with its result and each result with its call, no two messages of
// the same speaker in a row, no prompt right after a tool's result.
func lawful(list []message) []message {
	list = paired(list)
	var out []message
	for _, m := range list {
		if len(m.chunks) == 0 && len(m.ToolCalls) == 0 {
			continue
		}
		if n := len(out); n > 0 {
			last := &out[n-1]
			if last.Role == m.Role && m.Role != chat.Tool && len(last.ToolCalls) == 0 {
				last.chunks = append(last.chunks, m.chunks...)
				last.ToolCalls = m.ToolCalls
				continue
			}
			if last.Role == chat.Tool && m.Role == chat.User {
				out = append(out, message{Role: chat.Assistant, chunks: textChunk(bridge)})
			}
		}
		out = append(out, m)
	}
	return out
}

// paired drops calls that were never answered and results that nobody called
// for, which a stop in the middle of a tool's run leaves behind.
func paired(list []message) []message {
	var out []message
	open := map[string]bool{}
	for i, m := range list {
		switch {
		case m.Role == chat.Tool:
			if !open[m.ToolCallID] {
				continue
			}
			delete(open, m.ToolCallID)
		case len(m.ToolCalls) > 0:
			m.ToolCalls, open = answered(m.ToolCalls, list[i+1:])
		default:
			open = map[string]bool{}
		}
		out = append(out, m)
	}
	return out
}

// answered keeps the calls that the tool messages right behind answer.
func answered(calls []call, behind []message) (kept []call, open map[string]bool) {
	results := map[string]bool{}
	for _, m := range behind {
		if m.Role != chat.Tool {
			break
		}
		results[m.ToolCallID] = true
	}
	open = map[string]bool{}
	for _, c := range calls {
		if results[c.ID] && !open[c.ID] {
			kept = append(kept, c)
			open[c.ID] = true
		}
	}
	return kept, open
}

// call is a tool call as it is sent back.
func (p *Provider) call(part chat.Part) call {
	arguments := string(part.Text)
	if strings.TrimSpace(arguments) == "" {
		arguments = "{}"
	}
	return call{
		ID: p.callID(part.CallID), Type: "function",
		Function: callFunction{Name: part.Name, Arguments: arguments},
	}
}

// callID gives an id the server accepts. Mistral wants exactly nine letters
// and digits (code 3280), other services' ids are longer; the same id always
// becomes the same, so that calls and results stay together.
func (p *Provider) callID(id string) string {
	if !p.opts.Dialect.ShortIDs || isShortID(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	digits := new(big.Int).SetBytes(sum[:]).Text(62)
	return ("000000000" + digits)[len(digits):] // the last nine
}

const shortID = 9

func isShortID(id string) bool {
	if len(id) != shortID {
		return false
	}
	for _, c := range []byte(id) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return true
}
