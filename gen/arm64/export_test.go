package arm64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// CallAll writes all functions of networks, calls each, and compares what it leaves with what its program leaves. They
// are all fast, or all strict. Those of a number's networks are tried with other numbers than those of another's.
func CallAll(t *testing.T, plans []*plan.Program, first int) (called int) {
	t.Helper()
	c := &calls{t: t}
	strict := false
	for i, p := range plans {
		strict = p.Network.Rounding == "strict"
		c.all(p, uint64(first+i))
	}
	c.run(strict)
	return len(c.list)
}
