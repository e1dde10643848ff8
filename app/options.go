package app

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
)

// Option names one of the options of a conversation, as in a preset.
type Option string

// The options that are set by a line of text.
const (
	TemperatureOption Option = "temperature"
	TopPOption        Option = "top_p"
	SeedOption        Option = "seed"
	MaxTokensOption   Option = "max_tokens"
	StopOption        Option = "stop"
	FormatOption      Option = "format"
	WindowOption      Option = "window"
	KeepAliveOption   Option = "keep_alive"
)

// OptionsOf lists the options that a conversation's provider takes, in the order
// in which they are shown.
func (a *App) OptionsOf(s *Session) []Option {
	options := []Option{TemperatureOption, TopPOption, MaxTokensOption, StopOption, SeedOption, FormatOption}
	if a.Describe(s.Choice().Provider).Can.Window {
		options = append(options, WindowOption, KeepAliveOption)
	}
	return options
}

// OptionValue is an option as it would be typed; "" leaves it to the service.
func OptionValue(o chat.Options, option Option) string {
	number := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	share := func(f *float64) string {
		if f == nil {
			return ""
		}
		return strconv.FormatFloat(*f, 'g', -1, 64)
	}
	switch option {
	case TemperatureOption:
		return share(o.Temperature)
	case TopPOption:
		return share(o.TopP)
	case SeedOption:
		return number(o.Seed)
	case MaxTokensOption:
		return number(o.MaxTokens)
	case StopOption:
		return strings.Join(o.Stop, " | ")
	case FormatOption:
		return o.Format
	case WindowOption:
		if o.Window > 0 {
			return strconv.Itoa(o.Window)
		}
	case KeepAliveOption:
		return o.KeepAlive
	}
	return ""
}

// SetOption sets an option of a conversation from a line of text; "" leaves it
// to the service again. Several stops stand between " | ". A text that is no
// such value is a fault.Usage.
func (a *App) SetOption(ctx context.Context, s *Session, option Option, text string) error {
	set := s.Snapshot().Settings.Options
	text = strings.TrimSpace(text)
	bad := fault.E("app.SetOption", fault.Usage, nil, "what", "option", "word", text, "option", string(option))
	var err error
	switch option {
	case TemperatureOption:
		set.Temperature, err = parsed(text, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case TopPOption:
		set.TopP, err = parsed(text, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case SeedOption:
		set.Seed, err = parsed(text, strconv.Atoi)
	case MaxTokensOption:
		set.MaxTokens, err = parsed(text, strconv.Atoi)
	case StopOption:
		set.Stop = nil
		for stop := range strings.SplitSeq(text, "|") {
			if stop = strings.TrimSpace(stop); stop != "" {
				set.Stop = append(set.Stop, stop)
			}
		}
	case FormatOption:
		set.Format = text
	case WindowOption:
		set.Window = 0
		if text != "" {
			set.Window, err = strconv.Atoi(text)
		}
	case KeepAliveOption:
		set.KeepAlive = text
	default:
		return bad
	}
	if err != nil || WrongOption(set) == string(option) {
		return bad
	}
	return a.changeSettings(ctx, s, func(c *chat.Settings) { c.Options = set })
}

// parsed reads a value, nil for an empty text.
func parsed[T any](text string, read func(string) (T, error)) (*T, error) {
	if text == "" {
		return nil, nil
	}
	v, err := read(text)
	return &v, err
}

// isSchema reports whether a text is a JSON object, as a schema is.
func isSchema(s string) bool {
	var schema map[string]any
	return json.Unmarshal([]byte(s), &schema) == nil
}
