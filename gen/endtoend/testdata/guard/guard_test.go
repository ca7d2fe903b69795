package guard

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fenced is memory for so many bytes with a page that may not be touched before and after it. It touches the one after,
// or the one before.
func fenced(t *testing.T, size int, atEnd bool) unsafe.Pointer {
	t.Helper()
	page := unix.Getpagesize()
	inner := (size + page - 1) / page * page
	memory, err := unix.Mmap(-1, 0, inner+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(memory) })
	for _, fence := range [][]byte{memory[:page], memory[page+inner:]} {
		if err := unix.Mprotect(fence, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	at := page
	if atEnd {
		at += inner - size
	}
	return unsafe.Pointer(&memory[at])
}

// fencedNumbers is n of them between fences.
func fencedNumbers[F float32 | float64](t *testing.T, n int, atEnd bool) []F {
	t.Helper()
	return unsafe.Slice((*F)(fenced(t, n*int(unsafe.Sizeof(F(0))), atEnd)), n)
}

// guarded is a network and its optimizers.
type guarded[F float32 | float64] struct {
	kernel[F]
	// optimizers make an optimizer each: an update of it, and what it holds as text.
	optimizers map[string]func() (update func(p, g []F), state func() string)
}

// samples are how many the batches have: fewer than any tile, tiles of either precision, and one more than some.
var samples = []int{1, 3, 8, 16, 33}

// run calls every function at every level with every argument between fences, at either end of its memory. The first
// end begins a page, the other is aligned as a number is, mostly: results are the same bits at both.
func (k guarded[F]) run(t *testing.T) {
	k.nils(t)
	aligned := map[string]string{} // results, by level
	for _, atEnd := range []bool{false, true} {
		p, g := fencedNumbers[F](t, k.params, atEnd), fencedNumbers[F](t, k.params, atEnd)
		x, y := fencedNumbers[F](t, k.inputs, atEnd), fencedNumbers[F](t, k.outputs, atEnd)
		ws, b := fenced(t, k.workspaceSize, atEnd), fenced(t, k.batchSize, atEnd)
		k.init(p, func() float64 { return 0.5 })
		calls := map[string]func(){
			"Forward":  func() { k.forward(p, ws, x) },
			"Loss":     func() { k.loss(p, ws, x, y) },
			"Backward": func() { k.forward(p, ws, x); k.backward(p, ws, x, y, g) },
			"Grad":     func() { k.grad(p, ws, x, y, g) },
			"Step":     func() { k.step(p, ws, x, y, 0.001) },
		}
		for _, d := range k.derivatives {
			v, out := fencedNumbers[F](t, d.direction, atEnd), fencedNumbers[F](t, d.out, atEnd)
			calls[d.name] = func() { d.call(p, ws, x, y, v, out) }
		}
		for _, n := range samples {
			xs, gxs := fencedNumbers[F](t, n*k.inputs, atEnd), fencedNumbers[F](t, n*k.inputs, atEnd)
			ys, out := fencedNumbers[F](t, n*k.outputs, atEnd), fencedNumbers[F](t, n*k.outputs, atEnd)
			add := func(name string, call func()) { calls[fmt.Sprintf("%s of %d samples", name, n)] = call }
			add("ForwardBatch", func() { k.forwardBatch(p, b, xs, out) })
			add("LossBatch", func() { k.lossBatch(p, b, xs, ys) })
			add("GradBatch", func() { k.gradBatch(p, b, xs, ys, g) })
			add("StepBatch", func() { k.stepBatch(p, b, xs, ys, 0.001) })
			if k.inputGradBatch != nil {
				add("InputGradBatch", func() { k.inputGradBatch(p, b, xs, ys, gxs) })
			}
		}
		k.atLevels(func(level string) {
			draw := 0.5
			k.init(p, func() float64 { draw = math.Mod(7*draw+0.3, 2) - 0.9; return draw })
			for i, v := range [][]F{x, y} {
				for j := range v {
					v[j] = F(j%7+1) / F(8*(i+1))
				}
			}
			out := fmt.Sprint(k.forward(p, ws, x), k.grad(p, ws, x, y, g), g)
			if atEnd && out != aligned[level] {
				t.Errorf("%s: results depend on how arguments are aligned", level)
			}
			aligned[level] = out
			if again := fmt.Sprint(k.forward(p, ws, x), k.grad(p, ws, x, y, g), g); again != out {
				t.Errorf("%s: results depend on which way rows are gone through", level)
			}
			for name, call := range calls {
				func() {
					defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
					defer func() {
						if r := recover(); r != nil {
							t.Errorf("%s, %s, arguments before a fence %t: %v", name, level, atEnd, r)
						}
					}()
					call()
				}()
			}
		})
	}
}

// nils calls every function at every level with each pointer nil in turn: that is a panic like any other of Go, and
// nothing has been written.
func (k guarded[F]) nils(t *testing.T) {
	ws, b := k.newWorkspace(), k.newBatch()
	p, g, x, y := make([]F, k.params), make([]F, k.params), make([]F, k.inputs), make([]F, k.outputs)
	k.init(p, func() float64 { return 0.5 })
	const n = 40
	xs, ys, out, gxs := make([]F, n*k.inputs), make([]F, n*k.outputs), make([]F, n*k.outputs), make([]F, n*k.inputs)
	calls := map[string]func(){
		"Forward of nil p":       func() { k.forward(nil, ws, x) },
		"Forward of nil ws":      func() { k.forward(p, nil, x) },
		"Forward of nil x":       func() { k.forward(p, ws, nil) },
		"Loss of nil p":          func() { k.loss(nil, ws, x, y) },
		"Loss of nil ws":         func() { k.loss(p, nil, x, y) },
		"Loss of nil x":          func() { k.loss(p, ws, nil, y) },
		"Loss of nil y":          func() { k.loss(p, ws, x, nil) },
		"Backward of nil p":      func() { k.backward(nil, ws, x, y, g) },
		"Backward of nil ws":     func() { k.backward(p, nil, x, y, g) },
		"Backward of nil x":      func() { k.backward(p, ws, nil, y, g) },
		"Backward of nil y":      func() { k.backward(p, ws, x, nil, g) },
		"Backward of nil g":      func() { k.backward(p, ws, x, y, nil) },
		"Grad of nil p":          func() { k.grad(nil, ws, x, y, g) },
		"Grad of nil ws":         func() { k.grad(p, nil, x, y, g) },
		"Grad of nil x":          func() { k.grad(p, ws, nil, y, g) },
		"Grad of nil y":          func() { k.grad(p, ws, x, nil, g) },
		"Grad of nil g":          func() { k.grad(p, ws, x, y, nil) },
		"Step of nil p":          func() { k.step(nil, ws, x, y, 1) },
		"Step of nil ws":         func() { k.step(p, nil, x, y, 1) },
		"Step of nil x":          func() { k.step(p, ws, nil, y, 1) },
		"Step of nil y":          func() { k.step(p, ws, x, nil, 1) },
		"ForwardBatch of nil p":  func() { k.forwardBatch(nil, b, xs, out) },
		"ForwardBatch of nil b":  func() { k.forwardBatch(p, nil, xs, out) },
		"LossBatch of nil p":     func() { k.lossBatch(nil, b, xs, ys) },
		"LossBatch of nil b":     func() { k.lossBatch(p, nil, xs, ys) },
		"GradBatch of nil p":     func() { k.gradBatch(nil, b, xs, ys, g) },
		"GradBatch of nil b":     func() { k.gradBatch(p, nil, xs, ys, g) },
		"GradBatch of nil g":     func() { k.gradBatch(p, b, xs, ys, nil) },
		"StepBatch of nil p":     func() { k.stepBatch(nil, b, xs, ys, 1) },
		"StepBatch of nil b":     func() { k.stepBatch(p, nil, xs, ys, 1) },
		"no samples and a nil b": func() { k.forwardBatch(p, nil, nil, nil) },
	}
	if k.inputGradBatch != nil {
		calls["InputGradBatch of nil p"] = func() { k.inputGradBatch(nil, b, xs, ys, gxs) }
		calls["InputGradBatch of nil b"] = func() { k.inputGradBatch(p, nil, xs, ys, gxs) }
	}
	derived := map[string][]F{}
	for _, d := range k.derivatives {
		v, out := make([]F, d.direction), make([]F, d.out)
		derived[d.name] = out
		calls[d.name+" of nil p"] = func() { d.call(nil, ws, x, y, v, out) }
		calls[d.name+" of nil ws"] = func() { d.call(p, nil, x, y, v, out) }
		calls[d.name+" of nil x"] = func() { d.call(p, ws, nil, y, v, out) }
		calls[d.name+" into nil"] = func() { d.call(p, ws, x, y, v, nil) }
		if d.direction > 0 {
			calls[d.name+" of a nil direction"] = func() { d.call(p, ws, x, y, nil, out) }
		}
	}
	calls["Norm of nil g"] = func() { k.norm(nil) }
	calls["Clip of nil g"] = func() { k.clip(nil, 1) }
	calls["Scale of nil g"] = func() { k.scale(nil, 1) }
	var optimizers []func() string
	for name, make := range k.optimizers {
		update, state := make()
		calls[name+" of nil p"] = func() { update(nil, g) }
		calls[name+" of nil g"] = func() { update(p, nil) }
		optimizers = append(optimizers, state)
	}
	state := func() string {
		all := ""
		for _, state := range optimizers {
			all += state()
		}
		return all + fmt.Sprint(p, bytes(ws, k.workspaceSize), x, y, g, bytes(b, k.batchSize), out, gxs, derived)
	}
	k.atLevels(func(level string) {
		before := state()
		for name, call := range calls {
			func() {
				defer func() {
					if _, ok := recover().(runtime.Error); !ok {
						t.Errorf("%s, %s: no panic of the runtime", name, level)
					}
				}()
				call()
			}()
		}
		if state() != before {
			t.Errorf("%s: something was written before a nil pointer was met", level)
		}
	})
}

// bytes are those of a workspace.
func bytes(ws unsafe.Pointer, size int) []byte { return unsafe.Slice((*byte)(ws), size) }

// TestFence touches a fence, so that it is known to hurt.
func TestFence(t *testing.T) {
	for _, atEnd := range []bool{false, true} {
		func() {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			defer func() {
				if recover() == nil {
					t.Errorf("beyond the fence (at the end: %t) there is memory", atEnd)
				}
			}()
			v := fenced(t, 12, atEnd)
			offset := -4
			if atEnd {
				offset = 12
			}
			*(*float32)(unsafe.Add(v, offset)) = 1
		}()
	}
}
