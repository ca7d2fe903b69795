package tensors

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// format is a kind of file, known by the ending of its name.
type format struct {
	ending string
	read   func(io.ReaderAt, int64) (*File, error)
	write  func(io.Writer, *File) error
}

var formats = []format{
	{".safetensors", ReadSafetensors, WriteSafetensors},
	{".npz", ReadNPZ, WriteNPZ},
}

// formatOf is the format of a file by its name.
func formatOf(path string) (format, error) {
	for _, f := range formats {
		if strings.EqualFold(filepath.Ext(path), f.ending) {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("%s: the name must end in .safetensors or .npz", path)
}

// Read reads a file of the given size, of the format that the end of its name says: .safetensors or .npz.
func Read(name string, r io.ReaderAt, size int64) (*File, error) {
	format, err := formatOf(name)
	if err != nil {
		return nil, err
	}
	f, err := format.read(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// ReadFile reads a file whose name ends in .safetensors or .npz.
func ReadFile(path string) (*File, error) {
	if _, err := formatOf(path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	return Read(path, file, info.Size())
}

// WriteFile writes a file whose name ends in .safetensors or .npz. Whatever happens, there is the file that was there
// before or the whole new one under that name: the new one is written beside it and renamed.
func WriteFile(path string, f *File) error {
	format, err := formatOf(path)
	if err != nil {
		return err
	}
	// A link stays one, and so do the permissions of a file.
	target, mode := path, os.FileMode(0)
	if t, err := filepath.EvalSymlinks(path); err == nil {
		target = t
		info, err := os.Stat(target)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: not a regular file", path)
		}
		mode = info.Mode().Perm()
	}
	temporary, err := createBeside(target)
	if err != nil {
		return err
	}
	err = writeAll(temporary, mode, func(w io.Writer) error {
		if err := format.write(w, f); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	if err == nil {
		err = os.Rename(temporary.Name(), target)
	}
	if err != nil {
		os.Remove(temporary.Name())
	}
	return err
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
