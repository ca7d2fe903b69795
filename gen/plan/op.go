package plan

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Op is one operation over whole buffers. The concrete types are Affine, BackAffine, Outer, Update,
// Map and Vector, Unit in rows, and in batch functions besides Clear, OuterSum and Descend.
type Op interface {
	// Reads and Writes list the buffers the operation touches, in order.
	Reads() []*Buffer
	Writes() []*Buffer
	// String is the operation as an equation.
	String() string
}

// Arg binds a variable of a Map's expressions to a buffer; a buffer of one element serves every index.
type Arg struct {
	Var expr.Var
	Buf *Buffer
}

// Set writes the value of an expression to the same element of a buffer.
type Set struct {
	Buf  *Buffer
	Expr expr.Expr
}

// Sum adds the value of an expression over all elements, scales the sum, multiplies it by the weight of the sample
// where there is one, and stores it in a one-element buffer.
type Sum struct {
	Buf    *Buffer
	Expr   expr.Expr
	Scale  float64
	Weight *Buffer
}

// Map is an elementwise operation: for every index k it evaluates expressions of Args[·][k] and
// stores them to element k of other buffers. Where a Map is fused into another operation, that
// operation's own variable stands for the element it has just formed.
type Map struct {
	Order
	N    int
	Args []Arg
	Sets []Set
	Sum  *Sum
	Role Role
	// Layer is ℓ for an activation or a Jacobian, L for the cost.
	Layer int
}

// Role says which equation a Map came from, so that passes can find it.
type Role int

// The roles of a Map.
const (
	Plain    Role = iota
	Apply         // a = σ(z)
	CostTerm      // v = ∇ŷ C, loss = C
	Pullback      // δ = σ'(z) ⊙ v
	Deliver       // what is handed back for a sample
	Push          // ȧ = σ'(z) ⊙ ż
	Pull          // δ = σ'(z) ⊙ v of a row
	Seed          // what a row begins with
)

// Reads lists the arguments.
func (m *Map) Reads() []*Buffer {
	var bs []*Buffer
	for _, a := range m.Args {
		bs = append(bs, a.Buf)
	}
	if m.Sum != nil {
		bs = append(bs, some(m.Sum.Weight)...)
	}
	return bs
}

// Writes lists the buffers set, the sum's last.
func (m *Map) Writes() []*Buffer {
	var bs []*Buffer
	for _, s := range m.Sets {
		bs = append(bs, s.Buf)
	}
	if m.Sum != nil {
		bs = append(bs, m.Sum.Buf)
	}
	return bs
}

// Bind returns the buffer a variable stands for, nil if it is not an argument.
func (m *Map) Bind(v expr.Var) *Buffer {
	for _, a := range m.Args {
		if a.Var == v {
			return a.Buf
		}
	}
	return nil
}

// shownOps is the most operations, repeated ones counted every time, of an expression that an equation shows. The
// derivative of a formula may repeat itself to tens of thousands.
const shownOps = 100

// Equations renders the map with its variables replaced by buffer names; acc names the variable
// of a host operation and what it stands for.
func (m *Map) Equations(acc expr.Var, accText string) []string {
	var lines []string
	render := func(e expr.Expr) string {
		if c := expr.CountOps(e); c.Total() > shownOps {
			var names []string
			for _, v := range expr.Vars(e) {
				switch b := m.Bind(v); {
				case v == acc && acc != "":
					names = append(names, accText)
				case b != nil:
					names = append(names, b.Name)
				}
			}
			return fmt.Sprintf("f(%s) of %d operations", strings.Join(names, ", "), expr.Share("u", e).Count().Total())
		}
		for _, a := range m.Args {
			e = expr.Substitute(e, a.Var, expr.Var(a.Buf.Name))
		}
		if acc != "" {
			e = expr.Substitute(e, acc, expr.Var(accText))
		}
		return e.String()
	}
	for _, s := range m.Sets {
		if acc == AccForward && s.Expr == expr.Expr(acc) {
			continue // the host operation says it already
		}
		lines = append(lines, s.Buf.Name+" = "+render(s.Expr))
	}
	if m.Sum != nil {
		scale := ""
		if m.Sum.Scale != 1 {
			scale = fmt.Sprintf("%.6g·", m.Sum.Scale)
		}
		if m.Sum.Weight != nil {
			scale = m.Sum.Weight.Name + "·" + scale
		}
		lines = append(lines, fmt.Sprintf("%s = %sΣ %s", m.Sum.Buf.Name, scale, render(m.Sum.Expr)))
	}
	return lines
}

func (m *Map) String() string { return strings.Join(m.Equations("", ""), "; ") }

// Affine forms z = W·in + b, where B may be nil, and hands every element to Each under the name z.
type Affine struct {
	Order
	W, B, In *Buffer
	Each     Map
	// Sums is what the sums are; nil: PreActivation.
	Sums *Meaning
}

