package kernels

import "testing"

// Numbers are small integers, so that every order of summation gives the same.

func fill[T float32 | float64](x *[1024]T) {
	for i := range x {
		x[i] = T(i*i%101 - 50)
	}
}

// sums: y[i] is the sum of the lanes of vector i, and nothing beyond is written.
func sums[T float32 | float64](t *testing.T, list []kernel[T]) {
	if len(list) == 0 {
		t.Error("no kernels")
	}
	for _, k := range list {
		t.Run(k.name, func(t *testing.T) {
			var x, y [1024]T
			fill(&x)
			for i := range y {
				y[i] = -7
			}
			k.f(&x, &y)
			for i := range y {
				want := T(-7)
				if i < k.n {
					want = 0
					for j := range k.lanes {
						want += x[i*k.lanes+j]
					}
				}
				if y[i] != want {
					t.Fatalf("y[%d] = %v, want %v", i, y[i], want)
				}
			}
		})
	}
}

// ordered: y[i] is the sum of the lanes of vector i by halves, the upper added to the lower, bit for bit.
func ordered[T float32 | float64](t *testing.T, list []kernel[T]) {
	if len(list) == 0 {
		t.Error("no kernels")
	}
	for _, k := range list {
		t.Run(k.name, func(t *testing.T) {
			var x, y [1024]T
			fill(&x)
			for i := range x {
				x[i] *= T(i%7+1) / 3 / T(int(1)<<(i%11))
			}
			k.f(&x, &y)
			for i := range y {
				var want T
				if i < k.n {
					lanes := append([]T{}, x[i*k.lanes:(i+1)*k.lanes]...)
					for half := k.lanes / 2; half >= 1; half /= 2 {
						for l := range half {
							lanes[l] += lanes[l+half]
						}
					}
					want = lanes[0]
				}
				if y[i] != want {
					t.Fatalf("y[%d] = %v, want %v", i, y[i], want)
				}
			}
		})
	}
}

// spills: y has, lane by lane, the sum of the vectors of x, then that of i times vector i, from the last to the first,
// then that of the lanes of vector i that are greater than i.
func spills[T float32 | float64](t *testing.T, list []kernel[T]) {
	if len(list) == 0 {
		t.Error("no kernels")
	}
	for _, k := range list {
		t.Run(k.name, func(t *testing.T) {
			var x, y [1024]T
			fill(&x)
			k.f(&x, &y)
			for j := range k.lanes {
				var plain, weighed, greater T
				for i := range k.n {
					v := x[i*k.lanes+j]
					plain += v
					weighed += T(i) * v
					if v > T(i) {
						greater += v
					}
				}
				for part, want := range []T{plain, weighed, greater} {
					if got := y[part*k.lanes+j]; got != want {
						t.Fatalf("lane %d of part %d is %v, want %v", j, part, got, want)
					}
				}
			}
		})
	}
}

func TestSums32(t *testing.T)    { sums(t, sums32) }
func TestSums64(t *testing.T)    { sums(t, sums64) }
func TestOrdered32(t *testing.T) { ordered(t, ordered32) }
func TestOrdered64(t *testing.T) { ordered(t, ordered64) }
func TestSpills32(t *testing.T)  { spills(t, spills32) }
func TestSpills64(t *testing.T)  { spills(t, spills64) }
