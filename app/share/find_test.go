package share

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"bise/app/chat"
)

// look is whom the corpus belongs to.
var look = Look{Names: []string{"Marguerite Delacroix"}, Terms: []string{"Projekt Adler", "ACME-Fusion"}, Homes: []string{"/srv/people/mdelacroix"}}

// corpus reads lines of "kind<TAB>text", where «…» marks what is planted.
func corpus(t *testing.T, name string) (lines [][2]string) {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		kind, text, ok := strings.Cut(s.Text(), "\t")
		if !ok || strings.HasPrefix(kind, "#") {
			continue
		}
		lines = append(lines, [2]string{kind, strings.ReplaceAll(text, `\n`, "\n")})
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestFindingsOverTheCorpus holds recall and precision to fixed bounds: of a
// hundred planted secrets and personal data, and of a hundred look-alikes.
func TestFindingsOverTheCorpus(t *testing.T) {
	planted, alike := corpus(t, "planted.txt"), corpus(t, "lookalikes.txt")
	if len(planted) != 100 || len(alike) != 100 {
		t.Fatalf("%d planted and %d look-alikes, want a hundred of each", len(planted), len(alike))
	}
	found := 0
	for _, line := range planted {
		start, end := strings.Index(line[1], "«"), strings.Index(line[1], "»")-len("«")
		text := strings.NewReplacer("«", "", "»", "").Replace(line[1])
		hit := false
		for _, s := range look.Find(text) {
			if string(s.Kind) == line[0] && s.Start <= start && s.End >= end {
				hit = true
			}
		}
		if hit {
			found++
		} else {
			t.Logf("missed %s in %q", line[0], text)
		}
	}
	wrong := 0
	for _, line := range alike {
		if spans := look.Find(line[1]); len(spans) > 0 {
			wrong++
			t.Logf("took %q for %s in %q", line[1][spans[0].Start:spans[0].End], spans[0].Kind, line[1])
		}
	}
	recall, precision := float64(found)/100, float64(found)/float64(found+wrong)
	t.Logf("recall %.2f, precision %.2f", recall, precision)
	if recall < 0.95 || precision < 0.95 {
		t.Errorf("recall %.2f and precision %.2f, want 0.95 of each", recall, precision)
	}
}

func TestFindingsThatOverlapBecomeOne(t *testing.T) {
	const text = "write to marguerite.delacroix@example.org"
	spans := look.Find(text)
	if len(spans) != 1 || spans[0].Kind != Email || text[spans[0].Start:spans[0].End] != "marguerite.delacroix@example.org" {
		t.Errorf("spans %v, want the whole address once", spans)
	}
}

func TestFindingsWrittenInOtherWays(t *testing.T) {
	owner := Look{Names: []string{"Jörg Müller", "Max Søndergård"}, Terms: []string{"Blue Heron", "ACME-Fusion"}}
	for _, c := range []struct{ name, text, want string }{
		{"a name without its accents", "from Jorg Muller, today", "name:Jorg Muller"},
		{"a name spelled out", "from JOERG MUELLER, today", "name:JOERG MUELLER"},
		{"a name with its accents as characters of their own", "from Jo\u0308rg Mu\u0308ller, today", "name:Jo\u0308rg Mu\u0308ller"},
		{"a name as that of a file", "open joerg_mueller.pdf", "name:joerg_mueller"},
		{"a first name that begins a word of a program", "max_tokens=5 and maximum", ""},
		{"a term in an address", "docs/blue-heron/plan.md", "term:blue-heron"},
		{"a term that a line breaks, shown in one", "the Blue\nHeron ships", "term:Blue Heron"},
		{"a term with a space for its hyphen", "acme fusion slips", "term:acme fusion"},
		{"a longer word than a term", "two blue herons", ""},
		{"an address in another alphabet", "это иван@почта.рф", "email:иван@почта.рф"},
		{"an address in a text without spaces", "連絡先はyuki@tanaka.jpまで", "email:yuki@tanaka.jp"},
		{"an IBAN from a page that keeps it together", "auf DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000 bitte", "iban:DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000"},
		{"a login without a user, and not its server", "redis://:m0onLadder@cache.acme.net", "password:m0…"},
		{"a login that stands for one", "https://user:password@acme.net and amqp://guest:guest@acme.net", ""},
		{"a login as an option", "curl -sS -u 'ci:x9!Lampion' https://acme.net", "password:x9…"},
		{"a group's number as an option", "docker run -u app:1000 busybox", ""},
		{"a password before another parameter", "?password=kiesel2steinbruch&useSSL=true", "password:kies…"},
		{"a home of a mounted drive", "ls /mnt/c/Users/otto/x", "home_path:/mnt/c/Users/otto"},
		{"the number of a book behind a word for calling", "Phone: 978-0-306-40615-7", ""},
		{"a name of a style that begins like a key", "sk-folding-cube-animation-wrapper", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range owner.Find(c.text) {
				got = append(got, string(s.Kind)+":"+string(Finding{Kind: s.Kind, Text: chat.Text(c.text[s.Start:s.End])}.Shown()))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{"«", "DE89 3704 0044 0532 0130 00", "-----BEGIN PRIVATE KEY-----", "a@b.cc", "İmarguerite", "/home/x", "\xff\xfe+33 6", "password: ''"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range look.Find(text) {
			if s.Start < at || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("span %v of %d bytes after %d", s, len(text), at)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
				t.Fatalf("span %v cuts a character", s)
			}
			at = s.End
		}
	})
}
