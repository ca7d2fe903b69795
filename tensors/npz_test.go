package tensors_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
)

// TestNumPy reads what NumPy wrote; testdata/write_npz.py says what that is.
func TestNumPy(t *testing.T) {
	for _, c := range []struct {
		file  string
		count int
	}{{"testdata/numpy.npz", 29}, {"testdata/compressed.npz", 26}} {
		f, err := tensors.ReadFile(c.file)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(f.Tensors) != c.count {
			t.Errorf("%s: %d tensors, not %d", c.file, len(f.Tensors), c.count)
		}
		for _, a := range f.Tensors {
			values, err := a.Float64s()
			if err != nil {
				t.Error(err)
			}
			if a.Name == "matrix" {
				if got := fmt.Sprint(a.Shape, values); got != "[2 3] [0.5 2.5 4.5 1.5 3.5 5.5]" {
					t.Errorf("%s: a transposed matrix is %s", c.file, got)
				}
				continue
			}
			first := 0.5
			if a.DType >= tensors.I64 {
				first = 1
			}
			for i, v := range values {
				if v != float64(i)+first {
					t.Errorf("%s: %s[%d] is %g, not %g", c.file, a.Name, i, v, float64(i)+first)
				}
			}
			want := map[byte]string{'c': "[2 3 4]", 'f': "[2 3 4]", 's': "[]", 'v': "[5]", 'e': "[0 3]"}[a.Name[0]]
			if strings.HasPrefix(a.Name, "version") {
				want = "[2 3]"
			}
			if got := fmt.Sprint(a.Shape); got != want {
				t.Errorf("%s: the shape of %s is %s, not %s", c.file, a.Name, got, want)
			}
		}
	}
}

// npy is an npy file of version 1 with the given header and numbers.
func npy(header string, data ...byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), data...)
}

// zipped is a zip of files: names and contents in turns.
func zipped(t testing.TB, method uint16, files ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i].(string), Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[i+1].([]byte)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plain is a header in order, of one float32.
const plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"

// TestHeaders are headers of npy files, and what is wrong with them: nothing where want is empty.
func TestHeaders(t *testing.T) {
	header := func(old, new string) string {
		if !strings.Contains(plain, old) {
			t.Fatalf("no %q in %q", old, plain)
		}
		return strings.Replace(plain, old, new, 1)
	}
	for _, c := range []struct{ header, want string }{
		{plain, ""},
		{plain + "    \n", ""},
		{`{"shape":(1,),"fortran_order":True,"descr":"<f4"}`, ""},
		{header("(1,)", "(1L,)"), ""},
		{header("(1,)", "()"), ""},
		{header("(1,)", "(1, 1, 1)"), ""},
		{header("(1,)", "(1)"), "a comma behind it"},
		{header("(1,)", "(1 1)"), "a comma is wanted"},
		{header("(1,)", "(-1,)"), `axis 0: "" is not the length`},
		{header("(1,)", "(99999999999999999999,)"), "is not the length"},
		{header("(1,)", "(2147483647, 2147483647)"), "too large"},
		{header("(1,)", "(2147483647, 2147483647, 0, 2147483647)"), "too large"},
		{header("(1,)", "("+strings.Repeat("1,", 65)+")"), "more than 64 axes"},
		{header("(1,)", "(2,)"), "shape [2] of F32: unexpected EOF"},
		{header("(1,)", "(250000000,)"), "1000000000 bytes are wanted, and there are 4"},
		{header("(1,)", "(0,)"), "something follows the numbers"},
		{header("(1,)", "[1]"), "shape: '(' is wanted"},
		{header("<f4", "<f8"), "unexpected EOF"},
		{header("<f4", "<f2"), "something follows the numbers"},
		{header("<f4", "|f4"), `"|f4" is not known here`},
		{header("<f4", "=f4"), `"=f4" is not known here`},
		{header("<f4", "|O"), "Python objects"},
		{header("<f4", "<c8"), "astype(numpy.float32)"},
		{header("'<f4'", "[('a', '<f4')]"), "the array has fields"},
		{header("<f4", ""), `"" is not known`},
		{header("'<f4'", "'<f4"), `descr: "<f4, " is not known`},
		{header("'<f4'", `'<f\4'`), "no backslash"},
		{header("False", "0"), "fortran_order: neither True nor False"},
		{header("'descr'", "'fortran_order'"), "neither True"},
		{header("'shape'", "'descr'"), "descr is there twice"},
		{header(", 'shape': (1,)", ""), "shape is missing"},
		{header("'shape'", "'shop'"), `unknown field "shop"`},
		{header("}", "} x"), "something follows"},
		{header("}", ""), "text in quotes is wanted"},
		{header("{", ""), "byte 0: '{' is wanted"},
		{header(": (", " ("), "':' is wanted"},
		{header(", }", " 3"), "',' is wanted"},
		{"", "'{' is wanted"},
	} {
		_, err := npz.decode(zipped(t, zip.Store, "W1.npy", npy(c.header, 0, 0, 128, 63)))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.header, err)
		case c.want != "" && (err == nil ||
			!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `tensor "W1": `)):
			t.Errorf("%s: %v, want an error of tensor W1 with %q", c.header, err, c.want)
		}
	}
}

