package app

import (
	"cmp"
	"context"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/localstore"
)

// What front ends need of files at a service.
type (
	// FileID names a file that lies at a service.
	FileID = client.FileID
	// RemoteFile is what the service says about it.
	RemoteFile = client.File
)

// Upload is something that bise put at a service.
type Upload struct {
	Profile string
	Remote  string
	Library string // "" outside a library
	Name    string
	Size    int64 // bytes
	Purpose string
	At      time.Time
	Expires time.Time // zero is not told
	Deleted time.Time // zero while it lies there
}

// ServiceFile is a file at a service, and what the ledger knows of it.
type ServiceFile struct {
	RemoteFile
	// Ours is the note of its upload; the zero Upload if bise did not put it
	// there.
	Ours Upload
}

func (a *App) uploadRow(u Upload) (localstore.Upload, bool) {
	f, err := a.Facts(u.Profile)
	if err != nil {
		return localstore.Upload{}, false
	}
	name, v := a.Rules().Keep(f, chat.Part{Kind: chat.TextPart, Origin: chat.Attached, Text: chat.Text(u.Name)})
	if !v.Decision.Permits() {
		return localstore.Upload{}, false
	}
	return localstore.Upload{
		Profile: u.Profile, Remote: u.Remote, Library: u.Library, Name: name, Size: u.Size, Purpose: u.Purpose,
		At: u.At, Expires: u.Expires, Deleted: u.Deleted,
	}, true
}

// Uploads lists what bise put at a service with a profile, the newest first;
// nothing where nothing is kept.
func (a *App) Uploads(ctx context.Context, profile string) ([]Upload, error) {
	db, err := a.history.past(ctx)
	if err != nil && !a.history.keeps() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := db.Uploads(ctx, profile)
	var uploads []Upload
	for _, r := range rows {
		uploads = append(uploads, Upload{
			Profile: r.Profile, Remote: r.Remote, Library: r.Library, Name: string(r.Name), Size: r.Size,
			Purpose: r.Purpose, At: r.At, Expires: r.Expires, Deleted: r.Deleted,
		})
	}
	return uploads, err
}

// FileService names the provider that keeps files; wanted is one that a person
// has named, "" is any.
func (a *App) FileService(wanted string) (string, error) {
	p, _, err := serviceFor[client.FileStore](a, wanted, filesFeature)
	if err != nil {
		return "", err
	}
	return string(p.Describe().ID), nil
}

// ServiceFiles lists what lies at a provider, its own and what bise put there.
func (a *App) ServiceFiles(ctx context.Context, provider string) ([]ServiceFile, error) {
	_, store, err := serviceFor[client.FileStore](a, provider, filesFeature)
	if err != nil {
		return nil, err
	}
	files, err := store.Files(ctx)
	if err != nil {
		return nil, err
	}
	ours, err := a.ours(ctx, provider)
	list := make([]ServiceFile, len(files))
	for i, f := range files {
		list[i] = ServiceFile{f, ours[string(f.ID)]}
	}
	return list, err
}

// ServiceFile describes one file at a provider.
func (a *App) ServiceFile(ctx context.Context, provider string, id FileID) (ServiceFile, error) {
	_, store, err := serviceFor[client.FileStore](a, provider, filesFeature)
	if err != nil {
		return ServiceFile{}, err
	}
	f, err := store.File(ctx, id)
	if err != nil {
		return ServiceFile{}, err
	}
	ours, err := a.ours(ctx, provider)
	return ServiceFile{f, ours[string(f.ID)]}, err
}

func (a *App) ours(ctx context.Context, provider string) (map[string]Upload, error) {
	uploads, err := a.Uploads(ctx, a.ProfileOf(provider))
	ours := make(map[string]Upload, len(uploads))
	for _, u := range uploads {
		ours[u.Remote] = u
	}
	return ours, err
}

// UploadFile puts an attachment at a provider, where it stays until it is
// deleted. The verdict says what has to be confirmed first; then nothing has
// been sent.
func (a *App) UploadFile(ctx context.Context, provider string, part chat.Part, confirmed ...policy.Act) (RemoteFile, policy.Verdict, error) {
	_, store, err := serviceFor[client.FileStore](a, provider, filesFeature)
	if err != nil {
		return RemoteFile{}, policy.Verdict{}, err
	}
	out, v, err := a.clear(lend{provider, []chat.Part{withData(part)}, true, confirmed})
	if err != nil || !v.Decision.Permits() {
		return RemoteFile{}, v, err
	}
	f, err := store.Upload(ctx, out)
	if err != nil {
		return RemoteFile{}, v, err
	}
	return f, v, a.noteUpload(ctx, Upload{
		Profile: a.ProfileOf(provider), Remote: string(f.ID), Name: part.Name, Size: f.Size, Purpose: f.Purpose,
		At: a.Now(), Expires: f.Expires,
	})
}

// withData is an attachment with its bytes, text included.
func withData(part chat.Part) chat.Part {
	if len(part.Data) == 0 {
		part.Data, part.Text = []byte(part.Text), ""
		if part.MediaType == "" {
			part.MediaType = "text/plain"
		}
	}
	return part
}

// DeleteServiceFile deletes a file at a provider.
func (a *App) DeleteServiceFile(ctx context.Context, provider string, id FileID) error {
	_, store, err := serviceFor[client.FileStore](a, provider, filesFeature)
	if err != nil {
		return err
	}
	err = store.DeleteFile(ctx, id)
	if fault.Is(err, fault.NotFound) {
		// It is gone whatever the ledger says; the person still learns that.
		return cmp.Or(err, a.noteDeleted(ctx, a.ProfileOf(provider), string(id)))
	}
	if err != nil {
		return err
	}
	return a.noteDeleted(ctx, a.ProfileOf(provider), string(id))
}
