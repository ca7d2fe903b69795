package gen

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/arm64"
	"github.com/backpropgen/backpropgen/gen/arm64/cores"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// predictARM64 are the cycles that functions are estimated to take on every core, those of batches for a sample, and in
// how many calls those that pause take them.
func predictARM64(c *native) (string, error) {
	rows, names := [][]string{{"function"}}, []string(nil)
	for _, name := range c.vector {
		if !strings.HasPrefix(name, plan.StepBatch) { // which is GradBatch and an update
			rows, names = append(rows, []string{name}), append(names, name)
		}
	}
	lay := kernel.NewTileLayout(c.p, c.tiling)
	written := make([]*arm64.Assembly, len(cores.All))
	written[0] = c.code.(*arm64.Assembly) // what is emitted is written for the first one
	var tasks []func() error
	for i, core := range cores.All[1:] {
		tasks = append(tasks, func() (err error) {
			on := configARM64(c.o, c.tiling, c.alternates)
			on.Core = core.Name
			written[i+1], err = arm64.New(c.p, on)
			return err
		})
	}
	if err := parallel.Run(tasks...); err != nil {
		return "", err
	}
	for k, core := range cores.All {
		a := written[k]
		rows[0] = append(rows[0], core.Title)
		for i, name := range names {
			cell := fmt.Sprintf("%.0f", a.Cycles(name))
			if c.p.Func(name).Batch {
				cell = fmt.Sprintf("%.1f", a.Cycles(name)/float64(lay.Samples*lay.Tiles))
			}
			rows[i+1] = append(rows[i+1], cell)
		}
	}
	return "\nestimated cycles of one call of NEON assembly on each core, and of a sample in a batch\n" + table(rows) +
		c.pauses(), nil
}
