package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/share"
	"bise/client/privatebin"
	"bise/localstore"
)

// ShareWay says how something was shared.
type ShareWay string

// The ways.
const (
	// FileShare is a file on this machine.
	FileShare ShareWay = "file"
	// ServerShare lies on a PrivateBin server.
	ServerShare ShareWay = "privatebin"
	// BurnShare lies on a PrivateBin server until it is read once.
	BurnShare ShareWay = "privatebin_once"
)

// Shared is an entry of the ledger of shares.
type Shared struct {
	ID           string
	Conversation chat.ConversationID
	Title        string
	Created      time.Time
	Expires      time.Time // zero is never
	Revoked      time.Time // zero while it stands
	Way          ShareWay
	Address      string // path or URL, without the key
	SHA256       string // of what was published, in hexadecimal
	Messages     int
	LeftOut      []share.Omission
	// Findings is what was found, right after publishing; the ledger keeps only
	// Counts.
	Findings []Finding
	Counts   []FindingCount

	key, token string
}

// FindingCount counts the findings of a kind with one fate.
type FindingCount struct {
	Kind   FindingKind `json:"kind"`
	Kept   bool        `json:"kept"`
	Number int         `json:"number"`
}

// Link is what opens the share: a web address or the address of the file, with
// the key behind the #.
func (s Shared) Link() chat.Secret {
	if s.Way != FileShare {
		return chat.Secret(joinKey(s.Address, s.key))
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(s.Address)}
	return chat.Secret(joinKey(u.String(), s.key))
}

// Encrypted reports whether a key is needed to read it.
func (s Shared) Encrypted() bool { return s.key != "" }

// Over reports whether it has been revoked or has expired.
func (s Shared) Over(now time.Time) bool {
	return !s.Revoked.IsZero() || !s.Expires.IsZero() && !now.Before(s.Expires)
}

func joinKey(address, key string) string {
	if key == "" {
		return address
	}
	return address + "#" + key
}

func cutKey(address string) (rest, key string, found bool) {
	i := strings.LastIndexByte(address, '#')
	if i < 0 {
		return address, "", false
	}
	return address[:i], address[i+1:], true
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func tally(found []Finding) []FindingCount {
	counts := []FindingCount{}
	for _, kind := range FindingKinds() {
		for _, kept := range []bool{false, true} {
			n := 0
			for _, f := range found {
				if f.Kind == kind && f.Keep == kept {
					n++
				}
			}
			if n > 0 {
				counts = append(counts, FindingCount{kind, kept, n})
			}
		}
	}
	return counts
}

// omissionLines writes what was left out as the ledger keeps it: word, number,
// clauses.
func omissionLines(list []share.Omission) []string {
	var lines []string
	for _, o := range list {
		lines = append(lines, strings.Join(append([]string{o.What, strconv.Itoa(o.Count)}, o.Clauses...), " "))
	}
	return lines
}

func readOmissions(lines []string) []share.Omission {
	var list []share.Omission
	for _, l := range lines {
		words := strings.Fields(l)
		if len(words) < 2 {
			continue
		}
		n, err := strconv.Atoi(words[1])
		if err != nil {
			continue
		}
		list = append(list, share.Omission{What: words[0], Count: n, Clauses: words[2:]})
	}
	return list
}

func shared(row localstore.ShareRow) Shared {
	s := Shared{
		ID: row.ID, Conversation: row.Conversation, Title: row.Title, Created: row.Created, Expires: row.Expires, Revoked: row.Revoked,
		Way: ShareWay(row.Way), SHA256: row.SHA256, Messages: row.Messages, LeftOut: readOmissions(row.LeftOut), token: row.DeleteToken,
	}
	// A file's name may have a # of its own; the key is never that long.
	s.Address, s.key, _ = cutKey(row.Address)
	if _, err := share.ParseSecret(s.key); s.Way == FileShare && err != nil {
		s.Address, s.key = row.Address, ""
	}
	_ = json.Unmarshal([]byte(row.Findings), &s.Counts) // of a newer version: none
	return s
}

// Shares lists the ledger, the newest first.
func (a *App) Shares(ctx context.Context) ([]Shared, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := db.Shares(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Shared, 0, len(rows))
	for _, row := range rows {
		list = append(list, shared(row))
	}
	return list, nil
}

// SharedAs finds an entry of the ledger.
func (a *App) SharedAs(ctx context.Context, id string) (Shared, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return Shared{}, err
	}
	row, err := db.Share(ctx, id)
	return shared(row), err
}

