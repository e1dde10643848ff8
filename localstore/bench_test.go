package localstore

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
)

// big makes a history of 10,000 conversations and 50,000 messages: one
// conversation of 100 and the rest of a few each.
func big(b *testing.B) (path string, key Key) {
	b.Helper()
	path, key = filepath.Join(b.TempDir(), "history.db"), testKey(1)
	db, err := Open(b.Context(), path, key)
	if err != nil {
		b.Fatal(err)
	}
	title := keepable(b, "A title of the usual length")
	rng := rand.New(rand.NewPCG(1, 2))
	const conversations = 10000
	for at := 0; at < conversations; {
		err := db.write(b.Context(), "bench", func(s session) error {
			for range 500 {
				p, err := title.Open()
				if err != nil {
					return err
				}
				when := clock.Add(time.Duration(at) * time.Minute)
				err = s.exec(`INSERT INTO conversation VALUES (NULL, ?, ?, 1, ?, 0, ?, ?, ?, '', '', 'p', 'q', 'm', '', 0, '', 0)`,
					fmt.Sprintf("c%05d", at), fmt.Sprintf("%s %d", p.Text, at), fmt.Sprintf("a title of the usual length %d", at), when, when, at%1000 == 0)
				if err != nil {
					return err
				}
				n := 5
				if at == 0 {
					n = 100
				}
				for i := range n {
					if err := s.put(int64(at+1), message(fmt.Sprintf("m%05d-%d", at, i), chat.User, prose(rng))); err != nil {
						return err
					}
				}
				at++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return path, key
}

// prose is about 500 bytes of words, common ones more often than rare ones.
func prose(rng *rand.Rand) string {
	var s strings.Builder
	for range 80 {
		fmt.Fprintf(&s, "w%d ", int(rng.ExpFloat64()*400))
	}
	return s.String()
}

func BenchmarkHistory(b *testing.B) {
	path, key := big(b)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			db, err := Open(b.Context(), path, key)
			if err != nil {
				b.Fatal(err)
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	db := mustOpen(b, path, key)
	b.Run("append", func(b *testing.B) {
		rng, i := rand.New(rand.NewPCG(3, 4)), 0
		for b.Loop() {
			add(b, db, "c00001", message(fmt.Sprintf("new%d-%d", b.N, i), chat.User, prose(rng)))
			i++
		}
	})
	b.Run("checkpoint of a growing answer of 80 KB", func(b *testing.B) {
		m := message("growing", chat.Assistant, strings.Repeat("words of an answer ", 4000))
		m.State = chat.Growing
		for b.Loop() {
			add(b, db, "c00001", m)
		}
	})
	b.Run("end of an answer of 80 KB", func(b *testing.B) {
		m := message("ended", chat.Assistant, strings.Repeat("words of an answer ", 4000))
		for b.Loop() {
			add(b, db, "c00001", m)
		}
	})
	list := func(q Query) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if _, err := db.List(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("list page", list(Query{}))
	b.Run("list filter with no match", list(Query{Filter: "nowhere"}))
	b.Run("open a conversation of 100 messages", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Conversation(b.Context(), "c00000"); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, query := range []string{"w1", "w400", "w2500", "w40 w60", "w12"} {
		b.Run("search "+query, func(b *testing.B) {
			for b.Loop() {
				if _, err := db.Search(b.Context(), query, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("search Japanese with no match", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Search(b.Context(), "天気", 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}
