package policy

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"

	"bise/app/chat"
)

// Repeats gives the origins that an answer inherits because it repeats, word
// for word, an earlier answer that may not be kept or passed on. Whoever ends
// an answer adds them to its parts before it is stored: later the earlier
// answer is no longer there to compare with.
func (r Rules) Repeats(answer chat.Message, earlier []chat.Message) chat.Origin {
	kinds := r.reused(append(slices.Clone(earlier), answer))[len(earlier)]
	var o chat.Origin
	for _, k := range kindOf {
		if slices.Contains(kinds, k.kind) && k.origin != chat.OwnTool {
			o |= k.origin
		}
	}
	return o
}

// reused gives, for each message, the kinds it inherits by repeating an earlier
// one. Messages that are themselves of such a kind need none.
func (r Rules) reused(messages []chat.Message) [][]string {
	out := make([][]string, len(messages))
	var sources []shingled
	seed := maphash.MakeSeed()
	for i, m := range messages {
		if m.Role != chat.Assistant || !Service(m.Service).Hosted() {
			continue
		}
		var kinds []string
		for _, k := range r.subjectOfMessage(m).kinds {
			if slices.Contains(r.limits.taints, k) {
				kinds = append(kinds, k)
			}
		}
		if len(kinds) > 0 {
			sources = append(sources, shingled{kinds, r.shingles(seed, m)})
		} else if len(sources) > 0 {
			out[i] = r.repeats(r.shingles(seed, m), sources)
		}
	}
	return out
}

// shingled is an earlier answer by the runs of words in it.
type shingled struct {
	kinds []string
	set   map[uint64]bool
}

func (r Rules) repeats(own map[uint64]bool, sources []shingled) (kinds []string) {
	for _, s := range sources {
		common := 0
		for h := range own {
			if s.set[h] {
				common++
			}
		}
		if len(own) > 0 && common*100 >= r.limits.percent*len(own) {
			kinds = append(kinds, s.kinds...)
		}
	}
	return strictestFirst(kinds)
}

// shingles hashes every run of words of a message, without case and
// punctuation. A shorter text is one run.
func (r Rules) shingles(seed maphash.Seed, m chat.Message) map[uint64]bool {
	words := strings.FieldsFunc(strings.ToLower(string(m.Text())), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsNumber(c)
	})
	set := make(map[uint64]bool, len(words))
	if len(words) == 0 {
		return set
	}
	n := min(max(r.limits.shingle, 1), len(words))
	for i := 0; i+n <= len(words); i++ {
		set[maphash.String(seed, strings.Join(words[i:i+n], " "))] = true
	}
	return set
}
