package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// The optimizers as people write them, over the parameters of kernel232, each with one mistake or none. late is another
// order of the same operations.

type (
	sgdState[F Float]      struct{ WeightDecay F }
	momentumState[F Float] struct {
		Momentum, Dampening, WeightDecay F
		T                                uint64
		V                                grad232[F]
	}
	nesterovState[F Float] struct {
		Momentum, WeightDecay F
		T                     uint64
		V                     grad232[F]
	}
	rmspropState[F Float] struct {
		Alpha, Eps, WeightDecay, Momentum F
		T                                 uint64
		S, V                              grad232[F]
	}
	adamState[F Float] struct {
		Beta1, Beta2, Eps, WeightDecay F
		T                              uint64
		M, V                           grad232[F]
	}
)

func (s *sgdState[F]) Reset()      {}
func (s *momentumState[F]) Reset() { s.T, s.V = 0, grad232[F]{} }
func (s *nesterovState[F]) Reset() { s.T, s.V = 0, grad232[F]{} }
func (s *rmspropState[F]) Reset()  { s.T, s.S, s.V = 0, grad232[F]{}, grad232[F]{} }
func (s *adamState[F]) Reset()     { s.T, s.M, s.V = 0, grad232[F]{}, grad232[F]{} }

func flat232[F Float](p *params232[F], g *grad232[F]) (ps, gs []F) {
	return memory.View[F](p), memory.View[F](g)
}

func newSGD[F Float]() *sgdState[F] { return &sgdState[F]{} }

func sgdUpdate[F Float](flaw flaw) func(*sgdState[F], *params232[F], *grad232[F], F) {
	return func(s *sgdState[F], p *params232[F], g *grad232[F], rate F) {
		ps, gs := flat232(p, g)
		for i := range ps {
			d := gs[i] + s.WeightDecay*ps[i]
			switch flaw {
			case "no decay":
				d = gs[i]
			case "decay of sign":
				d = gs[i] - s.WeightDecay*ps[i]
			case "writes g":
				gs[i] = d
			case "skips the last":
				if i == len(ps)-1 {
					return
				}
			case "off by 1e-5":
				d *= 1.00001
			case "allocates":
				sink = make([]float64, 3+len(sink)%2)
			case "NaN hides":
				if d != d {
					d = 0
				}
			case "NaN spreads":
				if i > 0 && gs[i-1] != gs[i-1] {
					d = gs[i-1]
				}
			}
			ps[i] -= rate * d
		}
	}
}

func newMomentum[F Float]() *momentumState[F] { return &momentumState[F]{Momentum: 0.9} }

// firstMomentum is what the flaw "first hyperparameters" remembers.
var firstMomentum float64

func momentumUpdate[F Float](flaw flaw) func(*momentumState[F], *params232[F], *grad232[F], F) {
	return func(s *momentumState[F], p *params232[F], g *grad232[F], rate F) {
		if *s == (momentumState[F]{}) || flaw == "0 is the default" && s.Momentum == 0 {
			s.Momentum = 0.9
		}
		s.T++
		if flaw == "first hyperparameters" {
			if s.T == 1 {
				firstMomentum = float64(s.Momentum)
			}
			kept := s.Momentum
			s.Momentum = F(firstMomentum)
			defer func() { s.Momentum = kept }()
		}
		ps, gs := flat232(p, g)
		vs := memory.View[F](&s.V)
		for i := range ps {
			d := gs[i] + s.WeightDecay*ps[i]
			switch {
			case s.T == 1 && flaw != "first update dampened":
				vs[i] = d
			case flaw == "dampening forgotten":
				vs[i] = s.Momentum*vs[i] + d
			default:
				vs[i] = s.Momentum*vs[i] + (1-s.Dampening)*d
			}
			if flaw == "rate in the state" {
				vs[i] = s.Momentum*vs[i] + rate*d
			}
			ps[i] -= rate * vs[i]
		}
	}
}

func newNesterov[F Float]() *nesterovState[F] { return &nesterovState[F]{Momentum: 0.9} }

func nesterovUpdate[F Float](flaw flaw) func(*nesterovState[F], *params232[F], *grad232[F], F) {
	return func(s *nesterovState[F], p *params232[F], g *grad232[F], rate F) {
		if *s == (nesterovState[F]{}) && flaw != "zero value stays" {
			s.Momentum = 0.9
		}
		s.T++
		ps, gs := flat232(p, g)
		vs := memory.View[F](&s.V)
		for i := range ps {
			d := gs[i] + s.WeightDecay*ps[i]
			old := vs[i]
			vs[i] = s.Momentum*vs[i] + d
			ahead := d + s.Momentum*vs[i]
			switch flaw {
			case "not ahead":
				ahead = vs[i]
			case "ahead of the old":
				ahead = d + s.Momentum*old
			}
			ps[i] -= rate * ahead
		}
	}
}

