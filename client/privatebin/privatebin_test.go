package privatebin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/assets"
	"bise/client/privatebin/bintest"
)

const canary = "CANARY-7c1f: what was said"

// permit clears a conversation for anyone with the link.
func permit(t *testing.T) policy.Shareable {
	t.Helper()
	rules, err := policy.Load(assets.Rules, "2025-02-06")
	if err != nil {
		t.Fatal(err)
	}
	f, err := policy.NewFacts(map[string]string{"service": "la_plateforme"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := chat.Conversation{Leaf: "a", Messages: []chat.Message{{ID: "a", Role: chat.User, Parts: []chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: canary}}}}}
	s, v := rules.Share(f.Confirming(policy.ShareTurn), c, policy.Anyone)
	if v.Decision == policy.Block {
		t.Fatal(v)
	}
	return s
}

// serve runs a stand-in with a clock that the test moves.
func serve(t *testing.T) (*Server, *bintest.Server, *time.Time) {
	t.Helper()
	now := time.Date(2025, 3, 2, 12, 0, 0, 0, time.UTC)
	bin := &bintest.Server{Now: func() time.Time { return now }, Wait: 10 * time.Second}
	web := httptest.NewServer(bin)
	t.Cleanup(web.Close)
	s, err := New(web.Client(), web.URL+"/bin/")
	if err != nil {
		t.Fatal(err)
	}
	return s, bin, &now
}

func why(err error) string {
	e, _ := fault.As(err)
	if e == nil {
		return ""
	}
	return string(e.Kind) + ":" + e.Detail["why"]
}

func TestASharePostedCanBeReadAndDeleted(t *testing.T) {
	s, bin, _ := serve(t)
	p, err := s.Post(t.Context(), permit(t), canary, Options{Expiry: Day})
	if err != nil {
		t.Fatal(err)
	}
	if p.Left != 24*time.Hour || !p.Told {
		t.Errorf("it stays %v (told %v), want a day", p.Left, p.Told)
	}
	if held := strings.Join(bin.Pastes(), ""); strings.Contains(held, "CANARY") {
		t.Error("the server can read it")
	}
	if got, err := s.Read(t.Context(), p.Link); err != nil || got != canary {
		t.Errorf("read %q, %v", string(got), err)
	}
	other := chat.Secret(strings.Repeat("0", 64))
	if err := s.Delete(t.Context(), p.Link, other); why(err) != "share_server:token" {
		t.Errorf("deleting with another token: %v", err)
	}
	if err := s.Delete(t.Context(), p.Link, p.DeleteToken); err != nil {
		t.Errorf("deleting: %v", err)
	}
	if _, err := s.Read(t.Context(), p.Link); why(err) != "share_server:gone" {
		t.Errorf("reading what was deleted: %v", err)
	}
}

func TestAServersOwnWaysAreToldApart(t *testing.T) {
	s, bin, now := serve(t)
	cleared := permit(t)
	t.Run("nothing leaves without a permit", func(t *testing.T) {
		if _, err := s.Post(t.Context(), policy.Shareable{}, canary, Options{Expiry: Day}); !fault.Is(err, fault.Refused) || len(bin.Pastes()) > 0 {
			t.Errorf("posting without a permit: %v", err)
		}
	})
	t.Run("what is burnt by reading is not read by us", func(t *testing.T) {
		p, err := s.Post(t.Context(), cleared, canary, Options{Expiry: Week, Burn: true})
		if err != nil || p.Told {
			t.Fatalf("posted %+v, %v", p.Told, err)
		}
		if got, err := s.Read(t.Context(), p.Link); err != nil || got != canary {
			t.Fatalf("the first reader got %q, %v", string(got), err)
		}
		if _, err := s.Read(t.Context(), p.Link); why(err) != "share_server:gone" {
			t.Errorf("the second reader: %v", err)
		}
	})
	t.Run("a second share has to wait", func(t *testing.T) {
		if _, err := s.Post(t.Context(), cleared, canary, Options{Expiry: Day}); why(err) != "share_server:wait" {
			t.Errorf("posting at once again: %v", err)
		}
	})
	t.Run("an expiry that is not offered is told as it was replaced", func(t *testing.T) {
		*now = now.Add(time.Minute)
		p, err := s.Post(t.Context(), cleared, canary, Options{Expiry: "2weeks"})
		if err != nil || p.Left != 7*24*time.Hour {
			t.Fatalf("it stays %v, %v", p.Left, err)
		}
		*now = now.Add(8 * 24 * time.Hour)
		if _, err := s.Read(t.Context(), p.Link); why(err) != "share_server:gone" {
			t.Errorf("after its end: %v", err)
		}
	})
	t.Run("one without an end says so and can be read", func(t *testing.T) {
		*now = now.Add(time.Minute)
		p, err := s.Post(t.Context(), cleared, canary, Options{Expiry: Never})
		if err != nil || !p.Told || p.Left != 0 {
			t.Fatalf("it stays %v (told %v), %v", p.Left, p.Told, err)
		}
		if got, err := s.Read(t.Context(), p.Link); err != nil || got != canary {
			t.Errorf("read %q, %v", string(got), err)
		}
	})
	t.Run("a share too large says so", func(t *testing.T) {
		bin.MaxSize = 10
		*now = now.Add(time.Minute)
		if _, err := s.Post(t.Context(), cleared, canary, Options{Expiry: Day}); why(err) != "share_server:too_large" {
			t.Errorf("posting too much: %v", err)
		}
	})
}

func TestAnotherServerIsNoPrivateBin(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"a web page":           func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"a missing page":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"an answer without id": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":0}`)) },
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(handler)
			defer web.Close()
			s, err := New(web.Client(), web.URL)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Post(t.Context(), permit(t), canary, Options{Expiry: Day}); why(err) != "share_server:foreign" {
				t.Errorf("posting: %v", err)
			}
		})
	}
}

func TestTheEndOfAShareIsBelievedWithinReason(t *testing.T) {
	for _, c := range []struct {
		name, meta string
		left       time.Duration
		told       bool
	}{
		{"a time", `{"time_to_live":60}`, time.Minute, true},
		{"no end, as PHP writes it", `[]`, 0, true},
		{"no end", `{}`, 0, true},
		{"more than time holds", `{"time_to_live":1e300}`, 0, false},
		{"a time before now", `{"time_to_live":-5}`, 0, false},
		{"no number", `{"time_to_live":"soon"}`, 0, false},
		{"nothing at all", ``, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if left, told := (answer{Meta: []byte(c.meta)}).life(); left != c.left || told != c.told {
				t.Errorf("it stays %v, told %v", left, told)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	key, s, err := seal([]byte("text"), Options{Expiry: Day})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(s.AData), s.CT)
	f.Add([]byte(`[["",""]]`), "")
	f.Fuzz(func(t *testing.T, adata []byte, ct string) {
		if len(adata) > 200 {
			return // rounds cost time
		}
		_, _ = open(key, answer{AData: adata, CT: ct})
	})
}
