package tensors

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// An npz file is a zip of npy files; the name of a tensor is the file's without its ending.
const npyEnding = ".npy"

// How much may be unpacked from a zip: so many times its own size, or the floor. Weights hardly shrink when they are
// compressed; what does by more is made to fill memory, or is all zeros.
const (
	mostInflation  = 64
	inflationFloor = 1 << 20
)

// ReadNPZ reads an npz file of the given size, as numpy.savez and numpy.savez_compressed write it: arrays of floats,
// integers or booleans in either byte order, in the order of C or of Fortran. The tensors have C's. A file that unpacks
// to more than 64 times its size, and more than 1 MiB, is refused.
func ReadNPZ(r io.ReaderAt, size int64) (*File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // no path is used as one
		return nil, fmt.Errorf("not an npz file: %w", err)
	}
	left := max(size*mostInflation, inflationFloor)
	f := &File{}
	seen := map[string]bool{}
	for _, entry := range z.File {
		name, ok := strings.CutSuffix(entry.Name, npyEnding)
		switch {
		case strings.HasSuffix(entry.Name, "/"): // a folder
			continue
		case !ok:
			return nil, fmt.Errorf("not an npz file: it has a file %s, whose name does not end in %s",
				quote(entry.Name), npyEnding)
		case seen[name]:
			return nil, fmt.Errorf("two tensors are named %s", quote(name))
		case entry.Flags&1 != 0:
			return nil, fmt.Errorf("tensor %s: it is encrypted", quote(name))
		}
		seen[name] = true
		t, err := readEntry(entry, name, size, &left)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", quote(name), err)
		}
		f.Tensors = append(f.Tensors, t)
	}
	return f, nil
}

// readEntry reads one npy file of a zip of size bytes. left is how much may still be unpacked.
func readEntry(entry *zip.File, name string, size int64, left *int64) (Tensor, error) {
	open, err := entry.Open()
	if err != nil {
		return Tensor{}, err
	}
	defer open.Close()
	return readNPY(&limited{open, left}, name, size)
}

// limited reads until nothing of left is left.
type limited struct {
	r    io.Reader
	left *int64
}

var errInflated = fmt.Errorf("unpacked, the zip has more than %d times its size; "+
	"write it with numpy.savez, which does not compress", mostInflation)

func (l *limited) Read(b []byte) (int, error) {
	if *l.left <= 0 {
		return 0, errInflated
	}
	n, err := l.r.Read(b[:min(int64(len(b)), *l.left)])
	*l.left -= int64(n)
	return n, err
}

// WriteNPZ writes f as numpy.savez does, in the order of f. The same tensors give the same bytes. NumPy has no BF16 and
// npz no metadata: both are refused.
func WriteNPZ(w io.Writer, f *File) error {
	if err := f.check(); err != nil {
		return err
	}
	if len(f.Metadata) > 0 {
		return errors.New("npz has no place for metadata; safetensors has")
	}
	z := zip.NewWriter(w)
	for _, t := range f.Tensors {
		header, err := npyHeader(t)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", quote(t.Name), err)
		}
		size := uint64(len(header)) + uint64(len(t.Data))
		if size > 1<<32-2 {
			return fmt.Errorf("tensor %s: %s; npz takes 4 GiB, safetensors takes more", quote(t.Name), plural.Of(size,
				"byte"))
		}
		sum := crc32.Update(crc32.ChecksumIEEE(header), crc32.IEEETable, t.Data)
		h := &zip.FileHeader{
			Name: t.Name + npyEnding, Method: zip.Store, CRC32: sum, CompressedSize64: size, UncompressedSize64: size,
			ReaderVersion: 20, CreatorVersion: 20,
		}
		if strings.ContainsFunc(t.Name, func(r rune) bool { return r >= utf8.RuneSelf }) {
			h.Flags |= 1 << 11 // the name is UTF-8
		}
		//lint:ignore SA1019 CreateRaw writes this field and not Modified. It is the first day that a zip knows.
		h.ModifiedDate = 1<<5 | 1
		// Sizes and sum are in front of the data, where programs that read zips from the front look for them.
		out, err := z.CreateRaw(h)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", quote(t.Name), err)
		}
		if _, err := out.Write(header); err != nil {
			return err
		}
		if _, err := out.Write(t.Data); err != nil {
			return err
		}
	}
	return z.Close()
}
