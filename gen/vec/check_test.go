package vec

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// randomProgram writes a few operations on values of all types, each of operands that fit, and stores what they make.
func randomProgram(rnd *rand.Rand) *Program {
	p := &Program{Name: "random"}
	at := p.Param("out")
	var known []*Value
	of := func(t Type) *Value {
		var fit []*Value
		for _, v := range known {
			if v.Type == t {
				fit = append(fit, v)
			}
		}
		if len(fit) > 0 && rnd.IntN(3) > 0 {
			return fit[rnd.IntN(len(fit))]
		}
		v := p.Value(t)
		if t.Mask {
			p.Add(&First{v, rnd.IntN(t.Lanes + 1)})
		} else {
			p.Add(&Lanes{v, numbers(rnd, t.Elem, t.Lanes)})
		}
		known = append(known, v)
		return v
	}
	disp := 0
	for range 1 + rnd.IntN(12) {
		s := &Apply{Op: 1 + Op(rnd.IntN(Ops-1)), Predicate: Predicate(rnd.IntN(Predicates))}
		first := Vector(Elem(rnd.IntN(Elems)), 0)
		first.Lanes = []int{16, 32, 64}[rnd.IntN(3)] / first.Elem.Size()
		second, out := first, first
		switch s.Op {
		case Compare, Test, Signs:
			out = Mask(first.Lanes)
		case Widen:
			out = Vector(first.Elem.Wide(), first.Lanes)
		case Narrow, Float, As, Broadcast:
			out = s.someResult(first)
		case Ones:
			first = Mask(out.Lanes)
		case UpperHalf:
			out.Lanes /= 2
		case Join:
			out.Lanes *= 2
		case Block:
			out.Lanes = blockBytes / out.Elem.Size()
		case Insert:
			second.Lanes = blockBytes / out.Elem.Size()
		case Permute, Permute2:
			first.Elem = UnsignedOf(out.Elem.Size())
		}
		s.Out = &Value{Type: out}
		for _, t := range []Type{first, second, second}[:s.Op.Arity()] {
			s.Args = append(s.Args, &Value{Type: t})
		}
		if s.Op.constant() {
			s.Imm = rnd.IntN(4)
		}
		if s.Op == Select || s.Op == Keep || s.Op.lanewise() && rnd.IntN(3) == 0 {
			s.Mask = &Value{Type: Mask(out.Lanes)}
			if s.Op.lanewise() && rnd.IntN(2) == 0 {
				s.Else = &Value{Type: out}
			}
		}
		if s.check() != nil {
			continue // the operation is not for these
		}
		s.values(func(v *Value) *Value { return of(v.Type) }, func(v *Value) *Value { return p.Value(v.Type) })
		p.Add(s)
		known = append(known, s.Out)
		if !out.Mask {
			p.Add(&Store{Value: s.Out, At: Place{Base: at, Disp: disp}, N: out.Lanes})
			disp += 2 * 64
		}
	}
	return p
}

// someResult is a type that the operation may make of another.
func (s *Apply) someResult(first Type) Type {
	switch s.Op {
	case Narrow:
		return Vector(F32, first.Lanes)
	case Float:
		return Vector(FloatOf(first.Elem.Size()), first.Lanes)
	case As:
		return Vector(U32, 8)
	}
	return Vector(first.Elem, 2*first.Lanes)
}

// TestRandom executes random programs, and copies of them, which give the same and print the same; to change a copy
// changes nothing of the program.
func TestRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	seen := map[Op]bool{}
	for range 4000 {
		p := randomProgram(rnd)
		if err := p.Check(); err != nil {
			t.Fatalf("%v\n%v", err, p)
		}
		execute := func(p *Program) []byte {
			out, m := make([]byte, 4096), &Memory{}
			if err := p.Exec(m, map[string]int64{"out": m.Add(out)}); err != nil {
				t.Fatalf("%v\n%v", err, p)
			}
			return out
		}
		c, text := p.Clone(), p.String()
		if c.String() != text || !reflect.DeepEqual(c, p) {
			t.Fatalf("a copy of\n%v\nis\n%v", p, c)
		}
		if !slices.Equal(execute(p), execute(c)) {
			t.Fatalf("a copy does something else than\n%v", p)
		}
		for _, s := range c.Steps {
			s.values(func(v *Value) *Value {
				v.Type.Lanes++
				return nil
			}, func(v *Value) *Value { v.ID = -1; return v })
			s.ints(func(*Int) *Int { return &Int{Name: "other"} })
		}
		if p.String() != text {
			t.Fatalf("a change of a copy makes\n%v\nof\n%v", p, text)
		}
		for _, s := range p.Steps {
			if a, ok := s.(*Apply); ok {
				seen[a.Op] = true
			}
		}
	}
	for op := range Op(Ops) {
		if op != NoOp && !seen[op] {
			t.Errorf("no random program has %v", op)
		}
	}
}

