package app

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"time"

	"github.com/BurntSushi/toml"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
)

// ExportEverything writes the package of all that bise holds for the person: the
// conversations of a plan made for all of them in the JSON form, the profiles
// with what was declared, the notices, documents and ledgers. It holds no key:
// those are in the keyring or sealed, and belong to one person on one machine
// (TOS-1.f). Errors are those of ExportFile.
func (a *App) ExportEverything(ctx context.Context, p *ExportPlan, path string, replace bool, progress func(done int)) (Exported, error) {
	path = ExpandPath(path)
	out := Exported{Path: path}
	file, err := localstore.CreateFile(path, replace)
	if err != nil {
		return out, err
	}
	defer file.Discard()
	w, sum := &counted{w: file}, sha256.New()
	z := zip.NewWriter(io.MultiWriter(w, sum))
	if err := a.packConversations(ctx, z, p, path, progress); err != nil {
		return out, err
	}
	if err := a.packPapers(ctx, z); err != nil {
		return out, err
	}
	if err := z.Close(); err != nil {
		return out, err
	}
	out.Bytes, out.SHA256 = w.n, hex.EncodeToString(sum.Sum(nil))
	return out, file.Commit()
}

// packConversations writes the conversations, and then the record of them, which
// waits in a file beside the package: it holds hashes and no text.
func (a *App) packConversations(ctx context.Context, z *zip.Writer, p *ExportPlan, path string, progress func(done int)) error {
	const name = "conversations.json"
	side, err := localstore.CreateFile(path+recordEnd, true)
	if err != nil {
		return err
	}
	defer side.Discard()
	entry, err := a.entry(z, name)
	if err != nil {
		return err
	}
	r := newRecord(side, a)
	w, sum := &counted{w: entry}, sha256.New()
	if err := a.Export(ctx, p, io.MultiWriter(w, sum), r.turn, progress); err != nil {
		return err
	}
	if err := r.end(name, Exported{Bytes: w.n, SHA256: hex.EncodeToString(sum.Sum(nil))}); err != nil {
		return err
	}
	written, err := side.Again()
	if err != nil {
		return err
	}
	if entry, err = a.entry(z, "provenance.json"); err != nil {
		return err
	}
	_, err = io.Copy(entry, written)
	return err
}

func (a *App) entry(z *zip.Writer, name string) (io.Writer, error) {
	return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.Now()})
}

// packPapers writes what is held besides the conversations.
func (a *App) packPapers(ctx context.Context, z *zip.Writer) error {
	papers := []struct {
		name string
		of   func(context.Context) (any, error)
	}{
		{"profiles.json", a.profilePapers},
		{"notices.json", a.noticePapers},
		{"documents.json", a.documentPapers},
		{"shares.json", a.sharePapers},
		{"uploads.json", a.uploadPapers},
		{"activity.json", a.activityPapers},
	}
	for _, paper := range papers {
		list, err := paper.of(ctx)
		if err != nil {
			return err
		}
		data, err := json.MarshalIndent(list, "", "  ")
		if err != nil {
			return fault.E("app.ExportEverything", fault.Invalid, err)
		}
		w, err := a.entry(z, paper.name)
		if err == nil {
			_, err = w.Write(append(data, '\n'))
		}
		if err != nil {
			return err
		}
	}
	w, err := a.entry(z, "README.txt")
	if err == nil {
		_, err = io.WriteString(w, a.Words().T("export.package", "Version", a.Version(), "Date", a.Now().Format(time.DateOnly))+"\n")
	}
	return err
}

// profilePapers are the profiles as config.toml has them, with the facts that
// were declared and what was accepted. No key is among them by construction; a
// password in an address is left out.
func (a *App) profilePapers(context.Context) (any, error) {
	list := []map[string]any{}
	for _, p := range a.Profiles() {
		if u, err := url.Parse(p.Endpoint); err == nil && u.User != nil {
			u.User = nil
			p.Endpoint = u.String()
		}
		var b bytes.Buffer
		fields := map[string]any{}
		if err := toml.NewEncoder(&b).Encode(p); err != nil {
			return nil, fault.E("app.ExportEverything", fault.Invalid, err)
		}
		if _, err := toml.NewDecoder(&b).Decode(&fields); err != nil {
			return nil, fault.E("app.ExportEverything", fault.Invalid, err)
		}
		fields["name"] = p.Name
		list = append(list, fields)
	}
	return list, nil
}

// cleared gives a text the person keeps beside the conversations, where the
// rules let it leave.
func (a *App) cleared(profile string, text chat.Text) string {
	const id = "paper"
	permit, v := a.Rules().Export(a.factsOnce()(profile), chat.Conversation{
		Messages: []chat.Message{{
			ID: id, Role: chat.User, State: chat.Complete,
			Parts: []chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: text}},
		}},
		Leaf: id,
	}, policy.JSON)
	if v.Decision == policy.Block {
		return ""
	}
	c, _, err := permit.Open()
	if err != nil || len(c.Messages) != 1 {
		return ""
	}
	return string(c.Messages[0].Text())
}

