package tensors

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/backpropgen/backpropgen/internal/regular"
	"github.com/backpropgen/backpropgen/internal/replace"
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
	file, size, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return Read(path, file, size)
}

// WriteFile writes a file whose name ends in .safetensors or .npz. Whatever happens, there is the file that was there
// before or the whole new one under that name: the new one is written beside it and renamed. A link stays one, and so
// do the permissions of a file.
func WriteFile(path string, f *File) error {
	format, err := formatOf(path)
	if err != nil {
		return err
	}
	return replace.File(path, func(w io.Writer) error {
		if err := format.write(w, f); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
}
