package ollama

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/client"
)

// store is a server that takes files and makes models of them.
type store struct {
	mu    sync.Mutex
	blobs map[string]int
	made  []api.CreateRequest
	fails string // an error line instead of "success"
	cut   bool   // the stream ends before "success"
	full  bool   // no room for the file
}

func (s *store) serve(t *testing.T) *fake {
	f := newFake(t, nil)
	s.blobs = map[string]int{}
	f.more = map[string]http.HandlerFunc{"/api/create": s.create}
	for _, content := range []string{"weights", strings.Repeat("x", 1<<20)} {
		sum := sha256.Sum256([]byte(content))
		f.more["/api/blobs/sha256:"+hex.EncodeToString(sum[:])] = s.blob
	}
	return f
}

func (s *store) blob(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"error":"write blob: no space left on device"}`)
		return
	}
	s.blobs[r.URL.Path] = len(body)
	w.WriteHeader(http.StatusCreated)
}

func (s *store) create(w http.ResponseWriter, r *http.Request) {
	var in api.CreateRequest
	_ = json.NewDecoder(r.Body).Decode(&in)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = append(s.made, in)
	fmt.Fprintln(w, `{"status":"parsing GGUF"}`)
	switch {
	case s.fails != "":
		fmt.Fprintf(w, "{\"error\":%q}\n", s.fails)
	case !s.cut:
		fmt.Fprintln(w, `{"status":"success"}`)
	}
}

func weights(model, content string) client.Import {
	return client.Import{Model: model, File: strings.NewReader(content), Size: int64(len(content))}
}

func TestAModelIsMadeOfAFile(t *testing.T) {
	s := &store{}
	p := provider(t, s.serve(t).URL, nil)
	in := weights("mine", strings.Repeat("x", 1<<20))
	in.Template = "{{ .Prompt }}"
	stages := map[string]int64{}
	err := p.Import(t.Context(), in, func(now client.Pulling) error {
		if now.Done < stages[now.Status] || now.Done > now.Total {
			t.Errorf("%s went from %d to %d of %d", now.Status, stages[now.Status], now.Done, now.Total)
		}
		stages[now.Status] = now.Done
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"reading", "copying", "creating"} {
		if stages[stage] != 1<<20 {
			t.Errorf("%s ended at %d bytes", stage, stages[stage])
		}
	}
	if len(s.made) != 1 || s.made[0].Model != "mine" || s.made[0].Template != "{{ .Prompt }}" || len(s.made[0].Files) != 1 {
		t.Errorf("the server was asked for %+v", s.made)
	}
	for _, digest := range s.made[0].Files {
		if s.blobs["/api/blobs/"+digest] != 1<<20 {
			t.Errorf("the file arrived with %v bytes", s.blobs)
		}
	}
}

func TestAnImportThatFailsSaysWhy(t *testing.T) {
	stop := errors.New("enough")
	for name, c := range map[string]struct {
		store    *store
		in       client.Import
		progress error
		want     fault.Kind
	}{
		"the server refuses the model":         {store: &store{fails: "unknown model architecture: 'lxama'"}, want: fault.ModelFile},
		"the stream ends before success":       {store: &store{cut: true}, want: fault.RunnerStopped},
		"the disk is full":                     {store: &store{full: true}, want: fault.DiskFull},
		"the name is none":                     {in: weights("a b", "weights"), want: fault.Invalid},
		"progress ends it in the first moment": {progress: stop, want: fault.ModelFile},
	} {
		if c.store == nil {
			c.store = &store{}
		}
		p := provider(t, c.store.serve(t).URL, nil)
		in := c.in
		if in.Model == "" {
			in = weights("m", "weights")
		}
		err := p.Import(t.Context(), in, func(client.Pulling) error { return c.progress })
		if !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestAServerThatHasTheFileAnswersAtOnce(t *testing.T) {
	s := &store{}
	f := s.serve(t)
	content := strings.Repeat("x", 8<<20)
	sum := sha256.Sum256([]byte(content))
	f.more["/api/blobs/sha256:"+hex.EncodeToString(sum[:])] = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK) // the rest of the file is on its way still
	}
	stage := ""
	err := provider(t, f.URL, nil).Import(t.Context(), weights("mine", content), func(now client.Pulling) error {
		if stage == "creating" && now.Status != stage {
			t.Errorf("%s was told after %s", now.Status, stage)
		}
		stage = now.Status
		return nil
	})
	if err != nil || len(s.made) != 1 {
		t.Errorf("it ended with %v, and %d models were made", err, len(s.made))
	}
}

func TestAnImportCanBeStopped(t *testing.T) {
	s := &store{}
	p := provider(t, s.serve(t).URL, nil)
	ctx, cancel := context.WithCancel(t.Context())
	err := p.Import(ctx, weights("m", "weights"), func(now client.Pulling) error {
		if now.Status == "copying" {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || len(s.made) != 0 {
		t.Errorf("it ended with %v, and %d models were made", err, len(s.made))
	}
}