func newRMSprop[F Float]() *rmspropState[F] { return &rmspropState[F]{Alpha: 0.99, Eps: 1e-8} }

func rmspropUpdate[F Float](flaw flaw) func(*rmspropState[F], *params232[F], *grad232[F], F) {
	return func(s *rmspropState[F], p *params232[F], g *grad232[F], rate F) {
		if *s == (rmspropState[F]{}) {
			s.Alpha, s.Eps = 0.99, 1e-8
		}
		s.T++
		ps, gs := flat232(p, g)
		ss, vs := memory.View[F](&s.S), memory.View[F](&s.V)
		for i := range ps {
			d := gs[i] + s.WeightDecay*ps[i]
			ss[i] = s.Alpha*ss[i] + (1-s.Alpha)*d*d
			root := F(math.Sqrt(float64(ss[i]))) + s.Eps
			switch flaw {
			case "ε under the root":
				root = F(math.Sqrt(float64(ss[i] + s.Eps)))
			case "ε forgotten":
				root -= s.Eps
			}
			switch {
			case s.Momentum == 0:
				ps[i] -= rate * d / root
			case flaw == "rate in the state":
				vs[i] = s.Momentum*vs[i] + rate*d/root
				ps[i] -= vs[i]
			default:
				vs[i] = s.Momentum*vs[i] + d/root
				ps[i] -= rate * vs[i]
			}
		}
		if flaw == "counts twice" {
			s.T++
		}
	}
}

func newAdam[F Float]() *adamState[F]  { return &adamState[F]{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} }
func newAdamW[F Float]() *adamState[F] { s := newAdam[F](); s.WeightDecay = 0.01; return s }

// hidden is state that a checkpoint would miss.
var hidden float64

func adamUpdate[F Float](decoupled bool, flaw flaw) func(*adamState[F], *params232[F], *grad232[F], F) {
	return func(s *adamState[F], p *params232[F], g *grad232[F], rate F) {
		if *s == (adamState[F]{}) || flaw == "defaults after updates" && *s == (adamState[F]{T: s.T}) {
			t := s.T
			*s = *newAdam[F]()
			s.T = t
			if decoupled {
				s.WeightDecay = 0.01
			}
		}
		s.T++
		t := float64(s.T)
		if flaw == "t from 0" {
			t = max(t-1, 1)
		}
		first, second := 1-math.Pow(float64(s.Beta1), t), 1-math.Pow(float64(s.Beta2), t)
		if flaw == "powers in float32" {
			power := float32(1)
			for range min(s.T, 1000) {
				power *= float32(s.Beta2)
			}
			second = float64(1 - power)
		}
		ps, gs := flat232(p, g)
		ms, vs := memory.View[F](&s.M), memory.View[F](&s.V)
		for i := range ps {
			d := gs[i]
			if !decoupled {
				d += s.WeightDecay * ps[i]
			}
			if flaw == "by differences" {
				ms[i] += (1 - s.Beta1) * (d - ms[i])
			} else {
				ms[i] = s.Beta1*ms[i] + (1-s.Beta1)*d
			}
			vs[i] = s.Beta2*vs[i] + (1-s.Beta2)*(d*d)
			root := func(v F) F { return F(math.Sqrt(float64(v))) }
			var step F
			switch flaw {
			case "corrected first":
				step = rate * (ms[i] / F(first)) / (root(vs[i]/F(second)) + s.Eps)
			case "ε before correction":
				step = rate / F(first) * ms[i] / ((root(vs[i]) + s.Eps) / root(F(second)))
			case "no correction":
				step = rate * ms[i] / (root(vs[i]) + s.Eps)
			default:
				step = rate / F(first) * ms[i] / (root(vs[i])/root(F(second)) + s.Eps)
			}
			if decoupled {
				decay := rate * s.WeightDecay * ps[i]
				if flaw == "decay without the rate" {
					decay = s.WeightDecay * ps[i]
				}
				ps[i] -= decay
			}
			ps[i] -= step
			if flaw == "hidden state" && i == 3 {
				hidden++
				ps[i] += F(math.Mod(hidden, 2)) * ps[i] * 1e-7
			}
		}
	}
}
