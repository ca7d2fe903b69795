package verify

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
)

// hasFences says whether the system has pages that fault; the others say so in the report.
func hasFences() bool {
	return !slices.Contains([]string{"windows", "plan9", "js", "wasip1"}, runtime.GOOS)
}

// TestFencesNote: a system without pages that fault is told of in the report, others have them.
func TestFencesNote(t *testing.T) {
	report := Check(twoThreeTwo(spec.Float32), kernel232[float32](none), Options{Trials: 1})
	if told := strings.Contains(report.String(), "no argument was put beside"); told == hasFences() {
		t.Errorf("on %s the report says\n%v", runtime.GOOS, report)
	}
}

// TestFences: a read that no result depends on is found beside every argument, on either side of it, of one sample
// and of many.
func TestFences(t *testing.T) {
	if !hasFences() {
		t.Skip("there are no pages that fault on this system")
	}
	n := twoThreeTwo(spec.Float32)
	type (
		P = params232[float32]
		G = grad232[float32]
		W = work232[float32]
		B = naiveBatch[W, G]
		V = [2]float32
	)
	right := kernel232[float32](none)
	var all fence.Set
	others := fence.NewValues[float64]("others", 1, &all).Place(fence.BeginsPage, 1)
	if all.Err != nil {
		t.Fatal(all.Err)
	}
	defer all.Release()
	// touch reads a number so many bytes from the beginning of a value.
	touch := func(p unsafe.Pointer, offset int) {
		if v := *(*float32)(unsafe.Add(p, offset)); v == 0x1p-99 {
			panic("no number in these tests is that small")
		}
	}
	after := func(v any) int {
		switch v.(type) {
		case *V:
			return 8
		case *P, *G:
			return 17 * 4
		}
		return int(unsafe.Sizeof(W{}))
	}
	for i, c := range []struct {
		name, call, quantity, says string
		spoil                      func(k *Kernel[P, G, W, B, V, V, float32])
	}{
		{"after x", "Forward", "x", "memory 1 byte after its end is read or written; arguments that end a page",
			func(k *Kernel[P, G, W, B, V, V, float32]) {
				k.Forward = func(p *P, ws *W, x *V) *V {
					touch(unsafe.Pointer(x), after(x))
					return right.Forward(p, ws, x)
				}
			}},
		{"before x", "Loss", "x", "memory 4 bytes before its beginning is read or written; arguments that begin a page",
			func(k *Kernel[P, G, W, B, V, V, float32]) {
				k.Loss = func(p *P, ws *W, x, y *V) float32 {
					touch(unsafe.Pointer(x), -4)
					return right.Loss(p, ws, x, y)
				}
			}},
		{"after y", "Loss", "y", "1 byte after", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.Loss = func(p *P, ws *W, x, y *V) float32 {
				touch(unsafe.Pointer(y), after(y))
				return right.Loss(p, ws, x, y)
			}
		}},
		{"after p", "Step", "p", "5 bytes after", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.Step = func(p *P, ws *W, x, y *V, rate float32) float32 {
				touch(unsafe.Pointer(p), after(p)+4)
				return right.Step(p, ws, x, y, rate)
			}
		}},
		{"after g", "Grad", "g", "1 byte after", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.Grad = func(p *P, ws *W, x, y *V, g *G) float32 {
				touch(unsafe.Pointer(g), after(g))
				return right.Grad(p, ws, x, y, g)
			}
		}},
		{"after ws", "Backward", "ws", "1 byte after", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.Backward = func(p *P, ws *W, x, y *V, g *G) float32 {
				touch(unsafe.Pointer(ws), after(ws))
				return right.Backward(p, ws, x, y, g)
			}
		}},
		{"after g", "Scale", "g", "1 byte after", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.Scale = func(g *G, by float32) { touch(unsafe.Pointer(g), after(g)); right.Scale(g, by) }
		}},
		{"after xs", "ForwardBatch", "xs", "1 byte after its end is read or written; 8 samples",
			func(k *Kernel[P, G, W, B, V, V, float32]) {
				k.ForwardBatch = func(p *P, b *B, xs, out []V) {
					if len(xs) == 8 {
						touch(unsafe.Pointer(&xs[7]), 8)
					}
					right.ForwardBatch(p, b, xs, out)
				}
			}},
		{"after out", "ForwardBatch", "out", "1 byte after its end is read or written; 64 samples",
			func(k *Kernel[P, G, W, B, V, V, float32]) {
				k.ForwardBatch = func(p *P, b *B, xs, out []V) {
					if len(xs) == 64 {
						touch(unsafe.Pointer(&out[63]), 8)
					}
					right.ForwardBatch(p, b, xs, out)
				}
			}},
		{"before ys", "GradBatch", "ys", "4 bytes before", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.GradBatch = func(p *P, b *B, xs, ys []V, g *G) float32 {
				if len(ys) > 0 {
					touch(unsafe.Pointer(&ys[0]), -4)
				}
				return right.GradBatch(p, b, xs, ys, g)
			}
		}},
		{"after gxs", "InputGradBatch", "gxs", "1 byte after", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.InputGradBatch = func(p *P, b *B, xs, ys, gxs []V) float32 {
				if n := len(gxs); n > 0 {
					touch(unsafe.Pointer(&gxs[n-1]), 8)
				}
				return right.InputGradBatch(p, b, xs, ys, gxs)
			}
		}},
		{"after b", "StepBatch", "b", "1 byte after", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.StepBatch = func(p *P, b *B, xs, ys []V, rate float32) float32 {
				touch(unsafe.Pointer(b), int(unsafe.Sizeof(*b)))
				return right.StepBatch(p, b, xs, ys, rate)
			}
		}},
		{"far after x, which is written", "Forward", "x", "memory after it was written",
			func(k *Kernel[P, G, W, B, V, V, float32]) {
				k.Forward = func(p *P, ws *W, x *V) *V {
					if at := uintptr(unsafe.Pointer(x)); at%4096 == 0 {
						*(*float32)(unsafe.Add(unsafe.Pointer(x), 2000)) = 1
					}
					return right.Forward(p, ws, x)
				}
			}},
		{"no pointer", "Forward", "panic", "nil pointer", func(k *Kernel[P, G, W, B, V, V, float32]) {
			k.Forward = func(p *P, ws *W, x *V) *V {
				if at := uintptr(unsafe.Pointer(x)); at%4096 == 0 {
					p = nil
				}
				return right.Forward(p, ws, x)
			}
		}},
		{"memory of others", "Forward", "memory", "which lies beside no argument",
			func(k *Kernel[P, G, W, B, V, V, float32]) {
				k.Forward = func(p *P, ws *W, x *V) *V {
					if at := uintptr(unsafe.Pointer(x)); at%4096 == 0 {
						touch(unsafe.Pointer(&others[0]), -8)
					}
					return right.Forward(p, ws, x)
				}
			}},
		{"by how it is aligned", "Forward", "ŷ", "results may not depend on where arguments lie",
			func(k *Kernel[P, G, W, B, V, V, float32]) {
				k.Forward = func(p *P, ws *W, x *V) *V {
					out := right.Forward(p, ws, x)
					if at := uintptr(unsafe.Pointer(p)); at%4096 == 4096-17*4-4 {
						out[1] *= 1 + 0x1p-23
					}
					return out
				}
			}},
	} {
		if testing.Short() && i%4 != 0 {
			continue // -short has one in four
		}
		k := right
		c.spoil(&k)
		report := Check(n, k, Options{Trials: 1})
		// What every function is found by other than fences, such as results that are NaN, is told apart by its words.
		mutant{flaw: flaw(c.name), call: c.call, quantity: c.quantity, says: c.says}.judged(t, report)
	}
}
