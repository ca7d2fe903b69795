package expr

import "testing"

// Every operation must be complete: a name, a value, a derivative, a count.
func TestEveryOperationIsComplete(t *testing.T) {
	seen := make(map[string]Op)
	for op := opNone + 1; op < numOps; op++ {
		row := ops[op]
		if row.name == "" || total(row.count) != 1 {
			t.Errorf("operation %d: name %q, count %v", op, row.name, row.count)
		}
		if first, ok := seen[row.name]; ok && (ops[first].arity == row.arity) {
			t.Errorf("operations %d and %d are both called %s", first, op, row.name)
		}
		seen[row.name] = op
		env := Env[float64]{Z: 2, Y: 3}
		var e Expr = Unary{op, Z}
		if row.arity == 2 {
			e = Binary{op, Z, Y}
		}
		if op == OpWhere {
			if got := CountOps(Select{Z, A, Y}); got != row.count {
				t.Errorf("a Select counts %v, want %v", got, row.count)
			}
			continue // no Unary or Binary: TestD and TestEval have it
		}
		if v := mustEval(t, e, env); v != v {
			t.Errorf("%v has no value", e)
		}
		if !checkDerivative(t, e, D(e, Z), Z, env) {
			t.Errorf("%v: slope not known", e)
		}
		if rebuilt := apply(op, Z, Y); rebuilt != e {
			t.Errorf("%v is rebuilt as %v", e, rebuilt)
		}
	}
}

func TestCommutativeIsExact(t *testing.T) {
	m := newTreeMaker(3)
	for op := opNone + 1; op < numOps; op++ {
		if !op.Commutative() {
			continue
		}
		for range 20 {
			for _, env := range points[float32](m) {
				xy, yx := mustEval(t, Binary{op, Z, Y}, env), mustEval(t, Binary{op, Y, Z}, env)
				if !sameBits(xy, yx) {
					t.Errorf("%v: %v and %v at %v", op, xy, yx, env)
				}
			}
		}
	}
}

func TestCount(t *testing.T) {
	e := Sub(Mul(Z, Y), Div(Exp(Neg(Z)), Max(Z, Add(Y, Number(1)))))
	want := Count{Adds: 2, Muls: 1, Divs: 1, Calls: 1, Selects: 2}
	if got := CountOps(e); got != want {
		t.Errorf("%v: got %+v, want %+v", e, got, want)
	}
	if got := want.Plus(want); got != want.Times(2) {
		t.Errorf("twice %+v is %+v", want, got)
	}
	if got := CountOps(Unary{200, Z}); got != (Count{}) || Op(200).Commutative() {
		t.Errorf("an unknown operation counts %+v", got)
	}
}