// Name is the name of the sums.
func (o *Affine) Name() string { return orMeaning(o.Sums, PreActivation).Name(o.W.Layer) }

func orMeaning(m, otherwise *Meaning) *Meaning {
	if m != nil {
		return m
	}
	return otherwise
}

// Reads lists W, b, the input and what Each reads.
func (o *Affine) Reads() []*Buffer {
	bs := []*Buffer{o.W}
	if o.B != nil {
		bs = append(bs, o.B)
	}
	return append(append(bs, o.In), o.Each.Reads()...)
}

// Writes lists what Each writes.
func (o *Affine) Writes() []*Buffer { return o.Each.Writes() }

// Product is the affine map as text: W1·x + b1.
func (o *Affine) Product() string {
	s := o.W.Name + "·" + o.In.Name
	if o.B != nil {
		s += " + " + o.B.Name
	}
	return s
}

func (o *Affine) String() string {
	z := o.Name()
	return strings.Join(append([]string{z + " = " + o.Product()}, o.Each.Equations(AccForward, z)...), "; ")
}

// The variables that stand for the element an operation has just formed.
const (
	AccForward  = expr.Z
	AccBackward = expr.Var("v")
)

// BackAffine forms v = Wᵀ·δ and hands every element to Each under the name v. With Update set, it also
// takes the descent step of W and b in the same pass over W, reading every old weight before writing it.
type BackAffine struct {
	Order
	W, D   *Buffer
	Each   Map
	Update *Update
	// Sums is what the sums are; nil: Incoming.
	Sums *Meaning
}

// Name is the name of the sums.
func (o *BackAffine) Name() string { return orMeaning(o.Sums, Incoming).Name(o.W.Layer - 1) }

// Reads lists W, δ, what Each reads and what a fused update reads.
func (o *BackAffine) Reads() []*Buffer {
	bs := append([]*Buffer{o.W, o.D}, o.Each.Reads()...)
	if o.Update != nil {
		bs = append(bs, o.Update.Reads()...)
	}
	return bs
}

// Writes lists what Each and a fused update write.
func (o *BackAffine) Writes() []*Buffer {
	bs := o.Each.Writes()
	if o.Update != nil {
		bs = append(bs, o.Update.Writes()...)
	}
	return bs
}

func (o *BackAffine) String() string {
	product := fmt.Sprintf("(%sᵀ·%s)", o.W.Name, o.D.Name)
	s := strings.Join(o.Each.Equations(AccBackward, product), "; ")
	if o.Update != nil {
		s += "; in the same pass " + o.Update.String()
	}
	return s
}

// Outer forms the gradient of a layer's parameters: GW = δ·aᵀ, GB = δ; GB may be nil.
type Outer struct {
	GW, GB, D, A *Buffer
	// DT and AT, where they are not nil, are a second product that is added to GW: δ·aᵀ + δᵗ·aᵗᵀ.
	DT, AT *Buffer
}

// Reads lists δ and a.
func (o *Outer) Reads() []*Buffer { return some(o.D, o.A, o.DT, o.AT) }

// Writes lists the gradients.
func (o *Outer) Writes() []*Buffer { return some(o.GW, o.GB) }

func (o *Outer) String() string {
	of := "∇"
	if o.GW.Kind == WeightCurvature {
		of = "(∇²L·v)_"
	}
	s := fmt.Sprintf("%sW%d = %s·%sᵀ", of, o.D.Layer, o.D.Name, o.A.Name)
	if o.DT != nil {
		s += fmt.Sprintf(" + %s·%sᵀ", o.DT.Name, o.AT.Name)
	}
	if o.GB != nil {
		s += fmt.Sprintf("; %sb%d = %s", of, o.D.Layer, o.D.Name)
	}
	return s
}

// Update takes one descent step of a layer's parameters: W −= (rate·δ)·aᵀ, b −= rate·δ; B may be nil.
type Update struct {
	W, B, D, A, Rate *Buffer
}

// Reads lists the parameters, δ, a and the rate.
func (o *Update) Reads() []*Buffer { return append(some(o.W, o.B), o.D, o.A, o.Rate) }

// Writes lists the parameters.
func (o *Update) Writes() []*Buffer { return some(o.W, o.B) }

func (o *Update) String() string {
	s := fmt.Sprintf("%s −= %s·%s·%sᵀ", o.W.Name, o.Rate.Name, o.D.Name, o.A.Name)
	if o.B != nil {
		s += fmt.Sprintf("; %s −= %s·%s", o.B.Name, o.Rate.Name, o.D.Name)
	}
	return s
}

// some drops the nil buffers of a list.
func some(bs ...*Buffer) []*Buffer {
	var out []*Buffer
	for _, b := range bs {
		if b != nil {
			out = append(out, b)
		}
	}
	return out
}
