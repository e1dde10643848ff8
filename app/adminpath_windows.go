package app

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// adminPath is where the administrator's file is. The system names the folder:
// the variable ProgramData is the person's to change.
func adminPath() string {
	folder, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, 0)
	if err != nil {
		folder = `C:\ProgramData`
	}
	return filepath.Join(folder, "bise", "policy.toml")
}
