package checkpoint

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// Options says what a file of weights leaves open. One of the two must be given.
type Options struct {
	// Spec is the network whose parameters the tensors are.
	Spec *spec.Network
	// Activations are those of the layers, where the layers follow from the shapes.
	Activations []spec.Function
	// Ordered says that the tensors are in the order of the layers, as those of a state_dict are.
	Ordered bool
	// Transposed takes matrices as [in, out] where their shapes fit both ways.
	Transposed bool
}

// Result is a network whose parameters were found.
type Result struct {
	Model *model.Model
	// Table says what went where, a row for each tensor of the file.
	Table []string
	// Square lists the layers, from 1, whose matrices fit transposed as well: only a sample can tell.
	Square []int
	// Transposed says whether the matrices of the file are [in, out].
	Transposed bool
	// Format is the type of the numbers.
	Format string
}

// layer is a matrix with its bias, of the file.
type layer struct {
	weight, bias *tensors.Tensor
}

// Match finds the parameters of a network among the tensors of a file. Weights are the tensors of two axes, [out, in]
// as in PyTorch or [in, out] as in Keras and scikit-learn, all of one kind; a bias is a tensor of one axis that
// belongs to one by its name, or follows it. Layers are in the order of the numbers in their names, or else in the
// only order in which their widths fit. Anything that is left over is an error: nothing is dropped.
func Match(f *tensors.File, o Options) (*Result, error) {
	layers, rest, err := group(f, o.Ordered)
	if err != nil {
		return nil, err
	}
	found, err := chainOf(layers, o)
	if err != nil {
		return nil, fmt.Errorf("%w%s%s", err, wanted(o.Spec), listing(f))
	}
	r := &Result{Transposed: found.transposed}
	m, err := found.model(o)
	if err != nil {
		return nil, err
	}
	r.Model = m
	for i, l := range found.layers {
		in, out := m.In(i), m.Layers[i].Out
		how := ""
		if found.transposed {
			how = ", transposed"
		}
		r.Table = append(r.Table, fmt.Sprintf("%s %v → W%d [%d %d]%s", l.weight.Name, l.weight.Shape, i+1, out, in,
			how))
		if l.bias != nil {
			r.Table = append(r.Table, fmt.Sprintf("%s %v → b%d [%d]", l.bias.Name, l.bias.Shape, i+1, out))
		}
		if in == out && in > 1 {
			r.Square = append(r.Square, i+1)
		}
	}
	for _, t := range rest {
		r.Table = append(r.Table, fmt.Sprintf("%s %v of %v → not needed", t.Name, t.Shape, t.DType))
	}
	r.Format = map[tensors.DType]string{
		tensors.F64: "float64", tensors.F32: "float32", tensors.F16: "float16", tensors.BF16: "bfloat16",
	}[found.layers[0].weight.DType]
	return r, m.Round()
}

// wanted is what the spec needs, for errors.
func wanted(n *spec.Network) string {
	const most = 8
	if n == nil {
		return ""
	}
	var list []string
	for i, l := range n.Layers[:min(len(n.Layers), most)] {
		list = append(list, fmt.Sprintf("W%d [%d %d]", i+1, l.Dense, n.Width(i)))
		if !l.NoBias {
			list = append(list, fmt.Sprintf("b%d [%d]", i+1, l.Dense))
		}
	}
	if len(n.Layers) > most {
		list = append(list, "…")
	}
	return "; the spec wants " + strings.Join(list, ", ")
}

// listing is what the file has, for errors.
func listing(f *tensors.File) string {
	const most = 40
	var b strings.Builder
	b.WriteString("; the file has")
	for i, t := range f.Tensors {
		if i == most {
			fmt.Fprintf(&b, "\n    … and %d more", len(f.Tensors)-most)
			break
		}
		fmt.Fprintf(&b, "\n    %s %v of %v", strconv.Quote(t.Name), t.Shape, t.DType)
	}
	return b.String()
}

func isFloat(t tensors.Tensor) bool {
	return t.DType == tensors.F32 || t.DType == tensors.F64 || t.DType == tensors.F16 || t.DType == tensors.BF16
}

// companions are the ways in which the names of a matrix and its bias differ.
var companions = []struct{ weight, bias string }{
	{"weight", "bias"}, {"kernel", "bias"}, {"coefs", "intercepts"}, {"coef", "intercept"}, {"W", "b"}, {"w", "b"},
	{"weights", "biases"},
}

