package policy

import (
	"maps"
	"slices"

	"bise/app/fault"
)

// Lock is what somebody above the person has switched off: the organisation
// that manages the machine (TOS-1.h). A lock only takes away; no fact and no
// confirmation lifts it.
type Lock struct {
	// Acts are acts, "use_feature:web_search", or whole families, "export".
	Acts []string
	// Why is the key of the sentences, without ".reason" and ".remedy"; Args
	// fill their places.
	Why  string
	Args map[string]string
}

// lockable are the words for what can be switched off beside the features, with
// the acts that each stands for. A dataset is a form of export.
var lockable = map[string][]string{
	"attach":   {"attach"},
	"copy":     {"copy"},
	"dataset":  {"dataset", "export:dataset"},
	"export":   {"export", "dataset"},
	"feedback": {"feedback"},
	"open":     {"open"},
	"serve":    {"serve"},
	"share":    {"share"},
}

// LockWords lists what can be switched off, by the words of LockActs.
func LockWords() []string {
	words := append(slices.Collect(maps.Keys(lockable)), features...)
	slices.Sort(words)
	return words
}

// LockActs gives the acts that words switch off. An unknown word is a
// fault.Usage that carries it as "word".
func LockActs(words ...string) ([]string, error) {
	var acts []string
	for _, word := range words {
		switch {
		case lockable[word] != nil:
			acts = append(acts, lockable[word]...)
		case slices.Contains(features, word):
			acts = append(acts, string(join("use_feature", word)))
		default:
			return nil, fault.E("policy.LockActs", fault.Usage, nil, "what", "feature", "word", word)
		}
	}
	return acts, nil
}

// Locked is f under locks: every act that one of them switches off is blocked.
func (f Facts) Locked(locks ...Lock) Facts {
	f.locks = append(slices.Clone(f.locks), locks...)
	return f
}

// locked finds the lock on an act.
func (f Facts) locked(act Act) (Lock, bool) {
	name, _ := act.split()
	for _, l := range f.locks {
		if slices.Contains(l.Acts, string(act)) || slices.Contains(l.Acts, name) {
			return l, true
		}
	}
	return Lock{}, false
}

// lockRule names the verdicts of locks, which no row of a bundle gives.
const lockRule = "lock"

// block is the verdict of a lock. No clause of Mistral's stands behind one on
// this machine; the reading of who may decide there does (A32).
func (l Lock) block(r Rules, f Facts, act Act) Verdict {
	clause := "TOS-1.h"
	if f.Service() == Local {
		clause = "A32"
	}
	return Verdict{
		Act: act, Decision: Block, Rule: lockRule, Clauses: []string{clause}, Ruleset: r.id,
		Reason: Words{Key: l.Why + ".reason"}, Remedy: Words{Key: l.Why + ".remedy"},
		Fields: make(map[string]any),
		action: "exclude", args: l.Args,
	}
}

// Locks reports whether a lock, and not a rule of the bundle, gave the verdict.
func (v Verdict) Locks() bool { return v.Rule == lockRule }
