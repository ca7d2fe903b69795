package expr

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// run makes updates of one parameter by the rule of an optimizer, interpreted in float64, and returns what it was after
// each.
func run(t *testing.T, name spec.Optimizer, set map[string]float64, p, rate float64, gradients ...float64) []float64 {
	t.Helper()
	rule, err := OptimizerOf(name)
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := spec.LookupOptimizer(name)
	env := Env[float64]{P: p, Rate: rate}
	for _, h := range entry.Params {
		env[HyperVar(h.Name)] = h.Default
		if v, given := set[h.Name]; given {
			env[HyperVar(h.Name)] = v
		}
	}
	for _, s := range rule.State {
		env[s.Var] = 0
	}
	assign := func(name Var, e Expr) {
		v, err := Eval(e, env)
		if err != nil {
			t.Fatal(err)
		}
		env[name] = v
	}
	var trace []float64
	for i, g := range gradients {
		env[G], env[Time] = g, float64(i+1)
		for _, s := range rule.Scalars {
			if assign(s.Name, s.Value); s.First != nil && i == 0 {
				assign(s.Name, s.First)
			}
		}
		for _, c := range rule.Cases {
			if c.When != "" && env[c.When] == 0 {
				continue
			}
			for _, set := range c.Sets {
				assign(set.Name, set.Value)
			}
			break
		}
		delete(env, Time) // scalars alone may ask for it
		trace = append(trace, env[P])
	}
	return trace
}

// TestOptimizerTraces follows one parameter through three updates worked out by hand from the formulas, each in simple
// numbers.
func TestOptimizerTraces(t *testing.T) {
	for _, c := range []struct {
		name spec.Optimizer
		set  map[string]float64
		want []float64
	}{
		// p = 1, rate 1/2, gradients 1, 2, -4 in all of them.
		{spec.SGD, nil, []float64{0.5, -0.5, 1.5}},
		{spec.SGD, map[string]float64{"WeightDecay": 1}, []float64{0, -1, 1.5}},
		{spec.Momentum, map[string]float64{"Momentum": 0.5},
			[]float64{0.5, -0.75, 0.625}}, // v: 1, 2.5, -2.75
		{spec.Momentum, map[string]float64{"Momentum": 0.5, "Dampening": 0.5},
			[]float64{0.5, -0.25, 0.375}}, // v: 1, 1.5, -1.25
		{spec.Nesterov, map[string]float64{"Momentum": 0.5},
			[]float64{0.25, -1.375, 1.3125}}, // v: 1, 2.5, -2.75; e + v/2: 1.5, 3.25, -5.375
		{spec.RMSprop, map[string]float64{"Alpha": 0, "Eps": 1},
			[]float64{0.75, 5. / 12, 49. / 60}}, // |g|: 1/2, 2/3, 4/5 of a half
		{spec.RMSprop, map[string]float64{"Alpha": 0, "Eps": 1, "Momentum": 0.5},
			[]float64{0.75, 7. / 24, 0.4625}}, // v: 1/2, 11/12, -41/120
		{spec.Adam, map[string]float64{"Beta1": 0, "Beta2": 0, "Eps": 1},
			[]float64{0.75, 5. / 12, 49. / 60}}, // the same as RMSprop without memory
		{
			spec.Adam, map[string]float64{"Beta1": 0.5, "Beta2": 0, "Eps": 0},
			[]float64{0.5, 0.5 - 5./12, 0.5 - 5./12 + 11./56},
		},
		{
			spec.Adam, map[string]float64{"Beta1": 0, "Beta2": 0.75, "Eps": 0},
			[]float64{0.5, 0.5 - 1/math.Sqrt(19./7), 0.5 - 1/math.Sqrt(19./7) + 2/math.Sqrt(313./37)},
		},
		{
			spec.AdamW, map[string]float64{"Beta1": 0, "Beta2": 0, "Eps": 1, "WeightDecay": 1},
			[]float64{0.25, 0.125 - 1./3, 0.0625 - 1./6 + 0.4},
		},
	} {
		got := run(t, c.name, c.set, 1, 0.5, 1, 2, -4)
		for i, w := range c.want {
			if math.Abs(got[i]-w) > 1e-15*(1+math.Abs(w)) {
				t.Errorf("%s %v: p becomes %v, want %v", c.name, c.set, got, c.want)
				break
			}
		}
	}
}

// TestOptimizerCatalogue: every optimizer of the catalogue has a row, whose variables are those it may read.
func TestOptimizerCatalogue(t *testing.T) {
	for _, entry := range spec.Optimizers() {
		rule, err := OptimizerOf(entry.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		once := map[Var]bool{Rate: true, Time: rule.Counts}
		each := map[Var]bool{Rate: true, P: true, G: true}
		for _, p := range entry.Params {
			once[HyperVar(p.Name)], each[HyperVar(p.Name)] = true, true
		}
		for _, s := range rule.Scalars {
			for _, v := range Vars(s.Value) {
				if !once[v] {
					t.Errorf("%s: %s reads %s", entry.Name, s.Name, v)
				}
			}
			each[s.Name] = true
		}
		for _, s := range rule.State {
			each[s.Var] = true
		}
		for _, c := range rule.Cases {
			known := map[Var]bool{}
			for _, set := range c.Sets {
				for _, v := range Vars(set.Value) {
					if !each[v] && !known[v] {
						t.Errorf("%s: %s reads %s", entry.Name, set.Name, v)
					}
				}
				known[set.Name] = true
			}
			if !known[P] {
				t.Errorf("%s moves no parameter", entry.Name)
			}
		}
		if last := rule.Cases[len(rule.Cases)-1]; last.When != "" {
			t.Errorf("%s: no rule where %s is 0", entry.Name, last.When)
		}
	}
	if _, err := OptimizerOf("lion"); err == nil {
		t.Error("an optimizer that there is not")
	}
}

// TestCorrected holds 1 - beta^t to its digits, where beta is near 1 and t small as where t is large.
func TestCorrected(t *testing.T) {
	beta := 0.999 // rounded, as a constant is not
	for _, c := range []struct{ beta, t, want float64 }{
		{beta, 1, 1 - beta}, {0.5, 3, 0.875}, {0, 1, 1}, {0, 9, 1}, {1 - 0x1p-24, 1, 0x1p-24},
		{1 - 0x1p-24, 2, 0x1p-23 - 0x1p-48},
		{1 - 0x1p-53, 2, 0x1p-52}, {0.75, 2, 0.4375}, {0.9, 1e6, 1}, {0.99999, 1e18, 1},
	} {
		got, err := Eval(corrected("Beta"), Env[float64]{HyperVar("Beta"): c.beta, Time: c.t})
		if err != nil || math.Abs(got-c.want) > 4e-16*c.want {
			t.Errorf("1 - %v^%v is %v, %v; want %v", c.beta, c.t, got, err, c.want)
		}
	}
}
