package imports

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bise/app/chat"
)

// Read reads a file named name. The kind ImportFile says that it holds nothing
// that is known; what could not be read of a known one goes to the sink. An
// error of the sink comes back as it is.
func Read(name string, r io.ReaderAt, size int64, from Source, to Sink) error {
	head := make([]byte, 512)
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	in := &reading{from: from, to: to}
	if bytes.HasPrefix(head[:n], []byte("PK\x03\x04")) || bytes.HasPrefix(head[:n], []byte("PK\x05\x06")) {
		err = in.archive(r, size)
	} else {
		err = in.file(path.Base(name), "", func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(r, 0, size)), nil
		})
	}
	return in.finish(name, err)
}

// ReadFolder reads the files of a folder, such as Vibe's sessions.
func ReadFolder(name string, folder fs.FS, from Source, to Sink) error {
	in := &reading{from: from, to: to}
	entries := 0
	err := fs.WalkDir(folder, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			in.to.lost(p, unreadable("read"))
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		if entries++; entries > maxEntries {
			return unreadable("entries")
		}
		in.entries = append(in.entries, entry{name: p, open: func() (io.ReadCloser, error) { return folder.Open(p) }})
		return nil
	})
	if err == nil {
		err = in.all()
	}
	return in.finish(name, err)
}

// reading is one file or archive on its way in.
type reading struct {
	from    Source
	to      Sink
	known   bool // something in it was recognised
	entries []entry
	total   int64 // bytes unpacked so far
}

// entry is a file of an archive or a folder.
type entry struct {
	name string
	open func() (io.ReadCloser, error)
}

func (in *reading) finish(name string, err error) error {
	var stop stopped
	switch {
	case errors.As(err, &stop):
		return stop.err
	case err != nil && in.known:
		in.to.lost(path.Base(name), err)
		return nil
	case err != nil && !errors.Is(err, errUnknown):
		return err
	case !in.known:
		return unreadable("unknown", "name", path.Base(name))
	}
	return nil
}

// archive reads the files of a zip archive. None is unpacked to the disk.
func (in *reading) archive(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if z == nil {
		return failed(err)
	}
	if len(z.File) > maxEntries {
		return unreadable("entries")
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if !fs.ValidPath(f.Name) {
			in.to.lost(chat.TitleFrom(chat.Text(f.Name), maxTitle), unreadable("path"))
			continue
		}
		packed := int64(min(f.CompressedSize64, maxTotal))
		in.entries = append(in.entries, entry{f.Name, func() (io.ReadCloser, error) {
			rc, err := f.Open()
			if err != nil {
				return nil, err
			}
			return &unpacking{rc, in, packed, 0}, nil
		}})
	}
	return in.all()
}

// unpacking refuses what unpacks to more than an export would.
type unpacking struct {
	io.ReadCloser
	in     *reading
	packed int64
	n      int64
}

func (u *unpacking) Read(p []byte) (int, error) {
	if u.n > maxElement && u.n/max(1, u.packed) > maxRatio || u.in.total > maxTotal {
		return 0, unreadable("bomb")
	}
	n, err := u.ReadCloser.Read(p)
	u.n += int64(n)
	u.in.total += int64(n)
	return n, err
}

// all reads every entry that may hold conversations, by name so that it is the
// same each time.
func (in *reading) all() error {
	slices.SortFunc(in.entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for _, e := range in.entries {
		if end := path.Ext(e.name); end != ".json" && end != ".jsonl" || path.Base(e.name) == metaFile {
			continue
		}
		if err := in.file(e.name, e.name+": ", e.open); err != nil {
			var stop stopped
			if errors.As(err, &stop) {
				return err
			}
			if !errors.Is(err, errUnknown) {
				in.to.lost(e.name, err)
			}
		}
	}
	return nil
}

// errUnknown is a file that holds no conversations.
var errUnknown = unreadable("unknown")

var biseHead = regexp.MustCompile(`^\s*\{\s*"format"\s*:\s*"bise"\s*,\s*"version"\s*:\s*(\d{1,6})`)

// file reads one file by what stands at its beginning; where comes before the
// numbers in problems.
func (in *reading) file(name, where string, open func() (io.ReadCloser, error)) error {
	head, err := peek(open)
	if err != nil {
		return failed(err)
	}
	f, err := open()
	if err != nil {
		return failed(err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	if path.Ext(name) == ".jsonl" {
		return in.lined(name, where, f)
	}
	e := newElements(f)
	switch {
	case biseHead.Match(head):
		version, _ := strconv.Atoi(string(biseHead.FindSubmatch(head)[1]))
		return in.bise(e, where, version)
	case first(head) == '[':
		return in.list(e, where)
	case first(head) == '{':
		return in.values(name, where, e)
	default:
		return errUnknown
	}
}

// peek reads the beginning of a file.
func peek(open func() (io.ReadCloser, error)) ([]byte, error) {
	f, err := open()
	if err != nil {
		return nil, err
	}
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return bytes.TrimPrefix(head[:n], []byte(byteOrder)), errors.Join(err, f.Close())
}
