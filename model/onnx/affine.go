package onnx

import "math"

// lane is a number for each unit, or one for all of them.
type lane struct {
	one  float64
	each []float64 // nil: one
}

func (l lane) at(i int) float64 {
	if l.each == nil {
		return l.one
	}
	return l.each[i]
}

func laneOf(e *expr) lane { return lane{e.value, e.vec} }

// join computes f of two lanes.
func join(a, b lane, f func(x, y float64) float64) lane {
	if a.each == nil && b.each == nil {
		return lane{one: f(a.one, b.one)}
	}
	r := lane{each: make([]float64, max(len(a.each), len(b.each)))}
	for i := range r.each {
		r.each[i] = f(a.at(i), b.at(i))
	}
	return r
}

func (l lane) abs() lane {
	return join(l, lane{}, func(x, _ float64) float64 { return math.Abs(x) })
}

func plus(x, y float64) float64  { return x + y }
func minus(x, y float64) float64 { return x - y }
func times(x, y float64) float64 { return x * y }
func over(x, y float64) float64  { return x / y }

// affine is scale·z + shift, unit by unit; the magnitudes are what they would be if nothing cancelled, and operations
// how many the graph takes for it.
type affine struct {
	scale, shift         lane
	scaleSize, shiftSize lane
	operations           int
}

// same is the map that changes nothing.
func same() affine { return affine{scale: lane{one: 1}, scaleSize: lane{one: 1}} }

func (a affine) isSame() bool {
	return a.scale.each == nil && a.scale.one == 1 && a.shift.each == nil && a.shift.one == 0
}

func (a affine) perUnit() bool { return a.scale.each != nil || a.shift.each != nil }

func (a affine) multiplied(k lane, f func(x, y float64) float64) affine {
	size := k.abs()
	return affine{
		scale: join(a.scale, k, f), shift: join(a.shift, k, f),
		scaleSize: join(a.scaleSize, size, f), shiftSize: join(a.shiftSize, size, f),
		operations: a.operations + 1,
	}
}

func (a affine) combined(b affine, f func(x, y float64) float64) affine {
	return affine{
		scale: join(a.scale, b.scale, f), shift: join(a.shift, b.shift, f),
		scaleSize: join(a.scaleSize, b.scaleSize, plus), shiftSize: join(a.shiftSize, b.shiftSize, plus),
		operations: a.operations + b.operations + 1,
	}
}

// after is a of b of z.
func (a affine) after(b affine) affine {
	return affine{
		scale:      join(a.scale, b.scale, times),
		shift:      join(join(a.scale, b.shift, times), a.shift, plus),
		scaleSize:  join(a.scaleSize, b.scaleSize, times),
		shiftSize:  join(join(a.scaleSize, b.shiftSize, times), a.shiftSize, plus),
		operations: a.operations + b.operations,
	}
}

// affineIn returns e as an affine map of one of its parts; ok is false if it is none.
func (e *expr) affineIn(part *expr) (m affine, ok bool) {
	maps := map[*expr]*affine{}
	var walk func(*expr) *affine
	walk = func(e *expr) *affine {
		if m, done := maps[e]; done {
			return m
		}
		var m *affine
		switch {
		case e == part:
			s := same()
			m = &s
		case e.constant():
			c := laneOf(e)
			m = &affine{shift: c, shiftSize: c.abs()}
		case e.op == opNeg:
			if a := walk(e.args[0]); a != nil {
				n := a.multiplied(lane{one: -1}, times)
				m = &n
			}
		case e.op == "+" || e.op == "-":
			a, b := walk(e.args[0]), walk(e.args[1])
			if a != nil && b != nil {
				f := plus
				if e.op == "-" {
					f = minus
				}
				n := a.combined(*b, f)
				m = &n
			}
		case e.op == "*" && e.args[0].constant():
			if a := walk(e.args[1]); a != nil {
				n := a.multiplied(laneOf(e.args[0]), times)
				m = &n
			}
		case (e.op == "*" || e.op == "/") && e.args[1].constant():
			if a := walk(e.args[0]); a != nil {
				f := times
				if e.op == "/" {
					f = over
				}
				n := a.multiplied(laneOf(e.args[1]), f)
				m = &n
			}
		}
		maps[e] = m
		return m
	}
	if a := walk(e); a != nil {
		return *a, true
	}
	return affine{}, false
}

// peel returns e as an affine map of its core, the largest part that is none.
func (e *expr) peel(z *expr) (core *expr, outer affine) {
	core, outer = e, same()
	for _, part := range e.through() { // from z outwards: the first that will do is the smallest
		if _, ok := part.affineIn(z); ok {
			continue
		}
		if m, ok := e.affineIn(part); ok {
			return part, m
		}
	}
	return core, outer
}
