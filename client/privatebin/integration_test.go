//go:build integration

package privatebin

import (
	"net/http"
	"os"
	"testing"
	"time"

	"bise/app/chat"
)

// TestAgainstARealServer posts a share on the PrivateBin server at
// BISE_PRIVATEBIN, reads it back, burns one, deletes one and sees one end. Any
// server will do. One on this machine: unpack a release of PrivateBin into a
// folder, start `php -S 127.0.0.1:8080` there, and run
//
//	BISE_PRIVATEBIN=http://127.0.0.1:8080/ go test -tags integration ./client/privatebin/
//
// PHP needs its extensions zlib and gd. A real server takes one paste from an
// address in ten seconds unless its limit says otherwise; the test waits as it
// is told. The end of a share is waited for where it comes within a minute:
// `5min = 3` under [expire_options] in the server's cfg/conf.php makes it so.
func TestAgainstARealServer(t *testing.T) {
	address := os.Getenv("BISE_PRIVATEBIN")
	if address == "" {
		t.Skip("BISE_PRIVATEBIN names no server")
	}
	s, err := New(&http.Client{Timeout: time.Minute}, address)
	if err != nil {
		t.Fatal(err)
	}
	post := func(o Options) Posted {
		t.Helper()
		p, err := s.Post(t.Context(), permit(t), canary, o)
		if why(err) == "share_server:wait" {
			t.Log("the server wants its ten seconds between two pastes")
			<-time.After(11 * time.Second)
			p, err = s.Post(t.Context(), permit(t), canary, o)
		}
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	kept := post(Options{Expiry: Day})
	for range 2 {
		if got, err := s.Read(t.Context(), kept.Link); err != nil || got != canary {
			t.Fatalf("read %q, %v", string(got), err)
		}
	}
	if err := s.Delete(t.Context(), kept.Link, chat.Secret("no such token")); err == nil {
		t.Error("another token deleted it")
	}
	if err := s.Delete(t.Context(), kept.Link, kept.DeleteToken); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Read(t.Context(), kept.Link); err == nil {
		t.Errorf("it can be read after its deletion: %d bytes", len(got))
	}
	burnt := post(Options{Expiry: Day, Burn: true})
	if got, err := s.Read(t.Context(), burnt.Link); err != nil || got != canary {
		t.Fatalf("read %q, %v", string(got), err)
	}
	if _, err := s.Read(t.Context(), burnt.Link); err == nil {
		t.Error("it can be read twice")
	}
	ending := post(Options{Expiry: "5min"})
	if !ending.Told || ending.Left <= 0 || ending.Left > 5*time.Minute {
		t.Fatalf("five minutes were asked for, and the server says %v (told: %t)", ending.Left, ending.Told)
	}
	if ending.Left > time.Minute {
		t.Logf("not waited for: the end of a share that stays %v", ending.Left)
		return
	}
	if got, err := s.Read(t.Context(), ending.Link); err != nil || got != canary {
		t.Fatalf("read %q before its end, %v", string(got), err)
	}
	<-time.After(ending.Left + 2*time.Second)
	if got, err := s.Read(t.Context(), ending.Link); err == nil {
		t.Errorf("it can be read after its end: %d bytes", len(got))
	}
}
