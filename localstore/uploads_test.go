package localstore

import (
	"fmt"
	"testing"
	"time"
)

func TestUploadsAreNotedUntilTheyAreDeleted(t *testing.T) {
	db := newDB(t)
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for i, u := range []Upload{
		{Profile: "mistral", Remote: "a", Size: 10, Purpose: "ocr", At: at},
		{Profile: "mistral", Remote: "b", Library: "lib", Size: 20, At: at.Add(time.Hour), Expires: at.AddDate(0, 0, 30)},
		{Profile: "mistral", Remote: "c", Library: "lib", Size: 30, At: at.Add(2 * time.Hour)},
		{Profile: "work", Remote: "a", Size: 40, At: at},
	} {
		u.Name = keepable(t, fmt.Sprint("file", i))
		if err := db.AddUpload(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.AddUpload(t.Context(), Upload{Profile: "mistral", Remote: "x"}); err == nil {
		t.Error("a name that no rule has cleared was written")
	}
	if err := db.UploadDeleted(t.Context(), "mistral", "lib", at.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	if err := db.UploadDeleted(t.Context(), "mistral", "never seen", at); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Uploads(t.Context(), "mistral")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0].Remote != "c" || rows[2].Remote != "a" || rows[1].Name != "file1" || !rows[1].Expires.Equal(at.AddDate(0, 0, 30)) {
		t.Errorf("rows are %+v", rows)
	}
	if rows[0].Deleted.IsZero() || rows[1].Deleted.IsZero() || !rows[2].Deleted.IsZero() {
		t.Error("the end of a library is not the end of its documents alone")
	}
	if rows, err := db.Uploads(t.Context(), "work"); err != nil || len(rows) != 1 || !rows[0].Deleted.IsZero() {
		t.Errorf("another profile's upload was touched: %+v, %v", rows, err)
	}
}