// TestBrokenNPZ are files that are damaged, lie, or are something else.
func TestBrokenNPZ(t *testing.T) {
	good := npy(plain, 0, 0, 128, 63)
	long := append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), good...)
	flipped := zipped(t, zip.Store, "W1.npy", good)
	flipped[bytes.Index(flipped, []byte{0, 0, 128, 63})]++
	encrypted := zipped(t, zip.Store, "W1.npy", good)
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	method := zipped(t, zip.Store, "W1.npy", good)
	binary.LittleEndian.PutUint16(method[bytes.Index(method, []byte("PK\x01\x02"))+10:], 12)
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "not an npz file: zip: not a valid zip file"},
		{"safetensors", safetensors.encode(t, &tensors.File{}), "not a valid zip file"},
		{"cut short", zipped(t, zip.Store, "W1.npy", good)[:100], "not a valid zip file"},
		{"other files", zipped(t, zip.Store, "archive/data.pkl", good),
			`it has a file "archive/data.pkl", whose name does not end in .npy`},
		{"a name twice", zipped(t, zip.Store, "W1.npy", good, "W1.npy", good), `two tensors are named "W1"`},
		{"no npy", zipped(t, zip.Store, "W1.npy", []byte("{'descr': '<f4'}")),
			`"W1": npy: it begins with "{'desc", not with "\x93NUMPY"`},
		{"an npy cut in its magic", zipped(t, zip.Store, "W1.npy", good[:4]), `"W1": npy: unexpected EOF`},
		{"an npy cut in its length", zipped(t, zip.Store, "W1.npy", good[:9]), `"W1": npy: unexpected EOF`},
		{"an npy cut in its header", zipped(t, zip.Store, "W1.npy", good[:20]),
			`"W1": npy: its header has 57 bytes: unexpected EOF`},
		{"version 4", zipped(t, zip.Store, "W1.npy", append([]byte("\x93NUMPY\x04\x00"), good...)), "version 4.0"},
		{"version 1.1", zipped(t, zip.Store, "W1.npy", append([]byte("\x93NUMPY\x01\x01"), good...)), "version 1.1"},
		{"a header of 4 GB", zipped(t, zip.Store, "W1.npy", long), "the header has 4294967295 bytes"},
		{"a bit flipped", flipped, `"W1": zip: checksum error`},
		{"encrypted", encrypted, `"W1": it is encrypted`},
		{"another compression", method, `"W1": zip: unsupported compression`},
	} {
		f, err := npz.decode(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want an error with %q", c.name, f, err, c.want)
		}
	}
}

// TestZipBombs are small files that unpack to much: they are refused before much memory is taken.
func TestZipBombs(t *testing.T) {
	const million = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000,), }"
	zeros := npy(million, make([]byte, 4_000_000)...)
	one := zipped(t, zip.Deflate, "W1.npy", zeros)

	// Many entries that share the same compressed bytes: the directory lists the first one over and over.
	var many bytes.Buffer
	z := zip.NewWriter(&many)
	const each = 100_000
	header := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }", each)
	numbers := npy(header, make([]byte, each)...)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "00.npy", CRC32: crc32.ChecksumIEEE(numbers),
		CompressedSize64: uint64(len(numbers)), UncompressedSize64: uint64(len(numbers))})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(numbers)
	z.Close()
	b := many.Bytes()
	start := bytes.Index(b, []byte("PK\x01\x02"))
	end := bytes.Index(b, []byte("PK\x05\x06"))
	entry, tail := b[start:end], bytes.Clone(b[end:])
	const copies = 90
	shared := bytes.Clone(b[:start])
	for i := range copies {
		e := bytes.Clone(entry)
		copy(e[46:], fmt.Sprintf("%02d", i))
		shared = append(shared, e...)
	}
	binary.LittleEndian.PutUint16(tail[8:], copies)
	binary.LittleEndian.PutUint16(tail[10:], copies)
	binary.LittleEndian.PutUint32(tail[12:], uint32(copies*len(entry)))
	shared = append(shared, tail...)

	for name, data := range map[string][]byte{"zeros": one, "shared entries": shared} {
		_, err := npz.decode(data)
		if err == nil || !strings.Contains(err.Error(), "more than 64 times its size") {
			t.Errorf("%s, %d bytes: %v", name, len(data), err)
		}
	}
}

// TestNPZBytes is what a small file is made of, so that programs that read zips from the front can read it: sizes and
// sums before the data.
func TestNPZBytes(t *testing.T) {
	b := npz.encode(t, &tensors.File{Tensors: []tensors.Tensor{tensors.New("W1", []int{1, 2}, []float32{1, -2})}})
	header := "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"
	header += strings.Repeat(" ", 128-10-len(header)-1) + "\n"
	file := npy(header, 0, 0, 128, 63, 0, 0, 0, 192)
	le := binary.LittleEndian
	want := append([]byte("PK\x03\x04"), 20, 0, 0, 0, 0, 0, 0, 0, 33, 0)
	want = le.AppendUint32(want, crc32.ChecksumIEEE(file))
	want = le.AppendUint32(le.AppendUint32(want, uint32(len(file))), uint32(len(file)))
	want = append(append(append(want, 6, 0, 0, 0), "W1.npy"...), file...)
	if !bytes.HasPrefix(b, want) {
		t.Errorf("the file is\n%q\nand should begin with\n%q", b, want)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(z.File) != 1 {
		t.Fatal(z, err)
	}
	if y, m, d := z.File[0].Modified.Date(); y != 1980 || m != 1 || d != 1 {
		t.Errorf("the date is %v", z.File[0].Modified)
	}
	r, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, file) {
		t.Errorf("%v: %q", err, got)
	}
}
