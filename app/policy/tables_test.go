package policy

import (
	"slices"
	"strings"
	"testing"
)

func eval(t testing.TB, act Act, pairs ...string) Verdict {
	t.Helper()
	v, err := Eval(shipped(t), facts(t, pairs...), act)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func word(v Verdict, name string) string {
	s, _ := v.Fields[name].(string)
	return s
}

func TestWhoTrainsOnWhat(t *testing.T) {
	for _, c := range []struct {
		name, facts, rule string
		want              string // training can_change direction who control feedback switch_ignored basis
	}{
		{"Le Chat Free trains and has no switch", "le_chat free", "T1.1", "on no - none absent on no contract"},
		{"a switch declared on Free is ignored", "le_chat free training_switch=off", "T1.1.ignored", "on no - none absent on yes contract"},
		{"Le Chat Pro trains until one opts out", "le_chat pro", "T1.2", "on yes opt_out account_holder editable on no default"},
		{"Le Chat Pro with the switch on trains", "le_chat pro training_switch=on", "T1.2.declared", "on yes opt_out account_holder editable on no declared"},
		{"Le Chat Pro opted out does not train, thumbs included", "le_chat pro training_switch=off", "T1.3", "off yes opt_out account_holder editable off no declared"},
		{"Team does not train unless it opts in", "le_chat team", "T1.4", "off yes opt_in admin locked off no default"},
		{"an admin of Team may opt in", "le_chat team role=admin", "T1.4", "off yes opt_in admin editable off no default"},
		{"Enterprise declared off stays off", "le_chat enterprise training_switch=off", "T1.4.declared", "off yes opt_in admin locked off no declared"},
		{"Enterprise opted in trains", "le_chat enterprise training_switch=on", "T1.5", "on yes opt_in admin locked on no declared"},
		{"La Plateforme free trains and has no switch", "la_plateforme free", "T1.6", "on no - none absent - no contract"},
		{"La Plateforme paid does not train by contract", "la_plateforme paid", "T1.7", "off no - none absent - no contract"},
		{"a switch declared on a paid API is ignored", "la_plateforme paid training_switch=on", "T1.7.ignored", "off no - none absent - yes contract"},
		{"a partner never trains", "partner", "T1.8", "never no - none absent - no contract"},
		{"this machine never trains", "local", "T1.9", "never no - none absent - no -"},
		{"an unknown plan is assumed to train", "le_chat", "T1.10", "on_assumed - - none absent on_assumed no assumed"},
		{"a plan of another service is unknown, and the API has no thumbs", "la_plateforme team", "T1.10.lp", "on_assumed - - none absent - no assumed"},
		{"an unknown plan of the API is assumed to train", "la_plateforme", "T1.10.lp", "on_assumed - - none absent - no assumed"},
		{"a switch there is ignored", "la_plateforme training_switch=off", "T1.10.lp.ignored", "on_assumed - - none absent - yes assumed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			words := strings.Fields(c.facts)
			pairs := []string{"service=" + words[0]}
			for _, w := range words[1:] {
				if !strings.Contains(w, "=") {
					w = "plan=" + w
				}
				pairs = append(pairs, w)
			}
			v := eval(t, ShowDataUse, pairs...)
			var got []string
			for _, name := range []string{"training", "can_change", "direction", "who", "control", "feedback_training", "switch_ignored", "basis"} {
				got = append(got, orDash(word(v, name)))
			}
			if v.Rule != c.rule || v.Decision != Allow || strings.Join(got, " ") != c.want {
				t.Errorf("%s %s %s\nwant %s %s", v.Rule, v.Decision, strings.Join(got, " "), c.rule, c.want)
			}
		})
	}
}

func orDash(s string) string {
	if s == "" {
		return noValue
	}
	return s
}

// The cells of T4: one letter an act, in the order of t4Acts. a allow, w warn,
// c confirm, r redact, b block, n not applicable.
var t4Acts = []Act{
	Display, StoreTurn, Resume, "export:markdown", ShareTurn, Copy, "copy:url", "open:url",
	"send_context:SAME", "send_context:OTHER", "dataset:fine_tuning", "dataset:image_generation_training",
}

