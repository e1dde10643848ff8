package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// BuiltInTools are the tools that a person can switch on, in the order in which
// they are shown.
func BuiltInTools() []string {
	return []string{chat.WebSearchTool, chat.NewsTool, chat.CodeTool, chat.ImageTool}
}

// ToolPlace says whether the place offers a tool at all. The zero value does
// not.
type ToolPlace string

// The places.
const (
	// ToolNowhere is a provider without the tool.
	ToolNowhere ToolPlace = ""
	// ToolNotRegional is a regional host, which has no tools at all.
	ToolNotRegional ToolPlace = "regional"
	// ToolOfAgent is an agent, which brings its own tools.
	ToolOfAgent ToolPlace = "agent"
	// ToolHere is a provider that has it.
	ToolHere ToolPlace = "here"
)

// Tool is a built-in tool as a person can choose it.
type Tool struct {
	Name string
	// On says that the conversation's next prompts use it.
	On bool
	// Once says that the next prompt alone uses it.
	Once bool
	// Usual says that new conversations of the profile begin with it.
	Usual bool
	Place ToolPlace
	// Use is the rules' answer; Company is who runs the tool.
	Use     policy.Verdict
	Company string
	// Switch keeps the company out; the zero Switch where nothing does.
	Switch policy.Switch
}

// Usable reports whether the tool can be switched on, perhaps after a question:
// a media customer's word on the purpose may open the news.
func (t Tool) Usable() bool {
	asks := t.Name == chat.NewsTool && !t.Switch.Off && !t.Use.Locks()
	return t.Place == ToolHere && (t.Use.Decision != policy.Block || asks)
}

// Tools lists the built-in tools for a conversation.
func (a *App) Tools(s *Session) ([]Tool, error) {
	c := s.Snapshot()
	f, err := a.factsFor(c.Provider)
	if err != nil {
		return nil, err
	}
	f = f.Confirming(s.confirmed(a.Rules().ID())...)
	p, err := a.Profile(a.ProfileOf(c.Provider))
	if err != nil {
		return nil, err
	}
	if purpose := c.Settings.Declared.Purpose; purpose != "" {
		if f, err = f.With("purpose", purpose); err != nil {
			return nil, err
		}
	}
	var tools []Tool
	for _, name := range BuiltInTools() {
		use := a.Rules().Decide(f, policy.Act("use_feature:"+name), 0)
		company, _ := use.Fields["provider"].(string)
		t := Tool{
			Name: name, On: slices.Contains(c.Settings.Tools, name), Usual: slices.Contains(p.Tools, name),
			Once:  slices.Contains(s.onceTools(), name),
			Place: a.toolPlace(c.Provider, c.Model, name), Use: use, Company: company,
		}
		for _, s := range a.Rules().Switches(f) {
			if s.Company == company && company != "" {
				t.Switch = s
			}
		}
		tools = append(tools, t)
	}
	return tools, nil
}

func (a *App) toolPlace(provider, model, tool string) ToolPlace {
	d := a.Describe(provider)
	_, agent := chat.AgentOf(model)
	switch {
	case agent:
		return ToolOfAgent
	case slices.Contains(d.Can.Tools, tool):
		return ToolHere
	case d.Region != "" && d.Service == policy.Platform:
		return ToolNotRegional
	default:
		return ToolNowhere
	}
}

// ToolsOf are the tools that the next prompt of a conversation uses: those that
// are switched on and that the place has and the rules let pass.
func (a *App) ToolsOf(s *Session) []string {
	tools, err := a.Tools(s)
	if err != nil {
		return nil
	}
	var on []string
	for _, t := range tools {
		if (t.On || t.Once) && t.Place == ToolHere && t.Use.Decision != policy.Block {
			on = append(on, t.Name)
		}
	}
	return on
}

// SetTool switches a tool on or off for a conversation. What has to be asked
// first is asked by ToolQuestion.
func (a *App) SetTool(ctx context.Context, s *Session, tool string, on bool) error {
	if !slices.Contains(BuiltInTools(), tool) {
		return fault.E("app.SetTool", fault.Usage, nil, "what", "tool", "word", tool)
	}
	return a.changeSettings(ctx, s, func(c *chat.Settings) { c.Tools = withTool(c.Tools, tool, on) })
}

