// Package policy decides what may leave this machine or be kept on it, and
// makes the permits that effects need: Outbound for a request body, Storable
// for the history, Exportable for a file or the clipboard, Shareable for a
// link. Their fields are unexported and the zero permit opens to ErrUncleared,
// so going round a rule does not compile.
//
// The rules are data: one table a bundle under assets/rules, each row with an
// id, a clause and a source. The code knows no plan, no clause and no number.
//
// The package performs no I/O and reads no clock; the time is a fact. The same
// input always gives the same verdict.
package policy
