package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/leastsquares/compare/measure"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

const modulePath = "github.com/backpropgen/backpropgen"

// program is the main function of one network's fits, for fmt.Sprintf with the network's name, its folder, the numbers
// of inputs and outputs, how many goroutines, and the time that Adam has.
const program = `package main

import (
	"log"
	"os"

	"` + modulePath + `/leastsquares"
	"` + modulePath + `/leastsquares/compare/measure"
	emitted "fits/%[2]s/network"
)

type (
	input  = [%[3]d]float64
	output = [%[4]d]float64
)

func main() {
	var net emitted.%[1]s
	var b emitted.%[1]sBatch
	fit := measure.Fit[input, output]{
		Fitter: leastsquares.New(&net),
		Params: net.Flat()[:],
		Loss:   func(xs []input, ys []output) float64 { return net.LossBatch(&b, xs, ys) },
		Adam: func() func(xs []input, ys []output, rate float64) {
			o := emitted.New%[1]sAdam()
			return func(xs []input, ys []output, rate float64) {
				o.StepBatch(&net, &b, xs, ys, rate/float64(len(xs)))
			}
		},
	}
	if err := measure.Run(fit, os.Args[1], %[5]d, %[6]d, os.Stdout); err != nil {
		log.Fatal(err)
	}
}
`

//go:embed fit.py
var script []byte

// module is a temporary one that requires this one. Networks are emitted and built there.
type module struct{ dir string }

func newModule(ctx context.Context) (m module, err error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", modulePath).Output()
	if err != nil {
		return m, fmt.Errorf("go list -m %s: %w; run this in a clone of the module", modulePath, err)
	}
	from := strings.TrimSpace(string(root))
	mod, err := os.ReadFile(filepath.Join(from, "go.mod"))
	if err != nil {
		return m, err
	}
	sum, err := os.ReadFile(filepath.Join(from, "go.sum"))
	if err != nil {
		return m, err
	}
	if m.dir, err = os.MkdirTemp("", "fits"); err != nil {
		return m, err
	}
	text := strings.Replace(string(mod), "module "+modulePath, "module fits", 1) +
		fmt.Sprintf("\nrequire %[1]s v0.0.0\n\nreplace %[1]s => %[2]s\n", modulePath, from)
	return m, errors.Join(
		os.WriteFile(filepath.Join(m.dir, "go.mod"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(m.dir, "go.sum"), sum, 0o644),
		os.WriteFile(filepath.Join(m.dir, "fit.py"), script, 0o644))
}

func (m module) remove() { os.RemoveAll(m.dir) }

// fits emits and builds a problem's network, and runs all fits from each start.
func (m module) fits(ctx context.Context, p problem, o options) (list []result, err error) {
	xs, ys, err := p.data(o.python)
	if err != nil {
		return nil, err
	}
	n := p.network(len(xs[0]), len(ys[0]))
	folder := filepath.Join(m.dir, p.name)
	if err := m.emit(folder, n, len(ys[0]), o); err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", folder+"/", "./"+p.name)
	build.Dir = m.dir
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the fits of %s: %w\n%s", p.name, err, out)
	}
	for seed := range uint64(o.starts) {
		r := result{problem: p, seed: o.seed + seed, params: n.Params(), residuals: len(ys) * len(ys[0])}
		if r, err = m.from(ctx, r, n, xs, ys, o); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// from draws first parameters and runs all fits from there.
func (m module) from(
	ctx context.Context, r result, n spec.Network, xs, ys [][]float64, o options,
) (_ result, err error) {
	folder := filepath.Join(m.dir, r.name)
	data := filepath.Join(folder, "data.npz")
	err = tensors.WriteFile(data, &tensors.File{Tensors: []tensors.Tensor{
		tensors.New("x", []int{len(xs), len(xs[0])}, slices.Concat(xs...)),
		tensors.New("y", []int{len(ys), len(ys[0])}, slices.Concat(ys...)),
		tensors.New("start", []int{n.Params()}, start(n, r.seed)),
	}})
	if err != nil {
		return r, err
	}
	if r.ours, err = traces(exec.CommandContext(ctx, filepath.Join(folder, r.name), data)); err != nil {
		return r, err
	}
	widths := fmt.Sprint(n.Input)
	for l := range n.Layers {
		widths += fmt.Sprint("-", n.Layers[l].Dense)
	}
	if o.python != "" {
		r.scipy, err = traces(exec.CommandContext(ctx, o.python, filepath.Join(m.dir, "fit.py"), data, widths))
	}
	return r, err
}

// emit writes the network's package and the program around it.
func (m module) emit(folder string, n spec.Network, outputs int, o options) error {
	files, err := gen.Generate(n, gen.Options{Package: "network"})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(folder, "network"), 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, "network", f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	main := fmt.Sprintf(program, n.Name, filepath.Base(folder), n.Input, outputs, o.workers, int64(o.adam))
	return os.WriteFile(filepath.Join(folder, "main.go"), []byte(main), 0o644)
}

// start draws the first parameters: weights of mean 0 and variance 1 over the number of inputs, biases 0.
func start(n spec.Network, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, 0))
	var list []float64
	inputs := n.Input
	for _, l := range n.Layers {
		for range l.Dense * inputs {
			list = append(list, random.NormFloat64()/math.Sqrt(float64(inputs)))
		}
		list = append(list, make([]float64, l.Dense)...)
		inputs = l.Dense
	}
	return list
}

// traces runs a program that prints them. Of its threads BLAS has one, so that SciPy is compared with one goroutine.
func traces(cmd *exec.Cmd) (list []measure.Trace, err error) {
	cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1")
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err)
	}
	return list, json.Unmarshal(out, &list)
}
