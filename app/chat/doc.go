// Package chat is the vocabulary of bise: conversations, messages, parts and
// where each piece of text came from.
//
// A conversation is a tree of messages with one active branch. Origins travel
// with the text: whatever is derived from a part carries the origins of that
// part, so that a rule about, say, web-search answers also holds for a title
// made from one.
//
// The package performs no I/O, reads no clock and makes no decision; package
// policy decides what may happen to what is described here.
package chat
