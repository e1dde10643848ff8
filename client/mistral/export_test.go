package mistral

import (
	"encoding/json"

	"bise/client"
)

// ParseAgent is the reading of an agent, for the fuzz test.
func ParseAgent(data []byte) (client.AgentCard, error) {
	var w wireAgent
	err := json.Unmarshal(data, &w)
	return w.agent(), err
}
