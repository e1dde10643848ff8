//go:build !windows && !darwin

package app

// adminPath is where the administrator's file is.
func adminPath() string { return "/etc/bise/policy.toml" }
