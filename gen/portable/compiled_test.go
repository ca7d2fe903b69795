package portable

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/internal/overlay"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// TestGoMeansTheProgram executes the programs of random networks, and what the compiler makes of their Go: every
// function, elementary ones and optimizers among them, gives the same bits. All networks are built together.
func TestGoMeansTheProgram(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		t.Skipf("the compiler contracts x*y + z on %s; bits differ then", runtime.GOARCH)
	}
	t.Setenv("GOAMD64", "v1") // nor does it contract on this level
	files := overlay.Files{}
	var want, imports, calls strings.Builder
	most := max(8, *networks/3)
	if testing.Short() {
		most = 2
	}
	for i, count := 0, 0; count < most; i++ {
		n := draw(rand.New(rand.NewPCG(*seed+1, uint64(i))))
		if n.Params() > 700 {
			continue
		}
		count++
		s := mustSchedule(t, n)
		p := s.Program
		pkg := fmt.Sprintf("net%d", i)
		f, err := Build(s, Options{Package: pkg})
		if err != nil {
			t.Fatal(err)
		}
		m, err := code.NewMachine(f)
		if err != nil {
			t.Fatal(err)
		}
		src, err := templates.Program(f).Render()
		if err != nil {
			t.Fatal(err)
		}
		files["testdata/compiled/"+pkg+"/net.go"] = src
		files["testdata/compiled/"+pkg+"/run.go"] = []byte(driver(n, pkg, p.Block+2))
		fmt.Fprintf(&imports, "\t%q\n", "github.com/backpropgen/backpropgen/gen/portable/testdata/compiled/"+pkg)
		fmt.Fprintf(&calls, "\t%s.Run(func(what string, sum uint64) { fmt.Printf(\"%s %%s %%016x\\n\", what, sum) })\n",
			pkg, pkg)
		e := newExecution(m, p)
		e.all(t, p.Block+2, func(what string, sum uint64) { fmt.Fprintf(&want, "%s %s %016x\n", pkg, what, sum) })
	}
	files["testdata/compiled/main.go"] = []byte("package main\n\nimport (\n\t\"fmt\"\n" + imports.String() +
		")\n\nfunc main() {\n" + calls.String() + "}\n")
	got := strings.Split(run(t, files.Go(t, "run", "-ldflags=-w", "./testdata/compiled")), "\n")
	for i, line := range strings.Split(want.String(), "\n") {
		if i >= len(got) || got[i] != line {
			t.Errorf("compiled: %s, executed: %s", got[min(i, len(got)-1)], line)
		}
	}
}

// driver is the Go that calls all functions of a network with numbers that execution.all draws too, and reports sums of
// the bits that each has left behind.
func driver(n spec.Network, pkg string, samples int) string {
	typ := string(n.Precision)
	in, out := n.Input, n.Width(n.Depth())
	var b strings.Builder
	fmt.Fprintf(&b, `package %[1]s

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

func Run(report func(what string, sum uint64)) {
	r := rand.New(rand.NewPCG(7, 7))
	p, g, ws, b := new(Net), new(NetGrad), new(NetWorkspace), new(NetBatch)
	xs, ys := make([][%[2]d]%[3]s, %[4]d), make([][%[5]d]%[3]s, %[4]d)
	for i := range p.Flat() { p.Flat()[i] = %[3]s(r.NormFloat64()) }
	for s := range xs {
		for i := range xs[s] { xs[s][i] = %[3]s(r.NormFloat64()) }
		for i := range ys[s] { ys[s][i] = %[3]s(r.Float64()) }
	}
	sum := func(what string, all ...[]%[3]s) {
		h := fnv.New64a()
		for _, vs := range all { for _, v := range vs {
			bits := uint64(math.Float%[6]dbits(v))
			if v != v { bits = 1 }
			for k := range 8 { h.Write([]byte{byte(bits >> (8*k))}) }
		} }
		report(what, h.Sum64())
	}
	one := func(v %[3]s) []%[3]s { return []%[3]s{v} }
	x, y := &xs[0], &ys[0]
	sum("Forward", p.Forward(ws, x)[:])
	sum("Loss", one(p.Loss(ws, x, y)))
	sum("Grad", one(p.Grad(ws, x, y, g)), g.Flat()[:])
	sum("Backward", one(p.Backward(ws, x, y, g)), g.Flat()[:])
	sum("Norm", one(g.Norm()))
	g.Scale(0.75)
	sum("Clip", one(g.Clip(0.5)), g.Flat()[:])
	sum("Step", one(p.Step(ws, x, y, 0.0625)), p.Flat()[:])
	sum("LossBatch", one(p.LossBatch(b, xs, ys)))
	sum("GradBatch", one(p.GradBatch(b, xs, ys, g)), g.Flat()[:])
	sum("StepBatch", one(p.StepBatch(b, xs, ys, 0.001)), p.Flat()[:])
`, pkg, in, typ, samples, out, code.KindOf(typ).Bits())
	for i, o := range n.Optimizers {
		entry, _ := spec.LookupOptimizer(o)
		fmt.Fprintf(&b, "\to%[1]d := NewNet%[2]s()\n\tfor range 3 { o%[1]d.Update(p, g, 0.01) }\n\tsum(%[2]q, p.Flat()[:])\n", i, entry.Type)
	}
	b.WriteString(derivedDriver(n))
	return b.String() + "}\n"
}

