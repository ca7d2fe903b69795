package formula

import "testing"

func TestIdle(t *testing.T) {
	for text, want := range map[string]bool{
		"z": false, "z^0": true, "1^z": true, "z^0*z": false, "cos(1^z)": true, "0*z": true, "z*0 + 1": true,
		"0/z": true, "z - z": true,
		"z/z": true, "2*z/(2*z)": true, "z/2 - z": false, "max(z - z, 2)": true, "max(z, 2)": false,
		"(z - 1)^(1 - 1)": true, "z^1": false,
		"abs(z^0 - 3)^(z/z)": true, "-(0*z)": true, "-z": false, "0^z": false, "z + 0": false, "(z^0)^z": true,
	} {
		n, err := Parse(text, "z")
		if err != nil {
			t.Fatal(err)
		}
		if got := Idle(n, "z"); got != want {
			t.Errorf("%s is idle: %v, want %v", text, got, want)
		}
	}
	n, err := Parse("(a - a)*y", "a", "y")
	if err != nil || !Idle(n, "a") || Idle(n, "y") {
		t.Errorf("(a - a)*y is idle in a: %v, in y: %v (%v)", Idle(n, "a"), Idle(n, "y"), err)
	}
}
