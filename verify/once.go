package verify

import (
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
)

// Generic code is compiled in every package that calls it with types of its own, with all generic code that it calls.
// Judges work on numbers, whatever a network's types. So the functions of the API, which have those types, hand the
// judges functions on numbers, and the judges are compiled here, once for each precision. The functions for a precision
// are not inlined, for what they call would be compiled with their callers; and what they are given has no methods, for
// all methods of a generic type are compiled wherever it is named.

// judgedKernel is a kernel as the judges see it.
type judgedKernel[F Float] struct {
	network        spec.Network
	format         arithmetic
	report         *Report
	options        Options
	cuts           Cuts
	machine, other *machine[F]
	gradient       gradientFunctions[F]
	// batch makes a machine for batches of up to so many samples.
	batch func(largest int) *batchMachine[F]
	// memory judges between fences and the order of sums, and atOnce two goroutines; both need the network's types.
	memory func()
	atOnce func(cuts Cuts)
}

func judgeKernel[F Float](k *judgedKernel[F]) {
	if unsafe.Sizeof(F(0)) == 4 {
		judgeKernel32((*judgedKernel[float32])(unsafe.Pointer(k)))
		return
	}
	judgeKernel64((*judgedKernel[float64])(unsafe.Pointer(k)))
}

//go:noinline
func judgeKernel32(k *judgedKernel[float32]) { judgeNumbers(k) }

//go:noinline
func judgeKernel64(k *judgedKernel[float64]) { judgeNumbers(k) }

// judgedTeams are teams of one network as the judges see them.
type judgedTeams[F Float] struct {
	network spec.Network
	format  arithmetic
	report  *Report
	options Options
	cuts    Cuts
	// machine makes one for batches of up to so many samples, of the team of teamSizes[i].
	machine func(i, largest int) *batchMachine[F]
	// crowd makes one of a team of so many workers, and what ends it.
	crowd func(workers, largest int) (m *batchMachine[F], end func())
}

func judgeTeams[F Float](k *judgedTeams[F]) {
	if unsafe.Sizeof(F(0)) == 4 {
		judgeTeams32((*judgedTeams[float32])(unsafe.Pointer(k)))
		return
	}
	judgeTeams64((*judgedTeams[float64])(unsafe.Pointer(k)))
}

//go:noinline
func judgeTeams32(k *judgedTeams[float32]) { judgeTeamNumbers(k) }

//go:noinline
func judgeTeams64(k *judgedTeams[float64]) { judgeTeamNumbers(k) }

// optimizerCase is what is judged of an optimizer, and where it is said.
type optimizerCase struct {
	network spec.Network
	format  arithmetic
	report  *Report
	name    string
	rule    rule
}

// judgedOptimizer is an optimizer as the judges see it: as the constructor makes it, and a zero value.
type judgedOptimizer[F Float] struct {
	optimizerCase
	built, zero func() (*optimizerMachine[F], error)
}

func judgeOptimizer[F Float](k *judgedOptimizer[F]) error {
	if unsafe.Sizeof(F(0)) == 4 {
		return judgeOptimizer32((*judgedOptimizer[float32])(unsafe.Pointer(k)))
	}
	return judgeOptimizer64((*judgedOptimizer[float64])(unsafe.Pointer(k)))
}

//go:noinline
func judgeOptimizer32(k *judgedOptimizer[float32]) error { return judgeUpdateNumbers(k) }

//go:noinline
func judgeOptimizer64(k *judgedOptimizer[float64]) error { return judgeUpdateNumbers(k) }

func judgeSteps[F Float](k *steps[F]) {
	if unsafe.Sizeof(F(0)) == 4 {
		judgeSteps32((*steps[float32])(unsafe.Pointer(k)))
		return
	}
	judgeSteps64((*steps[float64])(unsafe.Pointer(k)))
}

//go:noinline
func judgeSteps32(k *steps[float32]) { (&stepJudge[float32]{*k}).run() }

//go:noinline
func judgeSteps64(k *steps[float64]) { (&stepJudge[float64]{*k}).run() }

func judgeUpdates[F Float](k *steps[F]) {
	if unsafe.Sizeof(F(0)) == 4 {
		judgeUpdates32((*steps[float32])(unsafe.Pointer(k)))
		return
	}
	judgeUpdates64((*steps[float64])(unsafe.Pointer(k)))
}

//go:noinline
func judgeUpdates32(k *steps[float32]) { (&stepJudge[float32]{*k}).updates() }

//go:noinline
func judgeUpdates64(k *steps[float64]) { (&stepJudge[float64]{*k}).updates() }
