package policy

import "errors"

var errTrailing = errors.New("more text after the JSON value")
