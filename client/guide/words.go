package guide

import (
	"strings"
	"sync"
	"unicode"
)

// rawWords lowers s and splits it at everything but letters and digits; pairs
// that mean one thing become one word.
func rawWords(s string) []string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	})
	joined := words[:0]
	for i := 0; i < len(words); i++ {
		if i+1 < len(words) {
			if one, ok := pairs[words[i]+" "+words[i+1]]; ok {
				joined = append(joined, one)
				i++
				continue
			}
		}
		joined = append(joined, words[i])
	}
	return joined
}

// terms are the words of s as the index knows them: without words that carry
// no meaning, cut to their stem, one name for one thing.
func terms(s string) []string {
	stop, same := stopWords(), names()
	var out []string
	for _, w := range rawWords(s) {
		if stop[w] || len(w) < 2 {
			continue
		}
		t := stem(w)
		if name, ok := same[t]; ok {
			t = name
		}
		out = append(out, t)
	}
	return out
}

// endings are cut from the end of a word in this order, where at least three
// letters are left.
var endings = []struct{ from, to string }{
	{"ies", "y"},
	{"sses", "ss"},
	{"ations", "at"},
	{"ation", "at"},
	{"tions", "t"},
	{"tion", "t"},
	{"ings", ""},
	{"ing", ""},
	{"ness", ""},
	{"ments", ""},
	{"ment", ""},
	{"ed", ""},
	{"ly", ""},
	{"es", ""},
	{"s", ""},
	{"e", ""},
}

// stem cuts a word's ending lightly: a wrong cut only has to be the same for
// pages and questions.
func stem(w string) string {
	for _, e := range endings {
		base, ok := strings.CutSuffix(w, e.from)
		if !ok || len(base) < 3 {
			continue
		}
		if e.from == "s" && strings.HasSuffix(base, "s") {
			break // pass, less
		}
		w = base + e.to
		break
	}
	if n := len(w); n > 4 && w[n-1] == w[n-2] && strings.IndexByte("bdgmnprt", w[n-1]) >= 0 {
		w = w[:n-1] // stopped, running
	}
	if base, ok := strings.CutSuffix(w, "e"); ok && len(base) >= 3 {
		w = base
	}
	return w
}

// pairs are two words that mean one thing, made one word.
var pairs = map[string]string{
	"le chat": "lechat", "la plateforme": "laplateforme", "ai studio": "laplateforme",
	"opt out": "optout", "opting out": "optout", "opted out": "optout", "opts out": "optout", "opt outs": "optout",
	"opt in": "optin", "opting in": "optin", "opted in": "optin",
	"web search": "websearch", "search results": "websearch", "internet search": "websearch",
	"web searches": "websearch", "web results": "websearch",
	"api key": "apikey", "api keys": "apikey", "access key": "apikey", "secret key": "apikey",
	"screen reader": "screenreader", "screen readers": "screenreader",
	"sign in": "signin", "signing in": "signin", "log in": "signin", "logging in": "signin",
	"logged in": "signin", "signed in": "signin",
	"sign out": "signout", "log out": "signout", "signed out": "signout",
	"command line": "commandline", "key ring": "keyring", "pass phrase": "passphrase",
	"recovery code": "recoverycode", "recovery key": "recoverycode",
	"google cloud": "vertex", "vertex ai": "vertex", "third party": "thirdparty", "third parties": "thirdparty",
	"this machine": "local", "this computer": "local", "my machine": "local", "my computer": "local",
	"my laptop": "local", "own machine": "local", "own computer": "local",
	"context window": "window", "context length": "window", "language model": "llm",
	"black forest": "bfl", "code interpreter": "interpreter",
	"is bise": "aboutbise", "who wrote": "aboutbise", "who made": "aboutbise", "are you": "guide", "can you": "helptopics",
	"my files": "myfiles", "config file": "configfile", "configuration file": "configfile",
	"the us": "usa", "united states": "usa",
	"dry run": "dryrun", "line mode": "linemode",
	"sub processor": "subprocessor", "sub processors": "subprocessor",
}

// sameThing lists words that mean the same here; the first names them all.
var sameThing = []string{
	"train learn teach improve",
	"keep retain retention store storage save kept hold remember stored",
	"folder directory path location located",
	"chat conversation dialog dialogue thread talk chats",
	"delete erase remove wipe deletion forget",
	"keyboard shortcut shortcuts hotkey keybinding binding keystroke",
	"quit exit close leave",
	"change switch pick choose select swap",
	"stop cancel abort interrupt halt",
	"continue resume carry",
	"search find look found",
	"signin login authenticate",
	"signout logout",
	"setup install configure set connect add",
	"error fail failed failure broken problem wrong crash trouble",
	"screenreader blind accessible accessibility braille",
	"color colour colors monochrome",
	"company vendor provider supplier companies subprocessor processor thirdparty",
	"encrypt secure encryption cipher crypto secured",
	"passphrase password",
	"branch fork alternative sibling tree",
	"edit correct modify rewrite alter fix",
	"retry regenerate redo again",
	"meter gauge",
	"image picture photo images",
	"websearch website web browse browsing",
	"start begin launch run",
	"ollama llama",
	"share publish sharing link",
	"bedrock aws amazon",
	"azure foundry",
	"vertex gcp",
	"lechat vibe",
	"laplateforme studio platform plateforme",
	"apikey token credential",
	"interpreter sandbox e2b",
	"read see look view access reads",
	"machine computer laptop pc device",
	"privacy private",
	"rename title name",
	"deadline cancellation withdraw withdrawal refund",
	"optout unsubscribe",
}

// names maps a stem to the one stem for its meaning.
var names = sync.OnceValue(func() map[string]string {
	m := make(map[string]string)
	for _, line := range sameThing {
		words := strings.Fields(line)
		name := stem(words[0])
		for _, w := range words[1:] {
			if _, taken := m[stem(w)]; !taken {
				m[stem(w)] = name
			}
		}
	}
	return m
})

// stopWords carry no subject.
var stopWords = sync.OnceValue(func() map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(`a about all also am an and any are aren as at be because been being but by
		can cannot could d did didn do does doesn doing don done each for from get gets getting give given go goes
		got had has have having he her here him his how i if in into is isn it its itself just know let like ll m may me
		mean might mine more most must my myself need needs no not now of off on one only or our out over own please
		possible re really s said same say says shall she should so some still such t tell than that the their them then
		there these they thing things this those to too under until up upon us use used uses using ve very want wants was
		wasn way we were what whats when where which while who whom whose why will with won would yes you your yours many much
		ever happen happens actually kind kinds work works something anything someone anyone explain show best next`) {
		m[w] = true
	}
	return m
})
