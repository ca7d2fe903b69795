package cores

import (
	"maps"
	"strings"
	"testing"
)

// TestCores: every core has a name of its own, by which it is found, and says of every instruction what it takes; a
// name that none has is told, with those there are.
func TestCores(t *testing.T) {
	for _, c := range All {
		if found, err := Named(c.Name); found != c || err != nil {
			t.Errorf("%q finds %v, %v", c.Name, found, err)
		}
		all := maps.Clone(c.operations)
		for name, o := range c.wide {
			all["512 "+name] = o
		}
		for name, o := range all {
			if o.on == 0 || o.latency == 0 || o.busy == 0 {
				t.Errorf("%s takes %+v on %s", name, o, c.Name)
			}
		}
		if _, ok := c.operations[""]; !ok {
			t.Errorf("%s does not say what other instructions take", c.Name)
		}
		if c.Title == "" || c.loaded == 0 || c.stored == 0 || c.turns == 0 || c.LoadLatency == 0 {
			t.Errorf("%s lacks figures", c.Name)
		}
		if c.LineCycles(1) != 0 || c.LineCycles(c.FirstCache+1) == 0 ||
			c.LineCycles(c.thirdCache+1) <= c.LineCycles(c.secondCache) {
			t.Errorf("on %s lines take longer from nearer by", c.Name)
		}
	}
	if c, err := Named(""); c != Default || err != nil {
		t.Errorf("without a name %v, %v is found", c, err)
	}
	if _, err := Named("abacus"); err == nil || !strings.Contains(err.Error(), All[0].Name) {
		t.Errorf("a core that is not there: %v", err)
	}
}
