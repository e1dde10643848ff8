package guide

import (
	"slices"
	"strings"
	"testing"

	"bise/app/policy"
	"bise/assets"
)

// questions are what newcomers ask, and the section or topic that answers.
var questions = []struct{ ask, want string }{
	{"what is bise?", "What bise is"},
	{"are you a language model", "What this guide is"},
	{"who are you?", "What this guide is"},
	{"hello", "What you can ask here"},
	{"what can you answer?", "What you can ask here"},
	{"How much does it cost?", "What it costs"},
	{"how do I start", "The first start"},
	{"How do I change the model?", "Changing the model"},
	{"switch to another model", "Changing the model"},
	{"which models are available", "Changing the model"},
	{"how do I write more than one line", "Asking something"},
	{"start a new chat", "A new conversation"},
	{"how can I quit", "Quitting"},
	{"how do i exit the program?", "Quitting"},
	{"Which keys are there?", "Keys"},
	{"list of keyboard shortcuts", "Keys"},
	{"what does the status line mean", "The status line"},
	{"conversation is too long, what now", "When a conversation is too long for the model"},
	{"how do I copy an answer", "Copying"},
	{"copy a code block to the clipboard", "Copying"},
	{"hide the reasoning", "Thinking"},
	{"can I attach a pdf", "Attaching files and images"},
	{"how do I send an image", "Attaching files and images"},
	{"dark theme", "Colours and themes"},
	{"how do I stop an answer", "Stopping an answer"},
	{"cancel the running answer", "Stopping an answer"},
	{"continue an answer that was cut off", "Continuing a cut answer"},
	{"regenerate the answer", "Retrying"},
	{"can I edit a message I already sent", "Editing a message you sent"},
	{"what are branches", "Branches"},
	{"how do I find an old conversation", "Finding a conversation again"},
	{"search my history", "Finding a conversation again"},
	{"rename a conversation", "Renaming, pinning, sorting"},
	{"delete a conversation", "Deleting a conversation"},
	{"how do I chat without saving anything", "Not keeping a conversation"},
	{"set a system prompt", "System instructions"},
	{"list all commands", "All commands"},
	{"how do I use it in a shell script", "Asking from a script"},
	{"can I see the exact request before it is sent", "Seeing what would be sent"},
	{"exit code 3", "Exit codes"},
	{"zsh completion", "Completion and manual pages"},
	{"work offline without network", "Staying on this machine"},
	{"how do I set up Ollama?", "Setting up Ollama"},
	{"install a local model", "Setting up Ollama"},
	{"ollama on a remote server", "Ollama on another machine"},
	{"how do I add my Mistral API key", "Setting up Mistral with an API key"},
	{"sign in to mistral", "Setting up Mistral with an API key"},
	{"can I use my Le Chat account", "Using your Le Chat account"},
	{"how to log out", "Signing out"},
	{"how do I connect azure", "Cloud partners"},
	{"use lm studio", "Other servers with an OpenAI-style address"},
	{"Where are my files?", "Where your files are"},
	{"where is the config file", "Where your files are"},
	{"is my history encrypted?", "How the history is encrypted"},
	{"keyring or passphrase?", "Keyring or passphrase"},
	{"I forgot my passphrase", "Recovery code"},
	{"what is the recovery code for", "Recovery code"},
	{"where is my API key stored", "Where the API key is"},
	{"move bise to a new laptop", "Backups and moving to another machine"},
	{"how do I uninstall it", "Removing bise and its files"},
	{"who can read my conversations", "Who can read your conversations"},
	{"do you collect telemetry", "Who can read your conversations"},
	{"how do I tell bise my plan", "Telling bise your plan"},
	{"does it work with a screen reader", "Screen readers"},
	{"turn off colors", "Without colour"},
	{"there is no keyring on my server", "No keyring"},
	{"the history is locked", "The history is locked"},
	{"wrong passphrase", "Wrong passphrase or wrong key"},
	{"ollama connection refused", "Ollama does not answer"},
	{"olama does not answer", "Ollama does not answer"},
	{"ollama out of memory", "Ollama runs out of memory"},
	{"ollama is very slow", "Ollama is slow"},
	{"my api key is rejected", "The API key is refused"},
	{"error 429 too many requests", "Too many requests"},

	{"does Mistral train on my chats on the Pro plan?", "Training on your chats"},
	{"do you learn from my data?", "Training on your chats"},
	{"is my data used for training", "Training on your chats"},
	{"can I opt out of training", "Training on your chats"},
	{"how long does Mistral keep my data?", "How long your data is kept"},
	{"when are my api prompts deleted", "How long your data is kept"},
	{"which companies see my data?", "Companies that see your data"},
	{"who are the sub-processors", "Companies that see your data"},
	{"how do I opt out of Brave", "Opting out of single companies"},
	{"why was the web search answer not kept", "Answers made with web search"},
	{"may I copy web search results", "Answers made with web search"},
	{"what does a shared conversation leave out", "Sharing a conversation"},
	{"how many days do I have to cancel my subscription", "Deadlines"},
	{"whom do I contact for support", "Whom to write to"},
}

