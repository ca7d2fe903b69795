package optimizer

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"unsafe"
)

// float is a precision.
type float interface{ float32 | float64 }

// arithmeticOf is the arithmetic of a precision.
func arithmeticOf[F float]() arithmetic {
	if unsafe.Sizeof(F(0)) == 4 {
		return arithmetic{0x1p-24, 0x1p-149}
	}
	return arithmetic{0x1p-53, 0x1p-1074}
}

// flat is the numbers of a struct that holds nothing else.
func flat[F float, T any](v *T) []F {
	return unsafe.Slice((*F)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/unsafe.Sizeof(*new(F)))
}

// updater is an optimizer.
type updater[P, G any, F float] interface {
	Update(p *P, g *G, rate F)
	Reset()
}

// settings are the hyperparameters tried beside the defaults, by their fields.
var settings = []map[string]float64{
	nil,
	{"WeightDecay": 0.01, "Momentum": 0.5, "Beta1": 0.75, "Beta2": 0.875, "Eps": 1e-3, "Alpha": 0.25},
	{"WeightDecay": 0.5, "Momentum": 0.99, "Dampening": 0.25, "Beta1": 0, "Beta2": 0.9999, "Eps": 1e-8, "Alpha": 0.9},
	{"Momentum": 1, "Dampening": 1, "Beta1": 0.99, "Beta2": 0, "Eps": 1e-6, "Alpha": 0},
}

// descend lets an optimizer make updates and compares each, from the state that the last one left, with the reference. Gradients
// are ordinary, zero, tiny and huge; the number of the update jumps ahead now and then.
func descend[P, G any, F float](t *testing.T, network, name string, fresh, made func() updater[P, G, F]) {
	a := arithmeticOf[F]()
	for k, set := range settings {
		o := made()
		if k == 0 {
			o = fresh() // a zero value takes the same defaults
		}
		state := reflect.ValueOf(o).Elem()
		for field, v := range set {
			if f := state.FieldByName(field); f.IsValid() {
				f.SetFloat(v)
			}
		}
		number := func(field string, otherwise float64) float64 {
			if f := state.FieldByName(field); f.IsValid() {
				if v := f.Float(); k > 0 || v != 0 {
					return v
				}
			}
			return float64(F(otherwise))
		}
		array := func(field string) []F {
			if f := state.FieldByName(field); f.IsValid() {
				return flat[F](f.Addr().Interface().(*G))
			}
			return make([]F, len(flat[F](new(P))))
		}
		decay := 0.0
		if name == "adamw" {
			decay = 0.01
		}
		momentum := 0.9
		if name == "rmsprop" {
			momentum = 0
		}
		h := hyper{
			momentum: number("Momentum", momentum), dampening: number("Dampening", 0), decay: number("WeightDecay", decay),
			alpha: number("Alpha", 0.99), beta1: number("Beta1", 0.9), beta2: number("Beta2", 0.999), eps: number("Eps", 1e-8),
		}
		var p P
		var g G
		r := rand.New(rand.NewPCG(1, uint64(k)))
		params, grads := flat[F](&p), flat[F](&g)
		for i := range params {
			params[i] = F(r.NormFloat64())
		}
		ms, vs, ss := array("M"), array("V"), array("S")
		for step := 1; step <= 24; step++ {
			at := float64(step)
			if f := state.FieldByName("T"); f.IsValid() {
				if step > 6 {
					f.SetUint(f.Uint()*2 + uint64(step))
				}
				at = float64(f.Uint() + 1)
			}
			rate := F([]float64{0.01, 1e-4, 1, 0}[step%4])
			for i := range grads {
				grads[i] = F(r.NormFloat64() * []float64{1, 1, 0, 1e-12, 1e12}[r.IntN(5)])
			}
			keep := append([]F(nil), grads...)
			before := [][]F{clone(params), clone(ms), clone(vs), clone(ss)}
			o.Update(&p, &g, rate)
			for i := range params {
				was := func(n int) bounded { return exact(float64(before[n][i])) }
				wp, wm, wv, ws := a.one(name, h, at, float64(rate), was(0), exact(float64(keep[i])), was(1), was(2), was(3))
				for _, c := range []struct {
					what string
					got  F
					want bounded
				}{{"p", params[i], wp}, {"m", ms[i], wm}, {"v", vs[i], wv}, {"s", ss[i], ws}} {
					if math.IsInf(c.want.e, 0) || !(math.Abs(float64(c.got)-c.want.v) <= c.want.e) {
						t.Fatalf("%s: %s of %s, settings %d, update %v, parameter %d: %v, want %v ± %.2g", network, c.what, name, k, at, i, c.got, c.want.v, c.want.e)
					}
				}
				if grads[i] != keep[i] {
					t.Fatalf("%s: %s writes to the gradient", network, name)
				}
			}
		}
		if n := testing.AllocsPerRun(5, func() { o.Update(&p, &g, 0.01) }); n != 0 {
			t.Errorf("%s: an update of %s allocates %v times", network, name, n)
		}
		hypers := map[string]float64{}
		for i := range state.NumField() {
			if f := state.Field(i); f.CanFloat() {
				hypers[state.Type().Field(i).Name] = f.Float()
			}
		}
		o.Reset()
		for i := range state.NumField() {
			f := state.Field(i)
			if f.CanFloat() && f.Float() != hypers[state.Type().Field(i).Name] || !f.CanFloat() && !f.IsZero() {
				t.Errorf("%s: after Reset %s of %s is %v", network, state.Type().Field(i).Name, name, f)
			}
		}
	}
}

func clone[F any](v []F) []F { return append([]F(nil), v...) }
