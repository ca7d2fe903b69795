package absent

import "testing"

func TestPointer(t *testing.T) {
	for name, c := range map[string]struct {
		v    any
		want bool
	}{
		"nil":           {nil, false},
		"a nil pointer": {(*int)(nil), true},
		"a pointer":     {new(int), false},
		"a number":      {1, false},
		"a nil slice":   {[]int(nil), false},
	} {
		if Pointer(c.v) != c.want {
			t.Errorf("%s: %v, want %v", name, !c.want, c.want)
		}
	}
}
