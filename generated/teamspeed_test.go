package generated_test

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/pixels"
)

var teamRounds = flag.Int("teams", 0, "how often TestTeamSpeed measures each call; 0: it does not")

// TestTeamSpeed prints how many times as fast as one call on one core a team of two is, and beside it what the machine
// has to give: two goroutines that take half of the samples each, wait for each other by spinning, and add nothing up.
// What a team of one takes beside the call is the work that teams do in addition. It asserts nothing, because times
// differ. Each time is the least of many, taken in turn. Nothing else may run meanwhile. How long a
// number takes from one processor to the other and back matters where calls are short: virtual processors may be
// neighbours or not.
func TestTeamSpeed(t *testing.T) {
	if *teamRounds == 0 {
		t.Skip("it prints times only: -teams 300 has it measure each call 300 times")
	}
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("there is one processor")
	}
	t.Logf("to the other processor and back: %.0f ns", thereAndBack())
	for _, samples := range []int{256, 4096} {
		teamSpeed(t, "control", new(control.Control), samples,
			func(w int) team[control.Control, control.ControlGrad, [16]float32, [4]float32] {
				return control.NewControlTeam(w)
			})
		teamSpeed(t, "digits", new(digits.Digits), samples,
			func(w int) team[digits.Digits, digits.DigitsGrad, [64]float32, [10]float32] {
				return digits.NewDigitsTeam(w)
			})
		teamSpeed(t, "pixels", new(pixels.Pixels), samples,
			func(w int) team[pixels.Pixels, pixels.PixelsGrad, [784]float32, [10]float32] {
				return pixels.NewPixelsTeam(w)
			})
	}
}

// teamSpeed measures a network.
func teamSpeed[N kernels[P, G, W, B, X, Y], P, G, W, B, X, Y any](
	t *testing.T, name string, p N, samples int, newTeam func(workers int) team[P, G, X, Y],
) {
	r := rand.New(rand.NewPCG(1, 2))
	p.Init(r.NormFloat64)
	xs, ys, g, batch := make([]X, samples), make([]Y, samples), new(G), new(B)
	for i := range xs {
		x, y := numbers(&xs[i]), numbers(&ys[i])
		for j := range x {
			x[j] = float32(r.NormFloat64())
		}
		y[r.IntN(len(y))] = 1
	}
	const rate = 0x1p-20
	one, two := newTeam(1), newTeam(2)
	defer one.Close()
	defer two.Close()
	half := samples / 2
	other, halfGradient := new(B), new(G)
	var h *helper
	calls := []func(){
		func() { p.GradBatch(batch, xs, ys, g) },
		func() { one.GradBatch(p, xs, ys, g) },
		func() { two.GradBatch(p, xs, ys, g) },
		func() {
			h.begin()
			p.GradBatch(batch, xs[:half], ys[:half], g)
			h.wait()
		},
		func() { p.StepBatch(batch, xs, ys, rate) },
		func() { two.StepBatch(p, xs, ys, rate) },
	}
	const halves = 3 // the number of the call that the helper has a part in
	const inRow = 10 // calls, as training makes them: workers that wait longer than a moment have to be woken up
	least := make([]float64, len(calls))
	for range *teamRounds {
		for i, call := range calls {
			if i == halves { // it would be in the way of the others
				h = newHelper(func() { p.GradBatch(other, xs[half:], ys[half:], halfGradient) })
			}
			for range inRow {
				keepLeast(&least[i], call)
			}
			if i == halves {
				h.end()
			}
		}
	}
	t.Logf("%s, %d samples: GradBatch %.1f µs, a team of one %.1f µs (%.2f), of two %.1f µs: %.2f times as fast; two halves: %.2f; "+
		"StepBatch %.1f µs, a team of two %.2f times as fast", name, samples, least[0]/1e3, least[1]/1e3,
		least[1]/least[0],
		least[2]/1e3, least[0]/least[2], least[0]/least[3], least[4]/1e3, least[4]/least[5])
}

// thereAndBack is how many nanoseconds it takes until a goroutine that waits awake has answered.
func thereAndBack() (least float64) {
	h := newHelper(func() {})
	defer h.end()
	for range 1000 {
		keepLeast(&least, func() {
			h.begin()
			h.wait()
		})
	}
	return least
}

// helper is a goroutine that does something whenever it is asked to, without ever sleeping.
type helper struct{ asked, done atomic.Int64 }

// newHelper starts one.
func newHelper(do func()) *helper {
	h := new(helper)
	go func() {
		for n := int64(1); ; n++ {
			for i := 0; h.asked.Load() < n; i++ {
				if h.asked.Load() < 0 {
					return
				}
				if i%64 == 63 {
					runtime.Gosched()
				}
			}
			do()
			h.done.Store(n)
		}
	}()
	return h
}

// begin asks it to, and wait waits until it is done. end ends it.
func (h *helper) begin() { h.asked.Add(1) }

func (h *helper) wait() {
	for n := h.asked.Load(); h.done.Load() < n; {
	}
}

func (h *helper) end() { h.asked.Store(-1) }