func TestWhatMayBeDoneWithEachKindOfTurn(t *testing.T) {
	for _, c := range []struct{ name, service, kind, more, want string }{
		{"K1 a prompt", "le_chat", "input", "", "aaaacaaaaaaa"},
		{"K2 a hosted answer", "la_plateforme", "text", "", "aaaacaaaaaww"},
		{"K3 a hosted image", "le_chat", "image", "", "aaaacaaaaawb"},
		{"K4 a search answer in Le Chat", "le_chat", "web_search", "", "abrrcbaaabbb"},
		{"K4 a search answer of the API, by the strict reading A1", "la_plateforme", "web_search", "", "abrrcbaaabbb"},
		{"K5 a news answer", "le_chat", "news", "", "abrrcbaaabbb"},
		{"K6 somebody else's page", "le_chat", "third_party", "", "abrrcbaarbbb"},
		{"K7 a code result", "le_chat", "code", "", "aaaacaaaaaww"},
		{"K8 an agent", "le_chat", "agent", "", "aaaacaaaacnn"},
		{"K9 something reported", "le_chat", "reported", "", "wbbbcbbwbbbb"},
		{"K10 a partner's answer", "partner", "text", "", "aaaacaaaaaww"},
		{"K11 a local answer", "local", "text", "", "aaaacaaaaaaa"},
		{"K11 a local answer under a research licence", "local", "text", "weights=research_licence", "aaaacaaaaaww"},
		{"K11 a local image may train an image generator", "local", "image", "", "aaaacaaaaaaa"},
		{"K12 one's own search, on this machine", "local", "web_search", "", "aaaacaaaaaww"},
		{"K12 one's own search beside a hosted model", "le_chat", "third_party", "tool_owner=own", "aaaacaaaaaww"},
		{"K12 a partner has no search of Mistral's", "partner", "web_search", "", "aaaacaaaaaww"},
		{"K13 weights under Specific Access", "local", "text", "weights=specific_access attachment=weights", "aaabcbbabbbb"},
		{"K13 their path in a prompt", "local", "input", "weights=specific_access attachment=weights", "aaabcbbabbbb"},
		{"K13 weights on a partner's cloud", "partner", "text", "weights=specific_access attachment=weights", "aaabcbbabbbb"},
		{"a search answer beside such weights stays a search answer", "le_chat", "web_search", "weights=specific_access attachment=weights", "abrrcbaaabbb"},
		{"what weights under Specific Access answer is an answer", "local", "text", "weights=specific_access", "aaaacaaaaaaa"},
		{"open weights are no secret", "local", "text", "attachment=weights", "aaaacaaaaaaa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pairs := []string{"service=" + c.service, `turn={"kind":"` + c.kind + `"}`}
			pairs = append(pairs, strings.Fields(c.more)...)
			other := "local"
			if c.service == "local" {
				other = "le_chat"
			}
			got := ""
			for _, act := range t4Acts {
				act = Act(strings.NewReplacer("SAME", c.service, "OTHER", other).Replace(string(act)))
				got += eval(t, act, pairs...).Decision.String()[:1]
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestReadingsOfUnclearTerms(t *testing.T) {
	const search = `turn={"kind":"web_search"}`
	for _, c := range []struct {
		name   string
		act    Act
		pairs  string
		want   Decision
		clause string
	}{
		{"A3 a search answer is not copied", Copy, "service=le_chat " + search, Block, "A3"},
		{"A4 a share with search answers is asked about", ShareTurn, "service=le_chat " + search, Confirm, "A4"},
		{"A5 Le Chat asks about its ban on other software", StartChat, "service=le_chat plan=pro accepted=no", Confirm, "LC-1.b"},
		{"A5 not again once confirmed", StartChat, "service=le_chat plan=pro", Allow, "TOS-0.b"},
		{"A6 a search answer may go back to its own service", "send_context:le_chat", "service=le_chat " + search, Allow, "A6"},
		{"A6 and to no other", "send_context:la_plateforme", "service=le_chat " + search, Block, "A6"},
		{"A7 text with a search behind it is a search answer", StoreTurn, `service=le_chat turn={"kind":"text","tools":["web_search"]}`, Block, "LC-2.e2"},
		{"a verbatim repetition of a search answer is one", StoreTurn, `service=le_chat turn={"kind":"text","reused_from":"web_search"}`, Block, "LC-2.e2"},
		{"a repetition of a plain answer is plain", StoreTurn, `service=le_chat turn={"kind":"text","reused_from":"text"}`, Allow, "TOS-3.c"},
		{"S4 a plain answer after a search is plain", StoreTurn, "service=le_chat", Allow, "TOS-3.c"},
		{"S16 a prompt stays although its answer may not", StoreTurn, `service=le_chat turn={"kind":"input","tools":["web_search"]}`, Allow, "S16"},
		{"A19 a child is refused at a hosted service", StartChat, "service=la_plateforme age_band=under_13", Block, "TOS-1.a"},
		{"A19 and at a partner", StartChat, "service=partner age_band=under_13", Block, "A19"},
		{"S7 never on this machine", StartChat, "service=local age_band=under_13 accepted=no", Allow, "T1.9"},
		{"a minor without permission is refused", StartChat, "service=le_chat age_band=minor_without_permission", Block, "TOS-1.b"},
		{"a minor with permission is not", StartChat, "service=le_chat age_band=minor_with_permission", Allow, "TOS-0.b"},
		{"an unknown age keeps chatting", StartChat, "service=le_chat plan=pro age_band=unset", Warn, "S18"},
		{"the free API asks about training without a switch", StartChat, "service=la_plateforme plan=free accepted=no", Confirm, "LP-3.a"},
		{"A24 media customers do not get news", "use_feature:news", "service=le_chat media_customer=yes", Block, "A24"},
		{"A24 non-editorial use is confirmed", "use_feature:news", "service=le_chat media_customer=yes purpose=non_editorial", Confirm, "A24"},
		{"A24 editorial use is refused", "use_feature:news", "service=le_chat media_customer=yes purpose=editorial", Block, "LC-1.g4"},
		{"a written permission lifts it", "use_feature:news", `service=le_chat media_customer=yes purpose=editorial authorisations=[{"scope":"news_editorial","reference":"M-1"}]`, Allow, "LC-1.g3"},
		{"one without a reference does not", "use_feature:news", `service=le_chat media_customer=yes purpose=editorial authorisations=[{"scope":"news_editorial"}]`, Block, "LC-1.g2"},
		{"S10 media customers keep web search", "use_feature:web_search", "service=le_chat media_customer=yes", Allow, "S10"},
		{"A28 a snippet is not copied", "copy:snippet", `service=le_chat turn={"kind":"third_party"}`, Block, "A28"},
		{"A31 there is no thumb at the API", "feedback:thumbs_up", "service=la_plateforme", NotApplicable, "A31"},
		{"A12 a thumb is confirmed in Le Chat", "feedback:thumbs_up", "service=le_chat plan=pro training_switch=off", Confirm, "A12"},
		{"opt-outs do not exist at a partner", "use_feature:web_search", "service=partner optouts=brave", NotApplicable, "T3"},
		{"K13 weights under Specific Access are not attached", Attach, "service=partner attachment=weights weights=specific_access", Block, "PH-2.6.a"},
		{"K13 nor exported", "export:json", "service=local attachment=weights weights=specific_access", Block, "PH-2.6.a"},
		{"K13 a share of them is asked about and leaves them out", ShareTurn, "service=local attachment=weights weights=specific_access", Confirm, "K13"},
		{"a new profile does not see a model that ends", ListModels, "service=partner discontinuation_notice=2025-03-01 profile_created=2025-03-02", Block, "PH-2.5"},
		{"a notice about a model of Mistral's own hides nothing", ListModels, "service=la_plateforme discontinuation_notice=2025-03-01", Allow, "TOS-9.a"},
		{"an older one is warned", ListModels, "service=partner discontinuation_notice=2025-03-01 profile_created=2025-02-01", Warn, "PH-2.5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := eval(t, c.act, strings.Fields(c.pairs)...)
			if v.Decision != c.want || !slices.Contains(v.Clauses, c.clause) {
				t.Errorf("%s by %s %v, want %s with %s", v.Decision, v.Rule, v.Clauses, c.want, c.clause)
			}
		})
	}
}

func TestAnOptOutSwitchesOffItsOwnFeatureOnly(t *testing.T) {
	for provider, feature := range map[string]string{
		"bfl": "image_generation", "brave": "web_search", "cerebras": "flash_answers", "e2b": "code_interpreter",
	} {
		v := eval(t, join("use_feature", feature), "service=le_chat", "optouts="+provider)
		if v.Decision != Block || !slices.Equal(v.Fields["request_omits"].([]string), []string{feature}) {
			t.Errorf("%s: %s %v", provider, v.Decision, v.Fields)
		}
		for other, decision := range v.Fields["other_features"].(map[string]string) {
			// News is built on web search.
			if decision == "block" && (feature != "web_search" || other != "news") {
				t.Errorf("opting out of %s blocks %s", provider, other)
			}
		}
		rows := eval(t, ShowProviders, "service=le_chat", "optouts="+provider).Fields["rows"].([]map[string]any)
		for _, row := range rows {
			if (row["active"] == "no") != (row["gates"] == feature) {
				t.Errorf("opting out of %s leaves %v", provider, row)
			}
		}
	}
}

func TestRetentionCountsFromTheDatesItHas(t *testing.T) {
	for _, c := range []struct{ name, pairs, field, want string }{
		{"thirty days as a length", "service=la_plateforme plan=paid", "input_output_until", "+30d"},
		{"thirty days from a request", "service=la_plateforme request_date=2025-02-01", "input_output_until", "2025-03-03"},
		{"nothing with approved zero retention", "service=la_plateforme zdr=approved", "input_output", "generation_only"},
		{"zero retention that is only asked for is pending", "service=la_plateforme zdr=requested", "zdr", "pending"},
		{"Le Chat for a person", "service=le_chat", "input_output_until", "account_deletion"},
		{"Le Chat for a company", "service=le_chat customer=business", "input_output_until", "deleted_by_customer"},
		{"an invoice for ten years from the end of its year", "service=le_chat invoice=2025-03-15", "invoice_until", "2035-12-31"},
		{"an account a year, clamped to the month's end", "service=le_chat account_terminated=2024-02-29", "account_until", "2025-02-28"},
		{"support at a partner", "service=partner support_closed=2025-05-05", "support_until", "2030-05-05"},
		{"a partner holds nothing for Mistral", "service=partner", "input_output_until", "not_held"},
		{"this machine", "service=local", "rule", "T2.19"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := word(eval(t, ShowRetention, strings.Fields(c.pairs)...), c.field); got != c.want {
				t.Errorf("%s is %q, want %q", c.field, got, c.want)
			}
		})
	}
}

func TestContactsAreTheOnesTheDocumentsName(t *testing.T) {
	for _, c := range []struct{ need, pairs, want string }{
		{"support", "service=le_chat", "help_center"},
		{"support", "service=partner partner_contact=help@contoso.example", "help@contoso.example"},
		{"support", "service=partner partner=Contoso", "Contoso"},
		{"illegal_content", "service=le_chat", "support@mistral.ai"},
		{"privacy_rights", "service=le_chat", "privacy@mistral.ai"},
		{"privacy_rights", "service=le_chat customer=business", "own_company"},
		{"suspension_appeal", "service=partner", "help_center"},
		{"weights_incident", "service=partner", "legal@mistral.ai"},
		{"weights_incident", "service=local weights=specific_access", "legal@mistral.ai"},
		{"weights_incident", "service=local", ""},
		{"news_authorisation", "service=le_chat", "legal@mistral.ai"},
		{"support", "service=local", ""},
	} {
		v := eval(t, join("contact", c.need), strings.Fields(c.pairs)...)
		if got := word(v, "to"); got != c.want || (got == "") != (v.Decision == NotApplicable) {
			t.Errorf("%s with %s: %q, want %q (%s)", c.need, c.pairs, got, c.want, v.Decision)
		}
	}
}

func TestKindActionsAndLabelsOfAnExport(t *testing.T) {
	v := eval(t, "export:markdown", "service=le_chat", `turn={"kind":"text","edited":true}`)
	want := map[string]string{
		"input": "allow", "text": "label", "image": "label", "web_search": "redact", "news": "redact",
		"third_party": "redact", "code": "label", "agent": "allow", "reported": "exclude",
	}
	got := v.Fields["kind_action"].(map[string]string)
	for kind, action := range want {
		if got[kind] != action {
			t.Errorf("%s is %s, want %s", kind, got[kind], action)
		}
	}
	labels := v.Fields["labels"].(map[string]string)
	if labels["human_edited"] != "yes" || !strings.HasSuffix(labels["digital_source_type"], "compositeWithTrainedAlgorithmicMedia") {
		t.Errorf("labels %v", labels)
	}
	prompt := eval(t, "export:markdown", "service=le_chat", `turn={"kind":"input"}`).Fields["labels"].(map[string]string)
	if prompt["ai_generated"] != "no" || prompt["digital_source_type"] != "" {
		t.Errorf("a prompt's labels %v", prompt)
	}
}

func TestOnlyKnownActsAndServicesAreEvaluated(t *testing.T) {
	r := shipped(t)
	for _, act := range []Act{"", "fly", "export", "export:pdf", "store:", "use_feature:teleport", "share:now"} {
		if _, err := Eval(r, facts(t, "service=local"), act); err == nil {
			t.Errorf("%q was answered", act)
		}
	}
	if _, err := Eval(r, facts(t), StoreTurn); err == nil {
		t.Error("facts without a service were answered")
	}
}
