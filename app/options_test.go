package app

import (
	"testing"

	"bise/app/fault"
	"bise/app/policy"
)

func TestOptionsAreSetFromALineOfTextAndSent(t *testing.T) {
	f := &fake{answer: saying("ok")}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	for option, text := range map[Option]string{
		TemperatureOption: "0.2", TopPOption: "0.9", SeedOption: "-7", MaxTokensOption: "100",
		StopOption: "END | STOP", FormatOption: "json", WindowOption: "4096", KeepAliveOption: "10m",
	} {
		if err := a.SetOption(t.Context(), s, option, text); err != nil {
			t.Fatal(err)
		}
		if got := OptionValue(s.Snapshot().Settings.Options, option); got != text {
			t.Errorf("%s is shown as %q, not %q", option, got, text)
		}
	}
	ask(t, a, s, Prompt{Text: "x"})
	o := f.last(t).Options
	if *o.Temperature != 0.2 || *o.TopP != 0.9 || *o.Seed != -7 || *o.MaxTokens != 100 || len(o.Stop) != 2 || o.Format != "json" || o.Window != 4096 || o.KeepAlive != "10m" {
		t.Errorf("the model was asked with %+v", o)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil || OptionValue(again.Snapshot().Settings.Options, StopOption) != "END | STOP" {
		t.Errorf("they were not kept: %v", err)
	}
	for option := range map[Option]bool{TemperatureOption: true, StopOption: true, WindowOption: true} {
		if err := a.SetOption(t.Context(), s, option, " "); err != nil || OptionValue(s.Snapshot().Settings.Options, option) != "" {
			t.Errorf("%s cannot be left to the service again: %v", option, err)
		}
	}
}

func TestATextThatIsNoSuchValueChangesNothing(t *testing.T) {
	f := &fake{answer: saying("ok")}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	for option, texts := range map[Option][]string{
		TemperatureOption: {"warm", "-1", "3", "NaN"}, TopPOption: {"2"}, SeedOption: {"1.5"}, MaxTokensOption: {"0"},
		FormatOption: {"[1]", "xml"}, WindowOption: {"-5", "big"}, KeepAliveOption: {"soon"}, "colour": {"red"},
	} {
		for _, text := range texts {
			if err := a.SetOption(t.Context(), s, option, text); !fault.Is(err, fault.Usage) {
				t.Errorf("%s %q: %v", option, text, err)
			}
			if got := OptionValue(s.Snapshot().Settings.Options, option); got != "" {
				t.Errorf("%s became %q", option, got)
			}
		}
	}
}
