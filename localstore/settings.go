package localstore

import (
	"encoding/json"
	"reflect"

	"bise/app/chat"
)

// encodeSettings writes how the prompts of a conversation are asked; "" is the
// zero value.
func encodeSettings(s chat.Settings) string {
	if reflect.ValueOf(s).IsZero() {
		return ""
	}
	data, err := json.Marshal(s)
	if err != nil {
		return "" // a number that JSON does not know; the service's own default then
	}
	return string(data)
}

// decodeSettings reads what encodeSettings has written. Settings of a newer
// version, or damaged ones, are the zero value: asked without tools.
func decodeSettings(text string) chat.Settings {
	var s chat.Settings
	if text == "" || json.Unmarshal([]byte(text), &s) != nil {
		return chat.Settings{}
	}
	return s
}
