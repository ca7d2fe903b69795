package stored

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
)

// pointerXor is stored by methods of pointers: packages json and gob do not find them where a value is held by itself.
type pointerXor struct{ xor.Xor }

func (p *pointerXor) MarshalJSON() ([]byte, error) { return p.Xor.MarshalJSON() }

func TestHeldValues(t *testing.T) {
	n := xorNet(t)
	r := checked[pointerXor](n, "parameters")
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "must have values for receivers") {
		t.Errorf("methods of pointers: %v", err)
	}
	if err := checked[xor.Xor](n, "parameters").Err(); err != nil {
		t.Error(err)
	}
	if err := checked[xor.XorAdam](n, "adam").Err(); err != nil {
		t.Error(err)
	}
}
