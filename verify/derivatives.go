package verify

import (
	"fmt"
	"reflect"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Derivatives is the derivatives of one emitted network, as method expressions. P, G, W, B, X and Y are those of
// Kernel. J is the array of n_L rows of X that holds ∂ŷ/∂x, and K the array of n_L values of G that holds ∂ŷ/∂θ; where
// nothing emitted has it, each is struct{}.
//
// The functions that the network's derivatives leave out are nil, and no others.
//
// The judge holds them to this contract. They write j, dy or hv, all of it, and the workspace, and nothing else; none
// reads what lies beside its arguments. Results do not overlap what is read; x and dx may be one array. Those that
// return ŷ return a pointer into the workspace, good until the next call on it, and HessianVector returns the loss. Any
// workspace will do, one full of NaN too, and the same arguments give the same bits. A NaN in x makes NaN of every
// output and loss that depends on it. Nothing allocates. Batches take any number of samples, also none, and write the
// first len(xs) elements of js and nothing beside them; they panic, before anything is written, where lengths differ. A
// NaN in one sample leaves the results of others as they are.
//
// At a kink the first derivative is the one that Backward takes, by convention, and the second one is that of the side
// whose derivative it takes, 0 where it takes that of neither: 0 everywhere for relu, leaky-relu, the hard functions
// and max-pool, alpha for elu at 0, 0 for softsign at 0, and for huber where |a - y| is delta.
type Derivatives[P, G, W, B, X, Y, J, K any, F Float] struct {
	// Jacobian sets j[i][k] to ∂ŷ_i/∂x_k and returns ŷ.
	Jacobian func(p *P, ws *W, x *X, j *J) *Y
	// Tangent sets dy to (∂ŷ/∂x)·dx and returns ŷ.
	Tangent func(p *P, ws *W, x, dx *X, dy *Y) *Y
	// ParameterJacobian sets j[i] to the gradient of ŷ_i by the parameters and returns ŷ.
	ParameterJacobian func(p *P, ws *W, x *X, j *K) *Y
	// HessianVector sets hv to ∇²L·v, L being the loss as a function of the parameters, and returns the loss.
	HessianVector func(p *P, ws *W, x *X, y *Y, v, hv *G) F

	// JacobianBatch sets js[i] to the Jacobian at xs[i].
	JacobianBatch func(p *P, b *B, xs []X, js []J)
	// ParameterJacobianBatch sets js[i] to the ParameterJacobian at xs[i].
	ParameterJacobianBatch func(p *P, b *B, xs []X, js []K)

	// Cuts says how the batch functions cut batches up.
	Cuts Cuts
}

// TestDerivatives checks derivatives against the reference of their network and fails the test with what is wrong.
// network is the spec as text. Tests that call it must not be parallel, because it counts allocations.
func TestDerivatives[P, G, W, B, X, Y, J, K any, F Float](
	t testing.TB, network string, d Derivatives[P, G, W, B, X, Y, J, K, F],
) {
	t.Helper()
	n := emitted(t, network)
	CheckDerivatives(n, d, asked()).tell(t)
}

// CheckDerivatives judges everything that the contract of Derivatives says.
func CheckDerivatives[P, G, W, B, X, Y, J, K any, F Float](
	n spec.Network, d Derivatives[P, G, W, B, X, Y, J, K, F], o Options,
) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, 0)
	judged, err := judgedDerivatives(n, d, report, o)
	if err != nil {
		report.Broken("Derivatives", "types", "", "%v", err)
		return reportOf(report)
	}
	judge.JudgeDerivatives(judged)
	return reportOf(report)
}

// TestDerivativeLevels checks that derivatives of a network of rounding: strict give the same bits at every level that
// the machine has, and fails the test with what is wrong. The arguments are those of TestDerivatives and, as for
// TestLevels, the emitted function that calls a test once with every level.
func TestDerivativeLevels[P, G, W, B, X, Y, J, K any, F Float](
	t testing.TB, network string, d Derivatives[P, G, W, B, X, Y, J, K, F], atLevels func(test func(level string)),
) {
	t.Helper()
	n := emitted(t, network)
	CheckDerivativeLevels(n, d, atLevels).tell(t)
}

// CheckDerivativeLevels runs every derivative at every level on numbers of all kinds, on single samples and on batches,
// and compares all that they deliver with what the first level delivers, bit by bit; any NaN is NaN.
func CheckDerivativeLevels[P, G, W, B, X, Y, J, K any, F Float](
	n spec.Network, d Derivatives[P, G, W, B, X, Y, J, K, F], atLevels func(test func(level string)),
) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	judged, err := judgedDerivatives(n, d, report, Options{})
	if err != nil {
		report.Broken("Derivatives", "types", "", "%v", err)
		return reportOf(report)
	}
	judge.JudgeDerivativeLevels(judged, atLevels)
	return reportOf(report)
}

