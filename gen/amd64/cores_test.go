package amd64

import (
	"strings"
	"testing"
)

// TestCores: every core has a name of its own, by which it is found, and says of every instruction what it takes; a
// name that none has is told, with those there are.
func TestCores(t *testing.T) {
	for _, c := range cores {
		if found, err := coreNamed(c.name); found != c || err != nil {
			t.Errorf("%q finds %v, %v", c.name, found, err)
		}
		for name := range instructions {
			if o := c.operation(name); o.on == 0 || o.latency == 0 || o.busy == 0 {
				t.Errorf("%s takes %+v on %s", name, o, c.name)
			}
		}
		if c.lineCycles(1) != 0 || c.lineCycles(c.firstCache+1) == 0 || c.lineCycles(c.thirdCache+1) <= c.lineCycles(c.secondCache) {
			t.Errorf("on %s lines take longer from nearer by", c.name)
		}
	}
	if c, err := coreNamed(""); c != cores[0] || err != nil {
		t.Errorf("without a name %v, %v is found", c, err)
	}
	if _, err := coreNamed("abacus"); err == nil || !strings.Contains(err.Error(), cores[0].name) {
		t.Errorf("a core that is not there: %v", err)
	}
}
