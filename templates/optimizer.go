package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// New is a new zero value: new(IrisAdam).
func New(typ string) Value { return Value{jen.New(jen.Id(typ))} }

// Zeroed is a zero value: IrisGrad{}.
func Zeroed(typ string) Value { return Value{jen.Id(typ).Values()} }

// Increment counts one up: o.T++.
func (b *Block) Increment(name string) { b.raw(jen.Id(name).Op("++")) }

// Stop is a return without a value: return.
func (b *Block) Stop() { b.raw(jen.Return()) }

// IfZero is a condition that numbers are all 0, whose body is returned: if o.T == 0 && o.Beta1 == 0 { … }.
func (b *Block) IfZero(names ...string) *Block {
	cond := jen.Id(names[0]).Op("==").Lit(0)
	for _, name := range names[1:] {
		cond.Op("&&").Id(name).Op("==").Lit(0)
	}
	return b.when(cond)
}

// IfNotZero is a condition, whose body is returned: if momentum != 0 { … }.
func (b *Block) IfNotZero(name string) *Block { return b.when(jen.Id(name).Op("!=").Lit(0)) }

// IfOne is a condition, whose body is returned: if o.T == 1 { … }.
func (b *Block) IfOne(name string) *Block { return b.when(jen.Id(name).Op("==").Lit(1)) }

func (b *Block) when(cond *jen.Statement) *Block {
	return b.nest(func(body func(*jen.Group)) jen.Code { return jen.If(cond).BlockFunc(body) })
}

// Double is a scalar expression in float64, functions being those of package math: 1 / math.Sqrt(-math.Expm1(x)). Those give other bits
// on other machines.
func Double(e expr.Expr, value func(expr.Var) (Value, error)) (Value, error) {
	return writer{typ: "float64", value: value, function: standard}.expression(e)
}

// standard is the function of package math for an operation.
func standard(op expr.Op) (*jen.Statement, error) {
	switch op {
	case expr.OpExpm1:
		return jen.Qual("math", "Expm1"), nil
	case expr.OpLog:
		return jen.Qual("math", "Log"), nil
	case expr.OpSqrt:
		return jen.Qual("math", "Sqrt"), nil
	}
	return nil, fmt.Errorf("operation %v has no function in scalars of optimizers", op)
}
