package verify

import (
	"maps"
	"math/bits"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// emitLists are lists of emit, each with the functions that must be there.
var emitLists = []struct{ emit, functions string }{
	{"forward", "Forward"},
	{"forward batch", "Forward ForwardBatch"},
	{"forward batch team save", "Forward ForwardBatch New Close"},
	{"step", "Init Step"},
	{"step batch", "Init Step GradBatch StepBatch"},
	{"step batch team", "Init Step GradBatch StepBatch New Close"},
	{"forward step test", "Init Forward Step"},
	{"forward step batch", "Init Forward Step ForwardBatch GradBatch StepBatch"},
	{"grad", "Init Forward Loss Backward Grad InputGrad Norm Clip Scale"},
	{"grad batch", "Init Forward Loss Backward Grad InputGrad Norm Clip Scale ForwardBatch LossBatch GradBatch " +
		"InputGradBatch"},
	{"grad batch team", "Init Forward Loss Backward Grad InputGrad Norm Clip Scale ForwardBatch LossBatch GradBatch " +
		"InputGradBatch New Close"},
	{"grad step", "Init Forward Loss Backward Grad InputGrad Norm Clip Scale Step"},
	{"forward grad step batch",
		"Init Forward Loss Backward Grad InputGrad Norm Clip Scale Step ForwardBatch LossBatch " +
			"GradBatch StepBatch InputGradBatch"},
	{"", "Init Forward Loss Backward Grad InputGrad Norm Clip Scale Step ForwardBatch LossBatch GradBatch StepBatch " +
		"InputGradBatch New Close"},
}

// emitting is a network that emits so much, all if that is empty. It has no input gradient where no Grad could leave
// it.
func emitting(n spec.Network, emit string) spec.Network {
	n.Emit = nil
	for _, p := range strings.Fields(emit) {
		n.Emit = append(n.Emit, spec.Part(p))
	}
	n.InputGradient = n.InputGradient && n.Emits(spec.EmitGrad)
	return n
}

// only is a kernel, or a team, with these functions and no others.
func only[K any](k K, functions string) K {
	v := reflect.ValueOf(&k).Elem()
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Type.Kind() == reflect.Func && !has(functions, f.Name) {
			v.Field(i).SetZero()
		}
	}
	return k
}

func has(functions, name string) bool { return slices.Contains(strings.Fields(functions), name) }

// TestPresences: the table of functions is that of the lists above, for networks with input_gradient and without.
func TestPresences(t *testing.T) {
	for _, l := range emitLists {
		n := emitting(twoThreeTwo(spec.Float32), l.emit)
		if err := n.Validate(); err != nil {
			t.Errorf("%q: %v", l.emit, err)
		}
		for name, p := range presences(n) {
			if want := map[bool]presence{false: absent, true: needed}[has(l.functions, name)]; p != want {
				t.Errorf("%q: presence %v of %s, want %v", l.emit, p, name, want)
			}
		}
		n.InputGradient = false
		for name, p := range presences(n) {
			if mayBe := strings.HasPrefix(name, "InputGrad") && has(l.functions, name); mayBe != (p == optional) {
				t.Errorf("%q, without input_gradient: presence %v of %s", l.emit, p, name)
			}
		}
	}
}

// TestSubsets: of all sets of functions, those that are what the network emits are taken and all others refused, by the
// name of a function that is missing or too many. TestEmitRight judges those that are taken.
func TestSubsets(t *testing.T) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(presences(spec.Network{}))),
		func(name string) bool { return name == "New" || name == "Close" }) // as a kernel has it
	fs := make(functions, len(names))
	stride := 1
	if testing.Short() {
		stride = 31 // which is odd, so that all functions come and go
	}
	for _, l := range emitLists {
		table, right := presences(emitting(twoThreeTwo(spec.Float32), l.emit)), 0
		for i, name := range names {
			if has(l.functions, name) {
				right |= 1 << i
			}
		}
		for at := 0; at < 1<<len(names); at += stride {
			differs := at // from the right set, which is the first to be tried
			for i, name := range names {
				fs[i].name, fs[i].isNil = name, (right^differs)>>i&1 == 0
			}
			switch err := fs.fit(table); {
			case (err == nil) != (differs == 0):
				t.Fatalf("%q, %v: got %v", l.emit, fs, err)
			case err != nil && !strings.Contains(err.Error(),
				"the kernel's "+names[bits.TrailingZeros(uint(differs))]+" is "):
				t.Fatalf("%q, %v: got %v", l.emit, fs, err)
			}
		}
	}
}

