package ui_test

import (
	"slices"
	"testing"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/chatview"
	"bise/ui/screen"
	"bise/ui/sources"
	"bise/ui/tools"
)

// asker opens the list of tools for a conversation with a service of the given
// facts.
func asker(t *testing.T, settings ...string) (*screen.Env, *app.Session, *driver) {
	t.Helper()
	env := newEnv(t)
	if err := env.App.AddProfile("work", "mistral", append([]string{"plan=paid", "age_band=adult"}, settings...)); err != nil {
		t.Fatal(err)
	}
	s := env.App.NewSession(app.Choice{Provider: "work", Model: "mistral-medium-latest"})
	return env, s, drive(t, tools.New(env, s))
}

func TestTheListOfToolsLooksAsItShould(t *testing.T) {
	for name, tc := range map[string]struct {
		settings []string
		keys     []string
	}{
		"tools":           {[]string{"tools=web_search"}, nil},
		"tools-on":        {nil, []string{"enter", "down", "down", "o", "down", "a"}},
		"tools-kept-out":  {[]string{"optouts=brave,bfl"}, nil},
		"tools-eu":        {[]string{"endpoint=https://api.eu.mistral.ai"}, nil},
		"tools-media":     {[]string{"customer=business"}, []string{"down", "enter"}},
		"tools-purpose":   {[]string{"media_customer=yes"}, []string{"down", "enter"}},
		"tools-retention": {[]string{"zdr=approved"}, []string{"enter"}},
		"tools-filter":    {nil, []string{"end", "enter", "enter"}},
		"tools-unfilter":  {nil, []string{"end", "enter", "enter", "2", "enter"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, d := asker(t, tc.settings...)
			d.keys(tc.keys...).golden(name)
		})
	}
}

func TestKeysOfTheListOfTools(t *testing.T) {
	env, s, d := asker(t)
	d.keys("enter")
	if got := env.App.ToolsOf(s); !slices.Equal(got, []string{chat.WebSearchTool}) {
		t.Errorf("enter gave %v", got)
	}
	d.keys("down", "down", "o")
	if got := s.Snapshot().Settings.Tools; len(got) != 1 || len(env.App.ToolsOf(s)) != 2 {
		t.Errorf("o gave %v, kept %v", env.App.ToolsOf(s), got)
	}
	d.keys("a")
	if p, err := env.App.Profile("work"); err != nil || !slices.Equal(p.Tools, []string{chat.CodeTool}) {
		t.Errorf("a gave %v", p.Tools)
	}
	d.keys("x")
	if v := env.App.Preview("work", "use_feature:code_interpreter", 0); v.Decision != policy.Block {
		t.Errorf("x left the company in: %v", v.Decision)
	}
	d.shows("You keep E2B out of this profile")
	d.keys("x", "up", "up", "enter")
	if got := env.App.ToolsOf(s); !slices.Equal(got, []string{chat.CodeTool}) {
		t.Errorf("at the end %v", got)
	}
}

func TestTheQuestionsBeforeNewsLeadToIt(t *testing.T) {
	env, s, d := asker(t, "customer=business")
	d.keys("down", "enter", "3", "enter") // yes, we publish
	d.shows("Is this conversation for anything but editorial work?")
	d.keys("2", "enter")
	if got := env.App.ToolsOf(s); !slices.Equal(got, []string{chat.NewsTool}) {
		t.Errorf("the answers gave %v", got)
	}
	if c := s.Snapshot(); c.Settings.Declared.Purpose != "non_editorial" || c.Settings.Declared.On == "" {
		t.Errorf("declared %+v", c.Settings.Declared)
	}
	d.keys("enter", "enter") // off, and on again: nothing is asked twice
	if got := env.App.ToolsOf(s); len(got) != 1 {
		t.Errorf("it was asked again: %v", got)
	}
}

func TestEditorialWorkKeepsTheNewsOff(t *testing.T) {
	env, s, d := asker(t, "media_customer=yes")
	d.keys("down", "enter", "3", "enter")
	d.shows("News stay off for editorial work")
	if got := env.App.ToolsOf(s); len(got) > 0 {
		t.Errorf("the answer gave %v", got)
	}
}

// cited are sources of a web search, one with a hostile title.
func cited() []chat.Part {
	origin := chat.ThirdParty | chat.WebSearch
	return []chat.Part{
		{Kind: chat.ReferencePart, Origin: origin, CallID: "1", Name: "Alpine winds", URL: "https://winds.example/bise?year=2026", Text: "The bise blows from the north-east."},
		{Kind: chat.ReferencePart, Origin: origin, CallID: "2", Name: "Evil \x1b]0;title\x07\u202etxt", URL: "https://evil.example/\x1b[31m"},
		{Kind: chat.ReferencePart, Origin: origin, CallID: "3", Name: "Not a page", URL: "file:///etc/passwd"},
	}
}

func TestTheListOfSources(t *testing.T) {
	env, _, _ := asker(t)
	d := drive(t, sources.New(env, "work", cited(), chatview.SourceLine))
	d.golden("sources")
	d.keys("c")
	if last, ok := d.last.(screen.Copy); !ok || last.Text != cited()[0].URL {
		t.Errorf("c asked for %+v", d.last)
	}
	d.keys("down", "down", "enter")
	d.shows("file:///etc/passwd")
	if _, err := env.App.OpenSource(t.Context(), "work", cited()[2]); err == nil {
		t.Error("an address that is no page was opened")
	}
}
