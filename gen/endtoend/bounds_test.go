package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen/bound"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/plan"
	controller "github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/pixels"
	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

const (
	// vacuous is by how much a bound may exceed the largest error that is found.
	vacuous = 100
	// hunting tells the test's own process at another instruction set what it is there for.
	hunting = "BACKPROPGEN_HUNT"
)

// hunted is a committed network whose errors are hunted for.
type hunted struct {
	name  string
	draws int
	run   func(n spec.Network, h verify.Hunt) ([]verify.Observed, error)
}

// huntedNetworks are the benchmark networks. draws are as many as take about a second.
var huntedNetworks = []hunted{
	{"xor", 8000, func(n spec.Network, h verify.Hunt) ([]verify.Observed, error) {
		return verify.Observe(n, verify.Kernel[xor.Xor, xor.XorGrad, xor.XorWorkspace, xor.XorBatch, [2]float32,
			[1]float32, float32]{
			Forward: (*xor.Xor).Forward, Loss: (*xor.Xor).Loss, Grad: (*xor.Xor).Grad, GradBatch: (*xor.Xor).GradBatch,
		}, h)
	}},
	{"iris", 8000, func(n spec.Network, h verify.Hunt) ([]verify.Observed, error) {
		return verify.Observe(n, verify.Kernel[iris.Iris, iris.IrisGrad, iris.IrisWorkspace, iris.IrisBatch, [4]float32,
			[3]float32, float32]{
			Forward: (*iris.Iris).Forward, Loss: (*iris.Iris).Loss, Grad: (*iris.Iris).Grad,
			GradBatch: (*iris.Iris).GradBatch,
		}, h)
	}},
	{"control", 8000, func(n spec.Network, h verify.Hunt) ([]verify.Observed, error) {
		return verify.Observe(n, verify.Kernel[controller.Control, controller.ControlGrad, controller.ControlWorkspace,
			controller.ControlBatch, [16]float32, [4]float32, float32]{
			Forward: (*controller.Control).Forward, Loss: (*controller.Control).Loss, Grad: (*controller.Control).Grad,
			GradBatch: (*controller.Control).GradBatch,
		}, h)
	}},
	{"digits", 2000, func(n spec.Network, h verify.Hunt) ([]verify.Observed, error) {
		return verify.Observe(n, verify.Kernel[digits.Digits, digits.DigitsGrad, digits.DigitsWorkspace,
			digits.DigitsBatch, [64]float32, [10]float32, float32]{
			Forward: (*digits.Digits).Forward, Loss: (*digits.Digits).Loss, Grad: (*digits.Digits).Grad,
			GradBatch: (*digits.Digits).GradBatch,
		}, h)
	}},
	{"pixels", 400, func(n spec.Network, h verify.Hunt) ([]verify.Observed, error) {
		return verify.Observe(n, verify.Kernel[pixels.Pixels, pixels.PixelsGrad, pixels.PixelsWorkspace,
			pixels.PixelsBatch, [784]float32, [10]float32, float32]{
			Forward: (*pixels.Pixels).Forward, Loss: (*pixels.Pixels).Loss, Grad: (*pixels.Pixels).Grad,
			GradBatch: (*pixels.Pixels).GradBatch,
		}, h)
	}},
}

// defaultRanges are the defaults of explain, for the generator and for the judge.
func defaultRanges(n spec.Network) (bound.Ranges, verify.Ranges) {
	lo := -1.0
	if n.Cost.Name == "cross-entropy" || n.Cost.Name == "binary-cross-entropy" {
		lo = 0
	}
	one := bound.Interval{Lo: -1, Hi: 1}
	return bound.Ranges{Inputs: one, Weights: one, Biases: one, Targets: bound.Interval{Lo: lo, Hi: 1}},
		verify.Ranges{Inputs: [2]float64{-1, 1}, Weights: [2]float64{-1, 1}, Biases: [2]float64{-1, 1},
			Targets: [2]float64{lo, 1}}
}

// hunt looks for the largest errors of all networks with what instruction set the process has.
func hunt(t *testing.T) (found [][]verify.Observed) {
	t.Helper()
	for _, c := range huntedNetworks {
		n, p := committed(t, c.name)
		_, ranges := defaultRanges(n)
		draws := c.draws
		if testing.Short() {
			draws /= 40
		}
		seen, err := c.run(n, verify.Hunt{Ranges: ranges, Draws: draws, Seed: 1, Samples: p.Block})
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, seen)
	}
	return found
}

