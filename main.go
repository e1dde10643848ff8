// Command bise is a private chat client for the terminal.
package main

import (
	"context"
	"os"

	"bise/app/cli"
	"bise/ui"
)

// version is set by a release build; other builds say what they were made of.
var version string

func main() {
	os.Exit(cli.Run(context.Background(), cli.Env{
		Args:    os.Args[1:],
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Getenv:  cli.Environment(),
		Version: version,
		Screen:  ui.Run,
	}))
}
