package app

import (
	"testing"

	"bise/app/chat"
	"bise/client"
)

func TestTextAroundSourcesStaysInOnePiece(t *testing.T) {
	source := func(number string) Delta {
		return Delta{Kind: client.PartDelta, Part: chat.Part{Kind: chat.ReferencePart, Origin: chat.ThirdParty, CallID: number}}
	}
	text := func(s string, o chat.Origin) Delta {
		return Delta{Kind: client.TextDelta, Text: chat.Text(s), Origin: o}
	}
	var g growth
	for _, d := range []Delta{
		text("before ", chat.Model), text("one[1]", chat.Model|chat.WebSearch), source("1"), text(" two[2]", chat.Model|chat.WebSearch), source("2"),
	} {
		g.add(d)
	}
	want := func(parts []chat.Part, body string) {
		t.Helper()
		if len(parts) != 3 || string(parts[0].Text) != body || !parts[0].Origin.Has(chat.WebSearch) || parts[2].CallID != "2" {
			t.Errorf("got %+v", parts)
		}
	}
	want(g.parts(), "before one[1] two[2]")
	var on growth
	on.adopt(g.parts()) // a cut answer is gone on with
	on.add(text(".", chat.Model))
	want(on.parts(), "before one[1] two[2].")
}