// judgedDerivatives are derivatives as the judge sees them. The error says which type or function does not fit the
// network.
func judgedDerivatives[P, G, W, B, X, Y, J, K any, F Float](
	n spec.Network, d Derivatives[P, G, W, B, X, Y, J, K, F], report *finding.Report, o Options,
) (*judge.Derivatives[F], error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		return nil, err
	}
	if err := derivativesFit(n, d); err != nil {
		return nil, err
	}
	return &judge.Derivatives[F]{
		Network: n, Format: format, Report: report, Options: judge.Options(o), Cuts: judge.Cuts(d.Cuts),
		Single: func() *judge.DerivativeMachine[F] {
			var guards []fence.Guard
			a := derivativeArguments[P, G, W, X, Y, J, K]{
				p: fence.NewGuarded[P]("p", &guards), ws: fence.NewGuarded[W]("ws", &guards),
				x: fence.NewGuarded[X]("x", &guards), dx: fence.NewGuarded[X]("dx", &guards),
				y: fence.NewGuarded[Y]("y", &guards), dy: fence.NewGuarded[Y]("dy", &guards),
				j: fence.NewGuarded[J]("j", &guards), k: fence.NewGuarded[K]("j", &guards),
				v: fence.NewGuarded[G]("v", &guards), hv: fence.NewGuarded[G]("hv", &guards),
			}
			m := derivativesOn(d, a)
			m.Guards = guards
			return m
		},
		Batch: func(largest int) *judge.DerivativeBatch[F] {
			var guards []fence.Guard
			b, p := fence.NewGuarded[B]("b", &guards), fence.NewGuarded[P]("p", &guards)
			m := derivativeBatchOn(d, p, b, memory.MarginBefore, memory.NewArray[X](largest), matrices[J](largest),
				matrices[K](largest))
			m.Guards = guards
			return m
		},
		Fenced: func(most int) *judge.FencedDerivatives[F] { return fencedDerivatives(d, most) },
		Users: func(count int) (users [2]judge.DerivativeUser[F]) {
			shared := new(P)
			for i := range users {
				users[i].Single = derivativesOn(d, derivativeArguments[P, G, W, X, Y, J, K]{
					shared, new(W), new(X), new(X), new(Y), new(Y), new(J), new(K), new(G), new(G),
				})
				users[i].Batch = derivativeBatchOn(d, shared, new(B), memory.MarginBefore, memory.NewArray[X](count),
					matrices[J](count), matrices[K](count))
			}
			return users
		},
	}, nil
}

// derivativesFit checks the types and functions of derivatives against the network.
func derivativesFit[P, G, W, B, X, Y, J, K any, F Float](
	n spec.Network, d Derivatives[P, G, W, B, X, Y, J, K, F],
) error {
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return err
	}
	number := reflect.TypeFor[F]()
	for _, c := range []struct {
		typ  reflect.Type
		used bool
		want int
	}{
		{reflect.TypeFor[J](), d.Jacobian != nil || d.JacobianBatch != nil, n.Width(n.Depth()) * n.Width(0)},
		{reflect.TypeFor[K](), d.ParameterJacobian != nil || d.ParameterJacobianBatch != nil,
			n.Width(n.Depth()) * n.Params()},
	} {
		if !c.used {
			continue
		}
		if got := c.typ.Size() / number.Size(); !memory.MadeOf(c.typ, number.Kind()) || got != uintptr(c.want) {
			return fmt.Errorf("the derivatives' matrix type %v (%s) must be %d × %v and nothing else; "+
				"generate it again from this spec", c.typ, plural.Of(c.typ.Size(), "byte"), c.want, number)
		}
	}
	return functions{
		{"Jacobian", d.Jacobian == nil}, {"Tangent", d.Tangent == nil},
		{"ParameterJacobian", d.ParameterJacobian == nil}, {"HessianVector", d.HessianVector == nil},
		{"JacobianBatch", d.JacobianBatch == nil}, {"ParameterJacobianBatch", d.ParameterJacobianBatch == nil},
	}.fit(derivativePresences(n))
}

// derivativeArguments is one of everything that derivatives of one sample work on.
type derivativeArguments[P, G, W, X, Y, J, K any] struct {
	p     *P
	ws    *W
	x, dx *X
	y, dy *Y
	j     *J
	k     *K
	v, hv *G
}