// ReadShare is what the reader of a share sees: the text of a file, or what a
// server still has. The kind SharePage says why it cannot be read.
func (a *App) ReadShare(ctx context.Context, s Shared) (chat.Text, error) {
	const op = "app.ReadShare"
	switch {
	case !s.Revoked.IsZero():
		return "", fault.E(op, fault.SharePage, nil, "why", "revoked")
	case s.Way == BurnShare:
		return "", fault.E(op, fault.SharePage, nil, "why", "burn")
	case s.Way == ServerShare:
		server, err := privatebin.New(a.network.Client(shareConnection), s.Address)
		if err != nil {
			return "", err
		}
		return server.Read(ctx, s.Link())
	}
	snap, err := a.shareFile(s)
	if err != nil {
		return "", err
	}
	return chat.Text(snap.Text(a.Words())), nil
}

// ShareSnapshot is the snapshot in the file of a share.
func (a *App) ShareSnapshot(s Shared) (Snapshot, error) {
	if !s.Revoked.IsZero() {
		return Snapshot{}, fault.E("app.ShareSnapshot", fault.SharePage, nil, "why", "revoked")
	}
	return a.shareFile(s)
}

// maxShare is the largest file that is read as a share, in bytes.
const maxShare = 256 << 20

func (a *App) shareFile(s Shared) (Snapshot, error) {
	const op = "app.shareFile"
	page, err := a.sharePage(s)
	if err != nil {
		return Snapshot{}, err
	}
	var secret share.Secret
	if s.key != "" {
		if secret, err = share.ParseSecret(s.key); err != nil {
			return Snapshot{}, err
		}
	}
	snap, err := share.OpenPage(page, secret)
	if e, ok := fault.As(err); ok {
		return snap, fault.E(op, e.Kind, nil, "why", e.Detail["why"], "path", s.Address)
	}
	return snap, err
}

// sharePage reads the file of a share, which must be as it was written.
func (a *App) sharePage(s Shared) ([]byte, error) {
	const op = "app.sharePage"
	info, err := os.Stat(s.Address)
	if err != nil {
		return nil, fault.E(op, fault.NotFound, err, "what", "file", "name", s.Address)
	}
	if !info.Mode().IsRegular() || info.Size() > maxShare {
		return nil, fault.E(op, fault.SharePage, nil, "why", "foreign", "path", s.Address)
	}
	page, err := os.ReadFile(s.Address)
	if err != nil {
		return nil, fault.E(op, fault.NotFound, err, "what", "file", "name", s.Address)
	}
	if digest(page) != s.SHA256 {
		return nil, fault.E(op, fault.SharePage, nil, "why", "foreign", "path", s.Address)
	}
	return page, nil
}

// Revoking says what became of a share that was to be revoked.
type Revoking string

// What can become of it. In each case the ledger says that it was revoked;
// copies that somebody made are out of reach.
const (
	// FileDeleted is a file that was deleted from this machine.
	FileDeleted Revoking = "file_deleted"
	// FileGone is a file that was not there any more: moved, or deleted before.
	FileGone Revoking = "file_gone"
	// FileChanged is a file with something else in it, which was left alone.
	FileChanged Revoking = "file_changed"
	// ServerDeleted is a share that the server has deleted.
	ServerDeleted Revoking = "server_deleted"
	// ServerGone is a share that the server had no more.
	ServerGone Revoking = "server_gone"
)

// RevokeShare takes a share back as far as that is possible, and says how far
// that was.
func (a *App) RevokeShare(ctx context.Context, s Shared) (Revoking, error) {
	const op = "app.RevokeShare"
	if !s.Revoked.IsZero() {
		return "", fault.E(op, fault.SharePage, nil, "why", "revoked")
	}
	db, err := a.history.past(ctx)
	if err != nil {
		return "", err
	}
	what, err := a.takeBack(ctx, s)
	if err != nil {
		return "", err
	}
	return what, db.RevokeShare(ctx, s.ID, a.Now())
}

func (a *App) takeBack(ctx context.Context, s Shared) (Revoking, error) {
	if s.Way != FileShare {
		server, err := privatebin.New(a.network.Client(shareConnection), s.Address)
		if err != nil {
			return "", err
		}
		err = server.Delete(ctx, s.Link(), chat.Secret(s.token))
		if e, ok := fault.As(err); ok && e.Kind == fault.ShareServer && e.Detail["why"] == "gone" {
			return ServerGone, nil
		}
		return ServerDeleted, err
	}
	_, err := a.sharePage(s)
	switch {
	case fault.Is(err, fault.NotFound):
		return FileGone, nil
	case fault.Is(err, fault.SharePage):
		return FileChanged, nil
	case err != nil:
		return "", err
	}
	err = os.Remove(s.Address)
	if errors.Is(err, fs.ErrNotExist) {
		return FileGone, nil
	}
	if err != nil {
		return "", fault.E("app.takeBack", fault.ReadOnly, err, "path", s.Address)
	}
	return FileDeleted, nil
}

// ShareLocked is the verdict that keeps shares off this machine, where there is
// one.
func (a *App) ShareLocked() (policy.Verdict, bool) {
	v := a.Preview(cmp.Or(a.Active(), LocalProfile), policy.ShareTurn, chat.Model)
	return v, v.Locks()
}
