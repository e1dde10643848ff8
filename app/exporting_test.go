package app

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/imports"
	"bise/app/policy"
	"bise/client"
)

// exportEvery writes a conversation in every format, with what lives in the
// session alone.
func exportEvery(t *testing.T, a *App, s *Session) {
	t.Helper()
	folder, err := os.MkdirTemp("", "export")
	if err != nil {
		t.Fatal(err)
	}
	formats := Formats()
	for _, purpose := range Purposes() {
		formats = append(formats, policy.Dataset+policy.Format(":"+purpose))
	}
	for _, format := range formats {
		plan, err := a.PlanExport(t.Context(), ExportRequest{Session: s, Format: format})
		if err != nil {
			t.Error(format, err)
			continue
		}
		if len(plan.Left) == 0 {
			t.Errorf("%s: nothing is left out", format)
		}
		name := strings.ReplaceAll(string(format), ":", "-") + Extension(format)
		if _, err := a.ExportFile(t.Context(), plan, filepath.Join(folder, name), true, nil); err != nil {
			t.Error(format, err)
		}
	}
}

// asked is an app with a conversation of one plain answer.
func asked(t *testing.T) (*App, *Session) {
	t.Helper()
	f := &fake{answer: saying("The moon pulls.")}
	a := open(t, t.TempDir(), policy.Platform, f)
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	var err error
	if a.providers, err = client.NewSet(f); err != nil {
		t.Fatal(err)
	}
	s := a.NewSession(f.choice())
	ask(t, a, s, Prompt{Text: "How do tides work?"})
	return a, s
}

