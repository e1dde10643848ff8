package loan

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAPageIsLentUnderItsAddressOnly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := make(chan string, 1)
	read := make(chan string, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, Options{Page: []byte("<p>page"), Read: func(from string) { read <- from }}, func(url string) { address <- url })
	}()
	at := <-address
	if !strings.HasPrefix(at, "http://127.0.0.1:") || len(at[strings.LastIndexByte(at, '/'):]) != 33 {
		t.Errorf("served at %s", at)
	}
	get := func(url string) (int, string, http.Header) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body), resp.Header
	}
	if code, body, h := get(at); code != http.StatusOK || body != "<p>page" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("the page: %d %q %v", code, body, h)
	}
	if from := <-read; from != "127.0.0.1" {
		t.Errorf("told that %s has read it", from)
	}
	for _, other := range []string{at[:len(at)-1], at + "x", at[:strings.LastIndexByte(at, '/')+1]} {
		if code, body, _ := get(other); code != http.StatusNotFound || strings.Contains(body, "page</") || body == "<p>page" {
			t.Errorf("%s: %d %q", other, code, body)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestALoanEndsByItself(t *testing.T) {
	until := time.Now().Add(50 * time.Millisecond)
	if err := Serve(t.Context(), Options{Until: until}, func(string) {}); err != nil {
		t.Errorf("ended with %v", err)
	}
	if time.Now().Before(until) {
		t.Error("it ended before its time")
	}
}
