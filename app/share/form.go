package share

import (
	"regexp"
	"sync"
)

// A form is an expression that is compiled when it is first looked for: there
// are dozens of them, and most runs of the program look for nothing.
type form func() *regexp.Regexp

func pattern(expression string) form {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
