package localstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // the VFS that encrypts

	"bise/app/fault"
	"bise/localstore/internal/disk"
	"bise/localstore/keys"
)

// Key encrypts the history.
type Key = keys.Key

// patience is how long one process waits for another's write.
const patience = 10 * time.Second

// The files beside the history at path.
func lockPath(path string) string  { return path + ".lock" }
func newPath(path string) string   { return path + ".new" }
func rekeyPath(path string) string { return path + ".rekey" }

// DB is an open history. It is safe for use by several goroutines; they take
// turns.
type DB struct {
	path string
	conn *sqlite3.Conn
	// turn is full while somebody uses the connection.
	turn  chan struct{}
	stmts map[string]*sqlite3.Stmt
	// lock is shared while the history is open, so that nobody re-encrypts it.
	lock *disk.Lock
}

// Exists reports whether there is a history at path.
func Exists(path string) bool { return disk.Exists(path) }

// Open opens the history at path and makes it when there is none. The kinds of
// its error are WrongKey, Damaged, DiskFull, ReadOnly, NewerSchema and Locked;
// a history that could not be opened is left as it was.
//
// Whether key is the right one says the key record in the folder of path, if
// there is one: an absent history would take any key.
func Open(ctx context.Context, path string, key Key) (*DB, error) {
	const op = "localstore.Open"
	fit, err := keys.Fits(filepath.Dir(path), key)
	if err != nil {
		return nil, err
	}
	if fit == keys.Mismatch {
		return nil, fault.E(op, fault.WrongKey, nil, "path", filepath.Base(path))
	}
	lock, err := hold(ctx, path, key)
	if err != nil {
		return nil, wrap(ctx, op, path, err)
	}
	conn, err := openHeld(ctx, path, key, fit == keys.Match)
	if err != nil {
		return nil, errors.Join(wrap(ctx, op, path, err), lock.Unlock())
	}
	db := &DB{
		path: path, conn: conn, lock: lock,
		turn:  make(chan struct{}, 1),
		stmts: make(map[string]*sqlite3.Stmt),
	}
	// A writer elsewhere is no reason not to open: tidying comes next time.
	if err := db.tidy(ctx); err != nil && !fault.Is(err, fault.Locked) {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close lets the history go. Further calls on db fail.
func (db *DB) Close() error {
	db.turn <- struct{}{}
	defer func() { <-db.turn }()
	if db.conn == nil {
		return nil
	}
	for _, s := range db.stmts {
		// The error of a statement is the one its last run already gave.
		_ = s.Close()
	}
	err := wrap(context.Background(), "localstore.Close", db.path, db.conn.Close())
	db.conn, db.stmts = nil, nil
	return errors.Join(err, db.lock.Unlock())
}

// hold takes a share in the history and makes the history first if it is not
// there. Whoever makes or re-encrypts it holds the lock alone.
func hold(ctx context.Context, path string, key Key) (*disk.Lock, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dir := filepath.Dir(path)
	if err := disk.MakeDir(dir); err != nil {
		return nil, err
	}
	if err := disk.Writable(dir); err != nil {
		return nil, err
	}
	for {
		if disk.Exists(path) {
			lock, err := disk.Shared(ctx, lockPath(path))
			if err != nil {
				return nil, held(err)
			}
			if disk.Exists(path) {
				return lock, nil
			}
			if err := lock.Unlock(); err != nil {
				return nil, err
			}
		}
		lock, err := disk.TryExclusive(lockPath(path))
		switch {
		case err == nil:
			if !disk.Exists(path) {
				err = create(ctx, path, key)
			}
			err = errors.Join(err, lock.Unlock())
		case disk.Held(err):
			err = held(disk.Wait(ctx))
		}
		if err != nil {
			return nil, err
		}
	}
}

// held names a lock that somebody else kept.
func held(err error) error {
	if disk.Held(err) {
		return fault.E("localstore.Open", fault.Locked, nil)
	}
	return err
}

// create makes an empty history at path, whole or not at all. Checksums are
// switched on before the first page is written: afterwards it would take a
// rewrite.
func create(ctx context.Context, path string, key Key) (err error) {
	temp := newPath(path)
	if err := discard(temp); err != nil {
		return err
	}
	if err := disk.Create(temp); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(wrap(ctx, "localstore.Open", path, err), discard(temp))
		}
	}()
	conn, err := connect(ctx, temp, key)
	if err != nil {
		return err
	}
	if err = conn.EnableChecksums("main"); err == nil {
		err = migrate(conn, 0)
	}
	if err = errors.Join(err, conn.Close()); err != nil {
		return err
	}
	return replace(temp, path)
}