func TestNewcomersFindTheirAnswer(t *testing.T) {
	g := newGuide(t, fakeRules{})
	missed := 0
	for _, q := range questions {
		r, err := g.Answer(q.ask)
		if err != nil {
			t.Fatal(err)
		}
		got := "nothing"
		if r.Found {
			got = r.Sources[0].Section
			if got == "" {
				got = r.Sources[0].Page
			}
		}
		if got != q.want {
			missed++
			t.Errorf("%q is answered by %q, want %q", q.ask, got, q.want)
		}
		if r.Found && !strings.Contains(r.Text, "\n\nSource: ") {
			t.Errorf("the answer to %q does not end with its source", q.ask)
		}
	}
	t.Logf("%d of %d questions answered as wanted", len(questions)-missed, len(questions))
}

func TestForeignQuestionsAreNotAnswered(t *testing.T) {
	g := newGuide(t, fakeRules{})
	for _, ask := range []string{
		"", "   ", "?!", "what is the capital of France?", "write a poem about the sea",
		"how tall is mount everest", "translate good evening into Italian please",
		"who won the football world cup in 1998", "solve x^2 - 4 = 0",
		"give me a recipe for apple pie", "explain quantum entanglement to a child",
		"what is the weather in Paris tomorrow", "fix this python function: def f(x): return x+1",
		"\xff\xfe\x00", strings.Repeat("lorem ipsum dolor ", 1000),
	} {
		r, err := g.Answer(ask)
		if err != nil {
			t.Fatal(err)
		}
		if r.Found {
			t.Errorf("%.40q is answered from %v", ask, r.Sources)
		}
		if n := strings.Count(r.Text, "\n- "); n < 3 || n > 5 {
			t.Errorf("%.40q: %d suggestions", ask, n)
		}
	}
}

