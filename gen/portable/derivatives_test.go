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
		plan.VectorArg:   e.m.New(code.StructType(n.Name + "Grad")),
		plan.HessianArg:  e.m.New(code.StructType(n.Name + "Grad")),
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
		for _, o := range append([]*code.Object{e.net}, args[plan.InputArg], args[plan.TargetArg],
			args[plan.DirectionArg],
			args[plan.VectorArg]) {
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
		for _, b := range p.Buffers {
			if b.Kind == plan.WeightDirection || b.Kind == plan.BiasDirection {
				for i, v := range args[plan.VectorArg].Field(field(b)).Values() {
					mem.Data(b.Name)[i] = F(v.Value().Float())
				}
			}
		}
		if sig.Derivative == spec.DeriveParameterJacobian {
			args[plan.JacobianArg] = m.New(code.ArrayOf(code.StructType(n.Name+"Grad"), n.Width(n.Depth())))
		}
		var rows []float64 // of a gradient for each output
		mem.EachRow = func(k int) {
			for _, b := range p.Buffers {
				if b.Kind == plan.WeightGrad || b.Kind == plan.BiasGrad {
					for _, v := range mem.Data(b.Name) {
						rows = append(rows, float64(v))
					}
				}
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
		if sig.Derivative == spec.DeriveParameterJacobian {
			for i, v := range args[plan.JacobianArg].Values() {
				if got := v.Value().Float(); len(rows) != n.Params()*n.Width(n.Depth()) || !same(got, rows[i]) {
					t.Errorf("%s: element %d of %d is %v in the program, %v in the plan", sig.Name, i, len(rows), got,
						rows[i])
					break
				}
			}
		}
		for _, b := range p.Buffers {
			if sig.Derivative == spec.DeriveParameterJacobian || b.Kind != plan.Derived ||
				!slices.Contains(sig.Args, b.Name) {
				continue
			}
			for i, v := range args[b.Name].Values() {
				if got, want := v.Value().Float(), float64(mem.Data(b.Name)[i]); !same(got, want) {
					t.Errorf("%s: element %d of %s is %v in the program, %v in the plan", sig.Name, i, b.Name, got,
						want)
					break
				}
			}
		}
		for _, b := range p.Buffers {
			if sig.Derivative != spec.DeriveHessianVector || b.Kind != plan.WeightCurvature &&
				b.Kind != plan.BiasCurvature {
				continue
			}
			for i, v := range args[plan.HessianArg].Field(field(b)).Values() {
				if got, want := v.Value().Float(), float64(mem.Data(b.Name)[i]); !same(got, want) {
					t.Errorf("%s: element %d of %s is %v in the program, %v in the plan", sig.Name, i, b.Name, got,
						want)
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
		fmt.Fprintf(&b, "\tvar dx [%d]%s\n\tvar dy [%d]%[2]s\n\tfor i := range dx { dx[i] = %[2]s(r.NormFloat64()) }\n",
			in, typ, out)
		fmt.Fprintf(&b, "\tsum(\"Tangent\", p.Tangent(ws, x, &dx, &dy)[:], dy[:])\n")
	}
	if n.Derives(spec.DeriveJacobian) {
		fmt.Fprintf(&b, "\tjs := make([][%d][%d]%s, len(xs))\n\tvar rows [][]%[3]s\n", out, in, typ)
		fmt.Fprintf(&b, "\tsum(\"Jacobian\", p.Jacobian(ws, x, &js[0])[:], js[0][0][:])\n")
		fmt.Fprintf(&b, "\tp.JacobianBatch(b, xs, js)\n\tfor i := range js { for k := range js[i] { rows = append(rows, js[i][k][:]) } }\n")
		fmt.Fprintf(&b, "\tsum(\"JacobianBatch\", rows...)\n")
	}
	if n.Derives(spec.DeriveParameterJacobian) {
		fmt.Fprintf(&b, "\tks := make([][%d]NetGrad, len(xs))\n\tvar gs [][]%s\n", out, typ)
		fmt.Fprintf(&b, "\tp.ParameterJacobianBatch(b, xs, ks)\n\tfor i := range ks { for k := range ks[i] { gs = append(gs, ks[i][k].Flat()[:]) } }\n")
		fmt.Fprintf(&b, "\tsum(\"ParameterJacobianBatch\", gs...)\n")
		fmt.Fprintf(&b, "\tsum(\"ParameterJacobian\", p.ParameterJacobian(ws, x, &ks[0])[:], ks[0][0].Flat()[:])\n")
	}
	if n.Derives(spec.DeriveHessianVector) {
		fmt.Fprintf(&b, "\tv, hv := new(NetGrad), new(NetGrad)\n\tfor i := range v.Flat() { v.Flat()[i] = %s(r.NormFloat64()) }\n", typ)
		fmt.Fprintf(&b, "\tsum(\"HessianVector\", one(p.HessianVector(ws, x, y, v, hv)), hv.Flat()[:])\n")
	}
	return b.String()
}

// derivedCalls calls the derivatives of a network as its driver does.
func (e *execution) derivedCalls(
	r *rand.Rand, xs *code.Object, y code.Value, call func(*code.Object, string, ...code.Value) []code.Value,
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
	if n.Derives(spec.DeriveParameterJacobian) {
		samples := len(xs.Values()) / n.Input
		ks := e.m.New(code.ArrayOf(code.StructType(n.Name+"Grad"), samples, n.Width(n.Depth())))
		b := e.m.New(code.StructType(n.Name + "Batch")).Pointer()
		call(e.net, plan.ParameterJacobianBatch, b, xs.Slice(), ks.Slice())
		sum(plan.ParameterJacobianBatch, contents(ks))
		y := call(e.net, plan.ParameterJacobian, ws, x, ks.Index(0).Pointer())[0]
		sum(plan.ParameterJacobian, contents(y.Object()), contents(ks.Index(0).Index(0)))
	}
	if n.Derives(spec.DeriveHessianVector) {
		v, hv := args[plan.VectorArg], args[plan.HessianArg]
		for _, at := range v.Values() {
			at.Set(code.FloatValue(e.kind, r.NormFloat64()))
		}
		loss := call(e.net, plan.HessianVector, ws, x, y, v.Pointer(), hv.Pointer())
		sum(plan.HessianVector, loss, contents(hv))
	}
}