// replace puts the finished file temp in the place of path.
func replace(temp, path string) error {
	if err := disk.Sync(temp); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(path))
}

// discard removes an unfinished file and its journal.
func discard(temp string) error {
	return errors.Join(disk.Remove(temp+"-journal"), disk.Remove(temp))
}

// openHeld connects to a history that is there. fits says that the record
// vouches for the key: what it does not open is damaged then.
func openHeld(ctx context.Context, path string, key Key, fits bool) (*sqlite3.Conn, error) {
	conn, err := openExisting(ctx, path, key, fits)
	if err = wrap(ctx, "localstore.Open", path, err); fits && fault.Is(err, fault.WrongKey) {
		err = fault.E("localstore.Open", fault.Damaged, nil, "path", filepath.Base(path))
	}
	return conn, err
}

func openExisting(ctx context.Context, path string, key Key, fits bool) (*sqlite3.Conn, error) {
	// A re-encryption holds the lock alone, so this is one that died.
	if err := discard(rekeyPath(path)); err != nil {
		return nil, err
	}
	if err := looksSealed(path); err != nil {
		return nil, err
	}
	if !fits && disk.Exists(path+"-journal") {
		if err := tryKey(ctx, path, key); err != nil {
			return nil, err
		}
	}
	conn, err := connect(ctx, path, key)
	if err != nil {
		return nil, err
	}
	version, err := checkHeader(conn)
	if err == nil {
		err = checkEnd(path)
	}
	if err == nil && version < schemaVersion {
		err = upgrade(ctx, conn, path, key, version)
	}
	if err != nil {
		return nil, errors.Join(wrap(ctx, "localstore.Open", path, err), conn.Close())
	}
	return conn, nil
}

// blockSize is the size of a page of the file and of an encrypted block, in bytes.
const blockSize = 4096

// checkEnd refuses a file that was cut within a page, which SQLite finds out
// only when it needs that page. A write under way may have such an end, and a
// journal beside it.
func checkEnd(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Size()%blockSize != 0 && !disk.Exists(path+"-journal") {
		err = fault.E("localstore.Open", fault.Damaged, nil, "path", filepath.Base(path))
	}
	return err
}

// looksSealed refuses what no key can open: an empty file, which SQLite would
// take for a new history, and a plain database.
func looksSealed(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if err = errors.Join(err, f.Close()); n < len(head) && errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		bytes.HasPrefix(head, []byte("SQLite format")) {
		return fault.E("localstore.Open", fault.Damaged, nil, "path", filepath.Base(path))
	}
	return err
}

// tryKey looks at the first page without touching anything. With a journal left
// by a crash, a wrong key would make SQLite take that journal for rubbish and
// delete it, and with it what the right key needs.
func tryKey(ctx context.Context, path string, key Key) error {
	conn, err := dial(ctx, path, key, "immutable=1&mode=ro")
	if err != nil {
		return err
	}
	return errors.Join(conn.Exec(`SELECT count(*) FROM sqlite_schema`), conn.Close())
}

// connect opens the file at path, which must be there.
func connect(ctx context.Context, path string, key Key) (*sqlite3.Conn, error) {
	// Journals get the mode of the file, not the one of the umask.
	conn, err := dial(ctx, path, key, "mode=rw&modeof="+url.QueryEscape(path))
	if err != nil {
		return nil, err
	}
	if err := prepare(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// dial connects. The key goes into the address: given later, by PRAGMA, it can
// leave the checksums unverified. The address is never part of an error.
func dial(ctx context.Context, path string, key Key, options string) (*sqlite3.Conn, error) {
	conn, err := sqlite3.OpenContext(ctx, address(path, key)+"&"+options)
	if err != nil {
		return nil, wrap(ctx, "localstore.Open", path, err)
	}
	return conn, nil
}

func address(path string, key Key) string {
	name := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		name = "/" + name
	}
	u := url.URL{Path: name}
	return "file:" + u.EscapedPath() + "?vfs=adiantum&hexkey=" + hex.EncodeToString(key[:])
}

// prepare sets what holds for one connection. Nothing of a conversation may
// spill into a temporary file, and what is deleted is overwritten.
func prepare(conn *sqlite3.Conn) error {
	if err := conn.BusyTimeout(patience); err != nil {
		return err
	}
	if err := fts5.Register(conn); err != nil {
		return err
	}
	return conn.Exec(`
		PRAGMA temp_store = MEMORY;
		PRAGMA journal_mode = DELETE;
		PRAGMA synchronous = FULL;
		PRAGMA secure_delete = ON;
		PRAGMA foreign_keys = ON;`)
}