func TestTrainingIsAnsweredForThePlanAskedAbout(t *testing.T) {
	g := newGuide(t, fakeRules{})
	for _, c := range []struct {
		ask     string
		says    []string
		clauses []string
	}{
		{"does Mistral train on my chats on the Pro plan?", []string{"Le Chat Pro: yes, by default", "opts out", "at any time", "account holder", "account settings"}, []string{"LC-2.b"}},
		{"is my le chat free data used for training", []string{"Le Chat Free: yes", "no switch"}, []string{"LC-2.a"}},
		{"does Le Chat Team train on our chats", []string{"Le Chat Team: no, by default", "opts in", "admin"}, []string{"LC-2.c"}},
		{"training on enterprise?", []string{"Le Chat Enterprise: no, by default"}, []string{"LC-2.c"}},
		{"does the free API train on my data", []string{"free plan: yes"}, []string{"LP-3.a"}},
		{"does mistral train on paid api data", []string{"paid plan: no."}, []string{"LP-3.b"}},
		{"is my data on Azure used for training", []string{"never"}, []string{"PH-0.a"}},
		{"does ollama train on my chats", []string{"this machine", "never"}, []string{"T1.9"}},
		{"does the free plan train on my chats", []string{"Le Chat Free: yes", "(La Plateforme), free plan: yes"}, []string{"LC-2.a", "LP-3.a"}},
		{"does mistral train on my chats", []string{"Le Chat Free: yes", "Le Chat Pro: yes", "paid plan: no.", "never"}, []string{"LC-2.a", "LC-2.b", "LC-2.c", "LP-3.a", "LP-3.b", "PH-0.a", "T1.9"}},
	} {
		t.Run(c.ask, func(t *testing.T) {
			r, err := g.Answer(c.ask)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range c.says {
				if !strings.Contains(r.Text, s) {
					t.Errorf("the answer lacks %q:\n%s", s, r.Text)
				}
			}
			if !r.Found || !slices.Equal(r.Sources[0].Clauses, c.clauses) || r.Sources[0].Ruleset != "2025-02-06" {
				t.Errorf("sources are %+v, want clauses %v", r.Sources, c.clauses)
			}
			if !strings.HasSuffix(r.Text, "Source: "+strings.Join(c.clauses, ", ")+", rules of 2025-02-06") {
				t.Errorf("the answer ends without its clauses:\n%s", r.Text)
			}
		})
	}
}

func TestDataUseIsTakenFromTheVerdicts(t *testing.T) {
	g := newGuide(t, fakeRules{})
	for _, c := range []struct{ name, ask, says string }{
		{"the API keeps prompts for thirty days", "how long does the API keep my prompts", "for 30 days"},
		{"a business deletes its own data", "how long is data kept on Le Chat Team", "until the customer or its users delete them"},
		{"an image is gone after a day", "how long does Le Chat Pro keep my data", "for one day"},
		{"a provider with an opt-out says so", "which companies see my data on Le Chat", "You can opt out of it, which turns off web search."},
		{"a local model has no companies behind it", "which companies see my data with ollama", "no company"},
		{"a switch of bise's own is not the service's opt-out", "what can I opt out of on Le Chat", "the terms name no opt-out"},
		{"web-search answers on the API are not kept", "is a web search answer on the api kept", "may not do with it: keep it in the history, copy it, export it"},
		{"the last day is counted from the clock", "deadline to cancel a subscription", "2026-12-08"},
		{"support is asked for where the rules say", "contact support for le chat", "help center"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := g.Answer(c.ask)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(r.Text, c.says) {
				t.Errorf("%q lacks %q:\n%s", c.ask, c.says, r.Text)
			}
		})
	}
}

func TestTheRulesOfTheProgramAnswerPlanByPlan(t *testing.T) {
	rules, err := policy.Load(assets.Rules, "2025-02-06")
	if err != nil {
		t.Fatal(err)
	}
	g := newGuide(t, rules)
	for ask, says := range map[string][]string{
		"does Mistral train on my chats on the Pro plan?":            {"Le Chat Pro: yes, by default", "account holder opts out", "any time", "account settings", "LC-2.b", "2025-02-06"},
		"does Mistral train on my chats on the Free plan of Le Chat": {"Le Chat Free: yes.", "no switch", "LC-2.a"},
		"does Mistral train on Le Chat Team chats":                   {"Le Chat Team: no, by default", "opts in", "LC-2.c"},
		"does Mistral train on Enterprise chats":                     {"Le Chat Enterprise: no, by default", "LC-2.c"},
		"does Mistral train on the free API":                         {"free plan: yes.", "LP-3.a"},
		"does Mistral train on the paid API":                         {"paid plan: no.", "LP-3.b"},
		"does Mistral train on Bedrock":                              {"partner", "never", "PH-0.a"},
		"does Mistral train on my Ollama chats":                      {"this machine", "never", "T1.9"},
		"how long does the API keep my prompts":                      {"for 30 days", "DPA-E1.lp"},
		"which companies see my data on Le Chat":                     {"Black Forest Labs", "Cerebras", "DPA-7.1"},
		"how do I opt out of Brave":                                  {"Brave (turns off web search)"},
		"can I share a web search answer":                            {"may not do with it: keep it in the history, copy it, export it, share it", "LC-2.e2"},
		"what does a shared conversation leave out":                  {"With every service it leaves out your account name"},
		"whom do I contact for support on azure":                     {"support: partner", "PH-2.3"},
	} {
		t.Run(ask, func(t *testing.T) {
			r, err := g.Answer(ask)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range says {
				if !strings.Contains(r.Text, s) {
					t.Errorf("the answer lacks %q:\n%s", s, r.Text)
				}
			}
		})
	}
}

