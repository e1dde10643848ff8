package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
)

// ContactSupport and AttachBundle are the acts of asking for help.
const ContactSupport policy.Act = "contact:support"

// Support is whom to ask for help with a profile.
type Support struct {
	Profile string
	Verdict policy.Verdict
	// To is an address or a place in words; "" where nobody gives support.
	To string
	// Exceptions are needs that go to others although the partner is the only
	// contact for support, with whom they go to.
	Exceptions []SupportException
}

// SupportException is a need that goes to somebody else.
type SupportException struct{ Need, To string }

// Support says whom to ask; bundle says that a conversation goes along
// (PH §2.3, PH §3.4).
func (a *App) Support(profile string, bundle bool) (Support, error) {
	f, err := a.supportFacts(profile, bundle)
	if err != nil {
		return Support{}, err
	}
	s := Support{Profile: profile, Verdict: a.Rules().Decide(f, ContactSupport, 0)}
	s.To = a.contactName(field(s.Verdict, "to"))
	needs, _ := s.Verdict.Fields["exceptions"].([]string)
	for _, need := range needs {
		v := a.Rules().Decide(f, policy.Act("contact:"+need), 0)
		to := field(v, "to")
		// What a need itself excepts goes past the partner: of the rights about
		// data, those about support requests.
		if except, _ := v.Fields["exceptions"].([]string); len(except) > 0 {
			to = except[0]
		}
		if to != "" {
			s.Exceptions = append(s.Exceptions, SupportException{Need: need, To: a.contactName(to)})
		}
	}
	return s, nil
}

func (a *App) supportFacts(profile string, bundle bool) (policy.Facts, error) {
	f, err := a.Facts(profile)
	if err != nil || !bundle {
		return f, err
	}
	return f.With("bundle", "conversation")
}

// Bundle is what a help desk needs to see: metadata, and a conversation only
// where the person has ticked it.
type Bundle struct {
	Made        string            `json:"made"`
	Version     string            `json:"version"`
	System      string            `json:"system"`
	Ruleset     string            `json:"ruleset"`
	Profile     string            `json:"profile"`
	Kind        string            `json:"kind"`
	Host        string            `json:"host,omitempty"`
	Model       string            `json:"model,omitempty"`
	Partner     string            `json:"partner,omitempty"`
	Settings    map[string]string `json:"settings,omitempty"`
	Checks      []BundleCheck     `json:"checks"`
	Connections []BundleLink      `json:"connections,omitempty"`
	Activity    []BundleActivity  `json:"activity,omitempty"`
	// Conversation is as "export:json" writes it; absent unless it was ticked.
	Conversation json.RawMessage `json:"conversation,omitempty"`
}

// BundleCheck is a finding of the doctor.
type BundleCheck struct {
	Check   string `json:"check"`
	Status  string `json:"status"`
	Kind    string `json:"kind,omitempty"`
	Message string `json:"message,omitempty"`
}

// BundleLink is a connection without its bytes.
type BundleLink struct {
	Host  string `json:"host"`
	State string `json:"state"`
}

// BundleActivity is a line of the ledger.
type BundleActivity struct {
	At      string `json:"at"`
	Act     string `json:"act"`
	Model   string `json:"model"`
	Outcome string `json:"outcome"`
}

// bundleLines is how many lines of the ledger go along: the last hours of a
// person's use.
const bundleLines = 50

// SupportBundle gathers a bundle for a profile. conversation is one that goes
// along because the person has ticked it, "" is none; what the rules keep from
// an export is not in it, and a policy.Refusal says that they keep it here.
// Paths in the person's home are shortened, and no setting that may hold a
// secret is shown.
func (a *App) SupportBundle(ctx context.Context, profile string, conversation chat.ConversationID) (Bundle, error) {
	p, err := a.Profile(profile)
	if err != nil {
		return Bundle{}, err
	}
	f, err := a.Facts(profile)
	if err != nil {
		return Bundle{}, err
	}
	b := Bundle{
		Made: a.Now().UTC().Format(time.RFC3339), Version: a.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Ruleset: a.Rules().ID(), Profile: p.Name, Kind: p.Kind, Host: a.Describe(p.Name).Host, Model: p.Model,
		Partner: f.Get("partner"), Settings: shownSettings(p.Cloud),
	}
	for _, c := range a.Doctor(ctx, false) {
		b.Checks = append(b.Checks, a.bundleCheck(c))
	}
	for _, c := range a.Connections() {
		b.Connections = append(b.Connections, BundleLink{Host: c.Host, State: ConnectionState(c)})
	}
	if b.Activity, err = a.bundleActivity(ctx, profile); err != nil {
		return Bundle{}, err
	}
	if conversation != "" {
		b.Conversation, err = a.bundleConversation(ctx, profile, conversation)
	}
	return b, err
}

