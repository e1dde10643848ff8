// Package bintest is a stand-in for a PrivateBin server, for tests: it checks
// what a real one checks (lib/FormatV2.php), keeps pastes in memory, burns,
// expires and deletes them, and answers errors as a real one does, with status
// 200 and a message.
package bintest

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// Server is the stand-in. Now is its clock; nil is time.Now.
type Server struct {
	Now func() time.Time
	// Wait is the least time between two pastes; a real server's is ten seconds.
	Wait time.Duration
	// MaxSize is the largest paste in bytes; 0 is a real server's, ten megabytes.
	MaxSize int

	mu     sync.Mutex
	pastes map[string]paste
	last   time.Time
}

type paste struct {
	AData   json.RawMessage
	CT      string
	Token   string
	Burn    bool
	Created time.Time
	Life    time.Duration // 0 is for ever
}

// offered are the expiries; the default stands for any other word.
var offered = map[string]time.Duration{
	"5min": 5 * time.Minute, "10min": 10 * time.Minute, "1hour": time.Hour, "1day": 24 * time.Hour,
	"1week": 7 * 24 * time.Hour, "1month": 30 * 24 * time.Hour, "1year": 365 * 24 * time.Hour, "never": 0,
}

// Pastes is what the server holds, as it lies on its disk.
func (s *Server) Pastes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, p := range s.pastes {
		all = append(all, string(p.AData)+p.CT)
	}
	return all
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// ServeHTTP answers as the server does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Requested-With") != "JSONHttpRequest" {
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>PrivateBin</title>")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	var out any
	if r.Method == http.MethodGet {
		out = s.read(r.URL.Query().Get("pasteid"))
	} else {
		data, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
		if err != nil {
			return
		}
		var in map[string]json.RawMessage
		if json.Unmarshal(data, &in) != nil {
			out = failure("Invalid data.")
		} else if in["deletetoken"] != nil {
			out = s.remove(in)
		} else {
			out = s.post(in)
		}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func failure(message string) any { return map[string]any{"status": 1, "message": message} }

const gone = "Document does not exist, has expired or has been deleted."

func (s *Server) read(id string) any {
	p, ok := s.pastes[id]
	if !ok || p.Life > 0 && s.now().Sub(p.Created) >= p.Life {
		return failure(gone)
	}
	if p.Burn {
		delete(s.pastes, id)
	}
	var meta any = []any{} // an empty object as PHP writes it
	if p.Life > 0 {
		meta = map[string]any{"time_to_live": int((p.Life - s.now().Sub(p.Created)).Seconds())}
	}
	return map[string]any{"status": 0, "id": id, "v": 2, "adata": p.AData, "ct": p.CT, "meta": meta}
}

func (s *Server) remove(in map[string]json.RawMessage) any {
	var id, token string
	if json.Unmarshal(in["pasteid"], &id) != nil || json.Unmarshal(in["deletetoken"], &token) != nil {
		return failure("Invalid data.")
	}
	p, ok := s.pastes[id]
	switch {
	case !ok:
		return failure(gone)
	case p.Token != token:
		return failure("Wrong deletion token. Document was not deleted.")
	}
	delete(s.pastes, id)
	return map[string]any{"status": 0, "id": id}
}

func (s *Server) post(in map[string]json.RawMessage) any {
	if !s.last.IsZero() && s.now().Sub(s.last) < s.Wait {
		return failure("Please wait 10 seconds between each post.")
	}
	p, expire, ok := valid(in)
	if !ok {
		return failure("Invalid data.")
	}
	limit := s.MaxSize
	if limit == 0 {
		limit = 10 << 20
	}
	if len(p.CT) > limit {
		return failure("Document is limited to 10 MiB of encrypted data.")
	}
	life, known := offered[expire]
	if !known {
		life = offered["1week"]
	}
	id := word(8)
	p.Token, p.Life, p.Created = word(32), life, s.now()
	if s.pastes == nil {
		s.pastes = make(map[string]paste)
	}
	s.pastes[id], s.last = p, s.now()
	return map[string]any{"status": 0, "id": id, "url": "/?" + id, "deletetoken": p.Token}
}

// valid holds a paste to the checks of FormatV2.
func valid(in map[string]json.RawMessage) (p paste, expire string, ok bool) {
	var v float64
	var adata []json.RawMessage
	var meta map[string]string
	var spec []any
	if len(in) != 4 || json.Unmarshal(in["v"], &v) != nil || v < 2 || json.Unmarshal(in["adata"], &adata) != nil || len(adata) != 4 ||
		json.Unmarshal(in["meta"], &meta) != nil || len(meta) != 1 || json.Unmarshal(in["ct"], &p.CT) != nil ||
		json.Unmarshal(adata[0], &spec) != nil || len(spec) != 8 {
		return p, "", false
	}
	iv, _ := spec[0].(string)
	salt, _ := spec[1].(string)
	rounds, _ := spec[2].(float64)
	ct, err := base64.StdEncoding.DecodeString(p.CT)
	if err != nil || len(iv) > 24 || len(salt) > 14 || rounds <= 10000 || spec[3] != 256.0 || spec[4] != 128.0 ||
		spec[5] != "aes" || spec[6] != "gcm" || spec[7] != "zlib" {
		return p, "", false
	}
	var packed bytes.Buffer
	if w, err := flate.NewWriter(&packed, -1); err == nil {
		_, _ = w.Write(ct)
		_ = w.Close()
	}
	p.AData, p.Burn = in["adata"], string(adata[3]) == "1"
	return p, meta["expire"], len(ct) <= packed.Len()
}

func word(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}