// committed is a network of the repository and its plan.
func committed(t *testing.T, name string) (spec.Network, *plan.Program) {
	t.Helper()
	path := filepath.Join(gentest.Root(t), "generated", name, name+".yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := spec.Decode(path, text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	return n, p
}

// huntAt is hunt in a process of its own, with some instruction sets switched off.
func huntAt(t *testing.T, off string) (found [][]verify.Observed) {
	t.Helper()
	args := []string{"-test.run=^" + t.Name() + "$", "-test.count=1", fmt.Sprintf("-test.short=%t", testing.Short())}
	cmd := exec.Command(os.Args[0], args...)
	file := filepath.Join(t.TempDir(), "found.json")
	cmd.Env = append(os.Environ(), "GODEBUG="+strings.TrimPrefix(os.Getenv("GODEBUG")+","+off, ","), hunting+"="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", off, err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// TestBounds hunts for the largest rounding errors of the benchmark networks, at every instruction set of the machine:
// none exceeds its bound, and the largest of all comes near to it. Fewer draws find errors so much smaller that a bound
// could be vacuous, and nobody would see it.
func TestBounds(t *testing.T) {
	t.Parallel()
	if file := os.Getenv(hunting); file != "" {
		data, err := json.Marshal(hunt(t))
		if err == nil {
			err = os.WriteFile(file, data, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	levels := map[string][][]verify.Observed{"as it is": hunt(t)}
	if runtime.GOARCH == "amd64" && cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		levels["portable"] = huntAt(t, "cpu.avx512f=off,cpu.avx2=off")
		if cpu.X86.HasAVX512F {
			levels["AVX2"] = huntAt(t, "cpu.avx512f=off")
		}
	}
	var table bytes.Buffer
	table.WriteString("| network | result | bound | found | bound/found | off kinks: bound | found | bound/found | sum of 32: bound | found | bound/found |\n" +
		"|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i, c := range huntedNetworks {
		n, p := committed(t, c.name)
		ranges, _ := defaultRanges(n)
		limits, err := bound.Of(p, ranges)
		if err != nil {
			t.Fatal(err)
		}
		for k, l := range limits {
			if l.Function != plan.Grad {
				continue // the hunt is for others
			}
			worst := verify.Observed{}
			for level, found := range levels {
				o := found[i][k]
				if o.Name != l.Name || o.Error > l.Error || o.Apart > l.Apart || o.Sum > l.Sum {
					t.Errorf("%s, %s: errors %v, beyond the bounds %+v", c.name, level, o, l)
				}
				worst.Error, worst.Apart, worst.Sum = max(worst.Error, o.Error), max(worst.Apart,
					o.Apart), max(worst.Sum, o.Sum)
			}
			cells := []string{c.name, l.Name}
			add := func(limit, found float64) {
				if ratio := limit / found; !testing.Short() && !(ratio <= vacuous) {
					t.Errorf("%s, %s: the bound %.2g is %.0f times the largest error found, %.2g", c.name, l.Name,
						limit, ratio, found)
				}
				cells = append(cells, fmt.Sprintf("%.2g", limit), fmt.Sprintf("%.2g", found),
					fmt.Sprintf("%.1f", limit/found))
			}
			add(l.Error, worst.Error)
			if l.Apart < l.Error {
				add(l.Apart, worst.Apart)
			} else {
				cells = append(cells, "", "", "")
			}
			if l.Summed {
				add(l.Sum, worst.Sum)
			} else {
				cells = append(cells, "", "", "")
			}
			fmt.Fprintf(&table, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	if testing.Short() || len(levels) < 3 {
		return // the page has what is found with every level and all draws
	}
	t.Logf("\n%s", &table)
	holdBounds(t, table.String())
}

// holdBounds holds the table of the page to the bounds; what is found next to them depends on the machine, and is
// written with -update.
func holdBounds(t *testing.T, table string) {
	t.Helper()
	if *gentest.Update {
		gentest.Says(t, "bounds", table)
		return
	}
	page := gentest.ReadGuarantees(t)
	_, got, _, err := gentest.PartOf(page, "bounds")
	if err != nil {
		t.Fatal(err)
	}
	if a, b := boundsOnly(got), boundsOnly(table); a != b {
		t.Errorf("the part \"bounds\" of %s is out of date; run go test ./gen/endtoend -run Bounds -update. Its bounds are\n%s\nand must be\n%s", gentest.Guarantees, a, b)
	}
}

// boundsOnly leaves the columns of a table that do not depend on the machine.
func boundsOnly(table string) string {
	var lines []string
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) > 9 {
			lines = append(lines, strings.Join([]string{cells[1], cells[2], cells[3], cells[6], cells[9]}, "|"))
		}
	}
	return strings.Join(lines, "\n")
}
