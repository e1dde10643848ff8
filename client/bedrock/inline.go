package bedrock

import "strings"

// piece is text of one kind.
type piece struct {
	thinking bool
	text     string
}

// marks are how models write reasoning into the answer itself where the service
// does not take it apart: Magistral's and the ones of other open weights.
var marks = []struct{ open, shut string }{
	{"[THINK]", "[/THINK]"},
	{"<think>", "</think>"},
}

// inline takes reasoning out of an answer that begins with it. A mark later in
// the text is text: the answer may speak about it.
type inline struct {
	held    string // what may still become a mark
	shut    string // the mark that ends the reasoning, "" outside
	settled bool   // the answer does not begin with a mark, or it has ended
}

// add gives the pieces that are clear by now.
func (in *inline) add(text string) []piece {
	if in.settled {
		return []piece{{text: text}}
	}
	in.held += text
	if in.shut == "" {
		start := strings.TrimLeft(in.held, " \t\r\n")
		for _, m := range marks {
			if strings.HasPrefix(start, m.open) {
				in.shut, in.held = m.shut, start[len(m.open):]
				return in.thinking()
			}
			if strings.HasPrefix(m.open, start) {
				return nil // the mark may still come
			}
		}
		in.settled = true
		text, in.held = in.held, ""
		return []piece{{text: text}}
	}
	return in.thinking()
}

// thinking gives reasoning up to its end, holding back what may be the mark.
func (in *inline) thinking() []piece {
	before, after, ended := strings.Cut(in.held, in.shut)
	if ended {
		in.settled, in.held = true, ""
		return []piece{{thinking: true, text: before}, {text: strings.TrimLeft(after, "\r\n")}}
	}
	keep := 0
	for n := min(len(in.shut)-1, len(in.held)); n > 0 && keep == 0; n-- {
		if strings.HasSuffix(in.held, in.shut[:n]) {
			keep = n
		}
	}
	clear := in.held[:len(in.held)-keep]
	in.held = in.held[len(in.held)-keep:]
	return []piece{{thinking: true, text: clear}}
}

// rest is what was held back when the answer ended.
func (in *inline) rest() []piece {
	text := in.held
	in.held = ""
	return []piece{{thinking: in.shut != "" && !in.settled, text: text}}
}
