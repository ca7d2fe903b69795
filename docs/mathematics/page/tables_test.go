package main

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// TestTable refuses cells that would break a row.
func TestTable(t *testing.T) {
	got, err := table([]string{"a", "b"}, [][]string{{"1", "2"}})
	if want := "| a | b |\n| --- | --- |\n| 1 | 2 |"; got != want || err != nil {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	got, err = numbers(1, []string{"a", "b"}, [][]string{{"1", "2"}})
	if want := "| a | b |\n| --- | --: |\n| 1 | 2 |"; got != want || err != nil {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	for _, cell := range []string{"|z|", "a\nb"} {
		if _, err := table([]string{"a"}, [][]string{{cell}}); err == nil {
			t.Errorf("%q is taken for a cell", cell)
		}
	}
}

// TestTablesAreWhole looks for every function of the catalogue in the page's tables.
func TestTablesAreWhole(t *testing.T) {
	rows := func(of func() (string, error)) []string {
		text, err := of()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(text, "\n")
	}
	named := func(lines []string, name string) bool {
		return slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "| `"+name+"`") })
	}
	values, pictures, vectors, costs := rows(activationTable), rows(behaviourTable), rows(vectorTable), rows(costTable)
	for _, e := range spec.Activations() {
		if e.Vector && !named(vectors, e.Name) || !e.Vector && !(named(values, e.Name) && named(pictures, e.Name)) {
			t.Errorf("the tables lack %s", e.Name)
		}
	}
	for _, e := range spec.Costs() {
		if !named(costs, e.Name) {
			t.Errorf("the table lacks %s", e.Name)
		}
	}
}

// TestParametersHaveNames checks that every parameter that is a real number is shown by its name.
func TestParametersHaveNames(t *testing.T) {
	for _, e := range slices.Concat(spec.Activations(), spec.Costs()) {
		for _, p := range e.Params {
			if _, ok := symbols[p.Name]; !ok && !p.Whole {
				t.Errorf("%s takes %s, which symbols does not have", e.Name, p.Name)
			}
		}
	}
}

// TestClosedForms holds the formulas of vectorRows, written here once more, against the plans at a point.
func TestClosedForms(t *testing.T) {
	z := []float32{0.3, -1.2, 2}
	x := make([]float64, len(z))
	r, total := 0.0, 0.0
	for i := range z {
		x[i] = float64(z[i])
		r += x[i] * x[i]
		total += math.Exp(x[i])
	}
	r = math.Sqrt(r)
	s := 1 / (1 + math.Exp(-r))
	q := s / r
	k := (s*(1-s) - q) / (s * s)
	v := []float64{float64(pull[0]), float64(pull[1]), float64(pull[2])}
	p, radial := make([]float64, 3), make([]float64, 3)
	for i := range x {
		p[i], radial[i] = math.Exp(x[i])/total, s*x[i]/r
	}
	inner := func(a []float64) (sum float64) {
		for i := range a {
			sum += a[i] * v[i]
		}
		return sum
	}
	want := map[expr.VectorKind]func(i int) float64{
		expr.Softmax:       func(i int) float64 { return p[i] * (v[i] - inner(p)) },
		expr.LogSoftmax:    func(i int) float64 { return v[i] - (v[0]+v[1]+v[2])*p[i] },
		expr.RadialSigmoid: func(i int) float64 { return q*v[i] + k*inner(radial)*radial[i] },
		expr.MaxPool:       func(i int) float64 { return []float64{0, 0, v[0]}[i] },
		expr.AvgPool:       func(int) float64 { return v[0] / 3 },
	}
	for _, act := range expr.Activations() {
		if act.Vector == expr.NotVector {
			continue
		}
		got, err := at(act.Name, "d", z)
		if err != nil {
			t.Fatal(err)
		}
		for i := range z {
			if w := want[act.Vector](i); math.Abs(float64(got[i])-w) > 1e-5 {
				t.Errorf("%s: Jacᵀv[%d] is %v, by the page's formula %v", act.Name, i, got[i], w)
			}
		}
	}
}

// TestNumber writes numbers for tables.
func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{math.Inf(1): "∞", math.Inf(-1): "−∞", -1.25: "−1.25", 1.0 / 3: "0.333",
		1000: "1000"} {
		if got := number(float32(v)); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
	if got := number(float32(math.Copysign(0, -1))); got != "0" {
		t.Errorf("-0 is written %s", got)
	}
	if got := number(float32(math.NaN())); got != "NaN" {
		t.Errorf("NaN is written %s", got)
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is grouped as %s, want %s", n, got, want)
		}
	}
}
