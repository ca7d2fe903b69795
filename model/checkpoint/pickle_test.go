package checkpoint

import (
	"archive/zip"
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzUnpickle executes any bytes as a pickle: an error, or a value.
func FuzzUnpickle(f *testing.F) {
	for _, pattern := range []string{"../testdata/*.pt*", "../testdata/refused/*.pt"} {
		list, err := filepath.Glob(pattern)
		if err != nil || len(list) == 0 {
			f.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range list {
			z, err := zip.OpenReader(path)
			if err != nil {
				continue // of before PyTorch 1.6
			}
			for _, entry := range z.File {
				if !strings.HasSuffix(entry.Name, "data.pkl") {
					continue
				}
				r, err := entry.Open()
				if err != nil {
					f.Fatal(err)
				}
				data, err := io.ReadAll(r)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(data)
			}
			z.Close()
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := unpickle(data)
		if err == nil {
			stateDict(v)
		}
	})
}

// TestUnpickle: programs that do what no tensors need.
func TestUnpickle(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"nothing", "", "damaged"},
		{"an empty stack", "\x80\x02.", "damaged"},
		{"a mark as a value", "(.", "damaged"},
		{"a call of the system", "cos\nsystem\n(X\x02\x00\x00\x00idtR.", ""},
		{"a count beyond the end", "X\xff\xff\xff\x7fa.", "damaged"},
		{"a count of 64 bits", "\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.", "damaged"},
		{"a tensor of nothing", "ctorch._utils\n_rebuild_tensor_v2\n(tR.", "damaged"},
		{"a memo that is not there", "h\x05.", "damaged"},
		{"an instruction of another kind", "\x80\x02\x92.", "instruction 0x92"},
		{"a list that holds itself", "]q\x00h\x00a.", ""},
		{"a dictionary of itself", "}q\x00X\x01\x00\x00\x00ah\x00s.", ""},
		{"marks without end", strings.Repeat("(", 1<<19), "memory"},
	} {
		v, err := unpickle([]byte(c.program))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v; want %q", c.name, v, err, c.want)
		}
		if err == nil && stateDict(v) != nil {
			t.Errorf("%s has tensors", c.name)
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("a/data.pkl") // compressed
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat([]byte("("), 1<<20)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	if _, err := ReadTorch(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil ||
		!strings.Contains(err.Error(), "compressed") {
		t.Errorf("an archive that grows a thousandfold: %v", err)
	}
}
