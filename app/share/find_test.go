package share

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
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
