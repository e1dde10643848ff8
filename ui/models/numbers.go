package models

import "strconv"

// bytes writes a size on disk, to a tenth of a gigabyte.
func bytes(n int64) string {
	if n < 1_000_000_000 {
		return strconv.FormatInt((n+500_000)/1_000_000, 10) + " MB"
	}
	return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
}
