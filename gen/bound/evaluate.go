package bound

import (
	"fmt"
	"maps"
	"math"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// evaluator evaluates formulas.
type evaluator struct {
	format
	// apart rules out that a comparison is decided the other way.
	apart bool
}

// program evaluates expressions whose shared parts are formed once. It leaves env as it is.
func (v evaluator) program(p expr.Program, env map[expr.Var]number) ([]number, error) {
	all := maps.Clone(env)
	for _, l := range p.Lets {
		x, err := v.expression(l.Value, all)
		if err != nil {
			return nil, err
		}
		all[l.Name] = x
	}
	var results []number
	for _, e := range p.Results {
		x, err := v.expression(e, all)
		if err != nil {
			return nil, err
		}
		results = append(results, x)
	}
	return results, nil
}

func (v evaluator) expression(e expr.Expr, env map[expr.Var]number) (number, error) {
	switch n := e.(type) {
	case expr.Num:
		c := n.Value()
		x := given(c, c)
		if err := v.constant(c); err > 0 {
			x = number{c, c, c - err, c + err, err}
		}
		return x, nil
	case expr.Var:
		x, ok := env[n]
		if !ok {
			return number{}, fmt.Errorf("variable %s has no range", n)
		}
		return x, nil
	case expr.Unary:
		x, err := v.expression(n.X, env)
		if err != nil {
			return number{}, err
		}
		return v.unary(n.Op, x)
	case expr.Binary:
		x, err := v.expression(n.X, env)
		if err != nil {
			return number{}, err
		}
		if n.Op == expr.OpMul && expr.Equal(n.X, n.Y) {
			return v.square(x), nil
		}
		y, err := v.expression(n.Y, env)
		if err != nil {
			return number{}, err
		}
		return v.binary(n.Op, x, y)
	case expr.Select:
		c, err := v.expression(n.C, env)
		if err != nil {
			return number{}, err
		}
		x, err := v.expression(n.X, env)
		if err != nil {
			return number{}, err
		}
		y, err := v.expression(n.Y, env)
		return where(c, x, y, v.apart), err
	}
	return number{}, fmt.Errorf("%T is not an expression", e)
}

func (v evaluator) unary(op expr.Op, x number) (number, error) {
	switch op {
	case expr.OpNeg:
		return x.negative(), nil
	case expr.OpAbs:
		return x.absolute(), nil
	case expr.OpSin:
		return v.wave(math.Sin, x), nil
	case expr.OpCos:
		return v.wave(math.Cos, x), nil
	}
	c, ok := curves[op]
	if !ok {
		return number{}, fmt.Errorf("the operation %s has no bound", op)
	}
	return v.along(c, x), nil
}

func (v evaluator) binary(op expr.Op, x, y number) (number, error) {
	switch op {
	case expr.OpAdd:
		return v.plus(x, y), nil
	case expr.OpSub:
		return v.plus(x, y.negative()), nil
	case expr.OpMul:
		return v.times(x, y), nil
	case expr.OpDiv:
		return v.over(x, y), nil
	case expr.OpMax:
		return larger(x, y), nil
	case expr.OpMin:
		return smaller(x, y), nil
	case expr.OpPow:
		return v.power(x, y), nil
	}
	return number{}, fmt.Errorf("the operation %s has no bound", op)
}
