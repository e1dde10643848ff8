package app

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"bise/app/fault"
)

// pullServer answers pulls by the model's name: "slow" waits until it is
// stopped, "none" is not there, all else comes at once.
func pullServer(t *testing.T) (*App, chan string) {
	began := make(chan string, 10)
	a := runnerFake(t, map[string]http.HandlerFunc{"/api/pull": func(w http.ResponseWriter, r *http.Request) {
		model := bodyModel(r)
		began <- model
		switch model {
		case "slow:latest":
			fmt.Fprintln(w, `{"status":"pulling aa","digest":"sha256:aa","total":100,"completed":40}`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case "none:latest":
			fmt.Fprintln(w, `{"error":"pull model manifest: file does not exist"}`)
		default:
			fmt.Fprintln(w, `{"status":"success"}`)
		}
	}})
	return a, began
}

func stateOf(a *App, model string) PullState {
	for _, j := range a.Pulls() {
		if j.Model == model {
			return j.State
		}
	}
	return ""
}

// drained waits until nothing is pulled and nothing waits.
func drained(a *App) {
	for {
		a.pulls.mu.Lock()
		idle, busy := a.pulls.idle, a.pulls.cancel != nil
		a.pulls.mu.Unlock()
		if !busy {
			return
		}
		<-idle
	}
}

func TestTheQueuePullsOneModelAfterTheOther(t *testing.T) {
	a, began := pullServer(t)
	a.QueuePull("slow")
	<-began
	a.QueuePull("none")
	a.QueuePull("quick")
	if stateOf(a, "slow:latest") != PullRuns || stateOf(a, "none:latest") != PullWaits {
		t.Fatalf("the queue is %+v", a.Pulls())
	}
	if data, err := os.ReadFile(a.pullsPath()); err != nil || string(data) != `["slow:latest","none:latest","quick:latest"]` {
		t.Errorf("kept for another run: %s, %v", data, err)
	}
	a.PausePull("slow")
	if got := []string{<-began, <-began}; got[0] != "none:latest" || got[1] != "quick:latest" {
		t.Errorf("pulled next: %v", got)
	}
	drained(a)
	for _, j := range a.Pulls() {
		switch {
		case j.Model == "slow:latest" && j.State != PullPaused,
			j.Model == "none:latest" && (j.State != PullFailed || !fault.Is(j.Err, fault.ModelGone)),
			j.Model == "quick:latest" && j.State != PullDone:
			t.Errorf("%s is %s, %v", j.Model, j.State, j.Err)
		}
	}
}

func TestAPullUnderWayIsThereAgainNextTime(t *testing.T) {
	a, began := pullServer(t)
	a.QueuePull("slow")
	<-began
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b := &App{dir: a.dir, options: a.options}
	if got := b.Pulls(); len(got) != 1 || got[0].Model != "slow:latest" || got[0].State != PullPaused {
		t.Errorf("the next run has %+v", got)
	}
	b.DropPull("slow")
	if _, err := os.Stat(a.pullsPath()); !os.IsNotExist(err) {
		t.Errorf("a dropped pull is still kept: %v", err)
	}
}

func FuzzKeptPulls(f *testing.F) {
	f.Add([]byte(`["a","a"]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := len(pullsIn(data)); n > mostPulls {
			t.Errorf("%d names", n)
		}
	})
}