// secretSettings may hold a secret in their text.
var secretSettings = []string{"token_command"}

func shownSettings(cloud map[string]string) map[string]string {
	shown := maps.Clone(cloud)
	for _, name := range secretSettings {
		if shown[name] != "" {
			shown[name] = "(set)"
		}
	}
	for _, name := range []string{"ca_file", "credentials_file"} {
		if shown[name] != "" {
			shown[name] = withoutHome(shown[name])
		}
	}
	return shown
}

func (a *App) bundleCheck(c Check) BundleCheck {
	out := BundleCheck{Check: c.Name, Status: string(c.State)}
	if c.Err != nil {
		out.Kind = string(fault.KindOf(c.Err))
		if a.options.Words != nil {
			out.Message, _ = a.options.Words.Fault(c.Err)
		}
	} else {
		args := make([]any, 0, 2*len(c.Says.Args))
		for name, value := range c.Says.Args {
			args = append(args, name, value)
		}
		out.Message = a.word(c.Says.Key, args...)
	}
	out.Message = withoutHome(out.Message)
	return out
}

// withoutHome shortens the person's home folder, which holds a name.
func withoutHome(text string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return text
	}
	return strings.ReplaceAll(text, home, "~")
}

// bundleActivity is the end of the ledger; a history that cannot be opened has
// none.
func (a *App) bundleActivity(ctx context.Context, profile string) ([]BundleActivity, error) {
	var all []BundleActivity
	if a.HistoryState() != HistoryOpen {
		return nil, nil
	}
	err := a.Activities(ctx, time.Time{}, func(l localstore.Activity) error {
		if l.Profile == profile {
			all = append(all, BundleActivity{At: l.At.UTC().Format(time.RFC3339), Act: l.Act, Model: l.Model, Outcome: l.Outcome})
		}
		return nil
	})
	return all[max(0, len(all)-bundleLines):], err
}

// bundleConversation is a conversation as an export has it, through the same
// permits.
func (a *App) bundleConversation(ctx context.Context, profile string, id chat.ConversationID) (json.RawMessage, error) {
	v, err := a.MayBundle(profile)
	if err != nil {
		return nil, err
	}
	if v.Decision == policy.Block {
		return nil, &policy.Refusal{Verdict: v}
	}
	plan, err := a.PlanExport(ctx, ExportRequest{IDs: []chat.ConversationID{id}, Format: policy.JSON})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := a.Export(ctx, plan, &out, nil, nil); err != nil {
		return nil, err
	}
	if !json.Valid(out.Bytes()) {
		return nil, fault.E("app.SupportBundle", fault.Invalid, errors.New("an export is one document"))
	}
	return slices.Clip(bytes.TrimSpace(out.Bytes())), nil
}

// MayBundle says what the rules have to say of a conversation in a bundle: at a
// partner it may be passed on to Mistral (PH §3.4).
func (a *App) MayBundle(profile string) (policy.Verdict, error) {
	f, err := a.supportFacts(profile, true)
	if err != nil {
		return policy.Verdict{}, err
	}
	return a.Rules().Decide(f, policy.Attach, 0), nil
}

// WriteBundle writes a bundle to a file. Without replace the kind FileExists
// says that there is one.
func (a *App) WriteBundle(b Bundle, path string, replace bool) error {
	const op = "app.WriteBundle"
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fault.E(op, fault.Invalid, err)
	}
	if _, err := os.Lstat(path); err == nil && !replace {
		return fault.E(op, fault.FileExists, nil, "path", path)
	}
	if err := inFolder(path); err != nil {
		return err
	}
	return writeFile(path, append(data, '\n'))
}
