package app

import "strconv"

// Tokens writes a count of tokens as people say it: contexts are sold in
// thousands of 1000 or of 1024, so both "128000" and "131072" are 128k.
func Tokens(n int) string {
	switch {
	case n < 1000:
		return strconv.Itoa(n)
	case n%1000 != 0 && n%1024 == 0 && n < 1024*1024:
		return strconv.Itoa(n/1024) + "k"
	case n < 1_000_000:
		return strconv.Itoa((n+500)/1000) + "k"
	default:
		return strconv.Itoa((n+500_000)/1_000_000) + "M"
	}
}
