package portable

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// derivatives are all that a network may name.
func derivatives() (list []spec.Derivative) {
	for _, d := range spec.Derivatives() {
		list = append(list, d.Name)
	}
	return list
}

// derived are the functions of one sample that are derivatives.
func derived(n spec.Network) (list []plan.Signature) {
	for _, s := range plan.APIOf(n) {
		if s.Derivative != "" && !s.Batch {
			list = append(list, s)
		}
	}
	return list
}

// arguments has an object for every argument of a function of one sample, by name.
func (e *execution) arguments() map[string]*code.Object {
	n := e.p.Network
	out := n.Width(n.Depth())
	number := code.Of(e.kind)
	return map[string]*code.Object{
		plan.WorkspaceArg: e.ws, plan.InputArg: e.x, plan.TargetArg: e.y,
		plan.DirectionArg: e.m.New(code.ArrayOf(number, n.Input)), plan.ProductArg: e.m.New(code.ArrayOf(number, out)),
		plan.JacobianArg: e.m.New(code.ArrayOf(number, out, n.Input)),
	}
}

// TestDerivativesMeanThePlan executes the derivatives of random networks as TestProgramMeansThePlan does other
// functions.
func TestDerivativesMeanThePlan(t *testing.T) {
	ran := 0
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n := d.network()
		n.Derivatives = derivatives()
		if n.Params() > 1500 || n.Rounding == spec.RoundingFast && !exact(&n) || n.Validate() != nil {
			return
		}
		ran++
		if n.Precision == spec.Float32 {
			compareDerivatives[float32](t, n)
		} else {
			compareDerivatives[float64](t, n)
		}
	})
	if !testing.Short() && ran < 5 {
		t.Errorf("%d networks were executed", ran)
	}
}

func compareDerivatives[F expr.Float](t *testing.T, n spec.Network) {
	t.Helper()
	p, f := mustBuild(t, n)
	m, err := code.NewMachine(f)
	if err != nil {
		t.Fatal(err)
	}
	m.Elementary = interpreted[F]
	e := newExecution(m, p)
	r := rand.New(rand.NewPCG(*seed, 6))
	number := func() float64 {
		if n.Rounding == spec.RoundingFast {
			return float64(r.IntN(5) - 2)
		}
		return r.NormFloat64()
	}
	for _, sig := range derived(n) {
		mem, args := plan.NewMemory[F](p), e.arguments()
		for _, o := range append([]*code.Object{e.net}, args[plan.InputArg], args[plan.TargetArg], args[plan.DirectionArg]) {
			for _, v := range o.Values() {
				v.Set(code.FloatValue(e.kind, number()))
			}
		}
		e.copyTo(func(name string, i int, v float64) { mem.Data(name)[i] = F(v) })
		if dx := mem.Data(plan.DirectionArg); dx != nil {
			for i, v := range args[plan.DirectionArg].Values() {
				dx[i] = F(v.Value().Float())
			}
		}
		if err := mem.Run(sig.Name); err != nil {
			t.Fatal(err)
		}
		var values []code.Value
		for _, arg := range sig.Args {
			values = append(values, args[arg].Pointer())
		}
		if _, err := m.Call(e.net, sig.Name, values...); err != nil {
			t.Fatalf("%s: %v", sig.Name, err)
		}
		for _, b := range p.Buffers {
			if b.Kind != plan.Derived || !slices.Contains(sig.Args, b.Name) {
				continue
			}
			for i, v := range args[b.Name].Values() {
				if got, want := v.Value().Float(), float64(mem.Data(b.Name)[i]); !same(got, want) {
					t.Errorf("%s: element %d of %s is %v in the program, %v in the plan", sig.Name, i, b.Name, got, want)
					break
				}
			}
		}
		e.compare(t, sig.Name, func(name string, i int) float64 { return float64(mem.Data(name)[i]) })
	}
}

// derivedDriver is the part of a driver that calls the derivatives of a network.
func derivedDriver(n spec.Network) string {
	var b strings.Builder
	typ, in, out := n.Precision, n.Input, n.Width(n.Depth())
	if n.Derives(spec.DeriveTangent) {
		fmt.Fprintf(&b, "\tvar dx [%d]%s\n\tvar dy [%d]%[2]s\n\tfor i := range dx { dx[i] = %[2]s(r.NormFloat64()) }\n", in, typ, out)
		fmt.Fprintf(&b, "\tsum(\"Tangent\", p.Tangent(ws, x, &dx, &dy)[:], dy[:])\n")
	}
	if n.Derives(spec.DeriveJacobian) {
		fmt.Fprintf(&b, "\tjs := make([][%d][%d]%s, len(xs))\n\tvar rows [][]%[3]s\n", out, in, typ)
		fmt.Fprintf(&b, "\tsum(\"Jacobian\", p.Jacobian(ws, x, &js[0])[:], js[0][0][:])\n")
		fmt.Fprintf(&b, "\tp.JacobianBatch(b, xs, js)\n\tfor i := range js { for k := range js[i] { rows = append(rows, js[i][k][:]) } }\n")
		fmt.Fprintf(&b, "\tsum(\"JacobianBatch\", rows...)\n")
	}
	return b.String()
}

// derivedCalls calls the derivatives of a network as its driver does.
func (e *execution) derivedCalls(
	r *rand.Rand, xs *code.Object, call func(*code.Object, string, ...code.Value) []code.Value,
	sum func(string, ...[]code.Value),
) {
	n := e.p.Network
	args := e.arguments()
	x, ws := xs.Index(0).Pointer(), e.ws.Pointer()
	if n.Derives(spec.DeriveTangent) {
		for _, v := range args[plan.DirectionArg].Values() {
			v.Set(code.FloatValue(e.kind, r.NormFloat64()))
		}
		dy := args[plan.ProductArg]
		y := call(e.net, plan.Tangent, ws, x, args[plan.DirectionArg].Pointer(), dy.Pointer())[0]
		sum(plan.Tangent, contents(y.Object()), contents(dy))
	}
	if n.Derives(spec.DeriveJacobian) {
		samples := len(xs.Values()) / n.Input
		js := e.m.New(code.ArrayOf(code.Of(e.kind), samples, n.Width(n.Depth()), n.Input))
		y := call(e.net, plan.Jacobian, ws, x, js.Index(0).Pointer())[0]
		sum(plan.Jacobian, contents(y.Object()), contents(js.Index(0).Index(0)))
		b := e.m.New(code.StructType(n.Name + "Batch")).Pointer()
		call(e.net, plan.JacobianBatch, b, xs.Slice(), js.Slice())
		sum(plan.JacobianBatch, contents(js))
	}
}
