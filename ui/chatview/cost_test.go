package chatview

import (
	"fmt"
	"strings"
	"testing"

	"bise/app"
	"bise/app/chat"
)

// laidOut counts the messages that anything was laid out of.
func laidOut(v *View) int {
	n := 0
	for _, it := range v.items {
		if it.built || it.prompt != nil || it.height > 0 {
			n++
		}
	}
	return n
}

func TestOnlyWhatIsVisibleIsLaidOut(t *testing.T) {
	v := newView(t, 80, 24)
	v.Show(talk(2000))
	if n := laidOut(v); n != 0 {
		t.Errorf("showing a conversation laid out %d messages", n)
	}
	fits(t, v)
	// The smallest message takes four lines, and one may be cut at the top.
	if n := laidOut(v); n == 0 || n > 24/4+1 {
		t.Errorf("a picture of 24 lines laid out %d messages", n)
	}
	v.Begin(answer("new", "m1999", ""))
	for range 50 {
		v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: "More.\n\n"}})
		v.Lines()
	}
	if n := laidOut(v); n > 24/4+2 {
		t.Errorf("growing laid out %d messages", n)
	}
	v.Scroll(24)
	if n := laidOut(v); n > 2*24/4+3 {
		t.Errorf("a page up laid out %d messages", n)
	}
	v.Resize(40, 24)
	v.Lines()
	if n := laidOut(v); n > 4*24/4+3 {
		t.Errorf("a new width laid out %d messages", n)
	}
}

func TestFarUpAFrameLaysOutNothingAnew(t *testing.T) {
	v := newView(t, 80, 24)
	v.Show(talk(2000))
	v.ScrollTop()
	v.Lines()
	for _, it := range v.items {
		if it.height == 0 {
			t.Fatalf("%s is not measured", it.message.ID)
		}
	}
	bodies := v.items[1000:]
	for _, it := range bodies {
		it.body, it.prompt = nil, nil // whoever looks at them again, fails below
	}
	v.Scroll(-3)
	v.Tick()
	shows(t, v, "message-1")
	for _, it := range bodies {
		if it.prompt != nil {
			t.Fatalf("%s was laid out again", it.message.ID)
		}
	}
}

// BenchmarkFrame is the cost of a frame while an answer grows. It must not
// depend on how many messages there are, nor on how far up one reads.
func BenchmarkFrame(b *testing.B) {
	for _, n := range []int{10, 2000} {
		for _, top := range []bool{false, true} {
			b.Run(fmt.Sprintf("of %d messages, at the top %v", n, top), func(b *testing.B) {
				v := newView(b, 80, 24)
				v.Show(talk(n))
				for i := 0; b.Loop(); i++ {
					if i%500 == 0 { // every time the same answer, or a long run has a longer one
						v.Begin(answer(fmt.Sprint("new", i), fmt.Sprint("m", n-1), ""))
						if top {
							v.ScrollTop()
						}
					}
					v.Grow(chat.MessageID(fmt.Sprint("new", i-i%500)), []app.Delta{{Kind: app.TextDelta, Text: "word "}})
					v.Lines()
				}
			})
		}
	}
	b.Run("an opened prompt of two megabytes", func(b *testing.B) {
		v := newView(b, 80, 24)
		v.Show(one(prompt("p", "", strings.Repeat("a line of a log\n", 2<<20/16))))
		v.SelectLast()
		v.OpenSelected()
		v.Lines()
		for b.Loop() {
			v.Tick()
			v.Lines()
		}
	})
	b.Run("opening a prompt of two megabytes", func(b *testing.B) {
		v := newView(b, 80, 24)
		v.Show(one(prompt("p", "", strings.Repeat("a line of a log\n", 2<<20/16))))
		v.SelectLast()
		for b.Loop() {
			v.OpenSelected() // and folds it again
			v.Lines()
		}
	})
	b.Run("the first picture of 2000 messages", func(b *testing.B) {
		c := talk(2000)
		v := newView(b, 80, 24)
		for b.Loop() {
			v.Show(chat.Conversation{})
			v.Show(c)
			v.Lines()
		}
	})
	b.Run("the top of 2000 messages for the first time", func(b *testing.B) {
		c := talk(2000)
		v := newView(b, 80, 24)
		for b.Loop() {
			v.Show(chat.Conversation{})
			v.Show(c)
			v.ScrollTop()
			v.Lines()
		}
	})
}
