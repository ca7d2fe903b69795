// Package elementary has the elementary functions, as programs on scalars, and the tables of constants they read.
package elementary

import (
	"fmt"
	"maps"
	"slices"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
)

// Elementary functions are emitted once a network, under names that begin with the network's. Nothing in them branches
// on data: what is special about an argument is selected at the end. In float32 they compute in float64 and round once:
// the argument is reduced to a small interval, and a short series there is good to about 2⁻³³. In float64 what the
// reduction and the last sums are rounded by is carried along, so that the results are within an ULP too.
//
// They give the same bits on every machine. Go lets a compiler fuse x*y + z, across statements too, but not where the
// product is converted: so every product that is added to something is written float64(x*y), unless it is exact as one
// with a power of two is.

// Name is the name of the emitted function for an operation, prefix first: irisTanh; empty where it has none.
func Name(prefix string, op expr.Op) string {
	switch op {
	case expr.OpExp:
		return prefix + "Exp"
	case expr.OpLog:
		return prefix + "Log"
	case expr.OpLog1p:
		return prefix + "Log1p"
	case expr.OpSqrt:
		return prefix + "Sqrt"
	case expr.OpTanh:
		return prefix + "Tanh"
	case expr.OpAtan:
		return prefix + "Atan"
	case expr.OpSigmoid:
		return prefix + "Sigmoid"
	case expr.OpAbs:
		return prefix + "Abs"
	case expr.OpExpm1:
		return prefix + "Expm1"
	case expr.OpErf:
		return prefix + "Erf"
	case expr.OpSin:
		return prefix + "Sin"
	case expr.OpCos:
		return prefix + "Cos"
	case expr.OpPow:
		return prefix + "Pow"
	case expr.OpWhere:
		return prefix + "Where"
	}
	return ""
}

// Names lists the names of all elementary functions that may be emitted, and of the tables they read.
func Names(prefix string) []string {
	var names []string
	for _, op := range slices.Sorted(maps.Keys(elementary32)) {
		names = append(names, Name(prefix, op))
	}
	for _, t := range slices.Concat(tables32, tables64) {
		if name := prefix + t.suffix; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return append(names, prefix+reduceSuffix)
}

// Declare adds the functions of the given operations for numbers of a kind to a program, and the tables they read.
func Declare(f *code.File, prefix string, ops []expr.Op, kind code.Kind) error {
	functions, read := elementary64, tables64
	if kind == code.Float32 {
		functions, read = elementary32, tables32
	}
	for _, t := range read {
		if t.readBy(ops) {
			f.Add(t.declared(prefix))
		}
	}
	several := 0
	for _, op := range reducing {
		if kind == code.Float32 && slices.Contains(ops, op) {
			several++
		}
	}
	if several > 1 {
		fn, err := reduction(prefix)
		if err != nil {
			return err
		}
		f.Add(fn)
	}
	for _, op := range ops {
		e, ok := functions[op]
		if !ok {
			return fmt.Errorf("no emitted function for operation %v in %v", op, kind)
		}
		name := Name(prefix, op)
		b := &body{prefix: prefix, kind: kind, block: &code.Block{}, reduces: several > 1}
		e.body(b)
		if b.err != nil {
			return fmt.Errorf("%s: %w", name, b.err)
		}
		fn := &code.Func{
			Name: name, Doc: name + " " + e.doc, Results: []code.Param{{Type: code.Of(kind)}}, Body: b.block,
			Elementary: op,
		}
		for _, x := range parameters(op) {
			fn.Params = append(fn.Params, code.Param{Name: x, Type: code.Of(kind)})
		}
		f.Add(fn)
	}
	return nil
}

type elementary struct {
	doc  string
	body func(b *body)
}

var elementary32 = map[expr.Op]elementary{
	expr.OpExp:     exp32,
	expr.OpExpm1:   expm132,
	expr.OpSigmoid: sigmoid32,
	expr.OpTanh:    tanh32,
	expr.OpErf:     erf32,
	expr.OpAtan:    atan32,
	expr.OpSin:     sin32,
	expr.OpCos:     cos32,
	expr.OpLog:     log32,
	expr.OpLog1p:   log1p32,
	expr.OpSqrt: {"is the square root of x, correctly rounded.", func(b *body) {
		b.text("return float32(math.Sqrt(float64(x)))")
	}},
	expr.OpAbs:   abs,
	expr.OpPow:   pow32,
	expr.OpWhere: where,
}

var elementary64 = map[expr.Op]elementary{
	expr.OpExp:     exp64,
	expr.OpExpm1:   expm164,
	expr.OpSigmoid: sigmoid64,
	expr.OpTanh:    tanh64,
	expr.OpErf:     erf64,
	expr.OpAtan:    atan64,
	expr.OpSin:     sin64,
	expr.OpCos:     cos64,
	expr.OpLog:     log64,
	expr.OpLog1p:   log1p64,
	expr.OpSqrt: {"is the square root of x, correctly rounded.", func(b *body) {
		b.text("return math.Sqrt(x)")
	}},
	expr.OpAbs:   abs,
	expr.OpPow:   pow64,
	expr.OpWhere: where,
}

var abs = elementary{"is |x|.", func(b *body) {
	b.text("return math.Float$Wfrombits(math.Float$Wbits(x) &^ (1 << $S))")
}}

// where selects between two integers, which the compiler does with a conditional move.
var where = elementary{"is x where c > 0 and y elsewhere, without a branch.", func(b *body) {
	b.text(`
		v := math.Float$Wbits(y)
		u := math.Float$Wbits(x)
		if c > 0 {
			v = u
		}
		return math.Float$Wfrombits(v)
	`)
}}

// parameters are the names of an elementary function's parameters.
func parameters(op expr.Op) []string {
	switch op {
	case expr.OpWhere:
		return []string{"c", "x", "y"}
	case expr.OpPow:
		return []string{"x", "y"}
	}
	return []string{"x"}
}
