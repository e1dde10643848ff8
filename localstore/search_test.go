package localstore

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bise/app/chat"
)

func TestASearchFindsWordsAndTakesNothingForSyntax(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "Titre")
	for i, text := range []string{
		"The quick brown fox", "Le café est fermé", "a AND b NOT c", "brown bears", "C++ and *stars* \"quoted\"",
		"東京都の天気はどうですか", "naïve col:umn words", "fox then brown", "snake_case-name",
	} {
		add(t, db, "c", message(number3(i), chat.User, text))
	}
	cases := map[string]struct {
		query string
		want  []string
	}{
		"the newest comes first":             {"brown", []string{"007", "003", "000"}},
		"all words must be there":            {"brown fox", []string{"007", "000"}},
		"the last word may be a beginning":   {"brown fo", []string{"007", "000"}},
		"one letter is a word":               {"b", []string{"002"}},
		"other words may not":                {"bro fox", nil},
		"quoted words follow each other":     {`"brown fox"`, []string{"000"}},
		"an unfinished quotation is one":     {`"brown fox`, []string{"000"}},
		"accents do not matter":              {"cafe FERMÉ", []string{"001"}},
		"AND and NOT are words":              {"and not", []string{"002"}},
		"a star is nothing":                  {"*", nil},
		"operators are nothing":              {"( ) ^ - + : { }", nil},
		"a column filter is words":           {"col:umn", []string{"006"}},
		"NEAR is a word":                     {"NEAR(a b)", nil},
		"a lone quote is nothing":            {`"`, nil},
		"nothing finds nothing":              {"  ", nil},
		"a NUL byte is a space":              {"quick\x00brown", []string{"000"}},
		"Japanese is found without spaces":   {"天気", []string{"005"}},
		"Japanese and a Latin word together": {"天気 東京", []string{"005"}},
		"percent is not a wildcard":          {"天%気", nil},
		"broken bytes are no error":          {"\xffquick", []string{"000"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := found(t, db, c.query); !slices.Equal(got, c.want) {
				t.Fatalf("found %v, want %v", got, c.want)
			}
		})
	}
}

func TestASnippetShowsItsMatches(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "Title")
	add(t, db, "c", message("a", chat.User, strings.Repeat("filler ", 200)+"the Needle lies here "+strings.Repeat("filler ", 200)))
	add(t, db, "c", message("b", chat.User, strings.Repeat("日本", 200)+"針針"+strings.Repeat("日本", 200)))
	add(t, db, "c", message("d", chat.User, strings.Repeat("rien ", 50)+"Un CAFE\u0301 très-serré, ici"))
	for query, want := range map[string]string{
		"needle": "Needle", "need": "Needle", `"needle lies"`: "Needle lies", "針針": "針針",
		"cafe": "CAFE\u0301", `"tres serre"`: "très-serré",
	} {
		hits, err := db.Search(t.Context(), query, 0)
		if err != nil || len(hits) != 1 {
			t.Fatalf("%d hits, %v", len(hits), err)
		}
		s := hits[0].Snippet
		if len(s.Matches) != 1 || string(s.Text[s.Matches[0].Start:s.Matches[0].End]) != want {
			t.Errorf("%s: snippet %q, matches %v", query, string(s.Text), s.Matches)
		}
		if utf8.RuneCountInString(string(s.Text)) > 200 || hits[0].Title != "Title" || hits[0].Role != chat.User || !hits[0].At.Equal(clock) {
			t.Errorf("hit %+v", hits[0])
		}
	}
}

func TestTheListPagesThroughEverythingOnce(t *testing.T) {
	db := newDB(t)
	const total = 25
	for i := range total {
		id := chat.ConversationID(number3(i))
		k := keepable(t, "Título "+number3(i))
		err := db.Begin(t.Context(), Meta{
			ID: id, Title: &k, Created: clock.Add(time.Duration(i/3) * time.Minute),
			Pinned: i%5 == 0, Folder: []string{"", "work"}[i%2], Tags: []string{"t" + number3(i%4), "all"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	q := Query{Limit: 4}
	for {
		page, err := db.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, s := range page {
			seen = append(seen, string(s.ID))
		}
		q.After = page[len(page)-1].Cursor()
	}
	want := []string{"020", "015", "010", "005", "000"}
	for i := total - 1; i >= 0; i-- {
		if i%5 != 0 {
			want = append(want, number3(i))
		}
	}
	if !slices.Equal(seen, want) {
		t.Fatalf("got  %v\nwant %v", seen, want)
	}
	for name, c := range map[string]struct {
		q    Query
		want int
	}{
		"part of a title in another case": {Query{Filter: "TÍTULO 01"}, 10},
		"a percent sign is no wildcard":   {Query{Filter: "%"}, 0},
		"a folder":                        {Query{Folder: "work"}, 12},
		"a tag":                           {Query{Tag: "t000"}, 7},
		"a tag is not part of one":        {Query{Tag: "t00"}, 0},
		"pinned only":                     {Query{Pinned: true}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := db.List(t.Context(), c.q)
			if err != nil || len(page) != c.want {
				t.Fatalf("%d rows, want %d, %v", len(page), c.want, err)
			}
		})
	}
}

func TestEveryMatchInASnippetIsMarked(t *testing.T) {
	f := newFinder([]term{{text: "ab"}, {text: "c d", quoted: true}, {text: "ef"}})
	got := f.snippet("ab c d, efg; C d abc")
	var marked []string
	for _, m := range got.Matches {
		marked = append(marked, string(got.Text[m.Start:m.End]))
	}
	if want := []string{"ab", "c d", "efg", "C d"}; !slices.Equal(marked, want) {
		t.Fatalf("marked %q, want %q", marked, want)
	}
}

func TestAPastedBookIsFoundAtOnce(t *testing.T) {
	db := newDB(t)
	begin(t, db, "c", "t")
	add(t, db, "c", message("m", chat.User, strings.Repeat("lorem ipsum dolor ", 120000)))
	// Half a minute is no measure of speed: the index's own snippet of this
	// takes many times that.
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	hits, err := db.Search(ctx, "ipsum", 0)
	if err != nil || len(hits) != 1 || len(hits[0].Snippet.Matches) == 0 {
		t.Fatalf("%d hits, %v", len(hits), err)
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("some words here", "wor")
	f.Add("\xff\xfe cafe\u0301 \x00", "\"caf e\" x")
	f.Fuzz(func(t *testing.T, text, query string) {
		s := newFinder(splitQuery(query)).snippet(text)
		end := 0
		for _, m := range s.Matches {
			if m.Start < end || m.End <= m.Start || m.End > len(s.Text) {
				t.Fatalf("match %v of %d bytes", m, len(s.Text))
			}
			end = m.End
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{`a "b c" d*`, `"`, `col:x`, "a\x00b", "\xff", "天気 x", "NEAR(a, 2)", "-", `""""`} {
		f.Add(s)
	}
	db := newDB(f)
	begin(f, db, "c", "t")
	add(f, db, "c", message("m", chat.User, "some words \x01 here"))
	f.Fuzz(func(t *testing.T, query string) {
		hits, err := db.Search(t.Context(), query, 5)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		for _, h := range hits {
			for _, m := range h.Snippet.Matches {
				if m.Start < 0 || m.End > len(h.Snippet.Text) || m.Start >= m.End {
					t.Fatalf("%q: match %v of %d bytes", query, m, len(h.Snippet.Text))
				}
			}
		}
	})
}
