package tensors_test

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
)

// format is one of the two, as tests see it.
type format struct {
	name  string
	read  func(io.ReaderAt, int64) (*tensors.File, error)
	write func(io.Writer, *tensors.File) error
}

var (
	safetensors = format{"safetensors", tensors.ReadSafetensors, tensors.WriteSafetensors}
	npz         = format{"npz", tensors.ReadNPZ, tensors.WriteNPZ}
)

// decode reads bytes.
func (f format) decode(b []byte) (*tensors.File, error) {
	return f.read(bytes.NewReader(b), int64(len(b)))
}

// encode writes a file that is in order.
func (f format) encode(t testing.TB, file *tensors.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.write(&b, file); err != nil {
		t.Fatalf("%s: writing: %v", f.name, err)
	}
	return b.Bytes()
}

// random is a tensor of a type and a shape with any bytes for data.
func random(r *rand.Rand, name string, d tensors.DType, shape ...int) tensors.Tensor {
	n := d.Size()
	for _, s := range shape {
		n *= s
	}
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return tensors.Tensor{Name: name, DType: d, Shape: shape, Data: data}
}

// sample is a file of all types that a format has, in many shapes.
func sample(f format) *tensors.File {
	r := rand.New(rand.NewPCG(1, 2))
	file := &tensors.File{}
	for d := tensors.F64; d <= tensors.Bool; d++ {
		if d == tensors.BF16 && f.name == "npz" {
			continue
		}
		file.Tensors = append(file.Tensors,
			random(r, d.String(), d), random(r, d.String()+"/empty", d, 3, 0, 2), random(r, "ü"+d.String(), d, 5),
			random(r, d.String()+`"\`, d, 2, 3), random(r, strings.Repeat("n", int(d-1)), d, 3, 1, 2))
	}
	if f.name == "safetensors" {
		file.Metadata = map[string]string{"format": "pt", "": "<empty> \u2028", "a\n": "\x00"}
	}
	return file
}

// same says whether two files have the same tensors, in any order.
func same(t *testing.T, got, want *tensors.File) {
	t.Helper()
	if len(got.Tensors) != len(want.Tensors) {
		t.Errorf("%d tensors, not %d", len(got.Tensors), len(want.Tensors))
	}
	if !(len(got.Metadata) == 0 && len(want.Metadata) == 0) && !reflect.DeepEqual(got.Metadata, want.Metadata) {
		t.Errorf("metadata %q, not %q", got.Metadata, want.Metadata)
	}
	for _, w := range want.Tensors {
		g, ok := got.Tensor(w.Name)
		if !ok || g.DType != w.DType || !reflect.DeepEqual(append([]int{}, g.Shape...), append([]int{}, w.Shape...)) ||
			!bytes.Equal(g.Data, w.Data) {
			t.Errorf("tensor %q is %v, found %t; it should be %v", w.Name, g, ok, w)
		}
	}
}

// TestRoundTrip writes and reads any bits of all types, and again: the bytes are the same.
func TestRoundTrip(t *testing.T) {
	for _, f := range []format{safetensors, npz} {
		want := sample(f)
		b := f.encode(t, want)
		got, err := f.decode(b)
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		same(t, got, want)
		if again := f.encode(t, got); !bytes.Equal(again, b) {
			t.Errorf("%s: other bytes when it is written again", f.name)
		}
		empty, err := f.decode(f.encode(t, &tensors.File{}))
		if err != nil || len(empty.Tensors) != 0 {
			t.Errorf("%s without tensors: %v, %v", f.name, empty, err)
		}
	}
}

// TestBits keeps the payloads of NaNs, also signalling ones, and the sign of 0, on the way through files and slices.
func TestBits(t *testing.T) {
	bits32 := []uint32{0, 1 << 31, 0x7f800001, 0xffc12345, 0x7fc00000, 1, 0x7f7fffff, 0xff800000, 0x3f800000}
	bits64 := []uint64{0, 1 << 63, 0x7ff0000000000001, 0xfff8000012345678, 1, math.Float64bits(math.Pi), 0xfff << 52}
	v32, v64 := make([]float32, len(bits32)), make([]float64, len(bits64))
	for i, b := range bits32 {
		v32[i] = math.Float32frombits(b)
	}
	for i, b := range bits64 {
		v64[i] = math.Float64frombits(b)
	}
	for _, f := range []format{safetensors, npz} {
		file, err := f.decode(f.encode(t, &tensors.File{Tensors: []tensors.Tensor{
			tensors.New("a", []int{3, 3}, v32), tensors.New("b", []int{7}, v64)}}))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := file.Tensor("a")
		b, _ := file.Tensor("b")
		g32, g64 := make([]float32, len(v32)), make([]float64, len(v64))
		if err := tensors.CopyTo(g32, a); err != nil {
			t.Error(err)
		}
		if err := tensors.CopyTo(g64, b); err != nil {
			t.Error(err)
		}
		for i, b := range bits32 {
			if got := math.Float32bits(g32[i]); got != b {
				t.Errorf("%s: %#x was %#x", f.name, got, b)
			}
		}
		for i, b := range bits64 {
			if got := math.Float64bits(g64[i]); got != b {
				t.Errorf("%s: %#x was %#x", f.name, got, b)
			}
		}
	}
}

// TestRefusedToWrite are tensors that neither format can hold, or only one.
func TestRefusedToWrite(t *testing.T) {
	one := func(t tensors.Tensor) *tensors.File { return &tensors.File{Tensors: []tensors.Tensor{t}} }
	twice := tensors.New("W1", []int{1}, []float32{1})
	for _, c := range []struct {
		formats []format
		file    *tensors.File
		want    string
	}{
		{[]format{safetensors, npz}, one(tensors.New("W1", []int{2}, []float32{1})),
			`"W1": shape [2] of F32 takes 2 numbers of 4 bytes, and there are 4 bytes`},
		{[]format{safetensors, npz}, one(tensors.New("W1", []int{-1, -1}, []float32{1})), "negative length"},
		{[]format{safetensors, npz}, one(tensors.New("W1", []int{1 << 30, 1 << 30}, []float32{1})), "too large"},
		{[]format{safetensors, npz}, one(tensors.Tensor{Name: "W1", Data: []byte{1}}), "DType(0) is not a type"},
		{[]format{safetensors, npz}, one(tensors.New("\xff", nil, []float32{1})), "not UTF-8"},
		{[]format{safetensors, npz}, &tensors.File{Tensors: []tensors.Tensor{twice, twice}},
			`two tensors are named "W1"`},
		{[]format{safetensors}, one(tensors.New("__metadata__", nil, []float32{1})),
			"no tensor can be named __metadata__"},
		{[]format{safetensors}, &tensors.File{Metadata: map[string]string{"a": "\xff"}}, "not UTF-8"},
		{[]format{npz}, &tensors.File{Metadata: map[string]string{"a": "b"}}, "no place for metadata"},
		{[]format{npz}, one(tensors.Tensor{Name: "W1", DType: tensors.BF16, Data: []byte{0, 0}}), "NumPy has no BF16"},
		{[]format{npz}, one(tensors.New(strings.Repeat("n", 1<<16), nil, []float32{1})), "long"},
	} {
		for _, f := range c.formats {
			if err := f.write(io.Discard, c.file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want an error with %q", f.name, err, c.want)
			}
		}
	}
}

// failing fails after so many bytes.
type failing struct{ left int }

func (w *failing) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}

// TestWriteFails passes on errors of the writer, wherever they come.
func TestWriteFails(t *testing.T) {
	for _, f := range []format{safetensors, npz} {
		file := sample(f)
		size := len(f.encode(t, file))
		for n := 0; n < size; n += 1 + size/100 {
			if err := f.write(&failing{n}, file); err == nil {
				t.Errorf("%s: no error, though only %d bytes could be written", f.name, n)
				break
			}
		}
	}
}
