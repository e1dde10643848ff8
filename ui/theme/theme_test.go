package theme

import (
	"strings"
	"testing"

	"bise/assets"
)

func TestEveryThemeLoads(t *testing.T) {
	for _, name := range []string{"contrast", "dark", "light", "none"} {
		got, err := Load(name)
		if err != nil || got.Name != name {
			t.Errorf("Load(%q) = %q, %v", name, got.Name, err)
		}
	}
	if len(Names()) < 4 {
		t.Errorf("Names() = %v", Names())
	}
}

func TestTheThemeWithoutColoursWritesNone(t *testing.T) {
	got, err := Load("none")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{got.Error.Render("x"), got.Selected.Render("x"), got.Syntax.Keyword.Render("x")} {
		if strings.Contains(s, "38;") || strings.Contains(s, "48;") {
			t.Errorf("colour in %q", s)
		}
	}
}

func TestForChoosesByTerminalAndWish(t *testing.T) {
	for _, c := range []struct {
		name          string
		dark, noColor bool
		wanted, want  string
	}{
		{"a dark background takes the dark theme", true, false, "", "dark"},
		{"a light background takes the light theme", false, false, "", "light"},
		{"a wish wins over the background", true, false, "contrast", "contrast"},
		{"no colours wins over a wish", true, true, "contrast", "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := For(c.dark, c.noColor, c.wanted)
			if err != nil || got.Name != c.want {
				t.Errorf("got %q, %v, want %q", got.Name, err, c.want)
			}
		})
	}
	if _, err := For(true, false, "beige"); err == nil || !strings.Contains(err.Error(), "dark") {
		t.Errorf("an unknown theme gives %v, want the names there are", err)
	}
}

func TestABadThemeFileNamesTheField(t *testing.T) {
	good, err := assets.Themes.ReadFile("themes/dark.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"a colour that is no colour", `"#f0a35e"`, `"orange"`, "colors.accent"},
		{"a style that names no colour", `muted = { fg = "soft" }`, `muted = { fg = "sofd" }`, "styles.muted.fg"},
		{"a style that is missing", "border = { fg = \"line\" }\n", "", "styles.border: missing"},
		{"a style nobody knows", "[styles]\n", "[styles]\nbordr = {}\n", "styles.bordr"},
		{"an attribute nobody knows", "text = {}", "text = { blink = true }", "styles.text.blink"},
		{"a missing word of code", "number = { fg = \"warn\" }\n", "", "code.number: missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(string(good), c.old, c.new, 1)
			if text == string(good) {
				t.Fatal("the case changes nothing")
			}
			_, err := parse(text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	good, err := assets.Themes.ReadFile("themes/none.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add("[colors]\na = \"#12345g\"")
	f.Fuzz(func(t *testing.T, data string) {
		if _, err := parse(data); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
