// Package widget holds the dumb parts that screens are put together from. A
// widget draws what it is given and keeps a position; it decides nothing, does
// no I/O, reads no clock and no environment, and holds no words: every text a
// person reads is passed in. Sizes are in terminal cells. A View is never wider
// or higher than the size that was set.
//
// Text from outside passes through termsafe inside the widgets.
package widget
