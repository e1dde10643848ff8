package localstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ncruces/go-sqlite3"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// schemaVersion is the number of the last migration.
	schemaVersion = 6
	// applicationID marks the file as bise's: "bise" in ASCII.
	applicationID = 0x62697365
)

// checkHeader reads the version of the schema. Reading it also loads the first
// page, after which the checksums must be on.
func checkHeader(conn *sqlite3.Conn) (version int, err error) {
	const op = "localstore.Open"
	version, err = number(conn, `PRAGMA user_version`)
	if err != nil {
		return 0, err
	}
	id, err := number(conn, `PRAGMA application_id`)
	if err != nil {
		return 0, err
	}
	verified, err := number(conn, `PRAGMA checksum_verification`)
	switch {
	case err != nil:
		return 0, err
	case id != applicationID, version == 0, verified != 1:
		return 0, fault.E(op, fault.Damaged, nil)
	case version > schemaVersion:
		return 0, fault.E(op, fault.NewerSchema, nil, "found", strconv.Itoa(version), "known", strconv.Itoa(schemaVersion))
	}
	return version, nil
}

// upgrade copies the history aside and brings it to the present schema.
func upgrade(ctx context.Context, conn *sqlite3.Conn, path string, key Key, from int) error {
	backup := backupPath(path, from)
	if !disk.Exists(backup) {
		// Two steps, so that a file of that name is a whole copy.
		temp := backup + ".tmp"
		if err := discard(temp); err != nil {
			return err
		}
		if err := copyTo(ctx, conn, temp, key); err != nil {
			return errors.Join(err, discard(temp))
		}
		if err := replace(temp, backup); err != nil {
			return err
		}
	}
	return migrate(conn, from)
}

func backupPath(path string, version int) string {
	return fmt.Sprintf("%s.schema-%d", path, version)
}

// dropBackups removes the copies made before migrations: what is purged from
// the history must not live on in one of them.
func dropBackups(path string) error {
	var errs []error
	for v := range schemaVersion {
		errs = append(errs, discard(backupPath(path, v)))
	}
	return errors.Join(errs...)
}

// copyTo writes the whole history to the new file at path, with key.
func copyTo(ctx context.Context, conn *sqlite3.Conn, path string, key Key) error {
	if err := disk.Create(path); err != nil {
		return err
	}
	stmt, _, err := conn.Prepare(`VACUUM INTO ?`)
	if err != nil {
		return err
	}
	old := conn.SetInterrupt(ctx)
	err = stmt.BindText(1, address(path, key))
	if err == nil {
		err = stmt.Exec()
	}
	conn.SetInterrupt(old)
	return errors.Join(wrap(ctx, "localstore.copy", path, err), stmt.Close())
}

// migrate runs the migrations after version from, all or none. Another process
// may have run them since from was read.
func migrate(conn *sqlite3.Conn, from int) (err error) {
	if err := conn.Exec(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, conn.Exec(`ROLLBACK`))
		}
	}()
	at, err := number(conn, `PRAGMA user_version`)
	if err != nil {
		return err
	}
	for v := max(at, from) + 1; v <= schemaVersion; v++ {
		script, err := migration(v)
		if err != nil {
			return err
		}
		if err := conn.Exec(script + fmt.Sprintf("; PRAGMA user_version = %d; PRAGMA application_id = %d;", v, applicationID)); err != nil {
			return err
		}
	}
	return conn.Exec(`COMMIT`)
}

func migration(version int) (string, error) {
	names, err := fs.Glob(migrations, fmt.Sprintf("migrations/%04d_*.sql", version))
	if err != nil || len(names) != 1 {
		return "", errors.Join(os.ErrNotExist, err)
	}
	data, err := migrations.ReadFile(filepath.ToSlash(names[0]))
	return string(data), err
}

// number runs a query with one number for an answer; no answer is 0.
func number(conn *sqlite3.Conn, sql string) (n int, err error) {
	stmt, _, err := conn.Prepare(sql)
	if err != nil {
		return 0, err
	}
	if stmt.Step() {
		n = stmt.ColumnInt(0)
	}
	return n, errors.Join(stmt.Err(), stmt.Close())
}
