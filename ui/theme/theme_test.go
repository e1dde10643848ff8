package theme

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

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

// Contrast as WCAG 2.2 defines it: 7:1 is its stricter level for text, 4.5:1 the
// common one, 3:1 what may be told apart. Backgrounds and lines are left out.
func TestColoursCanBeRead(t *testing.T) {
	for _, c := range []struct {
		name, background string
		least            float64
	}{
		{"contrast", "#000000", 7},
		{"dark", "#1e1e1e", 4.5},
		{"light", "#ffffff", 4.5},
	} {
		data, err := assets.Themes.ReadFile("themes/" + c.name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		var f file
		if _, err := toml.Decode(string(data), &f); err != nil {
			t.Fatal(err)
		}
		for name, value := range f.Colors {
			least := c.least
			switch name {
			case "panel", "line":
				continue
			case "dim":
				least = 3
			}
			if got := contrast(luminance(value), luminance(c.background)); got < least {
				t.Errorf("%s: %s has contrast %.1f, want %.1f", c.name, name, got, least)
			}
		}
		if panel, bright := f.Colors["panel"], f.Colors["bright"]; contrast(luminance(panel), luminance(bright)) < c.least {
			t.Errorf("%s: what is selected cannot be read", c.name)
		}
	}
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

func luminance(hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 0
		}
		c := float64(n) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
