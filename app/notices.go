package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
)

// NoticeKind is what a notice is about. Its wording is under "inbox.kind".
type NoticeKind string

// The notices that the documents know.
const (
	TermsNotice    NoticeKind = "terms"
	PriceNotice    NoticeKind = "price"
	CompanyNotice  NoticeKind = "subprocessor"
	ModelNotice    NoticeKind = "model_discontinued"
	BreachNotice   NoticeKind = "breach"      // of data, from Mistral (DPA §6)
	CureNotice     NoticeKind = "breach_cure" // of the agreement, from the partner (PH §7.3)
	UpdateRequired NoticeKind = "update_required"
	UpdateOptional NoticeKind = "update_optional"
)

// noticeSpec says how a kind of notice is counted.
type noticeSpec struct {
	kind     NoticeKind
	deadline policy.Act // "" where there is none
	day      string     // the fact that the day of the notice is
	facts    []string   // what else may be said of it
	items    []string   // what it has to contain
}

// noticeSpecs is every kind in the order in which they are offered.
var noticeSpecs = []noticeSpec{
	{TermsNotice, "deadline:terms_change", "terms_notice", []string{"announced_effective", "materially_adverse"}, nil},
	{PriceNotice, "deadline:price_increase", "price_notice", []string{"renews_day"}, nil},
	{CompanyNotice, "deadline:subprocessor_objection", "subprocessor_notice", nil, nil},
	{ModelNotice, "deadline:model_discontinuation", "discontinuation_notice", []string{"model"}, nil},
	// DPA §6.2: the five things that such a notice names.
	{BreachNotice, "", "", nil, []string{"contact_point", "nature", "mitigation", "consequences", "measures"}},
	{CureNotice, "deadline:breach_cure", "breach_notice_received", nil, nil},
	{UpdateRequired, "", "", nil, nil},
	{UpdateOptional, "", "", nil, nil},
}

func specOf(kind NoticeKind) (noticeSpec, bool) {
	i := slices.IndexFunc(noticeSpecs, func(s noticeSpec) bool { return s.kind == kind })
	if i < 0 {
		return noticeSpec{}, false
	}
	return noticeSpecs[i], true
}

// NewNotice is a notice as the person records it.
type NewNotice struct {
	Kind NoticeKind
	// On is the day it was received, YYYY-MM-DD; "" is today.
	On    string
	About chat.Text
	// Facts are what else it says, NAME=VALUE by the names of the rules.
	Facts []string
	// Items names what a notice of a breach contains.
	Items []string
}

// Received is a notice in the inbox, with what follows from it today.
type Received struct {
	ID      string
	Profile string
	Kind    NoticeKind
	On      string
	About   chat.Text
	Facts   map[string]string
	// Items is what it contains, and Lacks what it should contain besides.
	Items, Lacks []string
	Dismissed    time.Time // zero while it is open
	// Deadline is the verdict of its deadline; nil where it has none, or where
	// Needs names facts that are not known.
	Deadline *policy.Verdict
	Needs    []string
}

// Advice is what a notice asks for: the word of its kind, or "none" where the
// rules say that it does not concern this profile.
func (r Received) Advice() string {
	if r.Deadline != nil && r.Deadline.Decision == policy.NotApplicable {
		return "none"
	}
	return string(r.Kind)
}

// DaysLeft is the countdown; ok is false where nothing counts down.
func (r Received) DaysLeft() (days int, ok bool) {
	if r.Deadline == nil {
		return 0, false
	}
	days, ok = r.Deadline.Fields["days_left"].(int)
	return days, ok
}

// AddNotice records a notice that a profile has received.
func (a *App) AddNotice(ctx context.Context, profile string, n NewNotice) (Received, error) {
	spec, facts, err := a.readNotice(&n)
	if err != nil {
		return Received{}, err
	}
	f, err := a.Facts(profile)
	if err != nil {
		return Received{}, err
	}
	about, v := a.Rules().Keep(f, chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: n.About})
	if !v.Decision.Permits() {
		return Received{}, &policy.Refusal{Verdict: v}
	}
	row := localstore.NoticeRow{Notice: localstore.Notice{
		ID: newID(a.Now()), Profile: profile, Kind: string(n.Kind), Received: n.On, About: about,
		Items: n.Items, Added: a.Now(),
	}, About: n.About}
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		row.Facts = append(row.Facts, name+"="+facts[name])
	}
	db, err := a.history.db(ctx)
	if err != nil {
		return Received{}, err
	}
	if err := db.AddNotice(ctx, row.Notice); err != nil {
		return Received{}, err
	}
	if n.Kind == ModelNotice {
		if err := a.endModel(profile, facts["model"], n.On); err != nil {
			return Received{}, err
		}
	}
	return a.received(row, spec), nil
}

