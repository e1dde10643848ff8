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

// reused gives, for each message, the kinds it inherits by repeating earlier
// ones. Messages that are themselves of such a kind need none. The runs of words
// of all earlier ones count together: a long conversation is compared once.
func (r Rules) reused(messages []chat.Message) [][]string {
	out := make([][]string, len(messages))
	sources := make(map[uint64][]string)
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
		switch {
		case len(kinds) > 0:
			for h := range r.shingles(seed, m) {
				sources[h] = kinds
			}
		case len(sources) > 0:
			out[i] = r.repeats(r.shingles(seed, m), sources)
		}
	}
	return out
}

func (r Rules) repeats(own map[uint64]bool, sources map[uint64][]string) []string {
	var kinds []string
	common := 0
	for h := range own {
		if from, ok := sources[h]; ok {
			common++
			for _, k := range from {
				if !slices.Contains(kinds, k) {
					kinds = append(kinds, k)
				}
			}
		}
	}
	if common == 0 || common*100 < r.limits.percent*len(own) {
		return nil
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
