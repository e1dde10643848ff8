package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/share"
	"bise/client/privatebin"
	"bise/localstore"
)

// What front ends need of shares.
type (
	// Finding is something found in a conversation or a prompt.
	Finding = share.Finding
	// FindingKind says what was found.
	FindingKind = share.Kind
	// Snapshot is what the reader of a share sees.
	Snapshot = share.Snapshot
)

// FindingKinds lists the kinds of findings, the most telling first.
func FindingKinds() []FindingKind { return share.Kinds() }

// ShareExpiries are the words for how long a share stays on a server.
func ShareExpiries() []string {
	return []string{string(privatebin.Hour), string(privatebin.Day), string(privatebin.Week), string(privatebin.Month), string(privatebin.Year), string(privatebin.Never)}
}

// Sharing is a conversation on its way to others. What was found in it is taken
// out unless Keep leaves it in; nothing has left yet.
type Sharing struct {
	*share.Draft
	app          *App
	facts        policy.Facts
	conversation chat.ConversationID
	title        string
}

// ShareTo says how a conversation is published.
type ShareTo struct {
	// Server is the address of a PrivateBin server; "" makes a file.
	Server string
	// Expiry is how long it stays there, a word of ShareExpiries; "" is a week.
	Expiry string
	// Burn destroys it when it is read for the first time.
	Burn bool
	// Path is where the file goes; "" is the folder for shares. An existing file
	// is not replaced.
	Path string
	// Plain makes a file that anybody can read.
	Plain bool
}

// audience is who a way of sharing is for, by the words of the rules.
func (to ShareTo) audience() policy.Audience {
	if to.Server != "" {
		return policy.Anyone
	}
	return policy.LocalFile
}

// DraftShare freezes the active branch of a conversation and looks for what its
// reader perhaps should not see. The verdict says where the rules forbid it;
// what they want confirmed is asked by Publish.
func (a *App) DraftShare(s *Session, to ShareTo) (*Sharing, policy.Verdict, error) {
	c := s.Snapshot()
	facts, err := a.factsFor(c.Provider)
	if fault.Is(err, fault.NotFound) { // its profile is gone; the strictest reading then
		facts, err = policy.NewFacts(nil, a.Now())
		facts = facts.Locked(a.admin.locks(Profile{}, "")...)
	}
	if err != nil {
		return nil, policy.Verdict{}, err
	}
	if err := a.shareServer(to.Server); err != nil {
		return nil, policy.Verdict{}, err
	}
	permit, v := a.Rules().Share(facts.Confirming(policy.ShareTurn), c, to.audience())
	if v.Decision == policy.Block {
		return nil, v, nil
	}
	draft, err := share.NewDraft(permit, a.look())
	if err != nil {
		return nil, v, err
	}
	return &Sharing{Draft: draft, app: a, facts: facts, conversation: c.ID, title: c.Title}, v, nil
}

// shareServer holds the address of a server to what the administrator's file
// and --local-only leave.
func (a *App) shareServer(address string) error {
	if address == "" {
		return nil
	}
	if err := checkEndpoint(address); err != nil {
		return err
	}
	named := a.admin.ShareServer
	if named == "" || strings.TrimRight(named, "/") == strings.TrimRight(address, "/") {
		return nil
	}
	return fault.E("app.shareServer", fault.LockedByAdmin, nil, "setting", "share_server", "organisation", a.admin.Organisation, "contact", a.admin.Contact)
}

// look is what to look for in the words of the person: everything that a
// profile says of them.
func (a *App) look() share.Look {
	var l share.Look
	for _, p := range a.Profiles() {
		if p.UserName != "" {
			l.Names = append(l.Names, p.UserName)
		}
		l.Terms = append(l.Terms, p.SensitiveTerms...)
	}
	if home, err := os.UserHomeDir(); err == nil {
		l.Homes = append(l.Homes, home)
	}
	return l
}

// Preview is what the reader will see, for these choices.
func (sh *Sharing) Preview() (Snapshot, error) {
	snap, _, err := sh.freeze(sh.facts.Confirming(policy.ShareTurn), policy.LocalFile)
	return snap, err
}

// Link is what the rules say of a link that anyone may open: where they refuse
// it, a file is the only way.
func (sh *Sharing) Link() policy.Verdict {
	_, v := sh.app.Rules().Share(sh.facts.Confirming(policy.ShareTurn), sh.Frozen(sh.app.mark), policy.Anyone)
	return v
}

// freeze clears the conversation anew as it will be seen.
func (sh *Sharing) freeze(f policy.Facts, to policy.Audience) (Snapshot, policy.Shareable, error) {
	a := sh.app
	permit, v := a.Rules().Share(f, sh.Frozen(a.mark), to)
	if !v.Decision.Permits() && v.Decision != policy.Redact {
		return Snapshot{}, permit, &policy.Refusal{Verdict: v}
	}
	snap, err := share.Freeze(permit, sh.Draft, a.Rules().ID(), a.Now(), a.marks())
	return snap, permit, err
}

func (a *App) mark(k share.Kind) string { return a.word("findings.mark." + string(k)) }