// readNotice checks what is said of a notice and brings the day among its facts.
func (a *App) readNotice(n *NewNotice) (noticeSpec, map[string]string, error) {
	const op = "app.AddNotice"
	spec, ok := specOf(n.Kind)
	if !ok {
		return spec, nil, fault.E(op, fault.Usage, nil, "what", "kind of notice", "word", string(n.Kind))
	}
	facts := make(map[string]string)
	for _, pair := range n.Facts {
		name, word, ok := strings.Cut(pair, "=")
		if !ok || name != spec.day && !slices.Contains(spec.facts, name) || strings.ContainsAny(word, "\n\r") {
			return spec, nil, fault.E(op, fault.Usage, nil, "what", "fact of such a notice", "word", name)
		}
		facts[name] = word
	}
	if spec.day != "" {
		n.On = cmp.Or(n.On, facts[spec.day])
	}
	n.On = cmp.Or(n.On, a.Now().Format(time.DateOnly))
	if _, err := time.Parse(time.DateOnly, n.On); err != nil {
		return spec, nil, fault.E(op, fault.Usage, err, "what", "date", "word", n.On)
	}
	if spec.day != "" {
		facts[spec.day] = n.On
	}
	for _, item := range n.Items {
		if !slices.Contains(spec.items, item) {
			return spec, nil, fault.E(op, fault.Usage, nil, "what", "item of such a notice", "word", item)
		}
	}
	_, err := policy.NewFacts(facts, a.Now())
	return spec, facts, err
}

// Inbox lists the notices of a profile, "" is every profile: what is to be done
// first comes first, then the newest. all includes what was dismissed.
func (a *App) Inbox(ctx context.Context, profile string, all bool) ([]Received, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := db.Notices(ctx)
	if err != nil {
		return nil, err
	}
	var list []Received
	for _, row := range rows {
		spec, ok := specOf(NoticeKind(row.Kind))
		if !ok || profile != "" && row.Profile != profile || !all && !row.Dismissed.IsZero() {
			continue
		}
		list = append(list, a.received(row, spec))
	}
	slices.SortStableFunc(list, func(x, y Received) int {
		return cmp.Or(cmp.Compare(x.urgency(), y.urgency()), strings.Compare(y.On, x.On))
	})
	return list, nil
}

// urgency sorts: open countdowns by the days left, then what has no countdown
// or whose time is over, then what was dismissed.
func (r Received) urgency() int {
	const rest, done = 1 << 20, 1 << 21
	switch days, ok := r.DaysLeft(); {
	case !r.Dismissed.IsZero():
		return done
	case ok && days >= 0:
		return days
	}
	return rest
}

// received adds what follows from a notice for its profile as it is now.
func (a *App) received(row localstore.NoticeRow, spec noticeSpec) Received {
	r := Received{
		ID: row.ID, Profile: row.Profile, Kind: spec.kind, On: row.Received, About: row.About,
		Facts: make(map[string]string, len(row.Facts)), Items: row.Items, Dismissed: row.Dismissed,
	}
	for _, pair := range row.Facts {
		if name, word, ok := strings.Cut(pair, "="); ok {
			r.Facts[name] = word
		}
	}
	for _, item := range spec.items {
		if !slices.Contains(row.Items, item) {
			r.Lacks = append(r.Lacks, item)
		}
	}
	if spec.deadline == "" {
		return r
	}
	f, err := a.Facts(row.Profile)
	if err != nil { // the profile is gone, its notices are not
		return r
	}
	if f, err = f.WithArgs(row.Facts...); err != nil {
		return r
	}
	v, err := policy.Eval(a.Rules(), f, spec.deadline)
	if e, ok := fault.As(err); ok {
		r.Needs = append(r.Needs, e.Detail["fact"])
		return r
	}
	r.Deadline = &v
	return r
}

// DismissNotice takes a notice out of the inbox, or back into it.
func (a *App) DismissNotice(ctx context.Context, id string, back bool) error {
	db, err := a.history.db(ctx)
	if err != nil {
		return err
	}
	at := a.Now()
	if back {
		at = time.Time{}
	}
	return db.DismissNotice(ctx, id, at)
}
