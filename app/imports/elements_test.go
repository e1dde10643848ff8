package imports

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAGuardFillsWhatItIsGiven(t *testing.T) {
	broken := errors.New("the disk is gone")
	g := &guard{r: io.MultiReader(iotest.OneByteReader(strings.NewReader("abcdef")), iotest.ErrReader(broken)), left: 100}
	p := make([]byte, 4)
	for _, want := range []string{"abcd", "ef"} {
		if n, err := g.Read(p); err != nil || string(p[:n]) != want {
			t.Errorf("read %q and %v, want %q", p[:n], err, want)
		}
	}
	if n, err := g.Read(p); n != 0 || !errors.Is(err, broken) {
		t.Errorf("read %d bytes and %v behind the end", n, err)
	}
}

// BenchmarkBlanks reads blanks that come in small pieces, as an archive unpacks
// them: the time must grow as their number does.
func BenchmarkBlanks(b *testing.B) {
	for _, size := range []int{1 << 20, 8 << 20} {
		b.Run(strconv.Itoa(size>>20)+"MiB", func(b *testing.B) {
			text := "[" + strings.Repeat(" ", size) + "]"
			b.SetBytes(int64(size))
			for b.Loop() {
				e := newElements(iotest.HalfReader(strings.NewReader(text)))
				if err := e.each(func(int, json.RawMessage) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
