package imports_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/imports"
)

// read is what a file gives: its conversations, and the places it could not read.
type result struct {
	found []chat.Conversation
	from  []imports.Source
	lost  []string
	err   error
}

func read(name string, data []byte, from imports.Source) result {
	var r result
	r.err = imports.Read(name, bytes.NewReader(data), int64(len(data)), from, r.sink())
	return r
}

func (r *result) sink() imports.Sink {
	return imports.Sink{
		Take: func(s imports.Source, c chat.Conversation) error {
			r.found, r.from = append(r.found, c), append(r.from, s)
			return nil
		},
		Lost: func(p imports.Problem) {
			why := ""
			if e, ok := fault.As(p.Err); ok {
				why = e.Detail["why"]
			}
			r.lost = append(r.lost, p.Where+" "+why)
		},
	}
}

// told writes a conversation as a tree: role, origin and text of each message,
// with its depth, and a star at the end of the active branch.
func told(c chat.Conversation) string {
	var b strings.Builder
	var walk func(id chat.MessageID, depth int)
	walk = func(id chat.MessageID, depth int) {
		m, _ := c.Message(id)
		star := ""
		if id == c.Leaf {
			star = "*"
		}
		fmt.Fprintf(&b, "%s%s%s:", strings.Repeat(" ", depth), star, m.Role)
		for _, p := range m.Parts {
			fmt.Fprintf(&b, " %s[%s]%s%s", p.Kind, p.Origin, p.Name, string(p.Text))
		}
		b.WriteString("\n")
		for _, child := range c.Children(id) {
			walk(child, depth+1)
		}
	}
	for _, root := range c.Children("") {
		walk(root, 0)
	}
	return b.String()
}

const chatGPTTree = `[{"id":"c-1","title":"Tides","create_time":1700000000.5,"current_node":"e","mapping":{
 "r":{"message":null,"parent":null},
 "s":{"parent":"r","message":{"author":{"role":"system"},"content":{"content_type":"text","parts":[""]}}},
 "a":{"parent":"s","message":{"author":{"role":"user"},"create_time":1700000001,"content":{"content_type":"text","parts":["Why?"]}}},
 "b":{"parent":"a","message":{"author":{"role":"assistant"},"recipient":"all","content":{"content_type":"text","parts":["The moon."]},"metadata":{"model_slug":"gpt-4o"}}},
 "c":{"parent":"a","message":{"author":{"role":"assistant"},"recipient":"web.run","content":{"content_type":"code","text":"search"}}},
 "d":{"parent":"c","message":{"author":{"role":"tool","name":"web.run"},"content":{"content_type":"text","parts":["SNIPPET"]}}},
 "e":{"parent":"d","message":{"author":{"role":"assistant"},"recipient":"all","content":{"content_type":"text","parts":["From the web."]}}}
}}]`

