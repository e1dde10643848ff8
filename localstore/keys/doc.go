// Package keys holds API keys, one for each profile, and the key of the
// history: in the system's keyring, or in a file sealed by a passphrase.
//
// Which of the two is used is asked once and written down beside the history
// in a record without secrets. That record also makes the one rule here that
// cannot be undone later hold: a locked keyring is not a lost key. While a
// history or a record exists, no new history key is ever made.
//
// The package reads no environment variable but those that say whether there
// is a session bus; passphrases come from its caller. No secret appears in an
// error, in a log or in a file that is not sealed.
package keys
