// Package tensors reads and writes the weights of networks: safetensors, and npz as NumPy writes it.
//
//	var net iris.Iris
//	err := tensors.Load("iris.safetensors", &net)
//	…
//	err = tensors.Save("iris.npz", &net)
//
// [Load] and [Save] take any emitted network. It needs its method Tensors, which names every matrix and every vector of
// parameters and gives a view of it. [ReadFile] and [WriteFile] do the same for tensors that belong to no network, and
// [File.Pick] finds a network's parameters among them.
//
// # Shapes and names
//
// Weights are matrices W[out][in], one row for each output, rows one after the other. PyTorch's nn.Linear stores them
// likewise, so nothing is transposed. Keras stores [in, out]: transpose these before you save them. A square matrix
// that is transposed has the right shape, and nothing can notice it.
//
// Parameters are found by the names W1, b1, W2, b2, …, as Tensors gives them. The names of PyTorch are accepted as
// well: those of an nn.Sequential, 0.weight, 0.bias, 2.weight, 2.bias, …, where a linear layer and its activation take
// two places. The numbers only have to rise from layer to layer, and all names may begin with the same prefix, as in
// net.0.weight or fc1.weight.
//
// # Promises
//
// What is written and read again is the same bit for bit, NaNs with their payloads and -0 among it. The same tensors
// give the same bytes. A file that is damaged or made to harm gives an error that says where, and never a panic; what
// is allocated is at most a small multiple of the file's size.
//
// The package imports the standard library only. A program that loads weights needs nothing of the generator.
package tensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Float is the type of a network's parameters.
type Float interface{ float32 | float64 }

// Tensor is an array of numbers with a name.
type Tensor struct {
	Name  string
	DType DType
	Shape []int // the length of every axis, the slowest first; empty for a single number
	// Data are the numbers in the order of the axes, the last one fastest, little endian.
	// Those of a file that was read may share memory with those of its other tensors.
	Data []byte
}

// File is what a file holds.
type File struct {
	Tensors  []Tensor          // in the order of the file
	Metadata map[string]string // of safetensors; npz has none
}

// New makes a tensor of the numbers values, which it copies. Their count must be the product of the shape: the methods
// and functions that take a tensor check it.
func New[F Float](name string, shape []int, values []F) Tensor {
	t := Tensor{Name: name, DType: floatType[F](), Shape: slices.Clone(shape)}
	t.Data = make([]byte, 0, len(values)*t.DType.Size())
	switch values := any(values).(type) {
	case []float32:
		for _, v := range values {
			t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(v))
		}
	case []float64:
		for _, v := range values {
			t.Data = binary.LittleEndian.AppendUint64(t.Data, math.Float64bits(v))
		}
	}
	return t
}

// Len is how many numbers the tensor has. It is an error if Data are not as many, or the type is unknown.
func (t Tensor) Len() (int, error) {
	n, err := elements(t.Shape)
	if err != nil {
		return 0, fmt.Errorf("tensor %s: %w", quote(t.Name), err)
	}
	size := t.DType.Size()
	if size == 0 {
		return 0, fmt.Errorf("tensor %s: %v is not a type of numbers", quote(t.Name), t.DType)
	}
	if len(t.Data)%size != 0 || len(t.Data)/size != n {
		return 0, fmt.Errorf("tensor %s: shape %v of %v takes %s of %s, and there are %s",
			quote(t.Name), t.Shape, t.DType, plural.Of(n, "number"), plural.Of(size, "byte"), plural.Of(len(t.Data),
				"byte"))
	}
	return n, nil
}

// elements is the product of a shape. It is an error if it overflows, also where an axis of length 0 would make it 0.
func elements(shape []int) (int, error) {
	if len(shape) > maxAxes {
		return 0, fmt.Errorf("%d axes; there may be %d", len(shape), maxAxes)
	}
	n, empty := 1, false
	for _, d := range shape {
		switch {
		case d < 0:
			return 0, fmt.Errorf("shape %v has a negative length", shape)
		case d == 0:
			empty = true
		case n > math.MaxInt/8/d: // 8 bytes are the largest number
			return 0, fmt.Errorf("shape %v is too large", shape)
		default:
			n *= d
		}
	}
	if empty {
		return 0, nil
	}
	return n, nil
}

// maxAxes is how many axes a tensor may have. NumPy has the same limit.
const maxAxes = 64

// Tensor finds a tensor by its name.
func (f *File) Tensor(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// check is what both formats ask of tensors that are to be written.
func (f *File) check() error {
	seen := make(map[string]bool, len(f.Tensors))
	for _, t := range f.Tensors {
		if !utf8.ValidString(t.Name) {
			return fmt.Errorf("tensor %s: the name is not UTF-8", quote(t.Name))
		}
		if seen[t.Name] {
			return fmt.Errorf("two tensors are named %s", quote(t.Name))
		}
		seen[t.Name] = true
		if _, err := t.Len(); err != nil {
			return err
		}
	}
	return nil
}

// quote is a name as messages show it: in quotes and not long.
func quote(name string) string {
	const most = 64
	if utf8.RuneCountInString(name) > most {
		return fmt.Sprintf("%.*q…", most, name)
	}
	return fmt.Sprintf("%q", name)
}
