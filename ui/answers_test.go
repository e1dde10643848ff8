package ui

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app"
	"bise/app/chat"
)

// withPicture is a conversation whose answer, the message "a", has a picture.
func withPicture(t *testing.T) *app.Session {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "talk.json")
	talk := `{"format":"bise","version":1,"conversations":[{"id":"c","title":"A lake","provider":"mistral","messages":[
		{"id":"q","role":"user","state":"complete","parts":[{"kind":"text","origin":["typed"],"text":"draw a lake"}]},
		{"id":"a","parent":"q","role":"assistant","state":"complete","provider":"mistral","service":"la_plateforme","parts":[
			{"kind":"image","origin":["image"],"name":"lake.png","media_type":"image/png","data_base64":"` +
		base64.StdEncoding.EncodeToString(samplePNG(t)) + `"}]}]}]}`
	if err := os.WriteFile(path, []byte(talk), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(app.Options{
		DataDir: dir, SealWork: 1, LocalOnly: true, AdminFile: filepath.Join(dir, "policy.toml"),
		Passphrase: func(context.Context) (chat.Secret, error) { return "correct-horse-battery", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if _, err := a.Import(t.Context(), app.ImportRequest{Path: path}); err != nil {
		t.Fatal(err)
	}
	s, err := a.OpenSession(t.Context(), "c")
	if err != nil || len(a.Files(s, "a")) != 1 {
		t.Fatalf("%d pictures, %v", len(a.Files(s, "a")), err)
	}
	return s
}

func TestAPictureThatMayNotBeSavedSaysWhoForbidsIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(path, []byte("organisation = \"Example Ltd\"\nforbid = [\"export\"]"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, 120, 24, func(o *app.Options) { o.AdminFile = path })
	s.root.session = withPicture(t)
	s.do(s.root.askWhereToSave("a"))
	const told = "Your organisation (Example Ltd) has switched this off."
	if len(s.root.overlays) > 0 || !strings.Contains(s.screen(), told) {
		t.Errorf("a folder is asked for first:\n%s", s.screen())
	}

	s.root.banner = banner{}
	s.root.saving = "a"
	s.send(s.root.saveFiles(t.TempDir())())
	if !strings.Contains(s.screen(), told) || strings.Contains(s.screen(), "Something failed") {
		t.Errorf("what came of the saving does not say it:\n%s", s.screen())
	}
}

func TestAPictureThatMayBeSavedAsksForAFolder(t *testing.T) {
	s := start(t, 120, 24)
	s.root.session = withPicture(t)
	s.do(s.root.askWhereToSave("a"))
	if len(s.root.overlays) != 1 {
		t.Errorf("no folder is asked for:\n%s", s.screen())
	}
}

func TestTheScreenSaysWhyAnotherServiceAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(path, []byte("organisation = \"Example Ltd\"\nforbid_kinds = [\"mistral\"]"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, 120, 24, func(o *app.Options) { o.AdminFile = path })
	const told = "mistral is switched off here by Example Ltd."
	if strings.Contains(s.screen(), told) {
		t.Errorf("nobody wanted it:\n%s", s.screen())
	}
	if err := s.root.env.App.Configure(func(c *app.Config) { c.Profile = app.MistralProfile }); err != nil {
		t.Fatal(err)
	}
	s.do(s.root.welcome())
	if !strings.Contains(s.screen(), told) {
		t.Errorf("the guide answers, and nobody says why:\n%s", s.screen())
	}
}
