package app

// adminPath is where the administrator's file is.
func adminPath() string { return "/Library/Application Support/bise/policy.toml" }
