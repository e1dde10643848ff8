package archive

import "bise/app/chat"

// Settings are how the prompts of a conversation were asked. What is not there
// was left to the service.
type Settings struct {
	Tools     []string `json:"tools,omitempty"`
	Libraries []string `json:"libraries,omitempty"`
	Options   Options  `json:"options,omitzero"`
	Declared  Declared `json:"declared,omitzero"`
	Replaced  string   `json:"placeholders,omitempty"` // yes: the service got placeholders for personal data
}

// Declared is what the person declared about a conversation: editorial or
// non_editorial, under which rules, and when, YYYY-MM-DD.
type Declared struct {
	Purpose string `json:"purpose,omitempty"`
	Ruleset string `json:"ruleset,omitempty"`
	On      string `json:"on,omitempty"`
}

// Options are those of the answers.
type Options struct {
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
	Seed        *int     `json:"seed,omitempty"`
	MaxTokens   *int     `json:"max_tokens,omitempty"`
	Stop        []string `json:"stop,omitempty"`
	Effort      string   `json:"effort,omitempty"`
	Filter      string   `json:"filter,omitempty"`
	Thinking    *bool    `json:"thinking,omitempty"`
	Window      int      `json:"window_tokens,omitempty"`
	Format      string   `json:"format,omitempty"` // json, or a JSON schema
	KeepAlive   string   `json:"keep_alive,omitempty"`
}

func fromSettings(s chat.Settings) Settings {
	out := Settings{
		Tools: s.Tools, Libraries: s.Libraries, Options: fromOptions(s.Options),
		Declared: Declared(s.Declared),
	}
	if s.Placeholders {
		out.Replaced = "yes"
	}
	return out
}

func (s Settings) chat() chat.Settings {
	return chat.Settings{
		Tools: s.Tools, Libraries: s.Libraries, Options: s.Options.chat(),
		Declared:     chat.Declaration(s.Declared),
		Placeholders: s.Replaced == "yes",
	}
}

func fromOptions(o chat.Options) Options {
	return Options{
		Temperature: o.Temperature, TopP: o.TopP, Seed: o.Seed, MaxTokens: o.MaxTokens, Stop: o.Stop, Effort: o.Effort,
		Filter: string(o.Filter), Thinking: o.Thinking, Window: o.Window, Format: o.Format, KeepAlive: o.KeepAlive,
	}
}

func (o Options) chat() chat.Options {
	return chat.Options{
		Temperature: o.Temperature, TopP: o.TopP, Seed: o.Seed, MaxTokens: o.MaxTokens, Stop: o.Stop, Effort: o.Effort,
		Filter: chat.Filter(o.Filter), Thinking: o.Thinking, Window: o.Window, Format: o.Format, KeepAlive: o.KeepAlive,
	}
}
