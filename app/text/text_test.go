package text_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bise/app/fault"
	"bise/app/text"
)

func TestWordsFallBackToEnglish(t *testing.T) {
	want, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"", "xx", "xx_YY.UTF-8", "en_GB.UTF-8", "nonsense/../x", "\xff"} {
		t.Run(fmt.Sprintf("%q", tag), func(t *testing.T) {
			got, err := text.Load(tag)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := got.T("fault.unknown.remedy"), want.T("fault.unknown.remedy"); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestLanguageFromTheEnvironment(t *testing.T) {
	for _, tc := range []struct{ name, all, messages, lang, want string }{
		{"nothing set is English", "", "", "", "en"},
		{"LANG alone decides", "", "", "fr_FR.UTF-8", "fr_FR.UTF-8"},
		{"LC_MESSAGES goes before LANG", "", "de_DE", "fr_FR", "de_DE"},
		{"LC_ALL goes before all", "it_CH", "de_DE", "fr_FR", "it_CH"},
		{"the plain locales say nothing", "C", "POSIX", "fr_FR", "fr_FR"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("LC_ALL", tc.all)
			t.Setenv("LC_MESSAGES", tc.messages)
			t.Setenv("LANG", tc.lang)
			if got := text.FromEnvironment(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestAKeyWithoutWordingIsShownAsItself(t *testing.T) {
	words := english(t)
	if got := words.T("no.such.key"); got != "no.such.key" {
		t.Errorf("T gives %q", got)
	}
	if got := words.N("no.such.key", 2); got != "no.such.key" {
		t.Errorf("N gives %q", got)
	}
	if words.Has("no.such.key") || !words.Has("fault.unknown.message") {
		t.Error("Has does not tell what is there")
	}
}

func TestEveryFaultIsToldWithNothingLeftOpen(t *testing.T) {
	words := english(t)
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"an error nobody classified is told by its text", errors.New("boom"), "boom"},
		{"a fault without a kind is told by its cause", fault.E("a.B", fault.Unknown, errors.New("boom")), "boom"},
		{"a fault that is wrapped is found", fmt.Errorf("x: %w", fault.E("a.B", fault.Unknown, errors.New("boom"))), "boom"},
		{"a detail without a name does no harm", fault.E("a.B", fault.Unknown, errors.New("boom"), "", "x"), "boom"},
		{"a wait is filled in", &fault.Error{Kind: fault.Unknown, Err: errors.New("boom"), RetryAfter: time.Second}, "boom"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			message, remedy := words.Fault(tc.err)
			if !strings.Contains(message, tc.want) || remedy == "" {
				t.Errorf("message %q remedy %q", message, remedy)
			}
			if strings.Contains(message+remedy, "no value") {
				t.Errorf("a place is left open: %q %q", message, remedy)
			}
		})
	}
}

func english(t *testing.T) *text.Words {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return words
}
