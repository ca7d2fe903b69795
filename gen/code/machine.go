package code

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Machine executes a program, statement by statement. It is slow and simple: what it computes is what the program
// means, whichever language that is printed in. Nothing is fused.
type Machine struct {
	file   *File
	info   *Info
	tables map[string]*Object
	funcs  map[name]*Func
	vars   map[string]Value // that are declared elsewhere
	// Elementary, if not nil, computes elementary functions in place of the program's.
	Elementary func(op expr.Op, args []Value) Value
}

// NewMachine checks a program and returns a machine for it. Variables that are declared elsewhere are 0.
func NewMachine(f *File) (*Machine, error) {
	info, err := Check(f)
	if err != nil {
		return nil, err
	}
	m := &Machine{file: f, info: info, tables: map[string]*Object{}, funcs: map[name]*Func{}, vars: map[string]Value{}}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *Table:
			m.tables[d.Name] = m.table(d)
		case *Func:
			m.funcs[name{d.receiver(), d.Name}] = d
		case *Consts:
			for _, c := range d.List {
				m.vars[c.Name] = Value{Kind: Int, bits: uint64(c.Value)}
			}
		}
	}
	for _, v := range f.Elsewhere.Vars {
		m.vars[v.Name] = Value{Kind: v.Type.Kind}
	}
	return m, nil
}

// Value is a number, an integer, a truth, or a reference: what a pointer points to, or the elements of a slice.
type Value struct {
	Kind Kind
	bits uint64
	to   *Object
	draw func() float64 // a function
}

// FloatValue is a number of a kind, rounded to it.
func FloatValue(k Kind, v float64) Value {
	if k == Float32 {
		return Value{Kind: k, bits: uint64(math.Float32bits(float32(v)))}
	}
	return Value{Kind: k, bits: math.Float64bits(v)}
}

// IntValue is an integer of a kind, cut off to its bits.
func IntValue(k Kind, v uint64) Value {
	switch k {
	case Uint32:
		v = uint64(uint32(v))
	case Int32:
		v = uint64(int64(int32(v)))
	}
	return Value{Kind: k, bits: v}
}

// FunctionValue is a function without parameters.
func FunctionValue(f func() float64) Value { return Value{Kind: Function, draw: f} }

func truth(b bool) Value {
	if b {
		return Value{Kind: Bool, bits: 1}
	}
	return Value{Kind: Bool}
}

// Float is a number.
func (v Value) Float() float64 {
	if v.Kind == Float32 {
		return float64(math.Float32frombits(uint32(v.bits)))
	}
	return math.Float64frombits(v.bits)
}

// Bits are those of a number or an integer.
func (v Value) Bits() uint64 { return v.bits }

// Object is what a pointer points to.
func (v Value) Object() *Object { return v.to }

// Object is a place in memory: of a value, or of an array's or a struct's elements in order.
type Object struct {
	Type  Type
	value *Value
	parts []*Object
	names []string // of a struct's fields
}

// New is a place for a value of a type, all 0.
func (m *Machine) New(t Type) *Object {
	o := &Object{Type: t}
	switch t.Kind {
	case Array:
		for range t.Len {
			o.parts = append(o.parts, m.New(*t.Elem))
		}
	case Record:
		for _, f := range m.file.fieldsOf(t.Name) {
			o.names, o.parts = append(o.names, f.Name), append(o.parts, m.New(f.Type))
		}
	default:
		o.value = &Value{Kind: t.Kind}
	}
	return o
}

// table is a table in memory.
func (m *Machine) table(t *Table) *Object {
	typ := ArrayOf(Of(t.Elem), t.Len, len(t.Rows[0]))
	o := m.New(typ)
	for i, row := range t.Rows {
		for j, bits := range row {
			o.parts[t.First+i].parts[j].value.bits = bits
		}
	}
	if len(t.Rows[0]) == 1 {
		flat := &Object{Type: ArrayOf(Of(t.Elem), t.Len)}
		for _, row := range o.parts {
			flat.parts = append(flat.parts, row.parts[0])
		}
		return flat
	}
	return o
}

// Pointer is a pointer to a place.
func (o *Object) Pointer() Value { return Value{Kind: Pointer, to: o} }

// Slice is a slice of all elements of an array.
func (o *Object) Slice() Value {
	return Value{Kind: Slice, to: &Object{Type: SliceOf(*o.Type.Elem), parts: o.parts}}
}

// Field is a field of a struct, nil if it has none of that name.
func (o *Object) Field(name string) *Object {
	for i, n := range o.names {
		if n == name {
			return o.parts[i]
		}
	}
	return nil
}

// Index is an element of an array.
func (o *Object) Index(i int) *Object { return o.parts[i] }

// Len is how many elements an array has, or fields a struct.
func (o *Object) Len() int { return len(o.parts) }

// Set puts a value there.
func (o *Object) Set(v Value) { *o.value = v }

// Value is the value there.
func (o *Object) Value() Value { return *o.value }

// Values are the places of all values in it, in order.
func (o *Object) Values() []*Object {
	if o.value != nil {
		return []*Object{o}
	}
	var all []*Object
	for _, p := range o.parts {
		all = append(all, p.Values()...)
	}
	return all
}

// clear makes all values 0.
func (o *Object) clear() {
	for _, v := range o.Values() {
		v.value.bits, v.value.to = 0, nil
	}
}

// view sees the values of an object as an array of another shape.
func view(t Type, values []*Object) *Object {
	o := &Object{Type: t}
	n := len(values) / t.Len
	for i := range t.Len {
		own := values[i*n : (i+1)*n]
		if t.Elem.Kind == Array {
			o.parts = append(o.parts, view(*t.Elem, own))
		} else {
			o.parts = append(o.parts, own[0])
		}
	}
	return o
}

// Failure is what ends a program: a message of its own, or a mistake in it.
type Failure struct{ Message string }

func (f Failure) Error() string { return f.Message }

// Call calls a function, or a method of the type that recv points to where that is not nil.
func (m *Machine) Call(recv *Object, fn string, args ...Value) (results []Value, err error) {
	n := name{"", fn}
	if recv != nil {
		n.recv = recv.Type.Name
	}
	f := m.funcs[n]
	if f == nil {
		return nil, fmt.Errorf("code: no function %s", fn)
	}
	if len(args) != len(f.Params) {
		return nil, fmt.Errorf("code: %s takes %d arguments, not %d", fn, len(f.Params), len(args))
	}
	defer func() {
		if r := recover(); r != nil {
			failure, ok := r.(Failure)
			if !ok {
				panic(r)
			}
			err = failure
		}
	}()
	var self Value
	if recv != nil {
		self = recv.Pointer()
	}
	return m.call(f, self, args), nil
}
