package accuracy

import (
	"math"
	"testing"
)

// TestSpecial looks at arguments whose results are exact or not numbers, those next to others that are plain: no lane
// may disturb another.
func TestSpecial(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			f := functions[name]
			plain := f.exact(num(0.75), num(0.75))
			for i, k := range named(list32, name) {
				k64 := named(list64, name)[i]
				w32, w64 := worst{limit: 1}, worst{limit: 2}
				for i, v := range specials {
					for j, u := range specials {
						if f.second == nil && j > 0 {
							break
						}
						var x, y, z [lanes]float32
						var x64, y64, z64 [lanes]float64
						for j := range x {
							x[j], x64[j], y[j], y64[j] = 0.75, 0.75, 0.75, 0.75
						}
						at := (37*i + 5*j + 5) % lanes
						x[at], x64[at], y[at], y64[at] = float32(v), v, float32(u), u
						k.f(&x, &y, &z)
						k64.f(&x64, &y64, &z64)
						for j := range x {
							w32.see32(float64(x[j]), float64(y[j]), float64(z[j]), f.near(float64(x[j]), float64(y[j])))
							if want := f.near(x64[j], y64[j]); math.IsInf(want, 0) || want != want || want == 0 {
								w64.special(x64[j], y64[j], z64[j], want)
							} else if j != at {
								w64.see64(x64[j], y64[j], z64[j], plain)
							}
						}
					}
				}
				for _, failure := range append(w32.failures, w64.failures...) {
					t.Errorf("%s: %s", k.level, failure)
				}
			}
		})
	}
}