// group finds the matrices, each with its bias, in natural order, and what is no parameter.
func group(f *tensors.File, ordered bool) (layers []layer, rest []tensors.Tensor, err error) {
	all := slices.Clone(f.Tensors)
	if !ordered {
		slices.SortStableFunc(all, func(a, b tensors.Tensor) int { return natural(a.Name, b.Name) })
	}
	used := make([]bool, len(all))
	for i := range all {
		if t := &all[i]; isFloat(*t) && len(t.Shape) == 2 && t.Shape[0] > 0 && t.Shape[1] > 0 && !isBias(all, t) {
			layers = append(layers, layer{weight: t})
			used[i] = true
		}
	}
	if len(layers) == 0 {
		return nil, nil, errors.New("the file has no tensor of two axes in floats, and so no weights" + listing(f))
	}
	for i := range layers {
		if j := biasOf(all, layers[i].weight.Name); j >= 0 {
			layers[i].bias, used[j] = &all[j], true
		}
	}
	byOrder(all, layers, used)
	var wrong []string
	for i, t := range all {
		switch n, _ := t.Len(); {
		case used[i]:
		case !isFloat(t) && n <= 1 || strings.HasSuffix(t.Name, "num_batches_tracked"):
			rest = append(rest, t)
		case strings.HasSuffix(t.Name, "running_mean") || strings.HasSuffix(t.Name, "running_var"):
			return nil, nil, errors.New("the file has batch normalisation, of which it does not say where it stands: " +
				"export the model as ONNX, which does, by torch.onnx.export")
		default:
			wrong = append(wrong, fmt.Sprintf("%s %v of %v", strconv.Quote(t.Name), t.Shape, t.DType))
		}
	}
	if len(wrong) > 0 {
		return nil, nil, fmt.Errorf("nothing is known to take %s: a chain of dense layers has matrices and one bias "+
			"each",
			strings.Join(wrong[:min(len(wrong), 5)], ", "))
	}
	return layers, rest, nil
}

// isBias says whether a tensor of two axes is a bias, as [1, n], by its name.
func isBias(all []tensors.Tensor, t *tensors.Tensor) bool {
	if t.Shape[0] != 1 {
		return false
	}
	for _, other := range all {
		if j := biasOf(all, other.Name); j >= 0 && &all[j] == t && other.Name != t.Name {
			return true
		}
	}
	return false
}

// biasOf returns the index of the bias that belongs to a matrix by its name, or -1.
func biasOf(all []tensors.Tensor, name string) int {
	for _, c := range companions {
		at := strings.LastIndex(name, c.weight)
		if at < 0 {
			continue
		}
		want := name[:at] + c.bias + name[at+len(c.weight):]
		i := slices.IndexFunc(all, func(t tensors.Tensor) bool { return t.Name == want && isFloat(t) && flat(t) > 0 })
		if i >= 0 {
			return i
		}
	}
	return -1
}

// flat is the length of a tensor of one axis, or of [1, n]; 0 if it is none.
func flat(t tensors.Tensor) int {
	switch {
	case len(t.Shape) == 1:
		return t.Shape[0]
	case len(t.Shape) == 2 && t.Shape[0] == 1:
		return t.Shape[1]
	}
	return 0
}

// byOrder gives matrices without a bias the tensor of one axis that follows them, if names say nothing.
func byOrder(all []tensors.Tensor, layers []layer, used []bool) {
	if slices.ContainsFunc(layers, func(l layer) bool { return l.bias != nil }) {
		return
	}
	for i := range layers {
		at := slices.IndexFunc(all, func(t tensors.Tensor) bool { return t.Name == layers[i].weight.Name })
		if next := at + 1; next < len(all) && !used[next] && isFloat(all[next]) && len(all[next].Shape) == 1 &&
			slices.Contains(layers[i].weight.Shape, all[next].Shape[0]) {
			layers[i].bias, used[next] = &all[next], true
		}
	}
}

// chain is layers in an order in which they fit.
type chain struct {
	layers     []layer
	transposed bool
}

func (c chain) out(i int) int { return c.axis(i, !c.transposed) }
func (c chain) in(i int) int  { return c.axis(i, c.transposed) }

func (c chain) axis(i int, first bool) int {
	if first {
		return c.layers[i].weight.Shape[0]
	}
	return c.layers[i].weight.Shape[1]
}

// fits says whether widths, biases and the spec agree.
func (c chain) fits(n *spec.Network) bool {
	for i, l := range c.layers {
		if l.bias != nil && flat(*l.bias) != c.out(i) {
			return false
		}
		switch {
		case n != nil && (c.out(i) != n.Layers[i].Dense || c.in(i) != n.Width(i) ||
			n.Layers[i].NoBias != (l.bias == nil)):
			return false
		case n == nil && i > 0 && c.in(i) != c.out(i-1):
			return false
		}
	}
	return true
}

// maxSearched bounds the layers whose order is searched where names do not tell it.
const maxSearched = 8

