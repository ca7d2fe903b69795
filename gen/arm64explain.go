package gen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/arm64"
	"github.com/backpropgen/backpropgen/gen/arm64/cores"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Explain says what is in assembly and what is left to Go, and predicts how long it takes.
func (c *neonCode) Explain() (lines []string, tables string, err error) {
	if len(c.vector) > 0 {
		lines = append(lines, fmt.Sprintf("assembly for NEON: %s", strings.Join(c.vector, ", ")))
	}
	lines = append(lines,
		sweptLines(c.p.Network, neonLevel.Doc, c.assembly.Swept.All(), c.assembly.Swept.Missing)...)
	var left leftToGo
	for _, f := range c.p.Funcs {
		left.add(c.assembly.Missing(f.Name), f.Name)
	}
	for _, line := range left.lines() {
		lines = append(lines, "on arm64 "+line)
	}
	tables, err = c.predictions()
	return lines, tables, err
}

// predictions are the cycles that functions are estimated to take on every core, those of batches for a sample, and in
// how many calls those that pause take them; empty where there is no assembly.
func (c *neonCode) predictions() (string, error) {
	if len(c.vector) == 0 {
		return "", nil
	}
	rows, names := [][]string{{"function"}}, []string(nil)
	for _, name := range c.vector {
		if !strings.HasPrefix(name, plan.StepBatch) { // which is GradBatch and an update
			rows, names = append(rows, []string{name}), append(names, name)
		}
	}
	lay := kernel.NewTileLayout(c.p, c.tiling)
	for _, core := range cores.All {
		on := c.config()
		on.Core = core.Name
		a, err := arm64.New(c.p, on)
		if err != nil {
			return "", err
		}
		rows[0] = append(rows[0], core.Title)
		for i, name := range names {
			cell := fmt.Sprintf("%.0f", a.Cycles(name))
			if c.p.Func(name).Batch {
				cell = fmt.Sprintf("%.1f", a.Cycles(name)/float64(lay.Samples*lay.Tiles))
			}
			rows[i+1] = append(rows[i+1], cell)
		}
	}
	text := "\nestimated cycles of one call of NEON assembly on each core, and of a sample in a batch\n" + table(rows)
	if calls := c.assembly.Calls(); len(calls) > 0 {
		rows := [][]string{{"function", "calls"}}
		for _, name := range slices.Sorted(maps.Keys(calls)) {
			rows = append(rows, []string{name, fmt.Sprint(calls[name])})
		}
		text += "\nNEON assembly that returns to Go before it is done, and in how many calls it is\n" + table(rows)
	}
	return text, nil
}
