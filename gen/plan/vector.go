package plan

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Vector is an operation over a whole layer, or over every window of Window consecutive units of one: stages
// in order, each a pass over the units of the window. It is how activations that are not pointwise are
// computed, and their Jacᵀ·v: a few scalars for each window and elementwise work between them, O(n) and never
// a matrix.
type Vector struct {
	Order
	// N is the number of units; Window divides it.
	N, Window int
	// Args are vectors of N elements, or of N/Window, one for each window.
	Args   []Arg
	Stages []Stage
	// Text is the operation as an equation, without its left side.
	Text string
	// Out is what Text is equal to.
	Out   *Buffer
	Layer int
	// Scalars begins the names that its scalars have in emitted code, so that those of several operations on one layer
	// differ: what one has kept is still read while another works.
	Scalars string
}

// Drafts is where the drafts of a looped window are, nil where no stage has any.
func (o *Vector) Drafts() *Buffer {
	for _, s := range o.Stages {
		if s.Draft != nil {
			return s.Draft.Buf
		}
	}
	return nil
}

// Fold says how the scalar of a stage comes from the elements of a window.
type Fold int

// The folds.
const (
	NoFold   Fold = iota // no scalar is formed
	FoldLet              // the value of Expr, of scalars alone
	FoldSum              // the sum of Expr over the window
	FoldMax              // the largest Expr of the window, NaN if one is NaN
	FoldScan             // From, then at each element in turn Expr, of the value so far
)

// Stage is one pass over a window. For every element it evaluates the draft, then the sets, then Expr.
type Stage struct {
	Fold Fold
	// Var is the scalar that later stages read, and with Scan this one.
	Var expr.Var
	// Expr is made of arguments, earlier scalars and the draft.
	Expr expr.Expr
	// From is the value a Scan begins with.
	From float64
	// Keep is where the scalar of every window is stored, nil for nowhere.
	Keep *Buffer
	// Draft is a value for each element that later stages read as DraftVar. It is held in scalars where
	// the window is straight code, else in the buffer it names, which a later stage overwrites.
	Draft *Set
	// Sets are stored for every element.
	Sets []Set
}

// Uses says whether a variable occurs in the stage.
func (s Stage) Uses(v expr.Var) bool {
	if s.Expr != nil && expr.Uses(s.Expr, v) || s.Draft != nil && expr.Uses(s.Draft.Expr, v) {
		return true
	}
	for _, set := range s.Sets {
		if expr.Uses(set.Expr, v) {
			return true
		}
	}
	return false
}

// DraftVar is the variable of a draft.
const DraftVar = expr.Var("e")

// Groups is the number of windows.
func (o *Vector) Groups() int { return o.N / o.Window }

// Element says whether a buffer has an element for each unit, and not one for each window.
func (o *Vector) Element(b *Buffer) bool { return b.Len() == o.N }

// Bind returns the buffer a variable stands for, nil if it is not an argument.
func (o *Vector) Bind(v expr.Var) *Buffer {
	for _, a := range o.Args {
		if a.Var == v {
			return a.Buf
		}
	}
	return nil
}

// Reads lists the arguments.
func (o *Vector) Reads() []*Buffer {
	var bs []*Buffer
	for _, a := range o.Args {
		bs = append(bs, a.Buf)
	}
	return bs
}

// Writes lists what the stages keep and set.
func (o *Vector) Writes() []*Buffer {
	var bs []*Buffer
	for _, s := range o.Stages {
		if s.Keep != nil {
			bs = append(bs, s.Keep)
		}
		for _, set := range s.Sets {
			bs = append(bs, set.Buf)
		}
	}
	return bs
}

func (o *Vector) String() string {
	text := o.Out.Name + " = " + o.Text
	if o.Groups() > 1 {
		text += fmt.Sprintf(", windows of %d", o.Window)
	}
	return text
}