// chainOf finds the chain.
func chainOf(layers []layer, o Options) (chain, error) {
	if o.Spec != nil && len(layers) != len(o.Spec.Layers) {
		return chain{}, fmt.Errorf("there are %s, and the spec has %s", plural.Of(len(layers), "matrix"),
			plural.Of(len(o.Spec.Layers), "layer"))
	}
	if o.Spec == nil && len(o.Activations) != len(layers) {
		return chain{}, fmt.Errorf("there are %s, whose activations the file does not tell; name as many in "+
			"their order, "+
			"such as -activations %s", plural.Of(len(layers), "layer"), strings.Repeat("relu,",
			len(layers)-1)+"identity")
	}
	if len(layers) > spec.MaxLayers {
		return chain{}, fmt.Errorf("there are %s; a network has at most %d layers", plural.Of(len(layers), "matrix"),
			spec.MaxLayers)
	}
	kinds := []bool{o.Transposed, !o.Transposed}
	numbered := !slices.ContainsFunc(layers, func(l layer) bool { return !digits.MatchString(l.weight.Name) })
	for _, transposed := range kinds {
		if c := (chain{layers, transposed}); (o.Ordered || numbered) && c.fits(o.Spec) {
			return c, nil
		}
	}
	if len(layers) > maxSearched {
		return chain{}, errors.New("the widths of the matrices do not fit in the order of their names")
	}
	var found []chain
	for _, transposed := range kinds {
		permute(layers, func(list []layer) {
			if c := (chain{slices.Clone(list), transposed}); len(found) < 2 && c.fits(o.Spec) {
				found = append(found, c)
			}
		})
	}
	switch {
	case len(found) == 0:
		return chain{}, errors.New("the widths of the matrices fit in no order")
	case len(found) == 1, len(layers) == 1, sameOrder(found[0], found[1]):
		return found[0], nil
	}
	return chain{}, errors.New("the widths of the matrices fit in several orders; name the tensors W1, b1, W2, b2, …")
}

// sameOrder says whether two chains differ in nothing but how matrices are turned.
func sameOrder(a, b chain) bool {
	return a.transposed != b.transposed && slices.EqualFunc(a.layers, b.layers, func(x, y layer) bool {
		return x.weight == y.weight
	})
}

// permute visits the orders of a list.
func permute(list []layer, visit func([]layer)) {
	list = slices.Clone(list)
	var walk func(int)
	walk = func(k int) {
		if k == len(list) {
			visit(list)
			return
		}
		for i := k; i < len(list); i++ {
			list[k], list[i] = list[i], list[k]
			walk(k + 1)
			list[k], list[i] = list[i], list[k]
		}
	}
	walk(0)
}

// model copies the parameters.
func (c chain) model(o Options) (*model.Model, error) {
	m := &model.Model{Precision: spec.Float32, Input: c.in(0)}
	if o.Spec != nil {
		m.Precision = o.Spec.WithDefaults().Precision
	} else if slices.ContainsFunc(c.layers, func(l layer) bool { return l.weight.DType == tensors.F64 }) {
		m.Precision = spec.Float64
	}
	total := 0
	for i, l := range c.layers {
		out, in := c.out(i), c.in(i)
		if out > spec.MaxWidth || in > spec.MaxWidth {
			return nil, fmt.Errorf("%s has the shape %v; a layer has at most %d units", strconv.Quote(l.weight.Name),
				l.weight.Shape, spec.MaxWidth)
		}
		if total += out * (in + 1); total > spec.MaxParams {
			return nil, fmt.Errorf("the network has more than %d weights and biases; no more are allowed",
				spec.MaxParams)
		}
		w, err := l.weight.Float64s()
		if err != nil {
			return nil, err
		}
		if c.transposed {
			w = transposed(w, in, out)
		}
		next := model.Layer{W: w, Out: out}
		if l.bias != nil {
			if next.B, err = l.bias.Float64s(); err != nil {
				return nil, err
			}
		}
		if o.Spec != nil {
			next.Activation = o.Spec.Layers[i].Activation
		} else {
			next.Activation = o.Activations[i]
		}
		m.Layers = append(m.Layers, next)
	}
	return m, nil
}

// transposed is a matrix of rows by columns, turned.
func transposed(w []float64, rows, columns int) []float64 {
	t := make([]float64, len(w))
	for i := range rows {
		for j := range columns {
			t[j*rows+i] = w[i*columns+j]
		}
	}
	return t
}

var digits = regexp.MustCompile(`\d+`)

// natural compares names with their numbers as numbers: 2.weight before 10.weight.
func natural(a, b string) int {
	pad := func(s string) string {
		return digits.ReplaceAllStringFunc(s, func(n string) string {
			n = strings.TrimLeft(n, "0")
			return fmt.Sprintf("%03d%s", min(len(n), 999), n)
		})
	}
	return strings.Compare(pad(a), pad(b))
}
