package gen

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
)

// Explain is the plan of a network as text for people: what it costs, how large rounding errors can get, what the
// passes decided, the buffers, and every emitted function with its operations, loops and parts.
func Explain(n spec.Network, o Options) (string, error) {
	c, err := Compile(n, o)
	if err != nil {
		return "", err
	}
	return c.Explain()
}

// Explain is that of a network which is compiled already.
func (c *Compiled) Explain() (string, error) {
	n, p, o, s := c.n, c.p, c.o, c.summary
	lines, predicted, err := c.explained()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s, %s: %s; cost %s\n", n.Name, Shape(n), n.Precision, activations(n), n.Cost.Brief())
	sizes, err := c.sizes()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "  package %s, %s\n", o.Package, sizes)
	fmt.Fprintf(&b, "  %s, %s forward", plural.Of(s.Params, "parameter"), plural.Of(s.MultiplyAdds, "multiply-add"))
	if n.Learns() {
		fmt.Fprintf(&b, ", %d gradient", s.GradMultiplyAdds)
	}
	fmt.Fprintln(&b)
	if n.Emit != nil {
		fmt.Fprintf(&b, "  emitted: %s\n", emits(n))
	}
	fmt.Fprintf(&b, "  %s workspace, about %s of machine code: %s\n",
		plural.Of(s.WorkspaceBytes, "byte"), plural.Of(s.CodeBytes, "byte"), s.Unrolled)
	if n.Emits(spec.EmitBatch) {
		fmt.Fprintf(&b, "  batches %s at a time, in %s\n", plural.Of(s.Block, "sample"), plural.Of(s.BatchBytes,
			"byte"))
	}
	fmt.Fprintf(&b, "  rounding %s\n", p.Rounding())
	fmt.Fprintf(&b, "  spec sha256:%s\n", s.Digest)
	if line := c.trained.explain(c); line != "" {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, line := range lines {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, line := range p.Conventions() {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, line := range p.Choices {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	fmt.Fprintf(&b, "\noperations of one call; of a batch function, with the samples of one block, %d\n%s",
		s.Block, operations(s, p.ElementBytes()))
	b.WriteString("  A select is a negation, an absolute value, a mask or a comparison of max or min; a call is of " +
		"an elementary function, exp or\n  tanh, whatever it takes inside. Bytes are those of the loads and " +
		"stores.\n")
	if len(s.Updates) > 0 {
		fmt.Fprintf(&b, "\noperations of one Update of each optimizer\n%s", updates(s, p.ElementBytes()))
		b.WriteString("  Not counted is what is formed once, whatever the number of parameters. The state is one " +
			"number a parameter for each running\n  mean and velocity.\n")
	}
	b.WriteString(predicted)
	if n.Learns() {
		fmt.Fprintf(&b, "\nwhat each cache mode keeps from Forward to Backward, and what %s takes\n%s",
			p.Longest().Name,
			caches(n, s))
		fmt.Fprintf(&b, "  A division weighs %d, a call %d, any other operation 1; auto takes what weighs least and, "+
			"of that, what keeps least.\n", expr.DivWeight, expr.CallWeight)
		if p.Cache != n.Cache {
			fmt.Fprintf(&b, "  auto is %s here.\n", p.Cache)
		}
	}
	errors, err := bounds(n, p, o.Ranges)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "\n%s\n%s", errors, c.schedule)
	return b.String(), nil
}

// explained is what the backends say.
func (c *Compiled) explained() (lines []string, tables string, err error) {
	if len(c.outputs) == 0 {
		return []string{"assembly: none; the targets do not ask for it"}, "", nil
	}
	own, more := make([][]string, len(c.outputs)), make([]string, len(c.outputs))
	var tasks []func() error
	for i, b := range c.outputs {
		tasks = append(tasks, func() (err error) {
			own[i], more[i], err = b.Explain()
			return err
		})
	}
	if err := parallel.Run(tasks...); err != nil {
		return nil, "", err
	}
	for _, line := range slices.Concat(own...) {
		if !slices.Contains(lines, line) { // how batches are cut is the same for all
			lines = append(lines, line)
		}
	}
	tables = strings.Join(more, "")
	return lines, tables, nil
}

// sizes says how large the files are that a network gets, each and together.
func (c *Compiled) sizes() (string, error) {
	files, err := c.Files()
	if err != nil {
		return "", err
	}
	var list []string
	total := 0
	for _, f := range files {
		list = append(list, fmt.Sprintf("%s %s", f.Name, kilobytes(len(f.Data))))
		total += len(f.Data)
	}
	return fmt.Sprintf("%s, %s: %s", plural.Of(len(files), "file"), kilobytes(total), strings.Join(list, ", ")), nil
}

// kilobytes is a size as people say it.
func kilobytes(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1000) }

// operations is the table of what each emitted function performs; numbers are of size bytes.
func operations(s Summary, size int) string { return countTable("function", s.Functions, size) }

// updates is the table of what one update of each optimizer performs.
func updates(s Summary, size int) string { return countTable("optimizer", s.Updates, size) }

func countTable(head string, counts []FunctionCount, size int) string {
	rows := [][]string{{head, "multiplies", "adds", "divides", "calls", "selects", "loads", "stores", "bytes",
		"of parameters read", "written"}}
	bytes := int64(size)
	for _, f := range counts {
		row := []string{f.Name}
		for _, n := range []int64{
			f.Muls, f.Adds, f.Divs, f.Calls, f.Selects, f.Loads, f.Stores,
			bytes * (f.Loads + f.Stores), bytes * f.ParamLoads, bytes * f.ParamStores,
		} {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	return table(rows)
}

// caches is the table of what each cache mode keeps and performs, the network's own marked.
func caches(n spec.Network, s Summary) string {
	rows := [][]string{{"mode", "bytes kept", "operations", "calls", "weight"}}
	for _, c := range s.Caches {
		name := string(c.Mode)
		if c.Mode == n.Cache {
			name += " ←"
		}
		rows = append(rows, []string{
			name, fmt.Sprint(c.Bytes), fmt.Sprint(c.Grad.Operations()), fmt.Sprint(c.Grad.Calls),
			fmt.Sprint(c.Grad.Weight()),
		})
	}
	return table(rows)
}

// table sets rows in columns, the first one to the left, the numbers to the right.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "  %-*s", widths[0], row[0])
		for i, cell := range row[1:] {
			fmt.Fprintf(&b, "  %*s", widths[i+1], cell)
		}
		b.WriteString("\n")
	}
	return b.String()
}
