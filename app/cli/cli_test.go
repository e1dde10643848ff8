package cli_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"bise/app"
	"bise/app/chat"
	"bise/app/cli"
)

// TestMain makes the program itself a command of the stories: every bise in a
// script is a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"bise": func() {
		os.Exit(cli.Run(context.Background(), cli.Env{
			Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
			Getenv: cli.Environment(), Version: "0.0.0-test", SealWork: 1, AdminFile: os.Getenv("STORY_ADMIN_FILE"),
			Screen: func(_ context.Context, a *app.App, noColor bool, open chat.ConversationID) error {
				_, err := io.WriteString(os.Stdout, "the screen, no colour "+strconv.FormatBool(noColor)+", "+string(open)+"\n")
				return err
			},
		}))
	}})
}

// TestStories runs the scripts below testdata, each in an empty home without a
// keyring, without keys and without a runner.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("OLLAMA_HOST", "127.0.0.1:1") // nobody answers there
			env.Setenv("LANG", "C")
			env.Setenv("TZ", "UTC")
			// The program itself reads no such variable.
			env.Setenv("STORY_ADMIN_FILE", filepath.Join(env.WorkDir, "admin.toml"))
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"interrupt": interrupt,
			"account":   startAccount,
			"azure":     startAzure,
			"mistral":   startMistral,
			"ollama":    startOllama,
			"requests":  printRequests,
			"pastebin":  startPrivateBin,
			"nowhere":   nowhere,
			"fill":      fill,
			"id":        takeID,
			"terminal":  terminal,
			"weights":   tinyWeights,
		},
	})
}

// exits runs a command and wants an exit code: exits CODE PROGRAM ARG...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := codeOf(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func codeOf(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		ts.Fatalf("%v", err)
		return -1
	}
}

// interrupt runs a command until its first line of output has come, sends it a
// signal, and prints what it printed: interrupt SIGNAL CODE PROGRAM ARG...
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupt signal code program [args...]")
	}
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = environment(ts)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	r := bufio.NewReader(out)
	first, err := r.ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		ts.Fatalf("no line came: %v\n%s", err, stderr.String())
	}
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	rest, err := io.ReadAll(r)
	ts.Check(err)
	code := codeOf(ts, cmd.Wait())
	_, _ = io.WriteString(ts.Stdout(), first+string(rest))
	_, _ = io.WriteString(ts.Stderr(), stderr.String())
	if code != want {
		ts.Fatalf("exit code %d, want %d\n%s", code, want, stderr.String())
	}
}

// environment is what a story has set of what bise reads.
func environment(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"ACCESSIBLE", "BISE_PASSPHRASE", "HOME", "LANG", "MISTRAL_API_KEY", "NO_COLOR", "OLLAMA_HOST", "PATH",
		"STORY_ADMIN_FILE", "TERM", "TZ",
	} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// takeID sets a variable to the first id in the output of the last command: id
// NAME.
func takeID(ts *testscript.TestScript, neg bool, args []string) {
	_, rest, found := strings.Cut(ts.ReadFile("stdout"), `"id":"`)
	id, _, ended := strings.Cut(rest, `"`)
	if neg || len(args) != 1 || !found || !ended {
		ts.Fatalf("usage: id name, after a command that printed an id")
	}
	ts.Setenv(args[0], id)
}

// fill puts the value of a variable where its name stands in a file: fill FILE
// NAME.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fill file name")
	}
	text := strings.ReplaceAll(ts.ReadFile(args[0]), args[1], ts.Getenv(args[1]))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// nowhere wants words to be in no file below a folder: nowhere FOLDER WORD...
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: nowhere folder word...")
	}
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, word := range args[1:] {
			if strings.Contains(string(data), word) {
				ts.Fatalf("%s holds %q", path, word)
			}
		}
		return err
	}))
}
