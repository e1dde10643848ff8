// Package share freezes a conversation into what a reader gets to see: it finds
// personal data and secrets in it, takes out what the person does not keep, and
// writes the page that holds the rest, encrypted or not. It also puts
// placeholders in the place of what it finds in a prompt, and takes them back
// out of the answer.
//
// The package performs no I/O and reads no clock; randomness is an argument.
// What leaves comes out of a policy.Shareable. It says "found", never "safe":
// what it does not find may still be there.
package share
