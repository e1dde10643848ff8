package policy

import (
	"slices"
	"strconv"
	"strings"
)

// toolUse says what a built-in tool makes of an answer and which feature it is.
type toolUse struct {
	kind, feature string
}

// modelStage says how far along the models are whose names begin with prefix.
type modelStage struct {
	prefix, stage string
}

// otherStage is the stage of a model that no row of a bundle names.
const otherStage = "other"

// stageOf is the stage of a model.
func (r Rules) stageOf(model string) string {
	for _, s := range r.stages {
		if strings.HasPrefix(model, s.prefix) {
			return s.stage
		}
	}
	return otherStage
}

// limits are the numbers the permits work with.
type limits struct {
	shingle int      // words compared at a time
	percent int      // share of them from an earlier turn that makes an answer its repetition
	taints  []string // kinds that a repetition inherits
}

// settings reads the sheets of settings: tools, stages of models and limits.
func (p *parser) settings(r *Rules) error {
	r.tools = make(map[string]toolUse)
	for _, s := range r.sheets {
		if s.match != data {
			continue
		}
		for _, row := range s.rows {
			get := func(column string) string {
				if at := slices.Index(s.results, column); at >= 0 && row.then[at].word != noValue {
					return row.then[at].word
				}
				return ""
			}
			if tool := get("tool"); tool != "" {
				r.tools[tool] = toolUse{kind: get("makes"), feature: get("feature")}
			}
			if prefix := get("model_prefix"); prefix != "" {
				if get("stage") == "" {
					return p.refuse(row.line, "model_prefix without a stage", row.id)
				}
				r.stages = append(r.stages, modelStage{prefix: prefix, stage: get("stage")})
			}
			if err := p.limit(r, row, get("limit"), get("value")); err != nil {
				return err
			}
		}
	}
	if r.limits.shingle == 0 || r.limits.percent == 0 || len(r.limits.taints) == 0 {
		return p.refuse(p.line, "gap: no row for a limit", "reuse_shingle_words, reuse_percent, reuse_kinds")
	}
	return nil
}

func (p *parser) limit(r *Rules, row row, name, value string) error {
	switch name {
	case "":
		return nil
	case "reuse_kinds":
		for _, kind := range splitList(value) {
			if !slices.Contains(turnKinds, kind) {
				return p.refuse(row.line, "unknown word for value", kind)
			}
		}
		r.limits.taints = splitList(value)
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 100 {
		return p.refuse(row.line, "unknown word for value", value)
	}
	if name == "reuse_percent" {
		r.limits.percent = n
	} else {
		r.limits.shingle = n
	}
	return nil
}
