package verify

import (
	"math"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// everywhere is one mistake, to be made in every function of a kernel.
type everywhere[F Float] struct {
	name string
	// says is what the judge must say, one thing or another, of every function but those that it can't be made in or
	// that are not judged so.
	says, except string
	// before is done with what a function is given first: x, xs or g.
	before func(first []F)
	// after changes every number that a function delivers, in the call of it with that number.
	after func(v F, call int32) F
}

// mistakesEverywhere are mistakes that functions make each by itself. The first is none.
func mistakesEverywhere[F Float]() []everywhere[F] {
	return []everywhere[F]{
		{name: "none"},
		{name: "off by a thousandth", says: "off by", after: func(v F, _ int32) F { return v * 1.001 }},
		{name: "every third call", says: "must give the same bits|may not depend on where",
			except: "Init Norm Clip Scale",
			after:  func(v F, call int32) F { return v * (1 + F(call%3/2)/1024) }},
		{name: "allocates", says: "per call; there must be none", except: "Init", after: func(v F, _ int32) F {
			sink = make([]float64, 3+len(sink)%2)
			return v
		}},
		{name: "NaN hides", says: "NaN", except: "Init Scale", after: func(v F, _ int32) F {
			if v != v {
				return 0.5
			}
			return v
		}},
		{name: "writes what it reads", says: "written", except: "Init Scale", before: func(first []F) {
			if len(first) > 0 {
				first[0] += 1
			}
		}},
		{name: "reads beside", says: "before its beginning is read or written", except: "Init",
			before: func(first []F) {
				if len(first) == 0 {
					return
				}
				n := *(*F)(unsafe.Add(unsafe.Pointer(&first[0]), -int(unsafe.Sizeof(first[0]))))
				beside.Store(math.Float64bits(float64(n))) // whatever it is: in ordinary memory it may be anything
			}},
		{name: "shares memory", says: "calls on different workspaces", except: "Init Norm Clip Scale",
			after: func(v F, _ int32) F {
				passing.Store(math.Float64bits(float64(v)))
				runtime.Gosched() // as the system may do at any time
				return F(math.Float64frombits(passing.Load()))
			}},
	}
}

// passing is where functions that share memory put a number, beside where those do that read one beside an argument.
var passing, beside atomic.Uint64

// fault makes a mistake around the calls of one function.
type fault[F Float] struct {
	of    everywhere[F]
	calls atomic.Int32
}

// around makes a call, which returns a loss and numbers.
func (f *fault[F]) around(first []F, call func() (F, []F)) F {
	if f.of.before != nil {
		f.of.before(first)
	}
	loss, all := call()
	if f.of.after == nil {
		return loss
	}
	n := f.calls.Add(1)
	for i, v := range all {
		all[i] = f.of.after(v, n)
	}
	return f.of.after(loss, n)
}

// spoilt is a kernel with a mistake in every function but InputGrad, in each apart from the others.
func spoilt[P, G, W, B, X, Y any, F Float](
	right Kernel[P, G, W, B, X, Y, F], m everywhere[F],
) Kernel[P, G, W, B, X, Y, F] {
	var faults [14]fault[F]
	for i := range faults {
		faults[i].of = m
	}
	params, grads := memory.View[F, P], memory.View[F, G]
	return Kernel[P, G, W, B, X, Y, F]{
		InputGrad: right.InputGrad,
		Init: func(p *P, norm func() float64) {
			faults[0].around(nil, func() (F, []F) { right.Init(p, norm); return 0, params(p) })
		},
		Forward: func(p *P, ws *W, x *X) (y *Y) {
			faults[1].around(memory.View[F](x), func() (F, []F) {
				y = right.Forward(p, ws, x)
				return 0, memory.View[F](y)
			})
			return y
		},
		Loss: func(p *P, ws *W, x *X, y *Y) F {
			return faults[2].around(memory.View[F](x), func() (F, []F) { return right.Loss(p, ws, x, y), nil })
		},
		Backward: func(p *P, ws *W, x *X, y *Y, g *G) F {
			return faults[3].around(memory.View[F](x), func() (F, []F) {
				return right.Backward(p, ws, x, y, g), grads(g)
			})
		},
		Grad: func(p *P, ws *W, x *X, y *Y, g *G) F {
			return faults[4].around(memory.View[F](x), func() (F, []F) { return right.Grad(p, ws, x, y, g), grads(g) })
		},
		Step: func(p *P, ws *W, x *X, y *Y, rate F) F {
			return faults[5].around(memory.View[F](x), func() (F, []F) {
				return right.Step(p, ws, x, y, rate), params(p)
			})
		},
		ForwardBatch: func(p *P, b *B, xs []X, out []Y) {
			faults[6].around(memory.Numbers[F](xs), func() (F, []F) {
				right.ForwardBatch(p, b, xs, out)
				return 0, memory.Numbers[F](out)
			})
		},
		LossBatch: func(p *P, b *B, xs []X, ys []Y) F {
			return faults[7].around(memory.Numbers[F](xs), func() (F, []F) {
				return right.LossBatch(p, b, xs, ys), nil
			})
		},
		GradBatch: func(p *P, b *B, xs []X, ys []Y, g *G) F {
			return faults[8].around(memory.Numbers[F](xs), func() (F, []F) {
				return right.GradBatch(p, b, xs, ys, g), grads(g)
			})
		},
		StepBatch: func(p *P, b *B, xs []X, ys []Y, rate F) F {
			return faults[9].around(memory.Numbers[F](xs), func() (F, []F) {
				return right.StepBatch(p, b, xs, ys, rate), params(p)
			})
		},
		InputGradBatch: func(p *P, b *B, xs []X, ys []Y, gxs []X) F {
			return faults[10].around(memory.Numbers[F](xs), func() (F, []F) {
				return right.InputGradBatch(p, b, xs, ys, gxs), memory.Numbers[F](gxs)
			})
		},
		Norm: func(g *G) F {
			return faults[11].around(grads(g), func() (F, []F) { return right.Norm(g), nil })
		},
		Clip: func(g *G, limit F) F {
			return faults[12].around(grads(g), func() (F, []F) { return right.Clip(g, limit), grads(g) })
		},
		Scale: func(g *G, by F) {
			faults[13].around(grads(g), func() (F, []F) { right.Scale(g, by); return 0, grads(g) })
		},
	}
}

// TestEmitMistakes: whatever functions are left out, a mistake in every one that is emitted is found in every one, and
// nothing is said of those that are not.
func TestEmitMistakes(t *testing.T) {
	for i, l := range emitLists {
		n := emitting(blockOf(twoThreeTwo(spec.Float32), 4), l.emit)
		if n.Emits(spec.EmitTeam) {
			continue
		}
		functions := withInputs(n, l.functions)
		for m, mistake := range mistakesEverywhere[float32]() {
			if mistake.name == "reads beside" && !hasFences() {
				continue
			}
			if testing.Short() && (mistake.says == "" && i%4 > 0 || mistake.says != "" && (i+7*m)%30 > 0) {
				continue // -short has one in thirty, and what is right for one list in four
			}
			k := only(spoilt(batched(kernel232[float32](none), 4, none), mistake), functions)
			r := Check(n, k, Options{Trials: len(trial.Kinds)})
			namesAll(t, l.emit+", "+mistake.name, r, functions, mistake.says, mistake.except)
		}
	}
}

// withInputs are the functions that a network has, of those that one with input gradient has.
func withInputs(n spec.Network, functions string) string {
	if n.InputGradient {
		return functions
	}
	return strings.Join(slices.DeleteFunc(strings.Fields(functions),
		func(name string) bool { return strings.HasPrefix(name, "InputGrad") }), " ")
}

// namesAll checks that a report says something of every function but some, and nothing of others.
func namesAll(t *testing.T, what string, r *Report, functions, says, except string) {
	t.Helper()
	for _, f := range r.Failures {
		if says == "" || !has(functions, f.Call) && f.Call != "calls on another workspace" {
			t.Errorf("%s: blames %s: %s", what, f.Call, f.Message)
		}
	}
	if says == "" {
		return
	}
	for _, name := range strings.Fields(functions) {
		if !has(except+" InputGrad", name) && !slices.ContainsFunc(r.Failures, func(f Failure) bool {
			return f.Call == name && regexp.MustCompile(says).MatchString(f.Message)
		}) {
			t.Errorf("%s: no message on %s that says %q:\n%v", what, name, says, r.Err())
		}
	}
}

// TestEmitTeamMistakes: so it is with teams.
func TestEmitTeamMistakes(t *testing.T) {
	type (
		P = params232[float32]
		G = grad232[float32]
		V = [2]float32
	)
	off := mistakesEverywhere[float32]()[1]
	for i, l := range emitLists {
		n := emitting(blockOf(twoThreeTwo(spec.Float32), 4), l.emit)
		if !n.Emits(spec.EmitTeam) {
			continue
		}
		functions := withInputs(n, l.functions)
		right, batch := kernel232[float32](none), ""
		for _, name := range strings.Fields(functions) {
			if strings.HasSuffix(name, "Batch") {
				batch += " " + name
			}
		}
		ends := "GradBatch" // whose panics are judged
		if !has(functions, ends) {
			ends = "ForwardBatch"
		}
		for m, c := range []struct {
			team     Team[naiveTeam[P, G, work232[float32], V, V, float32], P, G, V, V, float32]
			of, says string
		}{
			{teamOf(spoilt(right, off), none), batch, "off by"},
			{teamOf(right, "allocates"), batch, "per call"},
			{teamOf(right, "lengths unchecked"), batch, "lengths that differ"},
			{teamOf(right, "panic swallowed"), ends, "do not panic in the caller"},
			{teamOf(right, "hung up"), batch, "send on closed channel"},
			{teamOf(right, "closed twice"), "Close", "close of closed channel"},
			{teamOf(right, "goroutines stay"), "Close", "still run"},
			{teamOf(right, "nobody works"), "New", "for 0 workers"},
		} {
			if testing.Short() && (i+m)%12 > 0 {
				continue
			}
			namesAll(t, l.emit+", "+c.says, CheckTeam(n, only(c.team, functions), Options{Trials: 2}), functions,
				c.says,
				strings.Join(slices.DeleteFunc(strings.Fields(functions), func(f string) bool {
					return has(c.of, f)
				}), " "))
		}
	}
}

// TestEmitPerfect: a slope of a cost that is not 0 where the target is the output is found without Forward and Loss
// too, by the loss of what there is.
func TestEmitPerfect(t *testing.T) {
	wrong := &twist[float32]{slope: func(a, y, g []float32) {
		for i := range g {
			if a[i] == y[i] {
				g[i] = -1
			}
		}
	}}
	for _, l := range emitLists {
		n := pooledNet(spec.Float32, spec.CacheAuto)
		n.Cost = spec.Function{Name: "mae"}
		n = emitting(n, l.emit).WithDefaults()
		functions := withInputs(n, l.functions)
		for _, twist := range []*twist[float32]{nil, wrong} {
			k := only(pooledKernel(n, naive[float32]{sum: pairwise[float32], fromPost: true, twist: twist}), functions)
			report := &finding.Report{}
			judged, err := judgedOf(n, k, report)
			if err != nil {
				t.Fatal(err)
			}
			judged.Cuts = judge.Cuts{Block: 3, Tile: 4, Chunk: 4}
			judge.PerfectPredictions(judged)
			says := ""
			if twist != nil && n.Learns() {
				says = "want"
			}
			namesAll(t, l.emit, reportOf(report), functions, says,
				"Init Forward Loss Norm Clip Scale ForwardBatch LossBatch New Close")
		}
	}
}
