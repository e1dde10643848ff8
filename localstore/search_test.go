package localstore

import (
	"slices"
	"strings"
	"testing"
	"time"

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
	for query, want := range map[string]string{"needle": "Needle", "針針": "針針"} {
		hits, err := db.Search(t.Context(), query, 0)
		if err != nil || len(hits) != 1 {
			t.Fatalf("%d hits, %v", len(hits), err)
		}
		s := hits[0].Snippet
		if len(s.Matches) != 1 || string(s.Text[s.Matches[0].Start:s.Matches[0].End]) != want {
			t.Errorf("%s: snippet %q, matches %v", query, string(s.Text), s.Matches)
		}
		if len(s.Text) > 400 || hits[0].Title != "Title" || hits[0].Role != chat.User || !hits[0].At.Equal(clock) {
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
