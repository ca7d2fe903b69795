package verify

import (
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
)

// TestBesideArguments: kernels that write or read beside their arguments are found, whichever the argument.
func TestBesideArguments(t *testing.T) {
	n := twoThreeTwo(spec.Float32)
	right := kernel232[float32](none)
	type (
		P = params232[float32]
		G = grad232[float32]
		W = work232[float32]
		V = [2]float32
	)
	after := func(p unsafe.Pointer, size uintptr) *float32 { return (*float32)(unsafe.Add(p, size)) }
	for i, c := range []struct {
		name, call, quantity string
		spoil                func(p *P, ws *W, x, y *V, g *G) float32 // added to the loss
	}{
		{
			"a parameter beyond the last", "Grad", "p", func(p *P, ws *W, x, y *V, g *G) float32 {
				*after(unsafe.Pointer(p), unsafe.Sizeof(*p)) = 0
				return 0
			},
		},
		{
			"a gradient beyond the last", "Grad", "g", func(p *P, ws *W, x, y *V, g *G) float32 {
				*after(unsafe.Pointer(g), unsafe.Sizeof(*g)) = 0
				return 0
			},
		},
		{
			"beyond the workspace", "Grad", "ws", func(p *P, ws *W, x, y *V, g *G) float32 {
				*after(unsafe.Pointer(ws), unsafe.Sizeof(*ws)) = 0
				return 0
			},
		},
		{"before the workspace", "Grad", "ws", func(p *P, ws *W, x, y *V, g *G) float32 {
			(*[2]float32)(unsafe.Add(unsafe.Pointer(ws), -8))[0] = 0
			return 0
		}},
		{
			"before x", "Grad", "x", func(p *P, ws *W, x, y *V, g *G) float32 {
				(*V)(unsafe.Add(unsafe.Pointer(x), -8))[1] = 0
				return 0
			},
		},
		{
			"beyond y", "Grad", "y", func(p *P, ws *W, x, y *V, g *G) float32 {
				*after(unsafe.Pointer(y), 8) = 0
				return 0
			},
		},
		{
			"x is read beyond its end", "Grad", "loss", func(p *P, ws *W, x, y *V, g *G) float32 {
				return 0 * *after(unsafe.Pointer(x), 8)
			},
		},
	} {
		if testing.Short() && i%3 > 0 {
			continue // -short has those beyond the parameters, before the workspace, and read beyond x
		}
		k := right
		k.Grad = func(p *P, ws *W, x, y *V, g *G) float32 {
			return right.Grad(p, ws, x, y, g) + c.spoil(p, ws, x, y, g)
		}
		mutant{flaw: flaw(c.name), call: c.call, quantity: c.quantity,
			innocent: "Init Forward Loss Backward Step"}.judged(t, Check(n, k, Options{Trials: 2}))
	}
}