// all calls all functions of a network, as its driver does.
func (e *execution) all(t *testing.T, samples int, report func(what string, sum uint64)) {
	t.Helper()
	n := e.p.Network
	r := rand.New(rand.NewPCG(7, 7))
	xs := e.m.New(code.ArrayOf(code.Of(e.kind), samples, n.Input))
	ys := e.m.New(code.ArrayOf(code.Of(e.kind), samples, n.Width(n.Depth())))
	fill := func(o *code.Object, next func() float64) {
		for _, v := range o.Values() {
			v.Set(code.FloatValue(e.kind, next()))
		}
	}
	fill(e.net, r.NormFloat64)
	for s := range samples {
		fill(xs.Index(s), r.NormFloat64)
		fill(ys.Index(s), r.Float64)
	}
	sum := func(what string, all ...[]code.Value) {
		h := fnv.New64a()
		for _, vs := range all {
			for _, v := range vs {
				bits := v.Bits()
				if f := v.Float(); f != f {
					bits = 1
				}
				for k := range 8 {
					h.Write([]byte{byte(bits >> (8 * k))})
				}
			}
		}
		report(what, h.Sum64())
	}
	call := func(recv *code.Object, function string, args ...code.Value) []code.Value {
		results, err := e.m.Call(recv, function, args...)
		if err != nil {
			t.Fatalf("%s: %v", function, err)
		}
		return results
	}
	number := func(v float64) code.Value { return code.FloatValue(e.kind, v) }
	x, y, ws, g := xs.Index(0).Pointer(), ys.Index(0).Pointer(), e.ws.Pointer(), e.grad.Pointer()
	net := e.net
	sum("Forward", contents(call(net, "Forward", ws, x)[0].Object()))
	sum("Loss", call(net, "Loss", ws, x, y))
	sum("Grad", call(net, "Grad", ws, x, y, g), contents(e.grad))
	sum("Backward", call(net, "Backward", ws, x, y, g), contents(e.grad))
	sum("Norm", call(e.grad, "Norm"))
	call(e.grad, "Scale", number(0.75))
	sum("Clip", call(e.grad, "Clip", number(0.5)), contents(e.grad))
	sum("Step", call(net, "Step", ws, x, y, number(0.0625)), contents(net))
	b := e.m.New(code.StructType(n.Name + "Batch")).Pointer()
	sum("LossBatch", call(net, "LossBatch", b, xs.Slice(), ys.Slice()))
	sum("GradBatch", call(net, "GradBatch", b, xs.Slice(), ys.Slice(), g), contents(e.grad))
	sum("StepBatch", call(net, "StepBatch", b, xs.Slice(), ys.Slice(), number(0.001)), contents(net))
	for _, o := range n.Optimizers {
		entry, _ := spec.LookupOptimizer(o)
		adam := call(nil, "NewNet"+entry.Type)[0].Object()
		for range 3 {
			call(adam, "Update", net.Pointer(), g, number(0.01))
		}
		sum(entry.Type, contents(net))
	}
	e.derivedCalls(r, xs, y, call, sum)
}

// contents are the values in a place.
func contents(o *code.Object) []code.Value {
	var all []code.Value
	for _, v := range o.Values() {
		all = append(all, v.Value())
	}
	return all
}
