package plural

import "testing"

func TestOf(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Of(0, "sample"), "0 samples"},
		{Of(1, "sample"), "1 sample"},
		{Of(2, "row"), "2 rows"},
		{Of(1, "matrix"), "1 matrix"},
		{Of(3, "matrix"), "3 matrices"},
		{Of(3, "class"), "3 classes"},
		{Of(uint64(1)<<63, "byte"), "9223372036854775808 bytes"},
		{Of(int64(-1), "byte"), "-1 bytes"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
