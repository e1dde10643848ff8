package widget

import (
	"testing"

	"bise/ui/theme"
)

func TestASignAtTheBeginningOfAWordNamesAFile(t *testing.T) {
	for line, want := range map[string]string{
		"@":               "",
		"see @src/ma":     "src/ma",
		"(@a.pdf":         "a.pdf",
		`@my\ file`:       `my\ file`,
		"me@example.org":  "-",
		"@a.pdf and then": "-",
		"no sign":         "-",
		"":                "-",
	} {
		word, ok := mentioned(line)
		if !ok {
			word = "-"
		}
		if word != want {
			t.Errorf("%q names %q, want %q", line, word, want)
		}
	}
}

func TestWhatStandsBeforeTheCursorIsReplaced(t *testing.T) {
	th, err := theme.Load("none")
	if err != nil {
		t.Fatal(err)
	}
	c := NewComposer(th)
	_ = c.Focus()
	c.SetValue("look\nat @sr")
	if word, ok := c.Mention(); !ok || word != "sr" {
		t.Fatalf("the mention is %q, %t", word, ok)
	}
	if c.Replace("@other", "x") || c.Value() != "look\nat @sr" {
		t.Errorf("something else was replaced: %q", c.Value())
	}
	if !c.Replace("@sr", "@src/") || c.Value() != "look\nat @src/" {
		t.Errorf("the text is %q", c.Value())
	}
	if !c.Replace("look\nat @src/", "") || !c.Empty() {
		t.Errorf("a text over two lines was not taken out: %q", c.Value())
	}
}
