package archive

import (
	"encoding/json"
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"bise/app/chat"
)

// TestEverySettingComesBack fills settings at random, so that a setting that is
// added to a conversation and not to the archive is missed here.
func TestEverySettingComesBack(t *testing.T) {
	r := rand.New(rand.NewSource(1)) //nolint:gosec // the same each time
	for range 200 {
		v, ok := quick.Value(reflect.TypeFor[chat.Settings](), r)
		if !ok {
			t.Fatal("settings hold what no archive can")
		}
		want := v.Interface().(chat.Settings)
		for _, list := range []*[]string{&want.Tools, &want.Libraries, &want.Options.Stop} {
			if len(*list) == 0 {
				*list = nil
			}
		}
		written, err := json.Marshal(Conversation{Settings: fromSettings(want)})
		if err != nil {
			t.Fatal(err)
		}
		var read Conversation
		if err := json.Unmarshal(written, &read); err != nil {
			t.Fatal(err)
		}
		if got := read.Settings.chat(); !reflect.DeepEqual(got, want) {
			t.Fatalf("it comes back as\n%+v, not as\n%+v, of\n%s", got, want, written)
		}
	}
}
