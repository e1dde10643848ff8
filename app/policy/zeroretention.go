package policy

import (
	"slices"

	"bise/app/chat"
)

// LeaveZeroRetention is the act of using something of the service that zero
// data retention does not reach. It is the client's own question, not an act of
// the contract.
const LeaveZeroRetention Act = "leave_zero_retention"

// ZeroRetention says what a turn means for zero data retention. Conversations,
// agents, files and libraries are not covered by it (Mistral's page on the
// matter, read August 2026): where it is approved, a turn that needs one of
// them is confirmed first.
func (r Rules) ZeroRetention(f Facts, t chat.Turn) Verdict {
	_, agent := chat.AgentOf(t.Model)
	v := Verdict{Act: LeaveZeroRetention, Decision: Allow, Ruleset: r.ID()}
	if f.Service() != Platform || f.Get("zdr") != "approved" || len(t.Tools) == 0 && len(t.Libraries) == 0 && !agent {
		return v
	}
	v.Clauses = []string{"LP-3.c"}
	v.Reason, v.Remedy = Words{Key: "leaves_zdr.reason"}, Words{Key: "leaves_zdr.remedy"}
	if !slices.Contains(f.confirmed, LeaveZeroRetention) {
		v.Decision = Confirm
	}
	return v
}
