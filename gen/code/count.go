package code

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Count is what a piece of a program performs: loops count as often as they run, functions with what they contain. Not
// counted are index arithmetic, loop counters, conversions and the constants that a sum starts from.
type Count struct {
	// Count has the arithmetic. Calls are of elementary functions and count as one whatever they take inside; Selects
	// are negations, absolute values, masks, and the comparisons of max and min, one fewer than their arguments.
	expr.Count
	// Loads are elements of arrays read. An element that a variable holds is not read again.
	Loads int64
	// Stores are elements of arrays written.
	Stores int64
	// ParamLoads and ParamStores are those of Loads and Stores that are of parameters or their gradient.
	ParamLoads, ParamStores int64
}

// Plus returns the sum of two counts.
func (c Count) Plus(d Count) Count {
	return Count{
		c.Count.Plus(d.Count), c.Loads + d.Loads, c.Stores + d.Stores,
		c.ParamLoads + d.ParamLoads, c.ParamStores + d.ParamStores,
	}
}

// Times returns the count of n repetitions: that of a batch of n samples, taken one after another.
func (c Count) Times(n int64) Count {
	return Count{c.Count.Times(n), n * c.Loads, n * c.Stores, n * c.ParamLoads, n * c.ParamStores}
}

// Operations is the number of all operations but calls.
func (c Count) Operations() int64 { return c.Total() - c.Calls + c.Loads + c.Stores }

// Weight is the count as one number, by which counts are compared: a load and a store weigh 1.
func (c Count) Weight() int64 { return c.Count.Weight() + c.Loads + c.Stores }

// Counter counts what functions of a program perform.
type Counter struct {
	file   *File
	funcs  map[name]*Func
	params []string // the structs of parameters
	// known are counts of functions that have been gone through, for the same lengths of slices.
	known map[string]Count
}

// NewCounter returns a counter; params are the structs that hold parameters or their gradient.
func NewCounter(f *File, params ...string) *Counter {
	c := &Counter{file: f, funcs: map[name]*Func{}, params: params, known: map[string]Count{}}
	for _, d := range f.Decls {
		if fn, ok := d.(*Func); ok {
			c.funcs[name{fn.receiver(), fn.Name}] = fn
		}
	}
	return c
}

// Function counts one call of a method; slices among its arguments have so many elements.
func (c *Counter) Function(recv, fn string, samples int) (Count, error) {
	f := c.funcs[name{recv, fn}]
	if f == nil {
		return Count{}, fmt.Errorf("code: no function %s", fn)
	}
	args := make([]known, len(f.Params))
	for i, p := range f.Params {
		if args[i] = c.param(p.Type); p.Type.Kind == Slice {
			args[i].n, args[i].exact = int64(samples), true
		}
	}
	count, err := c.function(f, args)
	if err != nil {
		return Count{}, fmt.Errorf("code: counting %s: %w", fn, err)
	}
	return count, nil
}

// Block counts statements, in which some variables point to parameters or their gradient.
func (c *Counter) Block(b *Block, params ...string) (Count, error) {
	w := &walk{c: c}
	w.push()
	for _, p := range params {
		w.define(p, known{param: true})
	}
	err := w.block(b)
	return w.count, err
}

// known is what is known of a variable: whether it points to parameters, the struct that it points to or is, and an
// integer's value or a slice's length.
type known struct {
	param bool
	typ   Type
	n     int64
	exact bool // n is known
}

// param is what is known of a value of a type.
func (c *Counter) param(t Type) known {
	return known{param: c.holds(t), typ: t}
}

// holds says whether a type is a struct of parameters, or points to one.
func (c *Counter) holds(t Type) bool { return slices.Contains(c.params, t.Named()) }

// function counts a call with what is known of its arguments.
func (c *Counter) function(f *Func, args []known) (Count, error) {
	key := fmt.Sprint(f.receiver(), ".", f.Name)
	for _, a := range args {
		if a.exact {
			key += fmt.Sprint(" ", a.n)
		}
	}
	if count, ok := c.known[key]; ok {
		return count, nil
	}
	w := &walk{c: c}
	w.push()
	if f.Recv != nil {
		w.define(f.Recv.Name, c.param(f.Recv.Type))
	}
	for i, p := range f.Params {
		w.define(p.Name, args[i])
	}
	err := w.block(f.Body)
	c.known[key] = w.count
	return w.count, err
}