// derivativesOn is derivatives on arguments that there are. Functions that the network lacks are nil.
func derivativesOn[P, G, W, B, X, Y, J, K any, F Float](
	d Derivatives[P, G, W, B, X, Y, J, K, F], a derivativeArguments[P, G, W, X, Y, J, K],
) *judge.DerivativeMachine[F] {
	m := &judge.DerivativeMachine[F]{
		Params: memory.View[F](a.p), X: memory.View[F](a.x), DX: memory.View[F](a.dx), Y: memory.View[F](a.y),
		DY: memory.View[F](a.dy), J: memory.View[F](a.j), K: memory.View[F](a.k), V: memory.View[F](a.v),
		HV:     memory.View[F](a.hv),
		Poison: func() { memory.Poison(reflect.TypeFor[W](), unsafe.Pointer(a.ws)) },
		Owns:   memory.Owner[F](unsafe.Pointer(a.ws), unsafe.Sizeof(*a.ws)),
	}
	if d.Jacobian != nil {
		m.Jacobian = func() []F { return memory.View[F](d.Jacobian(a.p, a.ws, a.x, a.j)) }
	}
	if d.Tangent != nil {
		m.Tangent = func() []F { return memory.View[F](d.Tangent(a.p, a.ws, a.x, a.dx, a.dy)) }
		m.AlongX = func() []F { return memory.View[F](d.Tangent(a.p, a.ws, a.x, a.x, a.dy)) }
	}
	if d.ParameterJacobian != nil {
		m.ParameterJacobian = func() []F { return memory.View[F](d.ParameterJacobian(a.p, a.ws, a.x, a.k)) }
	}
	if d.HessianVector != nil {
		m.HessianVector = func() F { return d.HessianVector(a.p, a.ws, a.x, a.y, a.v, a.hv) }
	}
	return m
}

// matrices is an array for up to so many matrices and those around them, fewer of large ones.
func matrices[T any](largest int) []T {
	const limit = 1 << 22 // bytes after the last
	size := max(int(unsafe.Sizeof(*new(T))), 1)
	return make([]T, memory.MarginBefore+largest+min(max(limit/size, 1), memory.MarginAfter))
}

// derivativeBatchOn is derivatives of batches on arguments that there are, whose arrays begin with so many samples
// before the first.
func derivativeBatchOn[P, G, W, B, X, Y, J, K any, F Float](
	d Derivatives[P, G, W, B, X, Y, J, K, F], p *P, b *B, before int, xs []X, js []J, ks []K,
) *judge.DerivativeBatch[F] {
	m := &judge.DerivativeBatch[F]{
		Params: memory.View[F](p), Xs: memory.SamplesOf[F](xs, before), Js: memory.SamplesOf[F](js, before),
		Ks:     memory.SamplesOf[F](ks, before),
		Poison: func() { memory.Poison(reflect.TypeFor[B](), unsafe.Pointer(b)) },
	}
	xs, js, ks = xs[before:], js[before:], ks[before:]
	if d.JacobianBatch != nil {
		m.Jacobian = func(n memory.Lengths) { d.JacobianBatch(p, b, xs[:n.Xs], js[:n.Results]) }
	}
	if d.ParameterJacobianBatch != nil {
		m.ParameterJacobian = func(n memory.Lengths) { d.ParameterJacobianBatch(p, b, xs[:n.Xs], ks[:n.Results]) }
	}
	return m
}

// fencedDerivatives maps memory for everything that derivatives work on, for calls on up to most samples.
func fencedDerivatives[P, G, W, B, X, Y, J, K any, F Float](
	d Derivatives[P, G, W, B, X, Y, J, K, F], most int,
) *judge.FencedDerivatives[F] {
	f := new(judge.FencedDerivatives[F])
	all := &f.Fences
	ps, ws, bs := fence.NewValues[P]("p", 1, all), fence.NewValues[W]("ws", 1, all), fence.NewValues[B]("b", 1, all)
	x, dx := fence.NewValues[X]("x", 1, all), fence.NewValues[X]("dx", 1, all)
	y, dy := fence.NewValues[Y]("y", 1, all), fence.NewValues[Y]("dy", 1, all)
	v, hv := fence.NewValues[G]("v", 1, all), fence.NewValues[G]("hv", 1, all)
	xs := fence.NewValues[X]("xs", most, all)
	js, ks := fence.NewValues[J]("js", most, all), fence.NewValues[K]("js", most, all)
	f.Single = func(at fence.Placement) *judge.DerivativeMachine[F] {
		return derivativesOn(d, derivativeArguments[P, G, W, X, Y, J, K]{
			&ps.Place(at, 1)[0], &ws.Place(at, 1)[0], &x.Place(at, 1)[0], &dx.Place(at, 1)[0], &y.Place(at, 1)[0],
			&dy.Place(at, 1)[0], &js.Place(at, 1)[0], &ks.Place(at, 1)[0], &v.Place(at, 1)[0], &hv.Place(at, 1)[0],
		})
	}
	f.Batch = func(at fence.Placement, count int) *judge.DerivativeBatch[F] {
		return derivativeBatchOn(d, &ps.Place(at, 1)[0], &bs.Place(at, 1)[0], 0, xs.Place(at, count),
			js.Place(at, count), ks.Place(at, count))
	}
	return f
}
