package formula

import (
	"testing"
	"unicode/utf8"
)

// FuzzParse: either a formula is read, and so is its canonical text, to the same tree; or there is a mistake
// inside the text that is safe to print.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "z", "z / (1 + exp(-z))", "max(z, 0) + 0.01*min(z, 0)", "log1p(exp(-abs(z))) + max(z, 0)", "-z^-2^3",
		"tanh(sqrt(2/pi)*(z + 0.044715*z^3))", "2z", "z**2", "z < 0", "((z)", "1e30*z", "z^16^2",
		"erf(z)*atan(z)-cos(z)", "12e-7+z",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text, "z", "y")
		if err != nil {
			e := err.(*Error)
			if n != nil || e.At < 0 || e.At > utf8.RuneCountInString(text) || e.Message == "" || len(e.Message) > 400 {
				t.Fatalf("%q: %d %q", text, e.At, e.Message)
			}
			for _, r := range e.Message {
				if r < ' ' || r == 0x7f {
					t.Fatalf("%q: %U in %q", text, r, e.Message)
				}
			}
			return
		}
		canonical := Format(n)
		again, err := Parse(canonical, "z", "y")
		if err != nil {
			t.Fatalf("%q, canonical %q: %v", text, canonical, err)
		}
		if show(again) != show(n) {
			t.Fatalf("%q is %s, canonical %q is %s", text, show(n), canonical, show(again))
		}
		if Format(again) != canonical {
			t.Fatalf("%q, then %q", canonical, Format(again))
		}
	})
}
