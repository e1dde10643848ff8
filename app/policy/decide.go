package policy

import (
	"maps"
	"slices"

	"bise/app/chat"
	"bise/app/fault"
)

// question is one look-up in the tables: an act about one kind of text.
type question struct {
	facts  Facts
	act    Act
	kind   string
	edited bool
	stage  string            // of the model
	owner  string            // tool_owner, where the text itself tells it
	said   map[string]string // what the sheets above have answered
}

// Decide answers one act for something of the given origin; an origin of 0
// leaves it to f.Turn. An act that no sheet answers is blocked.
func (r Rules) Decide(f Facts, act Act, o chat.Origin) Verdict {
	about := r.subjectOfTurn(f.Turn)
	if o != 0 {
		about = subjectOf(o)
	}
	return r.decide(f, act, about)
}

// Eval is Decide for a command line: an act that is not in the contract,
// facts without a service and a deadline without the date it counts from are a
// fault.Usage.
func Eval(r Rules, f Facts, act Act) (Verdict, error) {
	if _, err := ParseAct(string(act)); err != nil {
		return Verdict{}, err
	}
	if f.Service() == unset {
		return Verdict{}, fault.E("policy.Eval", fault.Usage, nil, "fact", "service", "word", "")
	}
	if !r.Answers(act) {
		return Verdict{}, fault.E("policy.Eval", fault.Usage, nil, "fact", "act", "word", string(act))
	}
	if err := r.counted(f, act); err != nil {
		return Verdict{}, err
	}
	return r.Decide(f, act, 0), nil
}

// decide answers in full, for somebody to read.
func (r Rules) decide(f Facts, act Act, about subject) Verdict {
	v := r.judge(f, act, about)
	r.complete(&v, f, about)
	return v
}

// judge answers for every kind that applies and takes the strictest answer, the
// earlier kind where they are alike. The permits ask it for every message, so
// it leaves out what a reader alone wants.
func (r Rules) judge(f Facts, act Act, about subject) Verdict {
	if l, ok := f.locked(act); ok {
		return l.block(r, f, act)
	}
	q := question{facts: f, act: act, edited: about.edited}
	switch {
	case about.own:
		q.owner = "own"
	case slices.Contains(about.kinds, unknownKind):
		q.owner = "mistral"
	}
	var strictest Verdict
	for i, kind := range about.kinds {
		q.kind = kind
		v := r.answer(q)
		if i == 0 || v.stricter(strictest) {
			strictest = v
		}
	}
	if strictest.Decision == Confirm && slices.Contains(f.confirmed, act) {
		strictest.Decision = Allow
	}
	return strictest
}

// stricter reports whether v lets less through than w. A share always asks, so
// what becomes of the text counts where the decisions are alike.
func (v Verdict) stricter(w Verdict) bool {
	if v.Decision != w.Decision {
		return v.Decision < w.Decision
	}
	return slices.Index(turnActions, v.action) > slices.Index(turnActions, w.action)
}

// answer goes through the sheets of an act, top to bottom. The strictest row
// with a decision decides; where none has one, the first row allows.
func (r Rules) answer(q question) Verdict {
	v := Verdict{Act: q.act, Ruleset: r.id, Fields: make(map[string]any)}
	q.said = make(map[string]string)
	q.stage = r.stageOf(q.facts.Get("model"))
	decided, answered := false, false
	for _, s := range r.byAct[q.act] {
		if s.match == every {
			r.collect(s, q, &v)
			continue
		}
		hit := s.find(q)
		if hit == nil {
			continue
		}
		s.apply(hit, q, v.Fields)
		for i, name := range s.results {
			q.said[name] = hit.then[i].word
		}
		switch {
		case hit.decides && (!decided || hit.what < v.Decision):
			decided, answered = true, true
			v.decideBy(hit, hit.what)
		case !answered:
			answered = true
			v.decideBy(hit, Allow)
		}
	}
	if !answered {
		v.Clauses = []string{"S18"}
	}
	v.action = q.said["action"]
	v.aiGenerated, v.sourceType = q.said["ai_generated"], q.said["source_type"]
	v.needs, v.early, v.lapsed, v.pressing = needed(q.said["from"]), q.said["early"], q.said["lapsed"], q.said["pressing"]
	v.contact, v.counts = q.said["contact"], q.said["counts"]
	return v
}

func (v *Verdict) decideBy(hit *row, d Decision) {
	v.Decision, v.Rule = d, hit.id
	v.Clauses = slices.Clone(hit.clauses)
	v.Reason, v.Remedy = Words{}, Words{}
	if hit.why == "" {
		return
	}
	v.Reason.Key = hit.why + ".reason"
	if d != Allow && d != NotApplicable {
		v.Remedy.Key = hit.why + ".remedy"
	}
}

// find gives the first row of s whose conditions hold.
func (s *sheet) find(q question) *row {
	bits := s.bits(q)
	for i := range s.rows {
		if s.rows[i].holds(bits) {
			return &s.rows[i]
		}
	}
	return nil
}

func (r *row) holds(bits []uint64) bool {
	for i, b := range bits {
		if r.when[i]&b == 0 {
			return false
		}
	}
	return true
}

// bits marks, for each condition, the word that holds now.
func (s *sheet) bits(q question) []uint64 {
	bits := make([]uint64, len(s.conditions))
	for i, c := range s.conditions {
		if at := slices.Index(c.domain, q.word(c.name)); at >= 0 {
			bits[i] = 1 << at
		}
	}
	return bits
}

