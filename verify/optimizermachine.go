package verify

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/optimizer"
)

// newOptimizerMachine views an optimizer's state s with parameters and gradient of its own. The error says which field
// is missing or does not fit.
func newOptimizerMachine[S, P, G any, F Float](
	rule optimizer.Rule, params int, s *S, update func(*S, *P, *G, F),
) (*optimizer.Machine[F], error) {
	return optimizerMachineOf(rule, params, s, new(P), new(G), update)
}

// optimizerMachineOf views it with parameters and gradient that there are.
func optimizerMachineOf[S, P, G any, F Float](
	rule optimizer.Rule, params int, s *S, p *P, g *G, update func(*S, *P, *G, F),
) (*optimizer.Machine[F], error) {
	number := reflect.TypeFor[F]()
	for role, t := range map[string]reflect.Type{"parameters": reflect.TypeFor[P](), "gradient": reflect.TypeFor[G]()} {
		if !memory.MadeOf(t, number.Kind()) || t.Size() != uintptr(params)*number.Size() {
			return nil, fmt.Errorf("the optimizer's %s type %v must be %d × %v and nothing else; "+
				"generate it again from this spec", role, t, params, number)
		}
	}
	m := &optimizer.Machine[F]{
		Params: memory.View[F](p), Grad: memory.View[F](g),
		Update: func(rate F) { update(s, p, g, rate) },
	}
	t := reflect.TypeFor[S]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("the optimizer's state is a %v; it must be a struct", t)
	}
	field := func(name string, fits func(reflect.Type) bool, want string) (unsafe.Pointer, error) {
		f, ok := t.FieldByName(name)
		if !ok || !fits(f.Type) {
			return nil, fmt.Errorf("%v must have a field %s that is %s", t, name, want)
		}
		return unsafe.Add(unsafe.Pointer(s), f.Offset), nil
	}
	for _, name := range rule.Hyper {
		at, err := field(name, func(t reflect.Type) bool { return t == number }, "a "+number.String())
		if err != nil {
			return nil, err
		}
		m.Hyper = append(m.Hyper, (*F)(at))
	}
	for _, name := range rule.State {
		at, err := field(name, func(t reflect.Type) bool {
			return memory.MadeOf(t, number.Kind()) && t.Size() == uintptr(params)*number.Size()
		}, "laid out like the parameters")
		if err != nil {
			return nil, err
		}
		m.State = append(m.State, unsafe.Slice((*F)(at), params))
	}
	if rule.Counts {
		at, err := field("T", func(t reflect.Type) bool { return t.Kind() == reflect.Uint64 }, "a uint64")
		if err != nil {
			return nil, err
		}
		m.T = (*uint64)(at)
	}
	resets, ok := any(s).(interface{ Reset() })
	if !ok {
		return nil, fmt.Errorf("*%v must have a method Reset", t)
	}
	m.Reset = resets.Reset
	return m, nil
}

// placedOptimizer maps memory for an optimizer with parameters and gradient, and makes one there as the constructor
// does.
func placedOptimizer[S, P, G any, F Float](
	rule optimizer.Rule, params int, newState func() *S, update func(s *S, p *P, g *G, rate F),
) (all *fence.Set, place func(at fence.Placement) (*optimizer.Machine[F], error)) {
	all = new(fence.Set)
	ps, gs, states := fence.NewValues[P]("p", 1, all), fence.NewValues[G]("g", 1, all), fence.NewValues[S]("o", 1, all)
	return all, func(at fence.Placement) (*optimizer.Machine[F], error) {
		p, g, s := &ps.Place(at, 1)[0], &gs.Place(at, 1)[0], &states.Place(at, 1)[0]
		*s = *newState()
		return optimizerMachineOf(rule, params, s, p, g, update)
	}
}