func TestEverySourceKeepsItsTreeAndOrigins(t *testing.T) {
	for _, tc := range []struct {
		name, file, data string
		from             imports.Source
		want             string
	}{
		{
			"a tree of ChatGPT keeps its branches, and a search stays one", "conversations.json", chatGPTTree, imports.ChatGPT,
			"user: text[typed]Why?\n assistant: text[model]The moon.\n *assistant: text[model,web_search]From the web.\n",
		},
		{
			"code that ran for ChatGPT is part of the answer", "x.json", `{"title":"t","mapping":{
			"a":{"parent":"","message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["2+2?"]}}},
			"b":{"parent":"a","message":{"author":{"role":"assistant"},"recipient":"python","content":{"content_type":"code","language":"python","text":"2+2"}}},
			"c":{"parent":"b","message":{"author":{"role":"tool","name":"python"},"content":{"content_type":"execution_output","text":"4"}}},
			"d":{"parent":"c","message":{"author":{"role":"assistant"},"recipient":"all","content":{"content_type":"text","parts":["Four."]}}}}}`, imports.ChatGPT,
			"user: text[typed]2+2?\n *assistant: text[model,code]\n```python\n2+2\n```\n text[model,code]\n```\n4\n```\n text[model]Four.\n",
		},
		{
			"messages of Claude follow each other where they name no parent", "conversations.json", `[{"uuid":"u","name":"n","created_at":"2024-05-01T10:00:00.000000Z","chat_messages":[
			{"uuid":"1","sender":"human","text":"Read this","content":[{"type":"text","text":"Read this"}],"attachments":[{"file_name":"a.txt","extracted_content":"inside"}]},
			{"uuid":"2","sender":"assistant","text":"","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Done."}]}]}]`, imports.Claude,
			"user: file[attached]a.txtinside text[typed]Read this\n *assistant: thinking[model]hm text[model]Done.\n",
		},
		{
			"a branch of Claude stays one, and its search too", "c.json", `[{"uuid":"u","name":"n","current_leaf_message_uuid":"2","chat_messages":[
			{"uuid":"1","sender":"human","text":"News?","parent_message_uuid":"00000000-0000-4000-8000-000000000000"},
			{"uuid":"2","sender":"assistant","content":[{"type":"text","text":"None."}],"parent_message_uuid":"1"},
			{"uuid":"3","sender":"assistant","content":[{"type":"tool_use","name":"web_search"},{"type":"text","text":"Found."}],"parent_message_uuid":"1"}]}]`, imports.Claude,
			"user: text[typed]News?\n *assistant: text[model]None.\n assistant: text[model,web_search]Found.\n",
		},
		{
			"a tree of Open WebUI keeps its branches", "chat-export.json", `[{"id":"w","title":"W","chat":{"models":["mistral"],"history":{"currentId":"b","messages":{
			"a":{"id":"a","parentId":null,"role":"user","content":"Hi","timestamp":1700000000,"files":[{"type":"image","url":"data:image/png;base64,iVBORw0KGgoAAAA="}]},
			"b":{"id":"b","parentId":"a","role":"assistant","content":"Hello","model":"mistral"},
			"c":{"id":"c","parentId":"a","role":"assistant","content":"From the web","sources":[{"source":{"type":"web_search","name":"q"}}]}}}}}]`, imports.OpenWebUI,
			"user: image[attached] text[typed]Hi\n *assistant: text[model]Hello\n assistant: text[model,web_search]From the web\n",
		},
		{
			"a file of Le Chat is one conversation", "chat-1.json", `[
			{"id":"1","chatId":"z","role":"user","content":"Bonjour","createdAt":"2025-02-03T04:05:06.789Z"},
			{"id":"2","chatId":"z","role":"assistant","content":"","contentChunks":[{"type":"text","text":"Salut"}],"createdAt":"2025-02-03T04:05:07Z"},
			{"id":"3","chatId":"z","role":"user","content":"News?"},
			{"id":"4","chatId":"z","role":"assistant","content":"Found","contentChunks":[{"type":"tool_call","name":"web_search"},{"type":"text","text":"Found"}]}]`, imports.LeChat,
			"user: text[typed]Bonjour\n assistant: text[model]Salut\n  user: text[typed]News?\n   *assistant: text[model,web_search]Found\n",
		},
		{
			"a session of Vibe leaves out what its tools read", "messages.jsonl", `{"role":"user","content":"Fix it"}
{"role":"assistant","content":"Looking.","tool_calls":[{"function":{"name":"read_file","arguments":"{}"}}]}
{"role":"tool","name":"read_file","content":"FILE"}
{"role":"assistant","content":"Fixed.","reasoning_content":"so"}`, imports.Vibe,
			"user: text[typed]Fix it\n *assistant: text[model]Looking. thinking[model]so text[model]Fixed.\n",
		},
		{
			"a line of ShareGPT is a conversation", "s.jsonl", `{"id":"q","conversations":[{"from":"human","value":"A"},{"from":"gpt","value":"B"}]}`, imports.ShareGPT,
			"user: text[typed]A\n *assistant: text[model]B\n",
		},
		{
			"a dataset of chats is read as well", "d.jsonl", `{"messages":[{"role":"system","content":"S"},{"role":"user","content":"A"},{"role":"assistant","content":"B"}]}`, imports.ShareGPT,
			"user: text[typed]A\n *assistant: text[model]B\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := read(tc.file, []byte(tc.data), imports.Auto)
			if r.err != nil || len(r.found) != 1 || len(r.lost) > 0 {
				t.Fatalf("err %v, %d conversations, lost %q", r.err, len(r.found), r.lost)
			}
			if r.from[0] != tc.from {
				t.Errorf("taken for %s", r.from[0])
			}
			if got := told(r.found[0]); got != tc.want {
				t.Errorf("got\n%swant\n%s", got, tc.want)
			}
			again := read(tc.file, []byte(tc.data), imports.Auto)
			if again.found[0].ID != r.found[0].ID || again.found[0].Leaf != r.found[0].Leaf {
				t.Error("the same file gave other ids the second time")
			}
		})
	}
}