// checkVector finds shapes that don't fit and variables without a value.
func checkVector(o *Vector) error {
	if o.Window < 1 || o.N%o.Window != 0 {
		return fmt.Errorf("windows of %d do not divide %d", o.Window, o.N)
	}
	var known []expr.Var
	for _, a := range o.Args {
		if !o.Element(a.Buf) && a.Buf.Len() != o.Groups() {
			return fmt.Errorf("%v should have %d elements or %d", a.Buf, o.N, o.Groups())
		}
		known = append(known, a.Var)
	}
	for _, s := range o.Stages {
		if err := checkStage(o, s, known); err != nil {
			return err
		}
		if s.Draft != nil {
			known = append(known, DraftVar)
		}
		if s.Fold != NoFold {
			known = append(known, s.Var)
		}
	}
	return nil
}

func checkStage(o *Vector, s Stage, known []expr.Var) error {
	bound := func(e expr.Expr, also ...expr.Var) error {
		for _, v := range expr.Vars(e) {
			if !containsVar(known, v) && !containsVar(also, v) {
				return fmt.Errorf("variable %s of %s is not bound", v, e)
			}
			if b := o.Bind(v); s.Fold == FoldLet && (v == DraftVar || b != nil && o.Element(b) && o.Groups() < o.N) {
				return fmt.Errorf("%s is of elements, %s is not", v, s.Var)
			}
		}
		return nil
	}
	var also []expr.Var
	if s.Draft != nil {
		if err := lengths(o.N, s.Draft.Buf); err != nil {
			return err
		}
		if err := bound(s.Draft.Expr); err != nil {
			return err
		}
		also = append(also, DraftVar)
	}
	if s.Fold == FoldScan {
		also = append(also, s.Var)
	}
	for _, set := range s.Sets {
		if err := lengths(o.N, set.Buf); err != nil {
			return err
		}
		if err := bound(set.Expr, also...); err != nil {
			return err
		}
	}
	if s.Fold == NoFold {
		return nil
	}
	if s.Keep != nil {
		if err := lengths(o.Groups(), s.Keep); err != nil {
			return err
		}
	}
	return bound(s.Expr, also...)
}

func containsVar(vs []expr.Var, v expr.Var) bool {
	for _, w := range vs {
		if w == v {
			return true
		}
	}
	return false
}

// Equations lists the stages as text, a line each.
func (o *Vector) Equations() []string {
	render := func(e expr.Expr) string {
		for _, a := range o.Args {
			e = expr.Substitute(e, a.Var, expr.Var(a.Buf.Name))
		}
		return e.String()
	}
	var lines []string
	for _, s := range o.Stages {
		var parts []string
		if s.Draft != nil {
			parts = append(parts, fmt.Sprintf("%s = %s", DraftVar, render(s.Draft.Expr)))
		}
		for _, set := range s.Sets {
			parts = append(parts, fmt.Sprintf("%s = %s", set.Buf.Name, render(set.Expr)))
		}
		switch s.Fold {
		case FoldLet:
			parts = append(parts, fmt.Sprintf("%s = %s", s.Var, render(s.Expr)))
		case FoldSum:
			parts = append(parts, fmt.Sprintf("%s = Σ %s", s.Var, render(s.Expr)))
		case FoldMax:
			parts = append(parts, fmt.Sprintf("%s = max %s", s.Var, render(s.Expr)))
		case FoldScan:
			parts = append(parts, fmt.Sprintf("%s from %v, then %s", s.Var, s.From, render(s.Expr)))
		}
		if s.Keep != nil {
			parts = append(parts, fmt.Sprintf("%s = %s", s.Keep.Name, s.Var))
		}
		lines = append(lines, strings.Join(parts, "; "))
	}
	return lines
}

// expressions lists what the stages evaluate.
func (o *Vector) expressions() []expr.Expr {
	var es []expr.Expr
	for _, s := range o.Stages {
		if s.Draft != nil {
			es = append(es, s.Draft.Expr)
		}
		for _, set := range s.Sets {
			es = append(es, set.Expr)
		}
		if s.Expr != nil {
			es = append(es, s.Expr)
		}
	}
	return es
}