// SetToolOnce switches a tool on for the next prompt of a conversation alone, or
// no longer.
func (a *App) SetToolOnce(s *Session, tool string, on bool) {
	s.mu.Lock()
	s.once = withTool(s.once, tool, on)
	s.mu.Unlock()
}

func (s *Session) onceTools() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.once)
}

// SetUsualTool says whether new conversations of a provider begin with a tool.
func (a *App) SetUsualTool(provider, tool string, on bool) error {
	p, err := a.Profile(a.ProfileOf(provider))
	if err != nil {
		return err
	}
	return a.SetProfile(p.Name, []string{"tools=" + strings.Join(withTool(p.Tools, tool, on), ",")})
}

// withTool is a list in the order of BuiltInTools, with or without one.
func withTool(tools []string, tool string, on bool) []string {
	var list []string
	for _, t := range BuiltInTools() {
		if t == tool && on || t != tool && slices.Contains(tools, t) {
			list = append(list, t)
		}
	}
	return list
}

// toolWords reads a list of tools, as "profile set" takes it.
func toolWords(value string) ([]string, error) {
	var tools []string
	for word := range strings.SplitSeq(value, ",") {
		word = strings.TrimSpace(word)
		switch {
		case word == "":
		case !slices.Contains(BuiltInTools(), word):
			return nil, fault.E("app.SetProfile", fault.Usage, nil, "what", "tool", "word", word)
		default:
			tools = withTool(tools, word, true)
		}
	}
	return tools, nil
}

// SetEffort sets how much the model reasons; "" leaves it to the model.
func (a *App) SetEffort(ctx context.Context, s *Session, effort string) error {
	return a.changeSettings(ctx, s, func(c *chat.Settings) { c.Options.Effort = effort })
}

// Efforts are the reasoning efforts that a choice is known to accept; nil is not
// known. It asks no server.
func (a *App) Efforts(c Choice) []string {
	if p, err := a.provider(c.Provider); err == nil {
		if learner, ok := p.(client.Learner); ok {
			if efforts, known := learner.Efforts(c.Model); known {
				return efforts
			}
		}
	}
	l, ok := a.cachedModels(a.Describe(c.Provider))
	if !ok {
		return nil
	}
	for _, m := range l.Models {
		if m.ID == c.Model || m.Name == c.Model || slices.Contains(m.Aliases, c.Model) {
			return m.Efforts
		}
	}
	return nil
}

func (a *App) changeSettings(ctx context.Context, s *Session, change func(*chat.Settings)) error {
	s.mu.Lock()
	change(&s.c.Settings)
	s.mu.Unlock()
	return a.keepMeta(ctx, s)
}

// usualSettings are those that a new conversation with a provider begins with.
func (a *App) usualSettings(provider string) chat.Settings {
	p, err := a.Profile(a.ProfileOf(provider))
	if err != nil {
		return chat.Settings{}
	}
	return chat.Settings{Tools: slices.Clone(p.Tools)}
}

// ToolAsk is what a person has to answer before a tool is used. The zero value
// is nothing.
type ToolAsk string

// The questions.
const (
	AskNothing ToolAsk = ""
	// AskMedia asks whether the person publishes information for a living.
	AskMedia ToolAsk = "media"
	// AskPurpose asks a media customer what the conversation is for.
	AskPurpose ToolAsk = "purpose"
	// AskRetention says that zero data retention does not reach the tool.
	AskRetention ToolAsk = "retention"
)

