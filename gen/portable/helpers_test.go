package portable

import (
	"flag"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

var (
	seed     = flag.Uint64("seed", 1, "of the random networks")
	networks = flag.Int("networks", 30, "how many random networks each property is tried on")
)

// draw returns a valid network of 1–4 layers, with any choice of everything else.
func draw(r *rand.Rand) spec.Network {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	width := func() int {
		if r.IntN(8) == 0 {
			return 40 + r.IntN(60)
		}
		return 1 + r.IntN(20)
	}
	widths, activations := []int{width()}, []string{}
	for range 1 + r.IntN(4) {
		widths = append(widths, width())
		all := spec.Activations()
		activations = append(activations, all[r.IntN(len(all))].Name)
	}
	var costs []string
	for _, c := range spec.Costs() {
		if network(c.Name, widths, activations...).Validate() == nil {
			costs = append(costs, c.Name)
		}
	}
	n := network(pick(costs...), widths, activations...)
	for l := range n.Layers {
		n.Layers[l].NoBias = r.IntN(4) == 0
	}
	n.Precision = spec.Precision(pick("float32", "float64"))
	n.Cache = spec.Cache(pick("auto", "pre", "post", "both"))
	n.Unroll = spec.Unroll(pick("auto", "full", "loop"))
	n.InputGradient = r.IntN(2) == 0
	for _, o := range spec.Optimizers() {
		if r.IntN(4) == 0 {
			n.Optimizers = append(n.Optimizers, o.Name)
		}
	}
	n.Rounding = spec.Rounding(pick("fast", "strict"))
	for _, d := range spec.Derivatives() {
		if r.IntN(3) == 0 {
			n.Derivatives = append(n.Derivatives, d.Name)
		}
	}
	return n
}

// drawn is a random network, its Go and that with its types. All are made once for all tests.
type drawn struct {
	n    spec.Network
	text string
	file *ast.File
	info *types.Info
}

// drawings are the random networks that have been drawn.
var drawings = map[int]*drawn{}

// network is the network, for a test to change.
func (d *drawn) network() spec.Network {
	n := d.n
	n.Layers = slices.Clone(n.Layers)
	return n
}

// src is the network's Go.
func (d *drawn) src(t *testing.T) string {
	t.Helper()
	if d.text == "" {
		d.text = string(mustPrint(t, d.n))
	}
	return d.text
}

// parsed is the network's Go with its types.
func (d *drawn) parsed(t *testing.T) (*ast.File, *types.Info) {
	t.Helper()
	if d.file == nil {
		d.file, d.info = typeCheck(t, d.src(t))
	}
	return d.file, d.info
}

// eachNetwork calls f with random networks, the same for the same seed. With -short it is one network in seven.
func eachNetwork(t *testing.T, f func(t *testing.T, d *drawn)) {
	t.Helper()
	t.Logf("seed %d; to repeat: go test ./gen/portable -run '^%s$' -seed %d -networks %d", *seed, t.Name(), *seed,
		*networks)
	for i := range *networks {
		if testing.Short() && i%7 != 0 {
			continue
		}
		d := drawings[i]
		if d == nil {
			d = &drawn{n: draw(rand.New(rand.NewPCG(*seed, uint64(i))))}
			drawings[i] = d
		}
		if err := d.n.Validate(); err != nil {
			t.Fatalf("network %d is not valid: %v\n%s", i, err, d.n.JSON())
		}
		f(t, d)
		if t.Failed() {
			t.Fatalf("network %d of seed %d fails:\n%s", i, *seed, d.n.JSON())
		}
	}
}

// typeCheck parses and type-checks a kernel file.
func typeCheck(t *testing.T, src string) (*ast.File, *types.Info) {
	t.Helper()
	file, err := parser.ParseFile(fset, "net_gen.go", src, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: standard}
	if _, err := conf.Check("net", fset, []*ast.File{file}, info); err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	return file, info
}

// The standard library is read once.
var (
	fset     = token.NewFileSet()
	standard = importer.ForCompiler(fset, "source", nil)
)
