// Package localstore keeps the history: an encrypted SQLite file with full-text
// search, beside it a lock file and nothing else in clear.
//
// What is written comes in as a permit that only package policy makes, so a
// text that must not be kept has no way in. A write that returned without error
// survives a crash and a power cut. Several processes may have the history open
// at once. The package never logs, and its errors carry neither conversation
// text nor keys.
//
// Threats it answers: a stolen disk, a backup, a synced folder, another user.
// It does not answer programs that run as the same user.
package localstore
