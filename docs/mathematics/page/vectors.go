package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// vectorRow is what calculus says about an activation that is not pointwise.
type vectorRow struct {
	value, jacobian, pull string // in LaTeX
	reads                 string // what Jacᵀv is computed from
	smooth                string // where it is not differentiable, and the convention there
}

// vectorRows has a row for each kind. Tests of verify hold the same formulas against differences.
var vectorRows = map[expr.VectorKind]vectorRow{
	expr.Softmax: {
		`a_i = \frac{e^{z_i}}{\sum_j e^{z_j}}`,
		`\mathrm{diag}(a) - a a^\top`,
		`a \odot \bigl(v - (a^\top v)\,\mathbf 1\bigr)`,
		inline("a"), "—",
	},
	expr.LogSoftmax: {
		`a_i = z_i - \log \sum_j e^{z_j}`,
		`I - \mathbf 1\, (e^a)^\top`,
		`v - (\mathbf 1^\top v)\, e^a`,
		inline("a"), "—",
	},
	expr.RadialSigmoid: {
		`a = s(r)\, \frac{z}{r}, \quad r = \lVert z \rVert_2`,
		`q\,I + k\,a a^\top`,
		`q\,v + k\,(a^\top v)\,a`,
		inline("a, q, k"), inline("z = 0") + ", where it jumps: value and gradient 0",
	},
	expr.MaxPool: {
		`a_g = \max_{i \in G_g} z_i`,
		`\mathrm{Jac}_{g,i} = [i = i^*_g]`,
		`(\mathrm{Jac}^\top v)_i = v_g \, [i = i^*_g]`,
		inline("z, a"), "a tie for the maximum: the first, " + inline("i^*_g") + ", has all of the gradient",
	},
	expr.AvgPool: {
		`a_g = \tfrac1w \sum_{i \in G_g} z_i`,
		`\mathrm{Jac}_{g,i} = \tfrac1w \, [i \in G_g]`,
		`(\mathrm{Jac}^\top v)_i = \tfrac1w \, v_g`,
		"neither", "—",
	},
}

// vectorTable has the Jacobian and the closed form of every activation that is not pointwise.
func vectorTable() (string, error) {
	var rows [][]string
	for _, act := range expr.Activations() {
		if act.Vector == expr.NotVector {
			continue
		}
		row, ok := vectorRows[act.Vector]
		if !ok {
			return "", fmt.Errorf("%s needs a row in vectorRows", act.Name)
		}
		rows = append(rows, []string{
			named(spec.ActivationRole, act.Name), inline(row.value), inline(row.jacobian), inline(row.pull), row.reads,
			row.smooth,
		})
	}
	return table([]string{"activation", inline(`a = \sigma(z)`), inline(`\mathrm{Jac}`), inline(`\mathrm{Jac}^\top v`),
		"reads", "not differentiable at"}, rows)
}

// specials are points at which activations that are not pointwise are shown, and pull is v there.
var (
	specials = [][]float32{
		{1, 2, 4}, {2, 2, 0}, {0, 0, 0}, {1000, 0, -1000},
		{float32(math.Inf(1)), 0, 0}, {float32(math.Inf(-1)), 0, 0}, {float32(math.NaN()), 0, 0},
	}
	pull = []float32{1, 0, 0}
)

// specialTable evaluates, by the plans, the buffer "a", which is σ(z), or "d", which is Jacᵀ·v, at the special points.
func specialTable(buffer string) (string, error) {
	head := []string{inline("z")}
	rows := make([][]string, len(specials))
	for i, z := range specials {
		rows[i] = []string{tuple(z)}
	}
	for _, act := range expr.Activations() {
		if act.Vector == expr.NotVector {
			continue
		}
		head = append(head, "`"+act.Name+"`")
		for i, z := range specials {
			values, err := at(act.Name, buffer, z)
			if err != nil {
				return "", fmt.Errorf("%s at %v: %w", act.Name, z, err)
			}
			rows[i] = append(rows[i], tuple(values))
		}
	}
	return table(head, rows)
}

// at runs the plan of a layer whose weights are 0 and whose bias is z, so that its pre-activations are z to the bit.
// The cost is Σ a·y, whose gradient with respect to a is y: v, as far as the outputs go.
func at(activation, buffer string, z []float32) ([]float32, error) {
	n := spec.Network{
		Name: "Point", Input: 1, Cost: spec.Function{Expr: "a*y"},
		Layers: []spec.Layer{{Dense: len(z), Activation: spec.Function{Name: activation}}},
	}
	if err := n.WithDefaults().Validate(); err != nil {
		return nil, err
	}
	p, err := plan.Compile(n)
	if err != nil {
		return nil, err
	}
	m := plan.NewMemory[float32](p)
	copy(m.Data("b1"), z)
	copy(m.Data("y"), pull)
	if err := m.Run(plan.Grad); err != nil {
		return nil, err
	}
	return m.Data(buffer + "1"), nil
}

// tuple is a vector as text, a vector of one number as the number.
func tuple(v []float32) string {
	if len(v) == 1 {
		return number(v[0])
	}
	var texts []string
	for _, x := range v {
		texts = append(texts, number(x))
	}
	return "(" + strings.Join(texts, ", ") + ")"
}
