package policy

import "slices"

// finishDraft adds whom a draft goes to, by the contacts of the same facts, and
// until when its right lasts where the date it counts from is known. A draft is
// never blocked: one whose right has lapsed warns and names the other way.
func (r Rules) finishDraft(v *Verdict, f Facts) {
	if slices.Contains(needs, v.contact) {
		c := r.answer(question{facts: f, act: join("contact", v.contact), kind: "text"})
		for _, name := range []string{"to", "cc", "alternatives", "exceptions"} {
			if value, ok := c.Fields[name]; ok {
				v.Fields[name] = value
			}
		}
		if notes := append(c.Notes(), v.Notes()...); len(notes) > 0 {
			v.Fields["notes"] = notes
		}
	}
	if !slices.Contains(deadlines, v.counts) {
		return
	}
	d := r.answer(question{facts: f, act: join("deadline", v.counts), kind: "text"})
	for _, name := range d.needs {
		if f.Get(name) == "" {
			return
		}
	}
	r.finishDeadline(&d, f)
	for _, name := range []string{"last_day", "status", "days_left"} {
		if value, ok := d.Fields[name]; ok {
			v.Fields[name] = value
		}
	}
	if v.text("status") == "expired" && v.Decision == Allow && v.lapsed != noValue {
		v.Decision = Warn
		v.Reason, v.Remedy = Words{Key: v.lapsed + ".reason"}, Words{Key: v.lapsed + ".remedy"}
	}
}
