package picture

import (
	"strings"
)

// Protocol is a way to show a picture in a terminal. The zero value draws it
// out of half blocks, which needs nothing but colours.
type Protocol string

// The protocols.
const (
	HalfBlocks Protocol = ""
	Kitty      Protocol = "kitty"
	ITerm      Protocol = "iterm2"
	Sixel      Protocol = "sixel"
)

// Detect says what the environment tells of the terminal. Inside tmux and screen
// a picture would be drawn behind their back, so that it stands where nobody
// expects it; there it is made of half blocks.
func Detect(env func(string) string) Protocol {
	term, program := env("TERM"), env("TERM_PROGRAM")
	switch {
	case multiplexed(env):
		return HalfBlocks
	case term == "xterm-kitty", term == "xterm-ghostty", program == "ghostty", env("KITTY_WINDOW_ID") != "":
		return Kitty
	case program == "iTerm.app", program == "WezTerm", env("LC_TERMINAL") == "iTerm2":
		return ITerm
	case term == "foot", strings.HasPrefix(term, "foot-"), term == "mlterm", term == "yaft-256color":
		return Sixel
	default:
		return HalfBlocks
	}
}

func multiplexed(env func(string) string) bool {
	term := env("TERM")
	return env("TMUX") != "" || env("STY") != "" || env("ZELLIJ") != "" ||
		strings.HasPrefix(term, "tmux") || strings.HasPrefix(term, "screen")
}

// sixelAttribute is what a terminal that draws sixels has among its primary
// device attributes (DEC, VT340).
const sixelAttribute = 4

// Told is what a terminal's answer to the question for its attributes adds to
// what the environment tells.
func (p Protocol) Told(env func(string) string, attributes []int) Protocol {
	if p != HalfBlocks || multiplexed(env) {
		return p
	}
	for _, a := range attributes {
		if a == sixelAttribute {
			return Sixel
		}
	}
	return p
}

// Colourless reports whether a picture should be a line of text: no colours are
// wanted or there are none, or a screen reader reads.
func Colourless(env func(string) string) bool {
	accessible := env("ACCESSIBLE")
	return env("NO_COLOR") != "" || env("TERM") == "dumb" || accessible != "" && accessible != "0"
}
