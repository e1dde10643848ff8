package policy

import "slices"

// Switch is a company that a profile can keep its words from: bise then never
// asks for the features behind it. It acts in bise, not at the service.
type Switch struct {
	// Word is the word of the fact "optouts".
	Word    string
	Company string
	Purpose string
	// Costs are the features that go with it, by their names in the contract.
	Costs []string
	// Off says that the profile has opted out.
	Off bool
	// Written says that the documents name the opt-out too; without it there is
	// only this one.
	Written bool
}

// Switches lists the companies that the profile of f can keep out, found by
// asking the tables what each opt-out changes, in the order in which
// show_providers names them.
func (r Rules) Switches(f Facts) []Switch {
	out := splitList(f.Get("optouts"))
	none, err := f.With("optouts", "")
	if err != nil {
		return nil
	}
	var switches []Switch
	for _, row := range r.companies(none) {
		if row["client_switch"] != "yes" {
			continue
		}
		name, _ := row["name"].(string)
		purpose, _ := row["purpose"].(string)
		s := Switch{Company: name, Purpose: purpose, Written: row["opt_out"] == "yes"}
		for _, word := range vocabulary["optouts"].words {
			without, err := f.With("optouts", word)
			if err != nil || !r.keepsOut(without, name) {
				continue
			}
			s.Word, s.Off, s.Costs = word, slices.Contains(out, word), r.lost(none, without)
			break
		}
		if s.Word != "" {
			switches = append(switches, s)
		}
	}
	return switches
}

func (r Rules) companies(f Facts) []map[string]any {
	rows, _ := r.Decide(f, ShowProviders, 0).Fields["rows"].([]map[string]any)
	return rows
}

// keepsOut reports whether a company is inactive under f.
func (r Rules) keepsOut(f Facts, company string) bool {
	return slices.ContainsFunc(r.companies(f), func(row map[string]any) bool {
		return row["name"] == company && row["active"] == "no"
	})
}

// lost lists the features that f loses as the facts of without.
func (r Rules) lost(f, without Facts) []string {
	var names []string
	for _, name := range features {
		act := join("use_feature", name)
		if r.Decide(f, act, 0).Decision != Block && r.Decide(without, act, 0).Decision == Block {
			names = append(names, name)
		}
	}
	return names
}
