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
	var e *sqlite3.Error
	var code sqlite3.ErrorCode
	switch {
	case errors.As(err, &e):
		code = e.Code()
	case errors.As(err, &code):
	case ctx.Err() != nil:
		return fault.E(op, stopped(ctx), ctx.Err(), details...)
	default:
		return fault.E(op, disk.Kind(err, fault.Unknown), err, details...)
	}
	if code == sqlite3.INTERRUPT && ctx.Err() != nil {
		return fault.E(op, stopped(ctx), ctx.Err(), details...)
	}
	return fault.E(op, kind(path, code, e), cause(err), details...)
}

func stopped(ctx context.Context) fault.Kind {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.TimedOut
	}
	return fault.Interrupted
}

func kind(path string, code sqlite3.ErrorCode, e *sqlite3.Error) fault.Kind {
	switch code {
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
	case sqlite3.CANTOPEN:
		return systemKind(path, e, fault.Unknown)
	case sqlite3.IOERR:
		if e != nil {
			switch e.ExtendedCode() {
			case sqlite3.IOERR_DATA, sqlite3.IOERR_SHORT_READ, sqlite3.IOERR_CORRUPTFS:
				return fault.Damaged
			}
		}
		return systemKind(path, e, fault.Unknown)
	default:
		return fault.Unknown
	}
}

// systemKind asks the operating system's error, then the free room.
func systemKind(path string, e *sqlite3.Error, other fault.Kind) fault.Kind {
	if e != nil {
		if k := disk.Kind(e.Unwrap(), other); k != other {
			return k
		}
	}
	if free := disk.Free(filepath.Dir(path)); free >= 0 && free < minFree {
		return fault.DiskFull
	}
	return other
}

// cause is err without any text of SQLite's: its code, and the system's error
// without the file name.
func cause(err error) error {
	var code sqlite3.ExtendedErrorCode
	if !errors.As(err, &code) {
		return nil
	}
	var e *sqlite3.Error
	if errors.As(err, &e) && e.Unwrap() != nil {
		system := e.Unwrap()
		var p *os.PathError
		if errors.As(system, &p) {
			system = p.Err
		}
		return fmt.Errorf("%w: %w", code, system)
	}
	return code
}
