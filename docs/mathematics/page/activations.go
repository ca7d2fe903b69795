package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// table is a Markdown table of words. Its cells hold no line breaks and no vertical bars.
func table(head []string, rows [][]string) (string, error) { return numbers(len(head), head, rows) }

// numbers is a Markdown table whose columns hold numbers, but for the first words.
func numbers(words int, head []string, rows [][]string) (string, error) {
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
		if i >= words {
			rule[i] = "--:"
		}
	}
	var b strings.Builder
	for _, row := range append([][]string{head, rule}, rows...) {
		for _, cell := range row {
			if strings.ContainsAny(cell, "\n|") {
				return "", fmt.Errorf("a cell of a table cannot hold %q", cell)
			}
		}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// pointwise lists the pointwise activations, their parameters as symbols or else at their defaults.
func pointwise(symbolic bool) ([]expr.Activation, error) {
	var list []expr.Activation
	for _, row := range expr.Activations() {
		if row.Vector != expr.NotVector {
			continue
		}
		f := spec.Function{Name: row.Name}
		if symbolic {
			f.Params = symbolsOf(spec.ActivationRole, row.Name)
		}
		row, err := expr.ActivationOf(f)
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

// symbolsOf gives every parameter of a function the number that stands for its name.
func symbolsOf(role spec.Role, name string) map[string]float64 {
	entry, _ := spec.Lookup(role, name)
	params := map[string]float64{}
	for _, p := range entry.Params {
		if v, ok := symbols[p.Name]; ok {
			params[p.Name] = v
		}
	}
	return params
}

// named is the name of a function and its parameters with their defaults.
func named(role spec.Role, name string) string {
	entry, _ := spec.Lookup(role, name)
	text := "`" + name + "`"
	for _, p := range entry.Params {
		value := strconv.FormatFloat(p.Default, 'g', -1, 64)
		if p.Name == spec.Window {
			value = "all" // the default is the width of the layer
		}
		text += "<br>" + p.Name + " = " + value
	}
	return text
}

// activationTable has the value and the derivative of every pointwise activation, as they are computed.
func activationTable() (string, error) {
	list, err := pointwise(true)
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, row := range list {
		deriv, reads := row.DerivPost, inline("a")
		switch {
		case deriv == nil:
			deriv, reads = row.Deriv, inline("z")
		case !expr.Uses(deriv, expr.A):
			reads = "neither"
		}
		rows = append(rows, []string{named(spec.ActivationRole, row.Name), inline(tex(row.Value)), inline(tex(deriv)),
			reads, row.Init.String()})
	}
	return table([]string{"activation", inline(`a = \sigma(z)`), inline(`\sigma'`), inline(`\sigma'`) + " reads",
		"weights drawn"}, rows)
}

// behaviourTable has the plot of every pointwise activation and what it does where calculus does not say.
func behaviourTable() (string, error) {
	list, err := pointwise(false)
	if err != nil {
		return "", err
	}
	symbolic, err := pointwise(true)
	if err != nil {
		return "", err
	}
	var rows [][]string
	for i, row := range list {
		values, slopes, err := ends(row)
		if err != nil {
			return "", err
		}
		about := named(spec.ActivationRole, row.Name)
		if len(symbolic[i].Kinks) > 0 {
			about += "<br>no derivative at<br>" + kinks("z", `\sigma'`, symbolic[i].Kinks)
		}
		rows = append(rows, []string{picture(row.Name, row.Name+" and its derivative"), about,
			inline(`\sigma`) + ": " + values + "<br>" + inline(`\sigma'`) + ": " + slopes})
	}
	return table([]string{inline(`\sigma`) + " solid, " + inline(`\sigma'`) + " dashed", "", "at −∞, ∞, NaN"}, rows)
}

// picture shows a plot of the page.
func picture(name, alt string) string {
	return fmt.Sprintf(`<img src="%s/%s.svg" width="330" alt="%s">`, plotDir, name, alt)
}

// kinks says where a function of x has no derivative, and what is taken for it.
func kinks(x, derivative string, list []expr.Kink) string {
	if len(list) == 0 {
		return "—"
	}
	var texts []string
	for _, k := range list {
		texts = append(texts, inline(fmt.Sprintf("%s = %s: %s = %s", x, tex(k.At), derivative, tex(k.Deriv))))
	}
	return strings.Join(texts, "<br>")
}

// ends evaluates an activation and its derivative, in the form that is emitted, at both infinities and at NaN, in
// float32.
func ends(row expr.Activation) (values, slopes string, err error) {
	var v, s []string
	for _, z := range []float64{math.Inf(-1), math.Inf(1), math.NaN()} {
		env := expr.Env[float32]{expr.Z: float32(z)}
		a, err := expr.Eval(row.Value, env)
		if err != nil {
			return "", "", err
		}
		deriv := row.Deriv
		if row.DerivPost != nil {
			deriv, env = row.DerivPost, expr.Env[float32]{expr.A: a}
		}
		d, err := expr.Eval(deriv, env)
		if err != nil {
			return "", "", err
		}
		v, s = append(v, number(a)), append(s, number(d))
	}
	return strings.Join(v, ", "), strings.Join(s, ", "), nil
}

// number is a number as text, in three significant digits unless it is large.
func number(v float32) string {
	switch x := float64(v); {
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return "−∞"
	case x == 0:
		return "0" // of either sign
	case math.Abs(x) >= 1000:
		return strings.Replace(strconv.FormatFloat(x, 'f', -1, 32), "-", "−", 1)
	default:
		return strings.Replace(strconv.FormatFloat(x, 'g', 3, 32), "-", "−", 1)
	}
}

// initTable says how weights are drawn, and for which activations.
func initTable() (string, error) {
	variances := map[expr.Init]string{
		expr.Glorot: `\frac{2}{m_\ell + n_{\ell-1}}`, expr.He: `\frac{2}{n_{\ell-1}}`,
		expr.LeCun: `\frac{1}{n_{\ell-1}}`,
	}
	var rows [][]string
	for _, rule := range []expr.Init{expr.Glorot, expr.He, expr.LeCun} {
		var names []string
		for _, row := range expr.Activations() {
			if row.Init == rule {
				names = append(names, row.Name)
			}
		}
		rows = append(rows, []string{rule.String(), inline(variances[rule]), strings.Join(names, ", ")})
	}
	return table([]string{"rule", "variance of a weight of layer " + inline(`\ell`), "activations"}, rows)
}

// derivative is the derivative of an activation of a spec given as a formula.
func derivative(formula string) (string, error) {
	row, err := expr.ActivationOf(spec.Function{Expr: formula})
	if err != nil {
		return "", err
	}
	return inline(`\sigma'(z) = ` + tex(row.Deriv)), nil
}

// costDerivative is the derivative with respect to a of a cost given as a formula.
func costDerivative(formula string) (string, error) {
	row, err := expr.CostOf(spec.Function{Expr: formula})
	if err != nil {
		return "", err
	}
	return inline(`\partial c/\partial a = ` + tex(row.Grad)), nil
}