// TestOneFunction: a kernel, or a team, with one function more or fewer than it emits is refused in every way to judge
// it.
func TestOneFunction(t *testing.T) {
	k := kernel232[float32](none)
	levels := func(test func(level string)) { test("portable") }
	for _, l := range emitLists {
		n := emitting(twoThreeTwo(spec.Float32), l.emit)
		for name := range presences(n) {
			functions, want := l.functions+" "+name, "is set, but the spec leaves it out"
			if has(l.functions, name) {
				functions = strings.Join(slices.DeleteFunc(strings.Fields(l.functions),
					func(f string) bool { return f == name }), " ")
				want = "is nil"
			}
			kernels, team := only(k, functions), only(teamOf(k, none), functions)
			for how, r := range map[string]func() *Report{
				"Check":       func() *Report { return Check(n, kernels, Options{Trials: 1}) },
				"CheckLevels": func() *Report { return CheckLevels(n, kernels, levels) },
				"CheckTeam":   func() *Report { return CheckTeam(n, team, Options{Trials: 1}) },
			} {
				whole := reflect.ValueOf(k)
				if how == "CheckTeam" {
					whole = reflect.ValueOf(teamOf(k, none))
				}
				// Of weights of samples, this kernel has no functions that could be one too many.
				if f := whole.FieldByName(name); !f.IsValid() || f.IsNil() || how == "CheckTeam" &&
					!n.Emits(spec.EmitTeam) {
					continue
				}
				if err := r().Err(); err == nil || !strings.Contains(err.Error(), name+" "+want) {
					t.Errorf("%q, %s: got %v, want a message with %q", how, l.emit, err, name+" "+want)
				}
			}
		}
		if n.Emits(spec.EmitTeam) {
			continue
		}
		if err := CheckTeam(n, only(teamOf(k, none), l.functions+" New Close"), Options{}).Err(); err == nil ||
			!strings.Contains(err.Error(), "New is set, but the spec leaves it out") {
			t.Errorf("%q: a team: %v", l.emit, err)
		}
	}
}

// TestEmitRight: the judge accepts right kernels and teams of which only some functions are emitted, and judges every
// function that is.
func TestEmitRight(t *testing.T) {
	for i, l := range emitLists {
		if i%12 == 0 || !testing.Short() { // -short has one in six
			emitRight(t, twoThreeTwo(spec.Float32), kernel232[float32](none), l.emit, l.functions)
		}
		if i%12 == 6 || !testing.Short() {
			emitRight(t, threeFourTwo(spec.Float64), kernel342[float64](none), l.emit, l.functions)
		}
	}
}

func emitRight[P, G, W, X, Y any, F Float](
	t *testing.T, n spec.Network, k Kernel[P, G, W, naiveBatch[W, G], X, Y, F], emit, functions string,
) {
	t.Helper()
	n = emitting(blockOf(n, 4), emit)
	if !n.InputGradient {
		functions = strings.ReplaceAll(strings.ReplaceAll(functions, "InputGradBatch", ""), "InputGrad", "")
	}
	reports := []*Report{Check(n, only(batched(k, 4, none), functions), Options{Trials: 2 * len(trial.Kinds)})}
	if n.Emits(spec.EmitTeam) {
		reports = append(reports, CheckTeam(n, only(teamOf(k, none), functions), Options{Trials: 3}))
	}
	for i, r := range reports {
		if err := r.Err(); err != nil {
			t.Errorf("%s, %q: %v", n.Name, emit, err)
		}
		for _, name := range strings.Fields(functions) {
			inTeam := strings.HasSuffix(name, "Batch")
			if name == "New" || name == "Close" || name == "InputGrad" || i == 1 && !inTeam {
				continue
			}
			if !slices.ContainsFunc(r.Accuracies, func(a Accuracy) bool { return a.Call == name }) {
				t.Errorf("%q: no number of %s was judged", emit, name)
			}
		}
	}
}

// TestEmitTypes: where there is no type of gradients the parameters' stands in for it, and where there are no batches
// struct{} for their workspace.
func TestEmitTypes(t *testing.T) {
	type (
		P = params232[float32]
		W = work232[float32]
		V = [2]float32
	)
	right := kernel232[float32](none)
	o := Options{Trials: 1}
	n := emitting(twoThreeTwo(spec.Float32), "forward")
	if err := Check(n, Kernel[P, P, W, struct{}, V, V, float32]{Forward: right.Forward}, o).Err(); err != nil {
		t.Error(err)
	}
	n = emitting(n, "step")
	steps := Kernel[P, P, W, struct{}, V, V, float32]{Init: right.Init, Step: right.Step}
	if err := Check(n, steps, o).Err(); err != nil {
		t.Error(err)
	}
	if err := CheckLevels(n, steps, func(test func(string)) { test("portable"); test("other") }).Err(); err != nil {
		t.Error(err)
	}
	type T = naiveTeam[P, grad232[float32], W, V, V, float32]
	whole := teamOf(right, none)
	n = emitting(n, "forward batch team")
	if err := CheckTeam(n, Team[T, P, P, V, V, float32]{
		New: whole.New, ForwardBatch: whole.ForwardBatch, Close: whole.Close,
	}, o).Err(); err != nil {
		t.Error(err)
	}
}

// TestEmitObserve: a hunt says which function it lacks.
func TestEmitObserve(t *testing.T) {
	n := emitting(twoThreeTwo(spec.Float32), "forward batch")
	_, err := Observe(n, only(kernel232[float32](none), "Forward ForwardBatch"), Hunt{Draws: 1, Samples: 2})
	if err == nil || !strings.Contains(err.Error(), "Loss is nil") {
		t.Errorf("got %v", err)
	}
}
