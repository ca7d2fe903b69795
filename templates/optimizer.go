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

// IfUnset is a condition that a flag is not set, whose body is returned: if !o.set { … }.
func (b *Block) IfUnset(name string) *Block { return b.when(jen.Op("!").Id(name)) }

// Set sets a flag: o.set = true.
func (b *Block) Set(name string) { b.raw(jen.Id(name).Op("=").True()) }

// IfZero is a condition that numbers are all 0, whose body is returned: if o.T == 0 && o.Beta1 == 0 { … }.
func (b *Block) IfZero(names ...string) *Block { return b.when(zeros("&&", names)) }

// PanicIfZero panics where first is 0 and so is any of the others: if o.T == 0 && (o.Beta1 == 0 || o.Beta2 == 0) {
// panic("…") }.
func (b *Block) PanicIfZero(first string, others []string, message string) {
	cond := zeros("||", others)
	if len(others) > 1 {
		cond = jen.Parens(cond)
	}
	b.raw(jen.If(jen.Id(first).Op("==").Lit(0).Op("&&").Add(cond)).Block(jen.Panic(jen.Lit(message))))
}

// zeros are conditions that numbers are 0, with an operator between them.
func zeros(op string, names []string) *jen.Statement {
	cond := jen.Id(names[0]).Op("==").Lit(0)
	for _, name := range names[1:] {
		cond.Op(op).Id(name).Op("==").Lit(0)
	}
	return cond
}

// IfNotZero is a condition, whose body is returned: if momentum != 0 { … }.
func (b *Block) IfNotZero(name string) *Block { return b.when(jen.Id(name).Op("!=").Lit(0)) }

// IfOne is a condition, whose body is returned: if o.T == 1 { … }.
func (b *Block) IfOne(name string) *Block { return b.when(jen.Id(name).Op("==").Lit(1)) }

func (b *Block) when(cond *jen.Statement) *Block {
	return b.nest(func(body func(*jen.Group)) jen.Code { return jen.If(cond).BlockFunc(body) })
}

// Double is a scalar expression in float64, functions being those of package math: 1 / math.Sqrt(-math.Expm1(x)). Those
// give other bits on other machines.
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
