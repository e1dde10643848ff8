package privacy

import (
	"strconv"
	"strings"
	"time"

	"bise/app/text"
)

// until says an end: a word of the rules, a length such as "+30d", or a date.
func until(w *text.Words, end string) string {
	length, ok := strings.CutPrefix(end, "+")
	if !ok || len(length) < 2 {
		if _, err := time.Parse(time.DateOnly, end); err == nil {
			return w.T("guide.until.date", "Date", end)
		}
		if key := "guide.until." + end; w.Has(key) {
			return w.T(key)
		}
		return strings.ReplaceAll(end, "_", " ")
	}
	n, err := strconv.Atoi(length[:len(length)-1])
	if err != nil {
		return end
	}
	key := "guide.length." + length[len(length)-1:]
	if n == 1 {
		key += "_single"
	}
	if !w.Has(key) {
		return end
	}
	return w.T(key, "N", n)
}
