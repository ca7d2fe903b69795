package measure

import (
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/gen"
)

// String is the report as text for people.
func (r *Report) String() string {
	var b strings.Builder
	n := r.Network
	fmt.Fprintf(&b, "%s %s, %s, measured on %s\n", n.Name, gen.Shape(n), n.Precision, r.machine())
	rows := [][]string{{"function", "variant", "predicted ns", "measured ns", "spread %", ""}}
	for _, f := range r.Functions {
		best := f.Best()
		for _, v := range f.Variants {
			var marks []string
			if v.Runs {
				marks = append(marks, "← runs")
			}
			if v.Name == best.Name {
				marks = append(marks, "best")
			}
			rows = append(rows, []string{f.Name, v.Name, number(v.Predicted), number(v.Least),
				fmt.Sprintf("%.1f", v.Spread), strings.Join(marks, ", ")})
		}
		if f.Plain > 0 {
			rows = append(rows, []string{f.Name, "plain loops over its memory", "–", number(f.Plain), "", ""})
		}
	}
	b.WriteString(table(rows))
	fmt.Fprintf(&b, "  Times are of one call, in batches of one sample: the least of %d to %d samples, between which all "+
		"variants took turns.\n  The spread is how far the median is above it. Predictions hold for data in the caches.\n", r.Samples[0], r.Samples[1])
	b.WriteString(r.verdict())
	return b.String()
}

// machine is what was measured on, in words.
func (r *Report) machine() string {
	cores := gen.Cores()
	makers := map[string]string{"Auth": "AMD", "Genu": "Intel"}
	if r.Machine.Maker == "" {
		return runtime.GOARCH + ", for which there is portable Go only"
	}
	maker := r.Machine.Maker
	if name, ok := makers[maker]; ok {
		maker = name
	}
	text := fmt.Sprintf("%s family %#x model %#x", maker, r.Machine.Family, r.Machine.Model)
	switch {
	case !runnable(gen.NeedsAVX2):
		text += ", without AVX2"
	case !cores[r.Core].Wide:
		text += fmt.Sprintf(", without AVX-512, predicted as %s", cores[r.Core].Title)
	case r.Known:
		text += ", " + cores[r.Core].Title
	default:
		text += fmt.Sprintf(", which no model is of; predicted as %s", cores[r.Core].Title)
	}
	if r.Machine.Cycles > 0 {
		text += fmt.Sprintf(", %.2f GHz", r.Machine.Cycles)
	}
	return text
}

// verdict says which choices were wrong.
func (r *Report) verdict() string {
	var wrong []string
	for _, f := range r.Functions {
		if lost := f.Lost(); lost > Tolerance {
			chosen, _ := f.Chosen()
			wrong = append(wrong, fmt.Sprintf("  %s: %s runs and takes %.1f %% longer than %s\n", f.Name, chosen.Name,
				lost, f.Best().Name))
		}
	}
	if len(wrong) == 0 {
		return fmt.Sprintf("choices: what runs is within %d %% of the best in all %d functions\n", Tolerance,
			len(r.Functions))
	}
	return fmt.Sprintf("choices: what runs is within %d %% of the best in %d of %d functions\n%s", Tolerance,
		len(r.Functions)-len(wrong), len(r.Functions), strings.Join(wrong, ""))
}

// number is a time with three or four digits.
func number(ns float64) string {
	switch {
	case ns == 0:
		return "–"
	case ns < 10:
		return fmt.Sprintf("%.2f", ns)
	case ns < 1000:
		return fmt.Sprintf("%.1f", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

// table sets rows in columns, the first two to the left, numbers to the right and marks to the left.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < 2 || i == len(row)-1 {
				cell += space
			} else {
				cell = space + cell
			}
			line.WriteString("  " + cell)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
