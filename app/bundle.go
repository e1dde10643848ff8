package app

import (
	"bise/app/policy"
	"bise/assets"
)

// BuiltinRules is a bundle that is compiled in, by its id; "" is the one in
// force. It reads nothing of the person.
func BuiltinRules(id string) (policy.Rules, error) {
	if id == "" {
		id = builtinRules
	}
	return policy.Load(assets.Rules, id)
}
