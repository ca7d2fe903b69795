package gen

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/amd64"
	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/spec"
)

// predictAMD64 are the tables of the cycles that functions are predicted to take on every core, with what runs where
// marked; empty where there is no assembly.
func predictAMD64(c *native) (string, error) {
	a := assemblyAMD64(c)
	choices := a.Choices()
	if len(choices) == 0 {
		return "", nil
	}
	rows := [][]string{append([]string{"function", "code"}, titles()...)}
	for _, choice := range choices {
		for i, v := range choice.Tried {
			row := []string{choice.Function, v.String()}
			for k, cycles := range choice.Cycles[i] {
				cell, mark := fmt.Sprint(cycles), "  "
				if cycles == 0 {
					cell = "–"
				} else if choice.Emitted[choice.Runs[k]] == v {
					mark = " ←"
				}
				row = append(row, cell+mark)
			}
			rows = append(rows, row)
		}
	}
	batches, err := batchPredictions(c, a)
	if err != nil {
		return "", err
	}
	return "\npredicted cycles of one call in assembly on each core, calls following one another\n" + table(rows) +
		"  By models of cores, with the data in their caches. The code marked runs there; what runs nowhere is not emitted. " +
		"A code of AVX-512 is\n  emitted if it spares some core 3 %, or 5 to 10 % where what is written doesn't fit the first " +
		"cache; short rows apart must\n  spare 6 %.\n" + kindLines(a) + batches + c.pauses(), nil
}

// titles are the columns of cores.
func titles() (titles []string) {
	for _, c := range cores.All {
		titles = append(titles, c.Title+"  ")
	}
	return titles
}

// CoreLevels are the levels that the assembly of a network runs at on cores with AVX-512, by their names; "" is that of
// cores which are none of these.
func CoreLevels(n spec.Network) (map[string]int, error) {
	c, err := Compile(n, Options{})
	if err != nil {
		return nil, err
	}
	levels := map[string]int{}
	for _, out := range c.outputs {
		a := assemblyAMD64(out.Output)
		if a == nil {
			continue
		}
		for _, k := range a.Kinds()[1:] {
			for _, core := range k.Cores {
				levels[cores.All[core].Name] = k.Level
			}
			if k.Unknown {
				levels[""] = k.Level
			}
		}
	}
	return levels, nil
}

// FewSamples are how many samples the functions of batches of a network take one by one, for each kind of cores.
func FewSamples(n spec.Network) (map[string][]int, error) {
	c, err := Compile(n, Options{})
	if err != nil {
		return nil, err
	}
	few := map[string][]int{}
	for _, out := range c.outputs {
		if a := assemblyAMD64(out.Output); a != nil {
			for _, f := range c.p.Funcs {
				if kinds := a.Few(f.Name); kinds != nil {
					few[f.Name] = kinds
				}
			}
		}
	}
	return few, nil
}

// kindLines says which cores the emitted code tells apart.
func kindLines(a *amd64.Assembly) string {
	kinds := a.Kinds()
	if len(kinds) < 3 {
		return "  All cores with AVX-512 run the same codes.\n"
	}
	var list []string
	for _, k := range kinds[1:] {
		names := k.Names()
		if k.Unknown {
			names = append(names, "others with AVX-512")
		}
		list = append(list, strings.Join(names, " and "))
	}
	return fmt.Sprintf("  What runs is chosen when a program starts, by what the processor says it is: %s.\n",
		strings.Join(list, "; "))
}

// batchPredictions is the table of the cycles that batch functions are predicted to take for a sample, in every tiling
// that was tried, that which was chosen marked.
func batchPredictions(c *native, a *amd64.Assembly) (string, error) {
	rows := [][]string{append([]string{"function", "tile"}, titles()...)}
	for _, tiling := range amd64.Tilings(c.p) {
		predicted, err := a.PredictBatches(tiling)
		if err != nil {
			return "", err
		}
		for _, b := range predicted {
			mark := "  "
			if tiling == c.tiling {
				mark = " ←"
			}
			row := []string{b.Function, fmt.Sprint(kernel.NewTileLayout(c.p, tiling).Samples)}
			for _, cycles := range b.Cycles {
				row = append(row, fmt.Sprintf("%.1f", cycles)+mark)
			}
			rows = append(rows, row)
		}
	}
	if len(rows) == 1 {
		return "", nil
	}
	return "\npredicted cycles of a sample in a batch in assembly on each core, by the samples of a tile\n" +
		table(rows), nil
}