// ToolQuestion says what to ask before a tool is switched on, and the verdict
// that wants it asked.
func (a *App) ToolQuestion(s *Session, tool string) (ToolAsk, policy.Verdict, error) {
	tools, err := a.Tools(s)
	if err != nil {
		return AskNothing, policy.Verdict{}, err
	}
	i := slices.IndexFunc(tools, func(t Tool) bool { return t.Name == tool })
	if i < 0 {
		return AskNothing, policy.Verdict{}, fault.E("app.ToolQuestion", fault.Usage, nil, "what", "tool", "word", tool)
	}
	use := tools[i].Use
	c := s.Snapshot()
	f, err := a.factsFor(c.Provider)
	if err != nil {
		return AskNothing, policy.Verdict{}, err
	}
	if tool == chat.NewsTool && !tools[i].Switch.Off && !use.Locks() {
		switch media := f.Get("media_customer"); {
		case media == "unset" && !use.Decision.Permits():
			return AskMedia, use, nil
		case media == "yes" && !use.Decision.Permits():
			return AskPurpose, use, nil
		}
	}
	if !use.Decision.Permits() {
		return AskNothing, use, nil
	}
	f = f.Confirming(s.confirmed(a.Rules().ID())...)
	v := a.Rules().ZeroRetention(f, chat.Turn{Model: c.Model, Tools: []string{tool}})
	if !v.Decision.Permits() {
		return AskRetention, v, nil
	}
	return AskNothing, use, nil
}

// DeclarePurpose records what a media customer uses a conversation for:
// editorial or non_editorial.
func (a *App) DeclarePurpose(ctx context.Context, s *Session, purpose string) error {
	return a.changeSettings(ctx, s, func(c *chat.Settings) {
		c.Declared = chat.Declaration{Purpose: purpose, Ruleset: a.Rules().ID(), On: a.Now().Format(time.DateOnly)}
	})
}

// Agree records what the person has confirmed for a conversation: the terms and
// facts in the profile, a declared purpose with the conversation, all else for
// as long as it is open here. purpose is the one that was stated for the turn.
func (a *App) Agree(ctx context.Context, s *Session, v policy.Verdict, purpose string) error {
	profile := a.ProfileOf(s.Choice().Provider)
	if v.Act == policy.StartChat {
		return a.Accept(profile)
	}
	s.mu.Lock()
	s.agreed = append(s.agreed, v.Act)
	s.mu.Unlock()
	record, _ := v.Fields["record"].([]string)
	switch {
	case slices.Contains(record, "media_customer"):
		return a.SetProfile(profile, []string{"media_customer=no"})
	case slices.Contains(record, "purpose"):
		return a.DeclarePurpose(ctx, s, purpose)
	}
	return nil
}

// confirmed are the acts that need no more question in the conversation, under a
// ruleset.
func (s *Session) confirmed(ruleset string) []policy.Act {
	s.mu.Lock()
	defer s.mu.Unlock()
	acts := slices.Clone(s.agreed)
	if d := s.c.Settings.Declared; d.Purpose == "non_editorial" && d.Ruleset == ruleset {
		acts = append(acts, "use_feature:"+chat.NewsTool)
	}
	return acts
}

// declared is the purpose that the person has declared for the conversation.
func (s *Session) declared() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.c.Settings.Declared.Purpose
}

// asked fills in how a turn is asked: what the prompt says, else what is set
// for the conversation. Of what is set, a place that does not have it is not
// told.
func (a *App) asked(turn *chat.Turn, s *Session, p Prompt, d client.Descriptor) {
	set := s.Snapshot().Settings
	turn.Libraries = set.Libraries
	set.Options.Filter = chat.FilterDefault // only a profile says, and records, that it is off
	turn.Options = p.Options.Over(set.Options)
	if turn.Options.Filter == chat.FilterDefault && a.FiltersHere(string(d.ID)) {
		turn.Options.Filter = a.Filter(a.ProfileOf(string(d.ID)))
	}
	here := func(tool string) bool { return a.toolPlace(string(d.ID), turn.Model, tool) == ToolHere }
	turn.Tools = slices.Clone(p.Tools)
	if p.Tools == nil {
		for _, tool := range s.onceTools() {
			set.Tools = withTool(set.Tools, tool, true)
		}
		turn.Tools = slices.DeleteFunc(slices.Clone(set.Tools), func(tool string) bool { return !here(tool) })
	}
	if len(set.Libraries) > 0 && here(chat.LibraryTool) && !slices.Contains(turn.Tools, chat.LibraryTool) {
		turn.Tools = append(turn.Tools, chat.LibraryTool)
	}
}
