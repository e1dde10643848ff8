// Package cli is the command line: it reads flags and arguments, asks on the
// terminal where there is one, calls the use cases of app and prints what they
// give. Answers go to standard output, everything else to standard error, and
// without a terminal nothing asks.
//
// Names, keys and exit codes are a contract with scripts. The package decides
// nothing about what may be done, talks to no service and opens no history by
// itself; it must not import client or localstore.
package cli
