package policy

import (
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
)

// These are the negative tests of what the rules must not do although a zealous
// reading might: S1 to S18 of the project's reading, by both bundles. Those that
// concern the session and the screen are in package app.

func TestRulesAreNotSilly(t *testing.T) {
	for _, c := range []struct {
		name  string
		act   Act
		pairs string
		not   []Decision
	}{
		{"S2 a search answer is shown for the whole session", Display, `service=le_chat turn={"kind":"web_search"}`, []Decision{Block, Redact, Confirm}},
		{"S4 a plain answer after a search is kept", StoreTurn, `service=le_chat turn={"kind":"text"}`, []Decision{Block, Redact}},
		{"S6 what was accepted is not asked again", StartChat, "service=le_chat plan=free", []Decision{Block, Confirm}},
		{"S7 nobody's age is asked for a model on this machine", StartChat, "service=local age_band=unset accepted=no", []Decision{Block, Confirm, Warn}},
		{"S8 saving a file of a model on this machine asks nothing", "export:markdown", "service=local", []Decision{Block, Confirm, Warn}},
		{"S8 saving a file of a hosted answer asks nothing", "export:markdown", "service=le_chat", []Decision{Block, Confirm}},
		{"S10 media customers keep web search", "use_feature:web_search", "service=le_chat media_customer=yes", []Decision{Block, Confirm}},
		{"S11 an image is exported", "export:html", `service=le_chat turn={"kind":"image"}`, []Decision{Block, Redact, Confirm}},
		{"S11 text is copied", Copy, "service=le_chat", []Decision{Block, Redact, Confirm}},
		{"S12 nobody is asked about terms on this machine", StartChat, "service=local accepted=no", []Decision{Block, Confirm, Warn}},
		{"S14 a link is opened", "open:url", `service=le_chat turn={"kind":"third_party"}`, []Decision{Block, Confirm}},
		{"S14 its address is copied", "copy:url", `service=le_chat turn={"kind":"web_search"}`, []Decision{Block, Confirm}},
		{"S15 what one's own search found is kept", StoreTurn, `service=le_chat tool_owner=own turn={"kind":"web_search"}`, []Decision{Block, Redact}},
		{"S15 and copied", Copy, `service=local turn={"kind":"web_search"}`, []Decision{Block, Redact}},
		{"S16 the prompt of a search answer is kept", StoreTurn, `service=le_chat turn={"kind":"input","tools":["web_search"]}`, []Decision{Block, Redact}},
		{"S17 the ordinary cancellation is drafted on day 15", "doc:G2", "service=le_chat consumer_eu=yes subscribed=2025-03-01", []Decision{Block, Confirm, NotApplicable}},
		{"S17 a lapsed right warns and does not block", "doc:G1", "service=le_chat consumer_eu=yes subscribed=2025-03-01", []Decision{Block, Confirm, NotApplicable}},
		{"S17 a passed deadline warns and does not block", "deadline:cancellation", "service=le_chat consumer_eu=yes subscribed=2025-03-01", []Decision{Block, Confirm, NotApplicable}},
		{"S18 an unknown plan goes on chatting", StartChat, "service=le_chat plan=unset age_band=unset media_customer=unset", []Decision{Block, Confirm}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range both(t) {
				v, err := Eval(r, facts(t, strings.Fields(c.pairs)...), c.act)
				if err != nil {
					t.Fatal(err)
				}
				if slices.Contains(c.not, v.Decision) {
					t.Errorf("%s: %s by %s", r.ID(), v.Decision, v.Rule)
				}
			}
		})
	}
}

func TestS1NothingIsRefusedForWhatItSays(t *testing.T) {
	for _, r := range both(t) {
		for _, text := range []string{
			"What dose of paracetamol is dangerous?", "May my landlord evict me?", "How did the siege cannons of 1453 work?",
			"Which household chemicals must not be mixed?", "Write a villain's threat for my play.",
		} {
			out, v := r.Send(facts(t, "service=le_chat", "plan=pro"), chat.Turn{Messages: []chat.Message{prompt("p", text)}},
				Destination{Provider: "mistral", Service: LeChat})
			turn, _, err := out.Open()
			if err != nil || len(out.Left()) > 0 || string(turn.Messages[0].Text()) != text || !v.Decision.Permits() {
				t.Errorf("%s: %q: %s, %v", r.ID(), text, v.Decision, err)
			}
		}
	}
}

func TestS3AnExportIsNotRefusedForOneSearchAnswer(t *testing.T) {
	c := conversation(prompt("p", "hi"), answer("a", LeChat, chat.News|chat.Model, found), prompt("q", "and?"), answer("b", LeChat, chat.Model, "plain"))
	for _, r := range both(t) {
		out, v := r.Export(facts(t, "service=le_chat"), c, Markdown)
		kept, _, err := out.Open()
		if err != nil || len(out.Left()) != 1 {
			t.Fatalf("%s: %s, %v, left out %d", r.ID(), v.Decision, err, len(out.Left()))
		}
		if last := kept.Messages[len(kept.Messages)-1]; last.Text() != "plain" {
			t.Errorf("%s: a plain answer went with the other", r.ID())
		}
	}
}

func TestS9OnlyWhereItTrainsIsTrainingOn(t *testing.T) {
	for _, r := range both(t) {
		for pairs, want := range map[string]string{
			"service=partner": "never", "service=local": "never", "service=la_plateforme plan=paid": "off",
		} {
			if got := word(r.Decide(facts(t, strings.Fields(pairs)...), ShowDataUse, 0), "training"); got != want {
				t.Errorf("%s: %s is %q", r.ID(), pairs, got)
			}
		}
	}
}

func TestS12OnlyTheDocumentsThatApplyAreNamed(t *testing.T) {
	r := shipped(t)
	for _, act := range allActs {
		v := r.Decide(facts(t, "service=le_chat", "plan=pro", "consumer_eu=no", "customer=individual"), act, 0)
		if v.Decision == NotApplicable {
			continue
		}
		for _, c := range v.Clauses {
			if strings.HasPrefix(c, "CON-") || strings.HasPrefix(c, "PH-") {
				t.Errorf("%s names %s to somebody it does not concern", act, c)
			}
		}
	}
}

func TestS13AnExportForTheClipboardKeepsEveryByte(t *testing.T) {
	const code = "func main() {\n\tprintln(\"naïve — 🦓\")\n}\n"
	for _, r := range both(t) {
		out, _ := r.Export(facts(t, "service=le_chat"), conversation(prompt("p", "hi"), answer("a", LeChat, chat.Model, code)), Clipboard)
		c, _, err := out.Open()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Messages[1].Text(); string(got) != code {
			t.Errorf("%s: %q", r.ID(), string(got))
		}
	}
}