func TestThePackageHoldsEverythingAndNoKey(t *testing.T) {
	a, s := asked(t)
	err := a.Configure(func(c *Config) {
		c.Profiles["lab"] = Profile{Kind: "openai", Endpoint: "https://user:hunter2@models.example/v1"}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddNotice(t.Context(), MistralProfile, NewNotice{Kind: TermsNotice, On: "2025-05-07", About: "New terms."}); err != nil {
		t.Fatal(err)
	}
	plan, err := a.PlanExport(t.Context(), ExportRequest{Query: &Query{}, Format: policy.JSON})
	if err != nil || plan.Conversations != 1 || plan.Messages != 2 {
		t.Fatal(plan, err)
	}
	path := filepath.Join(t.TempDir(), "all.zip")
	if _, err := a.ExportEverything(t.Context(), plan, path, false, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ExportEverything(t.Context(), plan, path, false, nil); !fault.Is(err, fault.FileExists) {
		t.Error("the file was replaced unasked:", err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	found := make(map[string]string)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		if found[f.Name] = string(data); strings.HasSuffix(f.Name, ".json") && !json.Valid(data) {
			t.Errorf("%s is no JSON", f.Name)
		}
		if strings.Contains(string(data), "hunter2") {
			t.Errorf("%s holds a password", f.Name)
		}
	}
	for name, want := range map[string]string{
		"conversations.json": "The moon pulls.", "provenance.json": `"sha256"`, "profiles.json": "models.example/v1",
		"notices.json": "New terms.", "documents.json": "[]", "shares.json": "[]", "uploads.json": "[]", "activity.json": "[]", "README.txt": "bise import",
	} {
		if !strings.Contains(found[name], want) {
			t.Errorf("%s holds %q, want %q in it", name, found[name], want)
		}
	}
	r, err := a.Import(t.Context(), ImportRequest{Path: path})
	if err != nil || r.Same != 1 || r.Added != 0 || r.Sources[imports.Bise] != 1 {
		t.Errorf("read back where it came from: %+v, %v", r, err)
	}
	if _, err := a.EraseEverything(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err = a.Import(t.Context(), ImportRequest{Path: path}); err != nil || r.New != 1 || r.Added != 2 {
		t.Errorf("read back after everything was destroyed: %+v, %v", r, err)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil || branchOf(again)[1].Text() != "The moon pulls." {
		t.Error(err)
	}
}

func TestAnswersOfModelsForResearchAreMarkedInDatasets(t *testing.T) {
	for model, want := range map[string]string{"research:1b": "dataset_licence", "open:1b": ""} {
		t.Run(model, func(t *testing.T) {
			f := &fake{answer: saying("The moon pulls.")}
			a := open(t, t.TempDir(), policy.Local, f)
			a.SawLicence(Licence{Model: "research:1b", Text: "for research", Weights: researchLicence})
			s := a.NewSession(f.choice())
			ask(t, a, s, Prompt{Text: "How do tides work?"})
			c := s.Snapshot()
			answered, _ := c.Message(c.Leaf)
			answered.Provider, answered.Service, answered.Model = OllamaProvider, string(policy.Local), model
			s.put(answered)
			plan, err := a.PlanExport(t.Context(), ExportRequest{Session: s, Format: "dataset:fine_tuning"})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSuffix(plan.Warning.Key, ".reason"); got != want {
				t.Errorf("it warns of %q, want %q", got, want)
			}
		})
	}
}

func TestAnAdministratorKeepsEverythingIn(t *testing.T) {
	a := managed(t, "organisation = \"Example Ltd\"\nforbid = [\"export\"]\n", nil)
	for _, format := range Formats() {
		_, err := a.PlanExport(t.Context(), ExportRequest{Session: a.NewSession(Choice{Provider: GuideProvider}), Format: format})
		var refusal *policy.Refusal
		if format != policy.Dataset && !errors.As(err, &refusal) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestATitleMadeOfASearchedAnswerIsNotKept(t *testing.T) {
	a, _ := asked(t)
	file := filepath.Join(t.TempDir(), "c.json")
	data := `[{"uuid":"u","name":"Canary title","chat_messages":[{"uuid":"1","sender":"human","text":"What is new?"},
		{"uuid":"2","sender":"assistant","content":[{"type":"tool_use","name":"web_search"},{"type":"text","text":"one two three four five six seven eight nine ten"}]},
		{"uuid":"3","sender":"human","text":"Repeat that."},
		{"uuid":"4","sender":"assistant","text":"one two three four five six seven eight nine ten"}]}]`
	if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := a.Import(t.Context(), ImportRequest{Path: file})
	if err != nil || r.Added != 4 {
		t.Fatal(r, err)
	}
	list, err := a.Conversations(t.Context(), Query{Filter: "what is new"})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	s, err := a.OpenSession(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range branchOf(s) {
		if m.Role == chat.Assistant && m.State != chat.Withheld {
			t.Errorf("message %d was kept: %s", i, string(m.Text()))
		}
	}
}

func TestAFileCannotDeclareAnythingForThePerson(t *testing.T) {
	a, _ := asked(t)
	file := filepath.Join(t.TempDir(), "c.json")
	data := `{"format":"bise","version":1,"conversations":[{"id":"c1","title":"T","provider":"mistral","model":"m",
		"settings":{"declared":{"purpose":"non_editorial","ruleset":"2025-02-06"},"options":{"filter":"off"},"placeholders":"yes"},
		"messages":[{"id":"m1","role":"user","state":"complete","parts":[{"kind":"text","origin":["typed"],"text":"hello"}]}]}]}`
	if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := a.Import(t.Context(), ImportRequest{Path: file}); err != nil || r.New != 1 {
		t.Fatal(r, err)
	}
	s, err := a.OpenSession(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	if set := s.Snapshot().Settings; set.Declared != (chat.Declaration{}) || !set.Placeholders {
		t.Errorf("the settings are %+v", set)
	}
	turn := chat.Turn{Model: "m"}
	a.asked(&turn, s, Prompt{}, a.Describe(MistralProfile))
	if turn.Options.Filter != chat.FilterDefault {
		t.Errorf("the filter is %q", turn.Options.Filter)
	}
}

func branchOf(s *Session) []chat.Message {
	c := s.Snapshot()
	return c.Branch()
}

func TestMarksComeFromTheRules(t *testing.T) {
	a := managed(t, "", nil)
	m := a.marks()
	if !strings.HasSuffix(m.Generated, "/trainedAlgorithmicMedia") || !strings.HasSuffix(m.Edited, "/compositeWithTrainedAlgorithmicMedia") {
		t.Errorf("the marks are %q and %q", m.Generated, m.Edited)
	}
	for service, want := range map[string]int{"le_chat": 1, "la_plateforme": 1, "": 1, "partner": 0, "local": 0} {
		if got := m.Pictures[service]; len(got) != want {
			t.Errorf("pictures of %q have the conditions %v", service, got)
		}
	}
}
