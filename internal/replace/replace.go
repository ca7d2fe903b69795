// Package replace writes files whole: under a name there is, whatever happens, the file that was there before or the
// new one, all of it. It imports the standard library only, since packages that programs of users import need it.
package replace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backpropgen/backpropgen/internal/regular"
)

// File writes a file. What write writes goes to a file beside path, which is seen to the disk and then takes the name;
// when anything fails that file is removed, and path is as it was. A symbolic link stays one, and what it leads to is
// replaced; permissions of a file that is there are kept. Path must not be a folder or a device.
func File(path string, write func(io.Writer) error) error {
	if path == "" {
		return errors.New("the path is empty")
	}
	target, mode := path, os.FileMode(0)
	if t, err := filepath.EvalSymlinks(path); err == nil {
		target = t
		info, err := os.Stat(target)
		if err != nil {
			return err
		}
		if err := regular.Check(path, info); err != nil {
			return err
		}
		mode = info.Mode().Perm()
	}
	temporary, err := createBeside(target)
	if errors.Is(err, fs.ErrNotExist) {
		if _, missing := os.Stat(filepath.Dir(target)); missing != nil {
			return missing // it names the folder; err names a file that nobody knows
		}
	}
	if err != nil {
		return err
	}
	err = writeAll(temporary, mode, write)
	if err == nil {
		err = os.Rename(temporary.Name(), target)
	}
	if err != nil {
		os.Remove(temporary.Name())
		return err
	}
	syncFolder(filepath.Dir(target))
	return nil
}

// createBeside creates a file for a while in the folder of path, with the permissions that files get there.
func createBeside(path string) (*os.File, error) {
	for i := 0; ; i++ {
		name := fmt.Sprintf(".%s.%d.%d", filepath.Base(path), os.Getpid(), i)
		file, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !errors.Is(err, os.ErrExist) || i == 1000 {
			return file, err
		}
	}
}

// writeAll writes, syncs and closes a file.
func writeAll(file *os.File, mode os.FileMode, write func(io.Writer) error) error {
	out := bufio.NewWriter(file)
	err := write(out)
	if err == nil {
		err = out.Flush()
	}
	if err == nil && mode != 0 {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFolder sees the new name to the disk. Not every system can; the file is whole without it, and so was the old one.
func syncFolder(path string) {
	if dir, err := os.Open(path); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
}
