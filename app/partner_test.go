package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// contoso is an administrator's file that defines a partner's profile wholly.
const contoso = `
organisation = "Contoso"
contact = "help@contoso.example"
forbid = ["share"]

[profiles.work]
kind = "azure"
endpoint = "%s"
model = "chat-prod"
models = ["chat-prod", "chat-small"]

[profiles.work.cloud]
auth = "command"
token_command = "printf t-1"
country = "Sweden"

[profiles.work.facts]
partner = "Contoso Cloud"
partner_contact = "cloud@contoso.example"
age_band = "adult"
`

// azure plays a resource with one deployment.
func azure(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/openai/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer t-1" {
			t.Errorf("asked for %s with %q", r.URL.Path, r.Header.Get("Authorization"))
		}
		body := make([]byte, 1<<16)
		n, _ := r.Body.Read(body)
		if strings.Contains(string(body[:n]), `"messages":[]`) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"detail":[{"loc":["body","messages"],"msg":"too short"}]}`))
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte(`data: {"model":"chat-prod","choices":[{"index":0,"delta":{"content":"Hello."},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n"))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestAnEmployeeStartsWithTheAdministratorsFileAlone(t *testing.T) {
	server := azure(t)
	a := managed(t, fmt.Sprintf(contoso, server.URL), nil)
	if a.Active() != "work" {
		t.Fatalf("bise begins with %s", a.Active())
	}
	if p := a.Place("work", false); p.Where != "Contoso Cloud (Azure, Sweden)" || p.Consequence != "never trains on this" || p.Trains {
		t.Errorf("the place is %+v", p)
	}
	l, err := a.ModelsOf(t.Context(), "work", false)
	if err != nil || len(l.Models) != 2 || l.Models[0].ID != "chat-prod" {
		t.Errorf("the models are %+v: %v", l.Models, err)
	}
	if err := a.Accept("work"); err != nil {
		t.Fatal(err)
	}
	s := a.NewSession(a.DefaultChoice(t.Context()))
	answer, v, err := a.Ask(t.Context(), s, Prompt{Text: "Hello?", Ephemeral: true})
	if err != nil || answer == nil {
		t.Fatalf("the prompt was not sent: %v %v", v, err)
	}
	<-answer.Done()
	if m, _ := s.c.Message(answer.ID()); m.Text() != "Hello." || m.Provider != "work" {
		t.Errorf("the answer is %+v", m)
	}
	for _, setting := range []string{"token_command=true", "country=Norway", "model=other"} {
		if err := a.SetProfile("work", []string{setting}); !fault.Is(err, fault.LockedByAdmin) {
			t.Errorf("%s gave %v", setting, err)
		}
	}
	if c := a.Config().Profiles["work"]; c.Endpoint != "" || len(c.Cloud) != 0 || c.Model != "" {
		t.Errorf("the administrator's settings were copied: %+v", c)
	}
	for _, check := range a.Doctor(t.Context(), false) {
		if (check.Name == "profile:work" || check.Name == "provider:work") && check.State != CheckOK {
			t.Errorf("the doctor finds %s %s: %v %v", check.Name, check.State, check.Says, check.Err)
		}
	}
}

func TestMistakesInACompanysProfileAreNamed(t *testing.T) {
	for _, c := range []struct{ name, file, field string }{
		{"a setting that its kind lacks", "[profiles.work]\nkind = \"azure\"\n[profiles.work.cloud]\nregion = \"x\"\n", "profiles.work.cloud.region"},
		{"a way of signing in that its kind lacks", "[profiles.work]\nkind = \"azure\"\n[profiles.work.cloud]\nauth = \"adc\"\n", "profiles.work.cloud.auth"},
		{"certificates that are not there", "ca_file = \"/nowhere/ca.pem\"\n", "ca_file"},
		{"a profile to begin with that is not there", "profile = \"nobodys\"\n", "profile"},
		{"a time that no ledger is kept", "log_retention_days = -1\n", "log_retention_days"},
		{"a word for the ledger", "activity = \"yes\"\n", "activity"},
		{"a misspelt field", "[profiles.work]\nkind = \"azure\"\nendpont = \"https://x.example\"\n", "profiles.work.endpont"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := managed(t, c.file, nil)
			e, ok := fault.As(a.Admin().Broken)
			if !ok || e.Detail["field"] != c.field {
				t.Errorf("got %v", a.Admin().Broken)
			}
		})
	}
}

func TestSettingsOfAPartner(t *testing.T) {
	a := managed(t, "", nil)
	if err := a.AddProfile("work", "azure", []string{
		"endpoint=https://res.openai.azure.com/openai/deployments/chat-prod?api-version=2024-10-21", "country=Sweden", "partner=Contoso Cloud",
	}); err != nil {
		t.Fatal(err)
	}
	p, err := a.Profile("work")
	if err != nil || p.Model != "chat-prod" || p.Cloud["country"] != "Sweden" || p.Facts["partner"] != "Contoso Cloud" || p.Facts["profile_created"] == "" {
		t.Errorf("the profile is %+v: %v", p, err)
	}
	if err := a.AddProfile("other", "vertex", []string{"region=x"}); !fault.Is(err, fault.Usage) {
		t.Errorf("a setting of another kind gave %v", err)
	}
	if err := a.AddProfile("google", "vertex", nil); err != nil {
		t.Fatal(err)
	}
	e, ok := fault.As(a.Check(t.Context(), "google"))
	if !ok || e.Kind != fault.MissingSetting || e.Detail["setting"] != "project" || e.Detail["profile"] != "google" {
		t.Errorf("a profile that lacks its project gave %v", e)
	}
	if err := a.SetProfile("work", []string{"country="}); err != nil {
		t.Fatal(err)
	}
	if p, _ := a.Profile("work"); p.Cloud["country"] != "" {
		t.Error("a setting that was taken back is still there")
	}
	if err := a.SetProfile("work", []string{"ca_file=" + filepath.Join(t.TempDir(), "none.pem")}); err != nil {
		t.Fatal(err)
	}
	if e, ok := fault.As(a.Check(t.Context(), "work")); !ok || e.Kind != fault.Invalid || e.Detail["field"] != "ca_file" {
		t.Errorf("certificates that are not there gave %v", e)
	}
}

func TestTheKeyOfAPartnerIsReadFromTheEnvironment(t *testing.T) {
	a := managed(t, "", map[string]string{"SCW_SECRET_KEY": "scw-1"})
	if err := a.AddProfile("work", "scaleway", nil); err != nil {
		t.Fatal(err)
	}
	key, source, err := a.findKey(t.Context(), "work")
	if err != nil || key != chat.Secret("scw-1") || source != KeyEnvironment {
		t.Errorf("got %s and %v", source, err)
	}
	if err := a.AddProfile("aws", "bedrock", []string{"region=eu-west-3"}); err != nil {
		t.Fatal(err)
	}
	id, err := a.WhoAmI(t.Context(), "aws")
	if err != nil || id.Key != KeyCloud || id.Provider.Host != "bedrock-runtime.eu-west-3.amazonaws.com" {
		t.Errorf("got %+v: %v", id, err)
	}
}

func TestTheEndOfAModelIsKnownWhileTheHistoryIsClosed(t *testing.T) {
	a := managed(t, "", nil)
	if err := a.AddProfile("work", "scaleway", []string{"model=old", "profile_created=2025-01-01"}); err != nil {
		t.Fatal(err)
	}
	if err := a.endModel("work", "old", "2025-02-01"); err != nil {
		t.Fatal(err)
	}
	f, err := a.Facts("work")
	if err != nil || f.Get("discontinuation_notice") != "2025-02-01" {
		t.Errorf("the fact is %q: %v", f.Get("discontinuation_notice"), err)
	}
	list := ModelList{Provider: Descriptor{ID: "work"}, Models: []client.Model{{ID: "old", Chat: true}, {ID: "new", Chat: true}}}
	got := a.listed(t.Context(), list)
	if len(got.Models) != 2 || got.Models[0].Retires.Format("2006-01-02") != "2025-08-01" || !got.Models[1].Retires.IsZero() {
		t.Errorf("for a profile that was there before: %+v", got.Models)
	}
	if err := a.SetProfile("work", []string{"profile_created=2025-03-01"}); err != nil {
		t.Fatal(err)
	}
	if got := a.listed(t.Context(), list); len(got.Models) != 1 || got.Models[0].ID != "new" {
		t.Errorf("for a new profile: %+v", got.Models)
	}
}

func TestAPartnerShowsNoBannersOfMistrals(t *testing.T) {
	a := managed(t, "", nil)
	if err := a.AddProfile("work", "azure", []string{"partner=Contoso Cloud", "partner_contact=help@contoso.example", "training_switch=on"}); err != nil {
		t.Fatal(err)
	}
	f, err := a.Facts("work")
	if err != nil {
		t.Fatal(err)
	}
	use := a.Rules().Decide(f, policy.ShowDataUse, 0)
	if use.Fields["training"] != "never" || use.Fields["can_change"] != "no" {
		t.Errorf("training is %v", use.Fields)
	}
	if v := a.Rules().Decide(f, "use_feature:news", 0); v.Decision != policy.NotApplicable {
		t.Errorf("news is %s", v.Decision)
	}
}
