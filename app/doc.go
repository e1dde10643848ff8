// Package app is the use cases of bise: ask, keep, search, sign in, settings,
// doctor. It knows the order of effects; what may be done is decided in
// app/policy, and the deeds are done by client and localstore, which take the
// permits that policy makes.
//
// # The house
//
// The left never imports the right:
//
//		assets, app/chat, app/fault < app/policy < client, localstore < app < ui, app/cli < main.go
//
//	  - assets is data compiled in: rule tables, themes, wording, guide pages.
//	  - app/chat is the vocabulary: a conversation is a tree of messages with one
//	    active branch, and every part of a message says where it came from.
//	  - app/fault names what can go wrong; app/text has the words for it.
//	  - app/policy decides what may be sent, stored, shown and copied, and makes
//	    the permits for it. It reads no clock, disk or network.
//	  - app/export writes conversations as files and app/imports reads those of
//	    other programs; app/archive is the JSON form that both know. They take
//	    permits and readers, and open no file.
//	  - client talks to the services that answer, one wire protocol a package,
//	    and is the only home of net/http. client/clienttest is the suite that
//	    every provider passes.
//	  - localstore keeps history, settings and keys, and is the only home of SQL.
//	    client and localstore never meet.
//	  - ui and app/cli are two front ends on the same use cases. Neither knows
//	    who answers or where an answer is kept.
//
// deps_test.go holds every package's row of this table, with the reason beside
// each ban, and fails on an arrow that is not in it.
//
// # Permits
//
// An effect takes a permit, not data: Provider.Stream takes a policy.Outbound,
// localstore a Storable, a writer of files and the clipboard an Exportable.
// Only policy can make one that opens, so going round a rule does not compile.
// The same pure function greys a key, answers "bise policy eval" and blocks the
// effect. Consent is a fact: after a question, app adds the consent to the
// facts and asks again.
//
// # A prompt's way through
//
// The prompt is stored before it is sent. The provider's deltas are gathered by
// one goroutine that owns the stream; a front end takes all that is ready with
// Next, so a slow screen redraws less often and nothing is lost or overtaken.
// The growing answer is stored on the way and once at the end; a cut stream
// keeps what arrived, marked as cut. An empty answer is neither stored nor sent
// again. A change of model or provider asks policy again for the whole context.
package app
