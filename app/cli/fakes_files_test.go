package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// shelf is what lies at a fake service: files and one library's documents.
type shelf struct {
	files     []string // JSON of each file
	ids       []string
	library   string // its name; "" is none
	documents []string
	shares    []string
}

// shelves answers the requests for files, libraries, reading and transcripts; it
// reports whether a request was one.
func (s *server) shelves(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	_, id, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case path == "/files" && r.Method == http.MethodPost:
		name, purpose, size := upload(r)
		s.bodies = append(s.bodies, "upload "+name+" "+purpose+" "+r.FormValue("visibility"))
		id := fmt.Sprintf("file-%d", len(s.shelf.ids)+1)
		card := fmt.Sprintf(`{"id":%q,"object":"file","bytes":%d,"created_at":1795514400,"filename":%q,"purpose":%q,"source":"upload"}`, id, size, name, purpose)
		s.shelf.ids, s.shelf.files = append(s.shelf.ids, id), append(s.shelf.files, card)
		fmt.Fprint(w, card)
	case path == "/files":
		fmt.Fprintf(w, `{"object":"list","data":[%s]}`, strings.Join(s.shelf.files, ","))
	case strings.HasPrefix(path, "/files/"):
		at := slices.Index(s.shelf.ids, id)
		switch {
		case at < 0:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"detail":"File not found"}`)
		case r.Method == http.MethodDelete:
			s.shelf.ids, s.shelf.files = slices.Delete(s.shelf.ids, at, at+1), slices.Delete(s.shelf.files, at, at+1)
			fmt.Fprintf(w, `{"id":%q,"object":"file","deleted":true}`, id)
		default:
			fmt.Fprint(w, s.shelf.files[at])
		}
	case path == "/ocr":
		body, _ := io.ReadAll(r.Body)
		var asked struct{ Document map[string]string }
		_ = json.Unmarshal(body, &asked)
		s.bodies = append(s.bodies, "ocr of a "+asked.Document["type"])
		fmt.Fprint(w, `{"model":"ocr-1","pages":[{"index":1,"markdown":"Second page.\u001b[2J"},{"index":0,"markdown":"First page."}],"usage_info":{"pages_processed":2}}`)
	case path == "/audio/transcriptions":
		name, _, _ := upload(r)
		s.bodies = append(s.bodies, "transcript of "+name+" "+r.FormValue("language")+r.FormValue("diarize"))
		s.speak(w, name)
	case strings.HasPrefix(path, "/libraries"):
		return s.libraries(w, r, path)
	default:
		return false
	}
	return true
}

func upload(r *http.Request) (name, purpose string, size int64) {
	if r.ParseMultipartForm(1<<20) != nil || len(r.MultipartForm.File["file"]) != 1 {
		return "", "", 0
	}
	f := r.MultipartForm.File["file"][0]
	return f.Filename, r.FormValue("purpose"), f.Size
}

func (s *server) speak(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(kind, rest string) {
		fmt.Fprintf(w, "event: %s\ndata: {\"type\":%q%s}\n\n", kind, kind, rest)
		_ = http.NewResponseController(w).Flush()
	}
	send("transcription.language", `,"audio_language":"en"`)
	send("transcription.text.delta", `,"text":"Good morning. "`)
	if strings.Contains(name, "broken") {
		return
	}
	send("transcription.segment", `,"text":"Good morning.","start":0,"end":1.5,"speaker_id":"speaker_1"`)
	send("transcription.text.delta", `,"text":"Good night."`)
	send("transcription.segment", `,"text":"Good night.","start":3661,"end":3662,"speaker_id":"speaker_2"`)
	send("transcription.done", `,"model":"voxtral-1","text":"Good morning. Good night.","language":"en","usage":{"prompt_audio_seconds":3662}`)
}

func (s *server) libraries(w http.ResponseWriter, r *http.Request, path string) bool {
	card := fmt.Sprintf(`{"id":"lib-1","name":%q,"created_at":"2026-11-01T10:00:00Z","updated_at":"2026-11-02T10:00:00Z","owner_id":"u","owner_type":"User","total_size":5,"nb_documents":%d}`,
		s.shelf.library, len(s.shelf.documents))
	body := struct {
		Name, Level string
		With        string `json:"share_with_uuid"`
		Type        string `json:"share_with_type"`
	}{}
	if !strings.Contains(r.Header.Get("Content-Type"), "multipart") {
		_ = json.NewDecoder(r.Body).Decode(&body)
	}
	switch r.Method + " " + path {
	case "GET /libraries":
		if s.shelf.library == "" {
			card = ""
		}
		fmt.Fprintf(w, `{"data":[%s],"next_page_token":null}`, card)
	case "POST /libraries":
		s.shelf.library = body.Name
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"lib-1","name":%q}`, body.Name)
	case "DELETE /libraries/lib-1":
		s.shelf.library, s.shelf.documents = "", nil
		w.WriteHeader(http.StatusNoContent)
	case "GET /libraries/lib-1/documents":
		fmt.Fprintf(w, `{"pagination":{"has_more":false},"data":[%s]}`, strings.Join(s.shelf.documents, ","))
	case "POST /libraries/lib-1/documents":
		name, _, size := upload(r)
		doc := fmt.Sprintf(`{"id":"doc-%d","library_id":"lib-1","name":%q,"size":%d,"created_at":"2026-11-03T10:00:00Z","process_status":%%q}`, len(s.shelf.documents)+1, name, size)
		s.shelf.documents = append(s.shelf.documents, fmt.Sprintf(doc, "done"))
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, doc, "done")
	case "DELETE /libraries/lib-1/documents/doc-1":
		s.shelf.documents = s.shelf.documents[1:]
		w.WriteHeader(http.StatusNoContent)
	case "GET /libraries/lib-1/share":
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(s.shelf.shares, ","))
	case "PUT /libraries/lib-1/share":
		s.shelf.shares = append(s.shelf.shares, fmt.Sprintf(`{"role":%q,"share_with_type":%q,"share_with_uuid":%q}`, body.Level, body.Type, body.With))
		fmt.Fprint(w, `{}`)
	case "DELETE /libraries/lib-1/share":
		s.shelf.shares = nil
		w.WriteHeader(http.StatusNoContent)
	default:
		return false
	}
	return true
}