// apply fills the fields of a verdict from a row.
func (s *sheet) apply(hit *row, q question, fields map[string]any) {
	for i, name := range s.results {
		if field, ok := fieldOf[name]; ok {
			name = field
		}
		spec, public := fieldSpecs[name]
		word := hit.then[i].fill(q.facts)
		if !public || word == noValue {
			continue
		}
		switch spec.form {
		case asList:
			list, _ := fields[name].([]string)
			fields[name] = append(list, splitList(word)...)
		case asNotes:
			notes, _ := fields[name].([]Words)
			for _, key := range splitList(word) {
				notes = append(notes, Words{Key: "note." + key})
			}
			fields[name] = notes
		default:
			fields[name] = word
		}
	}
}

// collect takes in every row of s that holds: as rows of a list, or as what
// each adds to the fields.
func (r Rules) collect(s *sheet, q question, v *Verdict) {
	bits := s.bits(q)
	rows := []map[string]any{}
	for i := range s.rows {
		if !s.rows[i].holds(bits) {
			continue
		}
		if s.into == "" {
			s.apply(&s.rows[i], q, v.Fields)
			continue
		}
		fields := make(map[string]any)
		s.apply(&s.rows[i], q, fields)
		for at, name := range s.results {
			word := s.rows[i].then[at].fill(q.facts)
			switch {
			case name == "key" && q.facts.listed("optouts", word):
				fields["active"] = "no"
			case name == "purpose" && word != noValue:
				fields[name] = word
			}
		}
		rows = append(rows, fields)
	}
	if s.into != "" {
		v.Fields[s.into] = rows
	}
}

// arguments are what the places of a sentence are filled with.
func (r Rules) arguments(f Facts, v *Verdict) map[string]string {
	_, arg := v.Act.split()
	args := map[string]string{
		"Service": f.Get("service"), "Plan": f.Get("plan"), "Partner": f.Get("partner"),
		"Contact": f.Get("partner_contact"), "Argument": arg, "Ruleset": r.id,
		"DeclaredOn": f.Get("training_declared_on"), "Model": f.Get("model"),
	}
	for _, name := range []string{"earliest_end", "earliest_effective", "earliest_next", "last_day", "to"} {
		if word, ok := v.Fields[name].(string); ok {
			args[camel(name)] = word
		}
	}
	maps.Copy(args, v.args)
	return args
}

// fillWords fills the places of a verdict's sentences.
func (r Rules) fillWords(v *Verdict, f Facts) {
	args := r.arguments(f, v)
	for _, w := range []*Words{&v.Reason, &v.Remedy} {
		if w.Key != "" {
			w.Args = maps.Clone(args)
		}
	}
	if notes, ok := v.Fields["notes"].([]Words); ok {
		for i := range notes {
			notes[i].Args = maps.Clone(args)
		}
	}
}

// complete adds what depends on more than one row.
func (r Rules) complete(v *Verdict, f Facts, about subject) {
	switch name, _ := v.Act.split(); {
	case name == "deadline" && v.Rule != "":
		r.finishDeadline(v, f)
	case name == "doc":
		r.finishDraft(v, f)
	}
	r.fillWords(v, f)
	switch name, arg := v.Act.split(); name {
	case "show_data_use", "start_chat":
		namesOnly(v.Fields)
	case "show_retention":
		v.Fields["rule"] = v.Rule
	case "use_feature":
		v.Fields["other_features"] = r.otherFeatures(f, arg)
	case "export", "share", "dataset", "send_context":
		v.Fields["kind_action"] = r.kindActions(f, v.Act)
		v.Fields["labels"] = v.labels(about)
	}
	if len(v.Fields) == 0 {
		v.Fields = nil
	}
}

// namesOnly turns the rows of providers into the names of the active ones.
func namesOnly(fields map[string]any) {
	rows, _ := fields["rows"].([]map[string]any)
	delete(fields, "rows")
	var names []string
	for _, row := range rows {
		if name, ok := row["name"].(string); ok && row["active"] == "yes" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if names != nil {
		fields["providers"] = names
	}
}

// otherFeatures decides the features beside one: none depends on another.
func (r Rules) otherFeatures(f Facts, but string) map[string]string {
	others := make(map[string]string, len(features)-1)
	for _, name := range features {
		if name != but {
			act := join("use_feature", name)
			if _, ok := f.locked(act); ok {
				others[name] = Block.String()
				continue
			}
			others[name] = r.answer(question{facts: f, act: act, kind: "text"}).Decision.String()
		}
	}
	return others
}

// kindActions says what an act does to each kind of turn.
func (r Rules) kindActions(f Facts, act Act) map[string]string {
	actions := make(map[string]string, len(turnKinds))
	for _, kind := range turnKinds {
		action := r.answer(question{facts: f, act: act, kind: kind}).action
		if _, locked := f.locked(act); locked || action == "" {
			action = "exclude"
		}
		actions[kind] = action
	}
	return actions
}

// labels says what mark the given turn carries outside.
func (v *Verdict) labels(about subject) map[string]string {
	labels := map[string]string{"ai_generated": "no", "human_edited": "no"}
	if about.edited {
		labels["human_edited"] = "yes"
	}
	if v.aiGenerated == "yes" {
		labels["ai_generated"] = "yes"
		labels["digital_source_type"] = v.sourceType
	}
	return labels
}