func zipped(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Deflate})
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchivesAreReadWithCare(t *testing.T) {
	picture := "\x89PNG\r\n\x1a\n rest"
	withPicture := `[{"id":"p","mapping":{"a":{"message":{"author":{"role":"user"},"content":{"content_type":"multimodal_text","parts":[{"content_type":"image_asset_pointer","asset_pointer":"file-service://file-abc"},"See"]}}}}}]`
	bomb := `[{"id":"b","mapping":{"a":{"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["` + strings.Repeat("x", 66<<20) + `"]}}}}}]`
	for _, tc := range []struct {
		name  string
		data  []byte
		found int
		lost  []string
	}{
		{"pictures come along, other files do not matter", zipped(t, "conversations.json", withPicture, "user.json", `{"id":"u"}`, "file-abc-x.png", picture), 1, nil},
		{"a name that points outside is not read", zipped(t, "../conversations.json", chatGPTTree, "conversations.json", chatGPTTree), 1, []string{"../conversations.json path"}},
		{"what unpacks to too much is not read, and the rest is", zipped(t, "a.json", bomb, "conversations.json", chatGPTTree), 1, []string{"a.json large"}},
		{"a file cut in the middle gives what came before", []byte(chatGPTTree[:len(chatGPTTree)-1] + `,{"id":"d","mapping":{`), 1, []string{"… end"}},
		{"a bad conversation costs only itself", []byte(`[{"mapping":5},` + chatGPTTree[1:]), 1, []string{"#1 form"}},
		{"a bad line costs only itself", []byte("nonsense\n" + `{"role":"user","content":"A"}` + "\n{\"role\":"), 1, []string{"#1 form", "#3 form"}},
		{"messages in a circle are left out", []byte(`[{"mapping":{"a":{"parent":"b","message":{"author":{"role":"user"},"content":{"parts":["x"]}}},"b":{"parent":"a","message":{"author":{"role":"user"},"content":{"parts":["y"]}}},"c":{"message":{"author":{"role":"user"},"content":{"parts":["z"]}}}}}]`), 1, []string{"#1 loop"}},
		{"a mark before the text does not matter", []byte("\xef\xbb\xbf" + chatGPTTree), 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			name := "x.json"
			if strings.HasPrefix(tc.name, "a bad line") {
				name = "messages.jsonl"
			}
			r := read(name, tc.data, imports.Auto)
			if r.err != nil || len(r.found) != tc.found || !slices.Equal(r.lost, tc.lost) {
				t.Errorf("err %v, %d conversations, lost %q", r.err, len(r.found), r.lost)
			}
		})
	}
}

func TestWhatIsNoExportIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"an empty file":            "",
		"a text":                   "hello",
		"a list of numbers":        "[1,2,3]",
		"an empty list":            "[]",
		"a configuration":          `{"theme":"dark"}`,
		"an archive without chats": string(zipped(t, "notes.txt", "hi")),
		"a broken archive":         "PK\x03\x04 and nothing more",
		"another's file":           chatGPTTree,
	} {
		from := imports.Auto
		if name == "another's file" {
			from = imports.Claude
		}
		r := read("x.json", []byte(data), from)
		if !fault.Is(r.err, fault.ImportFile) || len(r.found) > 0 {
			t.Errorf("%s: err %v, %d conversations", name, r.err, len(r.found))
		}
	}
}

func TestAFolderOfSessions(t *testing.T) {
	folder := fstest.MapFS{
		"session_1/meta.json":      {Data: []byte(`{"session_id":"s1","title":"Mend","start_time":"2025-12-01T10:00:00+00:00","config":{"active_model":"devstral"}}`)},
		"session_1/messages.jsonl": {Data: []byte(`{"role":"user","content":"A"}` + "\n" + `{"role":"assistant","content":"B"}`)},
		"session_2/messages.jsonl": {Data: []byte(`{"role":"user","content":"C"}`)},
		"session_2/meta.json":      {Data: []byte(`{`)},
	}
	var r result
	if err := imports.ReadFolder("session", folder, imports.Vibe, r.sink()); err != nil || len(r.found) != 2 {
		t.Fatalf("err %v, %d conversations, lost %q", err, len(r.found), r.lost)
	}
	c := r.found[0]
	if c.Title != "Mend" || c.Messages[1].Model != "devstral" || c.Messages[1].Service != "la_plateforme" || c.Created.Year() != 2025 {
		t.Errorf("title %q, model %q, service %q, created %v", c.Title, c.Messages[1].Model, c.Messages[1].Service, c.Created)
	}
}

// FuzzRead feeds every reader: whatever comes, it ends, and what it gives is a
// tree of messages with origins.
func FuzzRead(f *testing.F) {
	f.Add("conversations.json", []byte(chatGPTTree))
	f.Add("c.json", []byte(`[{"uuid":"u","chat_messages":[{"uuid":"1","sender":"human","text":"a"},{"uuid":"1","sender":"assistant","text":"b","parent_message_uuid":"1"}]}]`))
	f.Add("w.json", []byte(`[{"chat":{"history":{"currentId":"a","messages":{"a":{"parentId":"a","role":"user","content":"x"}}}}}]`))
	f.Add("l.json", []byte(`[{"chatId":"z","role":"user","content":"B"},{"chatId":"z","role":"assistant","contentChunks":"[{\"type\":\"text\",\"text\":\"x\"}]"}]`))
	f.Add("messages.jsonl", []byte(`{"role":"user","content":"A"}`+"\n"+`{"role":"assistant","content":[{"type":"text","text":"b"}]}`))
	f.Add("s.json", []byte(`{"conversations":[{"from":"bing","value":"B"},{"from":"human","value":"A"}]}`))
	f.Add("b.json", []byte(`{"format":"bise","version":1,"conversations":[{"id":"x","messages":[{"id":"a","parent":"a","role":"user","state":"complete","parts":[{"kind":"text","origin":["typed","nobody"],"text":"t"}]}]}]}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for _, c := range read(name, data, imports.Auto).found {
			seen := make(map[chat.MessageID]bool)
			for _, m := range c.Messages {
				if seen[m.ID] || m.ID == "" || m.Parent != "" && !seen[m.Parent] {
					t.Fatalf("message %q of %q is twice there, or before its parent %q", m.ID, c.ID, m.Parent)
				}
				seen[m.ID] = true
			}
			if !seen[c.Leaf] {
				t.Fatalf("the branch ends at %q, which is not there", c.Leaf)
			}
		}
	})
}