// TestRefused spoils random programs: what is of another type, missing or there twice is found.
func TestRefused(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	refused := 0
	for range 3000 {
		p := randomProgram(rnd)
		if len(p.Steps) == 0 {
			continue
		}
		s := p.Steps[rnd.IntN(len(p.Steps))]
		a, ok := s.(*Apply)
		if !ok {
			continue
		}
		var what string
		switch rnd.IntN(6) {
		case 0:
			what = "an operand is missing"
			a.Args = a.Args[1:]
		case 1:
			what = "an operand has no value"
			a.Args[rnd.IntN(len(a.Args))] = p.Value(a.Args[0].Type)
		case 2:
			what = "the result has one lane more"
			a.Out = p.Value(Type{a.Out.Type.Elem, a.Out.Type.Lanes + 1, a.Out.Type.Mask})
			if a.Op == As || a.Op == Broadcast { // which make any number of lanes
				continue
			}
		case 3:
			what = "a mask is an operand"
			mask := p.Value(Mask(a.Args[0].Type.Lanes))
			p.Steps = append([]Step{&First{mask, 1}}, p.Steps...)
			if a.Op == Ones {
				continue
			}
			a.Args[0] = mask
		case 4:
			what = "the mask is of other lanes"
			mask := p.Value(Mask(a.Out.Type.Lanes + 1))
			p.Steps = append([]Step{&First{mask, 1}}, p.Steps...)
			a.Mask = mask
		case 5:
			what = "a value is computed twice"
			p.Add(&Apply{Op: a.Op, Out: a.Out, Args: a.Args, Imm: a.Imm, Mask: a.Mask, Else: a.Else})
		}
		if err := p.Check(); err == nil {
			t.Errorf("%s in %v, and nothing is said:\n%v", what, s, p)
		}
		refused++
	}
	if refused < 500 {
		t.Errorf("%d programs are spoiled", refused)
	}
}

// TestSaid: what is wrong with steps is said in words that name the step.
func TestSaid(t *testing.T) {
	p := &Program{Name: "wrong"}
	at := p.Param("at")
	numbers, mask, other := p.Value(Vector(F32, 4)), p.Value(Mask(4)), p.Int("other")
	variable := p.Variable(Vector(F64, 4))
	for _, test := range []struct {
		step Step
		want string
	}{
		{&Lanes{numbers, []uint64{1, 2}}, "2 lanes of f32×4"},
		{&First{mask, 5}, "the first 5 of mask×4"},
		{&First{numbers, 1}, "the first 1 of f32×4"},
		{&Load{numbers, Place{Base: at}, 5, nil}, "5 numbers of f32×4"},
		{&Load{numbers, Place{Base: other}, 4, nil}, "i2 has no value yet"},
		{&Load{numbers, Place{Base: at}, 4, mask}, "v2 has no value yet"},
		{&Store{mask, Place{Base: at}, 4, nil}, "4 numbers of mask×4"},
		{&Spread{numbers, Place{Base: at}, 3}, "3 numbers repeated in f32×4"},
		{&Gather{numbers, Place{Base: at}, numbers}, "f32×4 by f32×4"},
		{&LoadMask{numbers, Place{Base: at}}, "f32×4 is no mask"},
		{&FromInt{mask, Const(1)}, "mask×4 is no number"},
		{&Set{variable, numbers}, "w3 of f64×4 is set to f32×4"},
		{&Set{numbers, numbers}, "is set to"},
		{&Branch{Always, "nowhere"}, "there is no label nowhere"},
		{&IntStep{IntAdd, []Operand{Const(1)}}, "add of 1 operands, not 2"},
		{&IntStep{IntSet, []Operand{Const(1), Const(2)}}, "a constant is written"},
		{&IntStep{IntAdd, []Operand{Const(1), Ref(other)}}, "i2 has no value yet"},
		{&IntStep{IntAddress, []Operand{Const(1), Ref(at)}}, "no address"},
		{&IntStep{IntCopy, []Operand{Word(Place{Base: other}), Ref(at)}}, "i2 has no value yet"},
	} {
		q := &Program{Name: "wrong", Params: p.Params, Steps: []Step{test.step}}
		err := q.Check()
		if err == nil || !strings.Contains(err.Error(), test.want) ||
			!strings.Contains(err.Error(), fmt.Sprintf("step 0: %v: ", test.step)) {
			t.Errorf("%v: %v, want %q", test.step, err, test.want)
		}
	}
	twice := &Program{Steps: []Step{&Label{"a"}, &Label{"a"}, &Comment{"nothing"}, &Return{}}}
	if err := twice.Check(); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("a label that is there twice: %v", err)
	}
}

// TestString prints a program of every kind of step.
func TestString(t *testing.T) {
	p := &Program{Name: "all"}
	at := p.Param("x")
	typ := Vector(F32, 8)
	v := p.Value(typ)
	p.Add(&Comment{"the sum"})
	p.Add(&Load{v, Place{Base: at, Disp: 4}, 3, nil})
	mask := p.Value(Mask(8))
	p.Add(&First{mask, 3})
	sum := p.Value(typ)
	p.Add(&Apply{Op: Add, Out: sum, Args: []*Value{v, v}, Mask: mask, Else: v})
	count := p.Int("count")
	p.Add(&Label{"again"})
	p.Add(&IntStep{IntSub, []Operand{Const(1), Ref(count)}})
	p.Add(&Branch{IfNotEqual, "again"})
	p.Add(&Store{sum, Place{Base: at, Index: count, Scale: 4, Disp: -8}, 8, mask})
	want := `program all(i1 x)
	// the sum
	v1: f32×8 = load 3 [i1 +4]
	v2: mask×8 = first 3
	v3: f32×8 = add v1 v1 where v2 else v1
again:
	sub 1 i2
	go to again if ne
	store 8 v3 to [i1 + i2·4 -8] where v2
`
	if got := p.String(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
