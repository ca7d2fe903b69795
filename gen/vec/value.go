package vec

import "fmt"

// Type is what a value is: lanes of some type, or a mask of as many lanes.
type Type struct {
	Elem  Elem // of a mask it says nothing
	Lanes int
	Mask  bool
}

// Vector is the type of so many lanes.
func Vector(e Elem, lanes int) Type { return Type{Elem: e, Lanes: lanes} }

// Mask is the type of the masks of so many lanes.
func Mask(lanes int) Type { return Type{Lanes: lanes, Mask: true} }

// Bytes is the size of a vector.
func (t Type) Bytes() int { return t.Lanes * t.Elem.Size() }

func (t Type) String() string {
	if t.Mask {
		return fmt.Sprintf("mask×%d", t.Lanes)
	}
	return fmt.Sprintf("%v×%d", t.Elem, t.Lanes)
}

// Value is a vector or a mask. Steps compute most values once; variables may be written again.
type Value struct {
	Type Type
	Var  bool
	ID   int // its number in the program
	Home any // what a backend knows of it
}

func (v *Value) String() string {
	if v.Var {
		return fmt.Sprintf("w%d", v.ID)
	}
	return fmt.Sprintf("v%d", v.ID)
}

// Int is a variable of 64 bits that counts or points. Its name is for readers.
type Int struct {
	Name string
	ID   int
	Home any // what a backend knows of it
}

func (i *Int) String() string { return fmt.Sprintf("i%d", i.ID) }

// Place is a place in memory: Base + Index + Disp, in bytes.
type Place struct {
	Base  *Int
	Index *Int // nil: none
	Scale int  // what Index is multiplied with, 0 for 1
	Disp  int
}

// Plus is the place some bytes further on.
func (p Place) Plus(bytes int) Place {
	p.Disp += bytes
	return p
}

func (p Place) String() string {
	text := "[" + p.Base.String()
	if p.Index != nil {
		text += " + " + p.Index.String()
		if p.Scale > 1 {
			text += fmt.Sprintf("·%d", p.Scale)
		}
	}
	if p.Disp != 0 {
		text += fmt.Sprintf(" %+d", p.Disp)
	}
	return text + "]"
}

// Operand is an operand of an operation on integers: a variable, a constant or a word in memory.
type Operand struct {
	Int   *Int
	Const int64
	Far   bool // the constant is a distance, which has a direction
	At    *Place
}

// Ref is a variable, Word a word in memory, Const a constant that counts and Distance one that leads some bytes on or
// back.
func Ref(i *Int) Operand      { return Operand{Int: i} }
func Word(at Place) Operand   { return Operand{At: &at} }
func Const(n int) Operand     { return Operand{Const: int64(n)} }
func Distance(n int) Operand  { return Operand{Const: int64(n), Far: true} }
func (o Operand) fixed() bool { return o.Int == nil && o.At == nil }

func (o Operand) String() string {
	switch {
	case o.Int != nil:
		return o.Int.String()
	case o.At != nil:
		return o.At.String()
	case o.Far:
		return fmt.Sprintf("%+d", o.Const)
	}
	return fmt.Sprint(o.Const)
}