// Publish gives the conversation to others as it now is. Without policy.ShareTurn
// among the confirmed acts the verdict asks for it, and nothing has left. What
// is published stands in the ledger, which is why it needs the history.
func (a *App) Publish(ctx context.Context, sh *Sharing, to ShareTo, confirmed ...policy.Act) (Shared, policy.Verdict, error) {
	facts := sh.facts.Confirming(confirmed...)
	if v := a.Rules().Decide(facts, policy.ShareTurn, chat.Model); !v.Decision.Permits() {
		return Shared{}, v, nil
	}
	if err := a.shareServer(to.Server); err != nil {
		return Shared{}, policy.Verdict{}, err
	}
	db, err := a.history.db(ctx)
	if err != nil {
		return Shared{}, policy.Verdict{}, err
	}
	snap, permit, err := sh.freeze(facts, to.audience())
	if err != nil {
		return Shared{}, policy.Verdict{}, err
	}
	s := Shared{
		ID: newID(a.Now()), Conversation: sh.conversation, Title: snap.Title, Created: a.Now(), Messages: len(snap.Turns),
		LeftOut: snap.LeftOut, Findings: sh.Findings(),
	}
	take := a.toFile
	if to.Server != "" {
		take = a.toServer
	}
	undo, err := take(ctx, &s, snap, permit, to)
	if err != nil {
		return Shared{}, policy.Verdict{}, err
	}
	if err := a.record(ctx, db, sh.facts, s); err != nil {
		undo() // what is in no ledger could not be taken back
		return Shared{}, policy.Verdict{}, err
	}
	return s, policy.Verdict{Act: policy.ShareTurn, Decision: policy.Allow, Ruleset: a.Rules().ID()}, nil
}

// sharesFolder holds the shares that were given no other place.
const sharesFolder = "shares"

// toFile writes a share into a file of its own.
func (a *App) toFile(_ context.Context, s *Shared, snap Snapshot, permit policy.Shareable, to ShareTo) (undo func(), err error) {
	const op = "app.toFile"
	if _, _, err := permit.Open(); err != nil {
		return nil, fault.E(op, fault.Refused, err)
	}
	path := filepath.Join(a.dir, sharesFolder, s.ID+".html")
	if to.Path != "" {
		if path, err = filepath.Abs(ExpandPath(to.Path)); err != nil {
			return nil, fault.E(op, fault.Invalid, err, "path", to.Path)
		}
		if err := inFolder(path); err != nil {
			return nil, err
		}
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fault.E(op, fault.Exists, nil, "path", path)
	}
	var page []byte
	s.Way, s.Address = FileShare, path
	if to.Plain {
		page, err = snap.Plain(a.Words())
	} else {
		var secret share.Secret
		if secret, err = share.NewSecret(rand.Reader); err != nil {
			return nil, err
		}
		s.key = string(secret.Fragment())
		page, err = snap.Sealed(a.Words(), secret, rand.Reader)
	}
	if err != nil {
		return nil, err
	}
	s.SHA256 = digest(page)
	return func() { _ = os.Remove(path) }, localstore.WriteFile(path, page)
}

// inFolder checks that the folder of a file that the person names is there, as
// an export does: a slip of the pen makes no folders.
func inFolder(path string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fault.E("app.inFolder", fault.NotFound, nil, "what", "folder", "name", dir)
	}
	return nil
}

// toServer gives a share to a PrivateBin server.
func (a *App) toServer(ctx context.Context, s *Shared, snap Snapshot, permit policy.Shareable, to ShareTo) (undo func(), err error) {
	expiry := privatebin.Expiry(to.Expiry)
	if expiry == "" {
		expiry = privatebin.Week
	}
	length, ok := expiry.Length()
	if !ok {
		return nil, fault.E("app.toServer", fault.Usage, nil, "what", "expiry", "word", to.Expiry)
	}
	server, err := privatebin.New(a.network.Client(shareConnection), to.Server)
	if err != nil {
		return nil, err
	}
	posted, err := server.Post(ctx, permit, chat.Text(snap.Paste(a.Words())), privatebin.Options{Expiry: expiry, Burn: to.Burn})
	if err != nil {
		return nil, err
	}
	if posted.Told {
		length = posted.Left
	}
	if length > 0 {
		s.Expires = s.Created.Add(length).Round(time.Second)
	}
	s.Way, s.SHA256, s.token = ServerShare, posted.SHA256, string(posted.DeleteToken)
	if to.Burn {
		s.Way = BurnShare
	}
	s.Address, s.key, _ = cutKey(string(posted.Link))
	return func() { _ = server.Delete(context.WithoutCancel(ctx), posted.Link, posted.DeleteToken) }, nil
}

// shareConnection is what connections for shares are recorded as.
const shareConnection = "share"

// record writes a share into the ledger.
func (a *App) record(ctx context.Context, db *localstore.DB, f policy.Facts, s Shared) error {
	title := a.keepable(f, chat.Text(s.Title))
	if title == nil {
		if title = a.keepable(f, ""); title == nil {
			return fault.E("app.record", fault.Refused, policy.ErrUncleared)
		}
	}
	found, err := json.Marshal(tally(s.Findings))
	if err != nil {
		return err
	}
	return db.AddShare(ctx, localstore.Share{
		ID: s.ID, Conversation: s.Conversation, Title: *title, Created: s.Created, Expires: s.Expires, Way: string(s.Way),
		Address: joinKey(s.Address, s.key), DeleteToken: s.token, SHA256: s.SHA256, Messages: s.Messages,
		LeftOut: omissionLines(s.LeftOut), Findings: string(bytes.TrimSpace(found)),
	})
}
