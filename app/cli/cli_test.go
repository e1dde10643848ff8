package cli_test

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"bise/app"
	"bise/app/chat"
	"bise/app/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"bise": func() {
		os.Exit(cli.Run(context.Background(), cli.Env{
			Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
			Getenv: os.Getenv, Version: "0.0.0-test",
			Screen: func(context.Context, *app.App, bool, chat.ConversationID) error {
				_, err := os.Stdout.WriteString("the screen\n")
				return err
			},
		}))
	}})
}
