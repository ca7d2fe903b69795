package tensors_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
)

// net is a network as emitted ones look from outside: 2-3-1, the last layer without bias.
type net[F tensors.Float] struct {
	w1 [6]F
	b1 [3]F
	w2 [3]F
}

func (n *net[F]) Tensors() []struct {
	Name  string
	Shape []int
	Data  []F
} {
	return []struct {
		Name  string
		Shape []int
		Data  []F
	}{
		{"W1", []int{3, 2}, n.w1[:]},
		{"b1", []int{3}, n.b1[:]},
		{"W2", []int{1, 3}, n.w2[:]},
	}
}

// counted is a network of the numbers 1, 2, 3, …
func counted[F tensors.Float]() (n net[F]) {
	v := F(0)
	for _, t := range n.Tensors() {
		for i := range t.Data {
			v++
			t.Data[i] = v
		}
	}
	return n
}

// file are the tensors of counted under other names, in the order of the names.
func file(names ...string) *tensors.File {
	n := counted[float64]()
	f := &tensors.File{}
	for i, t := range n.Tensors() {
		f.Tensors = append(f.Tensors, tensors.New(names[i], t.Shape, t.Data))
	}
	return f
}

// TestLoadSave saves and loads networks of both precisions in both formats.
func TestLoadSave(t *testing.T) {
	for _, name := range []string{"net.safetensors", "net.npz"} {
		path := filepath.Join(t.TempDir(), name)
		single, double := counted[float32](), counted[float64]()
		single.b1[0] = float32(math.Copysign(0, -1))
		var gotSingle net[float32]
		var gotDouble net[float64]
		if err := tensors.Save(path, &single); err != nil {
			t.Fatal(err)
		}
		if err := tensors.Load(path, &gotSingle); err != nil || gotSingle != single ||
			!math.Signbit(float64(gotSingle.b1[0])) {
			t.Errorf("%v, %v", gotSingle, err)
		}
		if err := tensors.Load(path, &gotDouble); err != nil || gotDouble.w2 != double.w2 {
			t.Errorf("%v, %v", gotDouble, err)
		}
		double.w2[2] = 0.1
		if err := tensors.Save(path, &double); err != nil {
			t.Fatal(err)
		}
		before := gotSingle
		if err := tensors.Load(path, &gotSingle); err == nil || gotSingle != before ||
			!strings.Contains(err.Error(), path+`: tensor "W2": number 2 is 0.1 of F64`) {
			t.Errorf("%v, %v", gotSingle, err)
		}
		if err := tensors.Load(path, &gotSingle, tensors.Round); err != nil || gotSingle.w2[2] != 0.1 {
			t.Errorf("%v, %v", gotSingle, err)
		}
	}
}

// TestNames are the names under which parameters are found.
func TestNames(t *testing.T) {
	for _, names := range [][]string{
		{"W1", "b1", "W2"},
		{"0.weight", "0.bias", "2.weight"},
		{"0.weight", "0.bias", "1.weight"},
		{"9.weight", "9.bias", "10.weight"},
		{"net.0.weight", "net.0.bias", "net.2.weight"},
		{"fc1.weight", "fc1.bias", "fc2.weight"},
		{"block2.0.weight", "block2.0.bias", "block2.3.weight"},
	} {
		path := filepath.Join(t.TempDir(), "net.npz")
		f := file(names...)
		f.Tensors[0], f.Tensors[2] = f.Tensors[2], f.Tensors[0]
		if err := tensors.WriteFile(path, f); err != nil {
			t.Fatal(err)
		}
		var got net[float32]
		if err := tensors.Load(path, &got); err != nil || got != counted[float32]() {
			t.Errorf("%q: %v, %v", names, got, err)
		}
	}
}

// TestTables are the errors where tensors are not a network's parameters. The network stays as it was.
func TestTables(t *testing.T) {
	turned := file("W1", "b1", "W2")
	turned.Tensors[0].Shape = []int{2, 3}
	flat := file("W1", "b1", "W2")
	flat.Tensors[2].Shape = []int{3}
	more := file("W1", "b1", "W2")
	more.Tensors = append(more.Tensors, tensors.New("b2", []int{1}, []float32{0}))
	many := file("W1", "b1", "W2")
	for i := range 100 {
		many.Tensors = append(many.Tensors, tensors.New(strings.Repeat("x", i+1), nil, []float32{0}))
	}
	for _, c := range []struct {
		name string
		file *tensors.File
		want string
	}{
		{"transposed", turned, `
  wanted     found
  W1 [3 2]   W1 [2 3] F64   transposed: weights are [out, in]
  b1 [3]     b1 [3] F64
  W2 [1 3]   W2 [1 3] F64`},
		{"flat", flat, `
  W2 [1 3]   W2 [3] F64     another shape`},
		{"more", more, `
  W2 [1 3]   W2 [1 3] F64
  -          b2 [1] F32     not wanted`},
		{"capitals", file("W1", "B1", "W2"), `
  W1 [3 2]   W1 [3 2] F64
  b1 [3]     -              missing
  W2 [1 3]   W2 [1 3] F64
  -          B1 [3] F64     not wanted`},
		{"one layer", file("0.weight", "0.bias", "0.weigh"), `
  W1 [3 2]   0.weight [3 2] F64
  b1 [3]     0.bias [3] F64
  W2 [1 3]   -                    missing
  -          0.weigh [1 3] F64    not wanted`},
		{"two prefixes", file("a.0.weight", "a.0.bias", "b.2.weight"), `
  W2 [1 3]   -                      missing
  -          b.2.weight [1 3] F64   not wanted`},
		{"both kinds of names", file("W1", "0.bias", "2.weight"), `
  W1 [3 2]   W1 [3 2] F64
  b1 [3]     -                    missing`},
		{"odd names", file("", "\n", "W2"), `
  -          "" [3 2] F64   not wanted
  -          "\n" [3] F64   not wanted`},
		{"nothing", &tensors.File{}, `
  W1 [3 2]   -       missing`},
		{"many", many, `
  … and 54 more`},
	} {
		path := filepath.Join(t.TempDir(), "net.safetensors")
		if err := tensors.WriteFile(path, c.file); err != nil {
			t.Fatal(err)
		}
		got := counted[float32]()
		err := tensors.Load(path, &got)
		if err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), path+": these are not the parameters of the network:\n  wanted") {
			t.Errorf("%s: %v\nwant an error with%s", c.name, err, c.want)
		}
		if got != counted[float32]() {
			t.Errorf("%s: the network has changed: %v", c.name, got)
		}
	}
}

// TestLoadDamaged leaves the network as it was where the file is damaged.
func TestLoadDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.npz")
	b := npz.encode(t, file("W1", "b1", "W2"))
	b[len(b)/2]++
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	got := counted[float64]()
	if err := tensors.Load(path, &got); err == nil || !reflect.DeepEqual(got, counted[float64]()) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestNoNetwork: a network that is nil gives an error.
func TestNoNetwork(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.npz")
	for _, n := range []tensors.Network[float64]{nil, (*net[float64])(nil)} {
		if err := tensors.Save(path, n); err == nil || !strings.Contains(err.Error(), "tensors.Save: the network is a nil") {
			t.Errorf("Save said %v", err)
		}
		if err := tensors.Load(path, n); err == nil || !strings.Contains(err.Error(), "tensors.Load: the network is a nil") {
			t.Errorf("Load said %v", err)
		}
	}
}
