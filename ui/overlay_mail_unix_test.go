//go:build unix

package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bise/ui/notices"
	"bise/ui/screen"
)

func TestTheInboxOpensTheMailProgramOnlyWhenAsked(t *testing.T) {
	dir := t.TempDir()
	called := filepath.Join(dir, "called")
	if err := syscall.Mkfifo(called, 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho \"$@\" > " + called + "\n"
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	d := drive(t, notices.New(inboxEnv(t), t.Context())).keys("end", "enter", "esc", "ctrl+o")
	if tell, ok := d.last.(screen.Tell); !ok || !strings.Contains(tell.Line, "mail program") {
		t.Errorf("the last action is %#v", d.last)
	}
	got, err := os.ReadFile(called) // waits for the fake
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != "mailto:privacy@mistral.ai?subject=Objection%20to%20a%20sub-processor%3A%20Acme%20Search\n" {
		t.Errorf("it was given %q", got)
	}
}
