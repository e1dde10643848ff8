// Package openai speaks the chat-completions dialect: the wire format that
// OpenAI began and that Mistral, the clouds, vLLM, llama.cpp and LM Studio
// share, each with differences of its own. A Dialect is the list of those
// differences; package mistral is this package with one of them.
//
// What it holds to, wherever it talks to: an answer is complete only when a
// finish reason or [DONE] was seen; nothing is sent that nobody asked for,
// since strict servers refuse unknown fields; a request is repeated only
// before the first token; a key goes to the host of the base URL alone. It
// must not quote a prompt or an answer in an error.
package openai
