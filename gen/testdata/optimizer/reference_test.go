package optimizer

import (
	"math"
	"math/big"
)

// hyper are the hyperparameters of all optimizers.
type hyper struct {
	momentum, dampening, decay, alpha, beta1, beta2, eps float64
}

// bounded is a number and a bound on the error of one that was formed with rounding.
type bounded struct{ v, e float64 }

// arithmetic is that of a precision: its unit roundoff and smallest number.
type arithmetic struct{ unit, least float64 }

func exact(v float64) bounded { return bounded{v, 0} }

// round adds the error of rounding a result, once for the operation itself and once for operands that were rounded
// in a way that the bound leaves out.
func (a arithmetic) round(v, e float64) bounded {
	return bounded{v, e + 2*a.unit*(math.Abs(v)+e) + a.least}
}

func (a arithmetic) add(x, y bounded) bounded { return a.round(x.v+y.v, x.e+y.e) }
func (a arithmetic) sub(x, y bounded) bounded { return a.round(x.v-y.v, x.e+y.e) }
func (a arithmetic) mul(x, y bounded) bounded {
	return a.round(x.v*y.v, math.Abs(x.v)*y.e+x.e*math.Abs(y.v)+x.e*y.e)
}

// div presumes that the divisor is farther from 0 than its error.
func (a arithmetic) div(x, y bounded) bounded {
	least := math.Abs(y.v) - y.e
	if least <= 0 {
		return bounded{x.v / y.v, math.Inf(1)}
	}
	return a.round(x.v/y.v, (x.e+math.Abs(x.v/y.v)*y.e)/least)
}

func (a arithmetic) sqrt(x bounded) bounded {
	r := math.Sqrt(x.v)
	return a.round(r, max(math.Sqrt(x.v+x.e)-r, r-math.Sqrt(max(0, x.v-x.e))))
}

// one is PyTorch's update of one parameter p by the gradient g, written from its documentation, with m, v and s its state and t
// the number of the update. The result holds the parameter and the state after it, with what rounding in the given arithmetic
// may do to them.
func (a arithmetic) one(name string, h hyper, t, rate float64, p, g, m, v, s bounded) (bounded, bounded, bounded, bounded) {
	lr := exact(rate)
	if name != "adamw" {
		g = a.add(g, a.mul(exact(h.decay), p)) // g ← g + λθ
	}
	switch name {
	case "sgd":
		p = a.sub(p, a.mul(lr, g))
	case "momentum":
		if t == 1 {
			v = g // b₁ = g₁
		} else {
			v = a.add(a.mul(exact(h.momentum), v), a.mul(a.round(1-h.dampening, 0), g))
		}
		p = a.sub(p, a.mul(lr, v))
	case "nesterov":
		v = a.add(a.mul(exact(h.momentum), v), g)
		p = a.sub(p, a.mul(lr, a.add(g, a.mul(exact(h.momentum), v))))
	case "rmsprop":
		s = a.add(a.mul(exact(h.alpha), s), a.mul(a.mul(a.round(1-h.alpha, 0), g), g))
		step := a.div(g, a.add(a.sqrt(s), exact(h.eps)))
		if h.momentum > 0 {
			v = a.add(a.mul(exact(h.momentum), v), step)
			step = v
		}
		p = a.sub(p, a.mul(lr, step))
	case "adam", "adamw":
		if name == "adamw" {
			p = a.mul(p, a.round(1-rate*h.decay, 0)) // θ ← θ - γλθ
		}
		m = a.add(a.mul(exact(h.beta1), m), a.mul(a.round(1-h.beta1, 0), g))
		v = a.add(a.mul(exact(h.beta2), v), a.mul(a.mul(a.round(1-h.beta2, 0), g), g))
		mHat := a.div(m, a.round(power1m(h.beta1, t), 0))
		vHat := a.div(v, a.round(power1m(h.beta2, t), 0))
		p = a.sub(p, a.div(a.mul(lr, mHat), a.add(a.sqrt(vHat), exact(h.eps))))
	}
	return p, m, v, s
}

// power1m is 1 - beta^t, in so many digits that the difference keeps those of a float64; every parameter asks for the same.
func power1m(beta, t float64) float64 {
	if v, ok := powers[[2]float64{beta, t}]; ok {
		return v
	}
	one, square := big.NewFloat(1).SetPrec(500), big.NewFloat(beta).SetPrec(500)
	power := new(big.Float).Copy(one)
	for n := uint64(t); n > 0; n /= 2 {
		if n%2 == 1 {
			power.Mul(power, square)
		}
		square.Mul(square, square)
	}
	v, _ := one.Sub(one, power).Float64()
	powers[[2]float64{beta, t}] = v
	return v
}

var powers = map[[2]float64]float64{}
