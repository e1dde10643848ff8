package app

import (
	"testing"

	"bise/app/fault"
)

func TestAMailHasTheAddressesAndTheSubjectAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		name string
		d    SavedDraft
		want string
	}{
		{
			"a copy goes along",
			SavedDraft{To: "support@mistral.ai", CC: []string{"legal@mistral.ai"}, Subject: "Report: a & b + c", Text: "CANARY"},
			"mailto:support@mistral.ai?subject=Report%3A%20a%20%26%20b%20%2B%20c&cc=legal@mistral.ai",
		},
		{
			"another way that has an address",
			SavedDraft{To: "help_center", Alternatives: []string{"support@mistral.ai"}, Subject: "x"},
			"mailto:support@mistral.ai?subject=x",
		},
		{
			"a subject of several lines stays a subject",
			SavedDraft{To: "a@example.org", Subject: "x\nBcc: y@example.org"},
			"mailto:a@example.org?subject=x%0ABcc%3A%20y%40example.org",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := mailLink(c.d); err != nil || got != c.want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	for _, to := range []string{"", "own_company", "-x", "a@b", "a b@example.org"} {
		if link, err := mailLink(SavedDraft{To: to}); !fault.Is(err, fault.NotFound) {
			t.Errorf("to %q: %q, %v", to, link, err)
		}
	}
}
