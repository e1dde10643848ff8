package localstore

import (
	"reflect"
	"testing"
	"unsafe"

	"bise/app/chat"
	"bise/app/policy"
)

func forge[P any](v any, name string) P {
	var p P
	r := reflect.ValueOf(&p).Elem()
	set := func(name string, v any) {
		f := r.FieldByName(name)
		reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem().Set(reflect.ValueOf(v))
	}
	set(name, v)
	set("cleared", true)
	return p
}

func storable(t testing.TB, m chat.Message) policy.Storable {
	return forge[policy.Storable](m, "message")
}

func keepable(t testing.TB, text string) policy.Keepable {
	return forge[policy.Keepable](chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(text)}, "part")
}
