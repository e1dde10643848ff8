package bedrock

import (
	"strings"
	"testing"
)

// FuzzInline holds that nothing of an answer is lost but the marks and the
// blank around them, however it is cut.
func FuzzInline(f *testing.F) {
	f.Add("[THINK]a[/THINK]b", uint8(1))
	f.Add("<think>", uint8(3))
	f.Add(" <th", uint8(2))
	f.Fuzz(func(t *testing.T, answer string, step uint8) {
		whole := func(step int) (thought, said string) {
			var in inline
			var pieces []piece
			for rest := answer; rest != ""; {
				n := min(step, len(rest))
				pieces = append(pieces, in.add(rest[:n])...)
				rest = rest[n:]
			}
			for _, p := range append(pieces, in.rest()...) {
				if p.thinking {
					thought += p.text
				} else {
					said += p.text
				}
			}
			return thought, said
		}
		thought, said := whole(len(answer) + 1)
		again, saidAgain := whole(int(step) + 1)
		if thought != again || strings.TrimLeft(said, "\r\n") != strings.TrimLeft(saidAgain, "\r\n") {
			t.Errorf("%q is thought %q and said %q in one piece, %q and %q in several", answer, thought, said, again, saidAgain)
		}
		if thought == "" && !strings.Contains(answer, "THINK]") && !strings.Contains(answer, "think>") && said != answer {
			t.Errorf("%q became %q", answer, said)
		}
	})
}
