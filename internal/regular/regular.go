// Package regular opens regular files and nothing else: to open a named pipe would wait for whoever writes to it. It
// imports the standard library only, since packages that programs of users import need it.
package regular

import (
	"fmt"
	"io/fs"
	"os"
)

// Open opens the regular file path for reading, or the one that path links to, and returns its size.
func Open(path string) (*os.File, int64, error) {
	info, err := os.Stat(path) // before it is opened
	if err == nil {
		err = Check(path, info)
	}
	if err != nil {
		return nil, 0, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	if info, err = file.Stat(); err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// Check says what a file is that is not regular.
func Check(path string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return fmt.Errorf("%s: is a folder; name a file in it", path)
	default:
		return fmt.Errorf("%s: is a device or a pipe; name a regular file", path)
	}
}
