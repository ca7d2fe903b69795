package gen

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
	"github.com/backpropgen/backpropgen/tensors"
)

// trained are the weights that a spec names, as their file has them.
type trained struct {
	path   string
	sum    string      // SHA-256 of the file, in hex
	values [][]float64 // of each of the shapes
	zeros  int         // how many are -0
	types  string      // of the numbers in the file, such as F32
}

// weightsMistake is what is wrong with the file of weights; it stands where the spec names the file.
func weightsMistake(format string, args ...any) error {
	return spec.ErrorList{{Path: "weights", Message: fmt.Sprintf(format, args...)}}
}

// readTrained reads the weights that a spec names, nil if it names none. The error is a spec.ErrorList unless it is the
// file system's.
func readTrained(n spec.Network, files fs.FS) (*trained, error) {
	if n.Weights == "" {
		return nil, nil
	}
	data, err := readWeights(n, files)
	if err != nil {
		return nil, err
	}
	w := &trained{path: n.Weights, sum: fmt.Sprintf("%x", sha256.Sum256(data))}
	file, err := tensors.Read(n.Weights, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, weightsMistake("%v", err)
	}
	found, err := file.Pick(wanted(n))
	if err != nil {
		return nil, weightsMistake("%s: %v", n.Weights, err)
	}
	var types []string
	for _, t := range found {
		values, err := exactly(t, n.Precision)
		if err != nil {
			return nil, weightsMistake("%s: %v", n.Weights, err)
		}
		for i, v := range values {
			switch {
			case v-v != 0:
				return nil, weightsMistake("%s: %s is %v; a network with such a weight computes nothing, "+
					"so train it again and save one that is finite", n.Weights, element(t, i), v)
			case v == 0 && math.Signbit(v):
				w.zeros++
			}
		}
		w.values = append(w.values, values)
		if name := t.DType.String(); len(types) == 0 || types[len(types)-1] != name {
			types = append(types, name)
		}
	}
	w.types = strings.Join(types, ", ")
	return w, nil
}

// Trained returns the weights that a network names, from its folder, as one slice: W1, b1, W2, b2, …, every matrix
// row-major. All are finite numbers that its precision holds. The error is that of Generate.
func Trained(n spec.Network, folder fs.FS) ([]float64, error) {
	w, err := readTrained(n.WithDefaults(), folder)
	if err != nil || w == nil {
		return nil, err
	}
	return slices.Concat(w.values...), nil
}

// readWeights reads all of the file that a spec names.
func readWeights(n spec.Network, files fs.FS) ([]byte, error) {
	if files == nil {
		return nil, weightsMistake("%s cannot be read, because it is not known where the spec's folder is", n.Weights)
	}
	info, err := fs.Stat(files, n.Weights) // before it is opened: it may be a pipe that nobody writes to
	if errors.Is(err, fs.ErrNotExist) {
		return nil, weightsMistake("%s: no such file in the spec's folder; save the trained weights there, "+
			"or remove this line until they exist", n.Weights)
	}
	if err != nil {
		return nil, unreadable(n, err)
	}
	if !info.Mode().IsRegular() {
		return nil, weightsMistake("%s is not a regular file", n.Weights)
	}
	// Twice the largest numbers, and names and shapes.
	most := int64(n.Params())*16 + 1<<20
	if info.Size() > most {
		return nil, weightsMistake("%s has %s; those of a network with %d weights and biases have less than %d",
			n.Weights, plural.Of(info.Size(), "byte"), n.Params(), most)
	}
	f, err := files.Open(n.Weights)
	if err != nil {
		return nil, unreadable(n, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, unreadable(n, err)
	}
	return data, nil
}

// unreadable is an error of the file system, which is none of the spec.
func unreadable(n spec.Network, err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("weights: %s cannot be read: %w", n.Weights, err)
}

// wanted are the tensors of a network, in the order of shapes.
func wanted(n spec.Network) (list []tensors.Wanted) {
	for l := 1; l <= n.Depth(); l++ {
		rows := n.Layers[l-1].Dense
		list = append(list, tensors.Wanted{Name: fmt.Sprint("W", l), Shape: []int{rows, n.Width(l - 1)}})
		if !n.Layers[l-1].NoBias {
			list = append(list, tensors.Wanted{Name: fmt.Sprint("b", l), Shape: []int{rows}})
		}
	}
	return list
}

// exactly are the numbers of a tensor, which the precision must hold.
func exactly(t tensors.Tensor, precision spec.Precision) ([]float64, error) {
	values, err := t.Float64s()
	if err == nil && precision == spec.Float32 {
		single := make([]float32, len(values))
		if err = tensors.CopyTo(single, t); err != nil {
			err = fmt.Errorf("%w: round the file to float32, in NumPy with astype(numpy.float32), "+
				"or write precision: float64", err)
		}
	}
	return values, err
}

// element is the name of number i of a tensor, with its indices: W1[3][0].
func element(t tensors.Tensor, i int) string {
	indices := ""
	for axis := len(t.Shape) - 1; axis >= 0; axis-- {
		indices = fmt.Sprintf("[%d]", i%t.Shape[axis]) + indices
		i /= t.Shape[axis]
	}
	name := t.Name
	if strings.ContainsFunc(name, func(r rune) bool { return r < '!' || r > '~' }) {
		name = fmt.Sprintf("%.64q", name)
	}
	return name + indices
}

// source says which file the weights are from, as the emitted file does.
func (w *trained) source() string { return SourceName(w.path) + " sha256:" + w.sum }

// weightsLine is the line of an emitted file that says which weights it holds.
var weightsLine = regexp.MustCompile(`(?m)^// weights +(\S+ sha256:[0-9a-f]{64})\r?$`)

// WeightsSource returns what an emitted file says of the file that its weights are from: its path, and its SHA-256.
// It is empty for files that hold none.
func WeightsSource(data []byte) string {
	if m := weightsLine.FindSubmatch(data[:min(len(data), 4096)]); m != nil {
		return string(m[1])
	}
	return ""
}

// weightsFile is the file of the trained weights, and its outline.
func (c *Compiled) weightsFile() (file, outline []byte) {
	n, w := c.n, c.trained
	name := templates.TrainedName(n.Name)
	header := []string{
		marker(c.o), "",
		fmt.Sprintf("The trained weights and biases of %s, %s of %s.", n.Name, plural.Of(n.Params(), "number"),
			n.Precision),
		"", "weights  " + w.source(),
	}
	if w.zeros > 0 {
		header = append(header, fmt.Sprintf("-0       %s, which are 0 here: a constant has no -0", plural.Of(w.zeros,
			"number")))
	}
	return templates.WeightsFile(templates.Weights{
		Package: c.o.Package, Name: n.Name, Precision: string(n.Precision), Header: header,
		Doc: []string{
			fmt.Sprintf("%s is %s with the weights of %s. The compiler lays it out, so that a program",
				name, n.Name, SourceName(w.path)),
			"does nothing for it when it starts. Train a copy of it, as other code may use it too.",
		},
		Shapes: shapes(n), Values: w.values,
	})
}

// explain is a line on the weights, empty if there are none.
func (w *trained) explain(c *Compiled) string {
	if w == nil {
		return ""
	}
	line := fmt.Sprintf("weights %s, %s: %s, %s of data", w.source(), w.types,
		templates.TrainedName(c.n.Name), plural.Of(c.n.Params()*c.p.ElementBytes(), "byte"))
	if w.zeros > 0 {
		line += fmt.Sprintf("; %d of them -0, which become 0", w.zeros)
	}
	return line
}
