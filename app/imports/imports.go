// Package imports reads conversations that bise or another program has written
// to a file: the exports of ChatGPT, Claude, Open WebUI, Le Chat and Vibe,
// ShareGPT collections, and bise's own JSON. It gives conversations one by one,
// so that a file of any size needs no more memory than its largest
// conversation, and lists what it could not read.
//
// Files are hostile until they are read: sizes, depths, counts and the names
// inside archives are limited, nothing is unpacked to a disk, and a tree with
// loops loses the loop. Every text gets the origin it has: a person's is typed,
// an answer is a model's, an answer made with a web search stays one. The
// package opens no file itself and decides nothing; what may be kept is for
// policy.Store.
package imports

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"

	"bise/app/chat"
	"bise/app/fault"
)

// Source is the program a file comes from.
type Source string

// The sources, and Auto for finding out.
const (
	Auto      Source = "auto"
	Bise      Source = "bise"
	ChatGPT   Source = "chatgpt"
	Claude    Source = "claude"
	OpenWebUI Source = "openwebui"
	Vibe      Source = "vibe"
	LeChat    Source = "lechat"
	Oterm     Source = "oterm"
	LLM       Source = "llm"
	ShareGPT  Source = "sharegpt"
)

// Sources lists the sources, Auto first.
func Sources() []Source {
	return []Source{Auto, Bise, ChatGPT, Claude, OpenWebUI, Vibe, LeChat, Oterm, LLM, ShareGPT}
}

// spec is what is known of a source.
type spec struct {
	name string // as the product is called
	// service is whose terms its answers came under, by the words of the rules;
	// "" is not known, which they read strictly.
	service string
}

var specs = map[Source]spec{
	Bise: {"bise", ""}, ChatGPT: {"ChatGPT", ""}, Claude: {"Claude", ""}, OpenWebUI: {"Open WebUI", ""},
	Vibe: {"Mistral Vibe", "la_plateforme"}, LeChat: {"Le Chat", "le_chat"}, Oterm: {"oterm", "local"},
	LLM: {"llm", ""}, ShareGPT: {"ShareGPT", ""},
}

// prefix marks the provider of a message as an import. No profile can have such
// a name.
const prefix = "import:"

// ProviderOf is what stands in the place of a provider in imported answers.
func ProviderOf(s Source) string { return prefix + string(s) }

// NameOf is what the product behind such a provider is called; ok is false for
// any other provider.
func NameOf(provider string) (name string, ok bool) {
	if len(provider) <= len(prefix) || provider[:len(prefix)] != prefix {
		return "", false
	}
	s, ok := specs[Source(provider[len(prefix):])]
	return s.name, ok
}

// The limits of what is read. An element is a conversation, or a line of a file
// that has one message a line.
const (
	maxElement  = 64 << 20 // bytes of JSON
	maxMessages = 100_000  // in a conversation
	maxEntries  = 100_000  // in an archive
	maxTotal    = 16 << 30 // bytes of an archive, unpacked
	maxRatio    = 200      // unpacked to packed, beyond maxElement bytes
	maxPicture  = 20 << 20 // bytes
	maxTitle    = 200      // characters
)

// Problem is something that could not be read.
type Problem struct {
	Where string // the file within the archive, and the number in it
	Err   error
}

// Sink takes what is read.
type Sink struct {
	// Take takes a conversation; an error of it stops the reading.
	Take func(Source, chat.Conversation) error
	// Lost takes what could not be read.
	Lost func(Problem)
}

// stopped is an error of the sink, which is not the file's.
type stopped struct{ err error }

func (s stopped) Error() string { return s.err.Error() }
func (s stopped) Unwrap() error { return s.err }

func (s Sink) take(from Source, c chat.Conversation) error {
	if len(c.Messages) == 0 {
		return nil
	}
	if err := s.Take(from, c); err != nil {
		return stopped{err}
	}
	return nil
}

func (s Sink) lost(where string, err error) {
	if s.Lost != nil {
		s.Lost(Problem{Where: where, Err: err})
	}
}

// unreadable says what is wrong with a file, or with a part of it.
func unreadable(why string, details ...string) error {
	return fault.E("imports.Read", fault.ImportFile, nil, append([]string{"why", why}, details...)...)
}

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// identify makes the id of something imported: the same for the same thing, so
// that importing it again finds it, and sorted by time like every id.
func identify(at time.Time, words ...string) string {
	h := sha256.New()
	for _, w := range words {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(w)))
		_, _ = h.Write(n[:]) // a hash takes everything
		_, _ = h.Write([]byte(w))
	}
	var ms [8]byte
	if !at.IsZero() {
		binary.BigEndian.PutUint64(ms[:], uint64(max(0, at.UnixMilli())))
	}
	id := append(ms[2:8:8], h.Sum(nil)[:10]...)
	return idEncoding.EncodeToString(id)
}
