package gen_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// trainable is a network that names a file of weights: 2-3-1, the last layer without bias.
var trainable = spec.Network{
	Name: "Net", Input: 2, Layers: []spec.Layer{gentest.Act(3, "tanh"), {Dense: 1, NoBias: true}},
	Cost: spec.Function{Name: "mse"}, Targets: []spec.Target{}, Weights: "net.safetensors",
}

// numbers are a tensor of 1, 2, 3, …
func numbers[F tensors.Float](name string, shape ...int) tensors.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	values := make([]F, n)
	for i := range values {
		values[i] = F(i + 1)
	}
	return tensors.New(name, shape, values)
}

// folder is a spec's folder with a file of weights.
func folder(t *testing.T, list ...tensors.Tensor) fstest.MapFS {
	t.Helper()
	var b bytes.Buffer
	if err := tensors.WriteSafetensors(&b, &tensors.File{Tensors: list}); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"net.safetensors": {Data: b.Bytes()}}
}

// weightsText is the file of the weights that is emitted.
func weightsText(t *testing.T, n spec.Network, files fs.FS) string {
	t.Helper()
	emitted, err := gentest.Generate(t, n, gen.Options{Package: "net", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(emitted, func(f gen.File) bool { return f.Kind == gen.Weights })
	if at < 0 || emitted[at].Name != strings.ToLower(n.Name)+"_weights_gen.go" {
		t.Fatalf("no file of weights for %s", gentest.YAML(n))
	}
	if formatted, err := format.Source(emitted[at].Data); err != nil || !bytes.Equal(formatted, emitted[at].Data) {
		t.Errorf("%s is not formatted, %v:\n%.4000s", emitted[at].Name, err, emitted[at].Data)
	}
	return string(emitted[at].Data)
}

// TestWeights emits weights from numbers of several types under several names. They are constants in as few digits as
// do, and in rows.
func TestWeights(t *testing.T) {
	half := tensors.Tensor{Name: "b1", DType: tensors.F16, Shape: []int{3}, Data: []byte{0, 0x80, 1, 0, 0, 0xbc}}
	odd := []float32{0.1, 1e-45, math.MaxFloat32, 16777216, 1 / 3., -1}
	files := folder(t, tensors.New("W1", []int{3, 2}, odd), half, numbers[float64]("W2", 1, 3))
	text := weightsText(t, trainable, files)
	for _, want := range []string{
		"\n//\n// The trained weights and biases of Net, 12 numbers of float32.\n//\n// weights  net.safetensors sha256:",
		"\n// -0       1 number, which are 0 here: a constant has no -0\n",
		`
var NetTrained = Net{
	W1: [3][2]float32{
		{0.1, 1e-45},
		{3.4028235e+38, 1.6777216e+07},
		{0.33333334, -1},
	},
	B1: [3]float32{
		0, 5.9604645e-08, -1,
	},
	W2: [1][3]float32{
		{1, 2, 3},
	},
}
`} {
		if !strings.Contains(text, want) {
			t.Errorf("no\n%s\nin\n%s", want, text)
		}
	}
	if s := gen.WeightsSource([]byte(text)); !strings.HasPrefix(s, "net.safetensors sha256:") || len(s) != 64+23 {
		t.Errorf("the source is %q", s)
	}
	if names := gen.PackageNames(trainable); !slices.Contains(names, "NetTrained") {
		t.Error("PackageNames does not list NetTrained")
	}
	torch := folder(t, numbers[float32]("net.2.weight", 1, 3), numbers[float32]("net.0.weight", 3, 2),
		numbers[float32]("net.0.bias", 3))
	if text := weightsText(t, trainable, torch); !strings.Contains(text, "{1, 2},\n\t\t{3, 4},\n\t\t{5, 6},") {
		t.Errorf("by the names of PyTorch:\n%s", text)
	}
	explained, err := gen.Explain(trainable, gen.Options{Files: files})
	const line = ", F32, F16, F64: NetTrained, 48 bytes of data; 1 of them -0, which become 0\n"
	if err != nil || !strings.Contains(explained, line) ||
		!strings.Contains(explained, " net_weights_gen.go") {
		t.Errorf("%v, %.900s", err, explained)
	}
}

// TestWeightsAreApart: what else is emitted is the same whether there are weights or not.
func TestWeightsAreApart(t *testing.T) {
	files := folder(t, numbers[float32]("W1", 3, 2), numbers[float32]("b1", 3), numbers[float32]("W2", 1, 3))
	with, err := gen.Generate(trainable, gen.Options{Package: "net", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	bare := trainable
	bare.Weights = ""
	without, err := gen.Generate(bare, gen.Options{Package: "net"})
	if err != nil {
		t.Fatal(err)
	}
	with = slices.DeleteFunc(with, func(f gen.File) bool { return f.Kind == gen.Weights })
	if len(with) != len(without) {
		t.Fatalf("%d files with weights, %d without", len(with), len(without))
	}
	for i, f := range with {
		if f.Name != without[i].Name || !bytes.Equal(f.Data, without[i].Data) {
			t.Errorf("%s differs", f.Name)
		}
	}
	if text, err := gen.Explain(bare, gen.Options{}); err != nil || strings.Contains(text, "_weights_gen.go") {
		t.Errorf("%v, %.500s", err, text)
	}
}

// TestRandomWeights emits the weights of random networks, formatted and with the right types; some have long rows.
func TestRandomWeights(t *testing.T) {
	networks := []spec.Network{{
		Name: "Long", Input: 300, Layers: []spec.Layer{{Dense: 2}, {Dense: 40, NoBias: true}, {Dense: 1}},
		Cost: spec.Function{Name: "mse"},
	}}
	for i := range 12 {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		networks = append(networks, gentest.DrawSpec(r, fmt.Sprintf("R%d", i), gentest.Small))
	}
	for _, n := range networks {
		n.Weights, n.Targets = "net.safetensors", []spec.Target{}
		_, files := gentest.Trained(t, n, 3)
		text := weightsText(t, n, files)
		for line := range strings.Lines(text) {
			if len(line) > 120 {
				t.Errorf("%s: a line of %d bytes: %s", n.Name, len(line), line)
			}
		}
	}
}

// TestWeightsRefused are files that do not hold a network's weights. What is wrong stands where the spec names the
// file.
func TestWeightsRefused(t *testing.T) {
	w1, b1, w2 := numbers[float32]("W1", 3, 2), numbers[float32]("b1", 3), numbers[float32]("W2", 1, 3)
	of := func(list ...tensors.Tensor) fstest.MapFS { return folder(t, list...) }
	float64s := func(name string, values ...float64) tensors.Tensor {
		return tensors.New(name, []int{3, 2}, values)
	}
	file := func(data string) fstest.MapFS { return fstest.MapFS{"net.safetensors": {Data: []byte(data)}} }
	for _, c := range []struct {
		name  string
		files fs.FS
		want  string
	}{
		{"no folder", nil, "it is not known where the spec's folder is"},
		{"no file", fstest.MapFS{},
			"net.safetensors: no such file in the spec's folder; save the trained weights there"},
		{"a folder", fstest.MapFS{"net.safetensors": {Mode: fs.ModeDir}}, "net.safetensors is not a regular file"},
		{"a pipe", fstest.MapFS{"net.safetensors": {Mode: fs.ModeNamedPipe}}, "net.safetensors is not a regular file"},
		{"too much", file(strings.Repeat("a", 2<<20)),
			"net.safetensors has 2097152 bytes; those of a network with 12 weights"},
		{"empty", file(""), "net.safetensors: not a safetensors file: 0 bytes"},
		{"text", file("0.1 0.2 0.3"), "not a safetensors file, or cut short"},
		{"missing", of(w1, w2), "\n  b1 [3]     -              missing\n"},
		{"transposed", of(numbers[float32]("W1", 2, 3), b1, w2), "W1 [2 3] F32   transposed: weights are [out, in]"},
		{"NaN", of(float64s("W1", 1, 2, 3, math.NaN(), 5, 6), b1, w2),
			"net.safetensors: W1[1][1] is NaN; a network with such a weight"},
		{"infinite", of(w1, tensors.New("b1", []int{3}, []float32{0, 1, float32(math.Inf(-1))}), w2), "b1[2] is -Inf"},
		{"too precise", of(float64s("W1", 1, 2, 0.1, 4, 5, 6), b1, w2),
			`tensor "W1": number 2 is 0.1 of F64, which float32 cannot hold exactly; ` +
				"the nearest is 0.10000000149011612: round the file to float32, in NumPy with astype(numpy.float32), or write precision: float64"},
		{"too large", of(float64s("W1", 1e300, 2, 3, 4, 5, 6), b1, w2), "number 0 is 1e+300, beyond float32"},
	} {
		_, err := gen.Generate(trainable, gen.Options{Package: "net", Files: c.files})
		var list spec.ErrorList
		if !errors.As(err, &list) || len(list) != 1 || list[0].Path != "weights" ||
			!strings.Contains(list[0].Message, c.want) {
			t.Errorf("%s: %v, want a mistake of weights with %q", c.name, err, c.want)
		}
	}
	// Doubles take what float32 does not hold.
	double := trainable
	double.Precision = spec.Float64
	files := of(float64s("W1", 1, 2, 0.1, 1e300, 5e-324, 6), b1, w2)
	rows := "W1: [3][2]float64{\n\t\t{1, 2},\n\t\t{0.1, 1e+300},\n\t\t{5e-324, 6},"
	if text := weightsText(t, double, files); !strings.Contains(text, rows) {
		t.Errorf("doubles:\n%s", text)
	}
	// What the file system refuses is no mistake of the spec.
	_, err := gen.Generate(trainable, gen.Options{Package: "net", Files: denied{}})
	if list := (spec.ErrorList)(nil); errors.As(err, &list) || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a file that may not be read: %v", err)
	}
}

// denied are files that may not be read.
type denied struct{}

func (denied) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}