func TestEveryWordThatRulesMaySayHasItsWording(t *testing.T) {
	words := english(t)
	for _, d := range dated {
		words("guide.deadlines."+d.kind, "Days", 1, "Day", "x")
	}
	for _, n := range needs {
		words("guide.contacts."+n, "To", "x")
	}
	for _, f := range keptFields {
		words("guide.retention."+f, "Until", "x")
	}
	for _, u := range []string{"account_deletion", "deleted_by_customer", "conversation_end", "not_held", "generation_only"} {
		words("guide.until." + u)
	}
	for _, u := range []string{"d", "m", "y"} {
		words("guide.length."+u, "N", 2)
		words("guide.length."+u+"_single", "N", 1)
	}
	for _, p := range places {
		words("guide.place." + p.name)
	}
	for _, said := range []string{
		"on_opt_out", "on_opt_in", "on_fixed", "off_opt_out", "off_opt_in", "off_fixed", "never_fixed", "on_assumed_fixed", "on_assumed_opt_out",
	} {
		words("guide.training.said."+said, "Place", "x", "Who", "x", "Where", "x")
	}
	for _, who := range []string{"account_holder", "admin", "none"} {
		words("guide.who." + who)
	}
}

func TestWithoutRulesNothingIsSaidAboutData(t *testing.T) {
	r, err := newGuide(t, nil).Answer("does Mistral train on my chats on the Pro plan?")
	if err != nil {
		t.Fatal(err)
	}
	if r.Found && len(r.Sources[0].Clauses) > 0 || strings.Contains(r.Text, "by default") {
		t.Errorf("without rules the guide says:\n%s", r.Text)
	}
}

func TestTheSameQuestionHasTheSameAnswer(t *testing.T) {
	a, b := newGuide(t, fakeRules{}), newGuide(t, fakeRules{})
	for _, q := range questions {
		x, _ := a.Answer(q.ask)
		y, _ := b.Answer(q.ask)
		if x.Text != y.Text {
			t.Errorf("%q has two answers", q.ask)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add("does Mistral train on my chats on the Pro plan?")
	f.Add("\xff ollama \u202e")
	g := newGuide(f, fakeRules{})
	f.Fuzz(func(t *testing.T, question string) {
		r, err := g.Answer(question)
		if err != nil || r.Text == "" {
			t.Errorf("no reply: %v", err)
		}
	})
}

func BenchmarkFirstAnswer(b *testing.B) {
	words := english(b)
	for b.Loop() {
		g := newGuide(b, fakeRules{})
		g.opt.Words = words
		_, _ = g.Answer("does Mistral train on my chats on the Pro plan?")
	}
}

func BenchmarkAnswer(b *testing.B) {
	g := newGuide(b, fakeRules{})
	for b.Loop() {
		_, _ = g.Answer("does Mistral train on my chats on the Pro plan?")
	}
}

var _ Rules = policy.Rules{}
