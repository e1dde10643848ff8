package fault

import (
	"strings"
	"time"
)

// Brief is a duration in words without its empty parts: "10m", not "10m0s".
// None at all is "".
func Brief(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
