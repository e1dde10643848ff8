package app

import (
	"maps"
	"slices"
	"strings"

	"bise/client/openai"
)

// maxRetention is the longest time that a ledger is kept, in days: ten years,
// which no law that asks for one exceeds.
const maxRetention = 3650

// parseCloud checks what the file says of the company's cloud besides the
// profiles: where to begin, whose certificates are good, the ledger.
func (a *admin) parseCloud(wrong func(field, word string) error) error {
	switch {
	case a.Activity != "" && a.Activity != activityOn && a.Activity != activityOff:
		return wrong("activity", a.Activity)
	case a.LogRetentionDays < 0 || a.LogRetentionDays > maxRetention:
		return wrong("log_retention_days", itoa(a.LogRetentionDays))
	case a.Profile != "" && a.Profiles[a.Profile].Kind == "" && builtinProfiles[a.Profile].Kind == "":
		return wrong("profile", a.Profile)
	}
	if a.CAFile != "" {
		if _, err := readSmall(a.CAFile); err != nil {
			return wrong("ca_file", a.CAFile)
		}
	}
	return nil
}

// parse checks the settings of a place against the kind. What is written in a
// form of its own is brought to that of "profile set".
func (i *imposed) parseCloud(field, kind string, wrong func(field, word string) error) error {
	if len(i.Models) > 0 || i.CAFile != "" {
		i.Cloud = maps.Clone(i.Cloud)
		if i.Cloud == nil {
			i.Cloud = make(map[string]string)
		}
		if len(i.Models) > 0 {
			i.Cloud["models"] = strings.Join(i.Models, ",")
		}
		if i.CAFile != "" {
			i.Cloud["ca_file"] = i.CAFile
		}
	}
	for _, name := range slices.Sorted(maps.Keys(i.Cloud)) {
		if kind != "" && !takesCloud(kind, name) {
			return wrong(field+".cloud."+name, kind)
		}
	}
	row, ok := openai.RowOf(kind)
	if !ok {
		return nil
	}
	if way := i.Cloud["auth"]; way != "" && !slices.Contains(row.Auth, way) {
		return wrong(field+".cloud.auth", way)
	}
	return nil
}

// first is the profile to begin with where the person has chosen none: the one
// that the file names, else the only one that it makes.
func (a *admin) first() string {
	if a.broken != nil {
		return ""
	}
	if a.Profile != "" {
		return a.Profile
	}
	name := ""
	for n, p := range a.Profiles {
		if p.Kind == "" || slices.Contains(a.ForbidProfiles, n) || slices.Contains(a.ForbidKinds, p.Kind) {
			continue
		}
		if name != "" {
			return ""
		}
		name = n
	}
	return name
}