func (a *App) noticePapers(ctx context.Context) (any, error) {
	type paper struct {
		ID        string     `json:"id"`
		Profile   string     `json:"profile"`
		Kind      string     `json:"kind"`
		Received  string     `json:"received"`
		About     string     `json:"about"`
		Facts     []string   `json:"facts"`
		Items     []string   `json:"items"`
		Added     time.Time  `json:"added"`
		Dismissed *time.Time `json:"dismissed,omitempty"`
	}
	papers := []paper{}
	err := a.withPast(ctx, func(db *localstore.DB) error {
		rows, err := db.Notices(ctx)
		for _, r := range rows {
			papers = append(papers, paper{r.ID, r.Profile, r.Kind, r.Received, a.cleared(r.Profile, r.About), r.Facts, r.Items, r.Added, maybe(r.Dismissed)})
		}
		return err
	})
	return papers, err
}

func (a *App) documentPapers(ctx context.Context) (any, error) {
	type paper struct {
		ID       string    `json:"id"`
		Profile  string    `json:"profile"`
		Kind     string    `json:"kind"`
		To       string    `json:"to"`
		CC       []string  `json:"cc"`
		Subject  string    `json:"subject"`
		Text     string    `json:"text"`
		Complete bool      `json:"complete"`
		Created  time.Time `json:"created"`
		SentOn   string    `json:"sent_on,omitempty"`
	}
	papers := []paper{}
	err := a.withPast(ctx, func(db *localstore.DB) error {
		rows, err := db.Documents(ctx)
		for _, r := range rows {
			papers = append(papers, paper{r.ID, r.Profile, r.Kind, r.To, r.CC, r.Subject, a.cleared(r.Profile, r.Text), r.Complete, r.Created, r.Sent})
		}
		return err
	})
	return papers, err
}

// sharePapers is the ledger of shares. What opens or deletes one stays out: the
// package may be read by others.
func (a *App) sharePapers(ctx context.Context) (any, error) {
	type paper struct {
		ID           string              `json:"id"`
		Conversation chat.ConversationID `json:"conversation"`
		Title        string              `json:"title"`
		Created      time.Time           `json:"created"`
		Expires      *time.Time          `json:"expires,omitempty"`
		Revoked      *time.Time          `json:"revoked,omitempty"`
		Way          string              `json:"way"`
		SHA256       string              `json:"sha256"`
		Messages     int                 `json:"messages"`
		LeftOut      []string            `json:"left_out"`
	}
	papers := []paper{}
	err := a.withPast(ctx, func(db *localstore.DB) error {
		rows, err := db.Shares(ctx)
		for _, r := range rows {
			papers = append(papers, paper{r.ID, r.Conversation, r.Title, r.Created, maybe(r.Expires), maybe(r.Revoked), r.Way, r.SHA256, r.Messages, r.LeftOut})
		}
		return err
	})
	return papers, err
}

// uploadPapers is what bise noted of the files that it put at a service.
func (a *App) uploadPapers(ctx context.Context) (any, error) {
	type paper struct {
		Profile string     `json:"profile"`
		ID      string     `json:"id"` // the service's
		Library string     `json:"library,omitempty"`
		Name    string     `json:"name"`
		Size    int64      `json:"size"`
		Purpose string     `json:"purpose"`
		At      time.Time  `json:"at"`
		Expires *time.Time `json:"expires,omitempty"`
		Deleted *time.Time `json:"deleted,omitempty"`
	}
	papers := []paper{}
	err := a.withPast(ctx, func(db *localstore.DB) error {
		for _, p := range a.Profiles() {
			rows, err := db.Uploads(ctx, p.Name)
			if err != nil {
				return err
			}
			for _, r := range rows {
				papers = append(papers, paper{r.Profile, r.Remote, r.Library, string(r.Name), r.Size, r.Purpose, r.At, maybe(r.Expires), maybe(r.Deleted)})
			}
		}
		return nil
	})
	return papers, err
}

// activityPapers is the ledger of requests, where one is kept.
func (a *App) activityPapers(ctx context.Context) (any, error) {
	type paper struct {
		At         time.Time `json:"at"`
		Profile    string    `json:"profile"`
		Provider   string    `json:"provider"`
		Host       string    `json:"host"`
		Act        string    `json:"act"`
		Model      string    `json:"model"`
		Decision   string    `json:"decision"`
		Clauses    []string  `json:"clauses"`
		Outcome    string    `json:"outcome"`
		Prompt     int       `json:"prompt_tokens"`
		Completion int       `json:"completion_tokens"`
	}
	papers := []paper{}
	err := a.withPast(ctx, func(db *localstore.DB) error {
		return db.Activities(ctx, time.Time{}, func(l Activity) error {
			papers = append(papers, paper(l))
			return nil
		})
	})
	return papers, err
}

// maybe is a time that may be none.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
