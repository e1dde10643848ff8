package cli

import "os"

// passphraseVariable opens or makes the sealed key of the history where there is
// no keyring.
const passphraseVariable = "BISE_PASSPHRASE"

// Environment gives the variables of the process, and takes bise's own secret out
// of it, so that no program that bise starts is given that: not an editor, not a
// browser, not a cloud's own command.
func Environment() func(name string) string {
	passphrase := os.Getenv(passphraseVariable)
	_ = os.Unsetenv(passphraseVariable) // fails for names that cannot be
	return func(name string) string {
		if name == passphraseVariable {
			return passphrase
		}
		return os.Getenv(name)
	}
}
