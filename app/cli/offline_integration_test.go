//go:build integration && linux

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// leaves is a connection or a message to an address that is not loopback, or a
// name look-up, in what strace writes.
var leaves = regexp.MustCompile(`(?m)^.*\b(?:connect|sendto|sendmsg)\(.*sa_family=AF_INET6?,.*$`)

var loopback = regexp.MustCompile(`inet_addr\("127\.[0-9.]+"\)|inet_pton\(AF_INET6, "::1"`)

// TestALocalSessionOpensNoOtherSocket runs everything that a local session does
// under strace, which has to be installed: with a runner on this machine, no
// system call reaches further than loopback.
func TestALocalSessionOpensNoOtherSocket(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "bise")
	if out, err := exec.Command("go", "build", "-o", program, "bise").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	story := filepath.Join(folder, "stories")
	if err := os.Mkdir(story, 0o700); err != nil {
		t.Fatal(err)
	}
	trace := strace + " -f -e trace=network -o " + filepath.Join(folder, "trace.$N") + " " + program + " --local-only "
	var lines []string
	for i, command := range []string{
		"models list", "ask --model ollama/tiny:1b hello", "models running", "models show tiny:1b", "doctor", "privacy network",
		"models unload tiny:1b", "history list",
	} {
		lines = append(lines, "exec "+strings.ReplaceAll(trace, "$N", string(rune('a'+i)))+command)
	}
	script := "env BISE_PASSPHRASE=offline\nollama\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(story, "offline.txtar"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: story, RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			return os.Mkdir(filepath.Join(env.WorkDir, "home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ollama": startOllama},
	})
	t.Cleanup(func() {
		traces, err := filepath.Glob(filepath.Join(folder, "trace.*"))
		if err != nil || len(traces) != len(lines) {
			t.Errorf("%d traces of %d commands, %v", len(traces), len(lines), err)
		}
		calls := 0
		for _, path := range traces {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			for _, call := range leaves.FindAllString(string(data), -1) {
				calls++
				if !loopback.MatchString(call) {
					t.Errorf("this leaves the machine: %s", call)
				}
			}
		}
		t.Logf("%d calls with an address, all of them loopback", calls)
	})
}
