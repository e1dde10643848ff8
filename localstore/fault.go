package localstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// minFree is the room below which a failed write is taken for a full disk:
// SQLite reports that as a plain I/O error. One commit needs about 44 KB.
const minFree = 256 << 10

// wrap names the failure err of op on the history at path. SQLite's own message
// is dropped: it may quote a search or the address that holds the key.
func wrap(ctx context.Context, op, path string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	details := []string{"path", filepath.Base(path)}
	code, system, ok := codes(err)
	switch {
	case ok && code.Code() != sqlite3.INTERRUPT:
		return fault.E(op, kind(path, code, system), cause(code, system), details...)
	case ctx.Err() != nil:
		return fault.E(op, stopped(ctx), ctx.Err(), details...)
	default:
		return fault.E(op, disk.Kind(err, fault.Unknown), err, details...)
	}
}

// codes finds SQLite's code in err, and the error of the operating system
// behind it.
func codes(err error) (code sqlite3.ExtendedErrorCode, system error, ok bool) {
	if !errors.As(err, &code) {
		return 0, nil, false
	}
	var e *sqlite3.Error
	if errors.As(err, &e) {
		system = e.Unwrap()
	}
	return code, system, true
}

func stopped(ctx context.Context) fault.Kind {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.TimedOut
	}
	return fault.Interrupted
}

func kind(path string, code sqlite3.ExtendedErrorCode, system error) fault.Kind {
	switch code {
	case sqlite3.IOERR_DATA, sqlite3.IOERR_SHORT_READ, sqlite3.IOERR_CORRUPTFS:
		return fault.Damaged
	}
	switch code.Code() {
	case sqlite3.BUSY, sqlite3.LOCKED, sqlite3.PROTOCOL:
		return fault.Locked
	case sqlite3.NOTADB:
		return fault.WrongKey
	case sqlite3.CORRUPT:
		return fault.Damaged
	case sqlite3.FULL:
		return fault.DiskFull
	case sqlite3.READONLY, sqlite3.PERM:
		return fault.ReadOnly
	case sqlite3.CANTOPEN, sqlite3.IOERR:
		return systemKind(path, system)
	default:
		return fault.Unknown
	}
}

// systemKind asks the operating system's error, then the free room.
func systemKind(path string, system error) fault.Kind {
	if k := disk.Kind(system, fault.Unknown); k != fault.Unknown {
		return k
	}
	if free := disk.Free(filepath.Dir(path)); free >= 0 && free < minFree {
		return fault.DiskFull
	}
	return fault.Unknown
}

// cause is the failure without any text of SQLite's: its code, and the system's
// error without the file name.
func cause(code sqlite3.ExtendedErrorCode, system error) error {
	var p *os.PathError
	if errors.As(system, &p) {
		system = p.Err
	}
	if system == nil {
		return fmt.Errorf("%w (%d)", code, uint16(code))
	}
	return fmt.Errorf("%w (%d): %w", code, uint16(code), system)
}
