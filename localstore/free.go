package localstore

import "bise/localstore/internal/disk"

// Free is the number of bytes that may still be written beside path, -1 if that
// is unknown.
func Free(path string) int64 { return disk.Free(path) }
