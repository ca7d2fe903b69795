package leastsquares

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// tiles are the functions that this processor can call.
var tiles = map[string]func(rows int, left, right, c *float64, stride int){"addTile": addTile, "addTileGo": addTileGo}

// TestProduct compares the packed product with gonum's, for every remainder of the tiles and added up over blocks of
// unlike lengths, within the bound on the rounding of a sum in any order: k·u·Σ|a||b|.
func TestProduct(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 40; n++ {
		p := newPanels(n+1, 70)
		stride := padded(n + 1)
		got := make([]float64, stride*stride)
		want, size := make([]float64, n*n), make([]float64, n*n)
		gradient, gradientSize := make([]float64, n), make([]float64, n)
		total := 0
		for _, rows := range []int{1, 70, 0, 33} {
			a, s := make([]float64, rows*n), make([]float64, rows)
			for i := range a {
				a[i] = random.NormFloat64()
			}
			for i := range s {
				s[i] = random.NormFloat64()
			}
			p.pack(a, s)
			p.addTo(got)
			total += rows
			for i := range rows {
				for j := range n {
					for k := j; k < n; k++ {
						want[j*n+k] += a[i*n+j] * a[i*n+k]
						size[j*n+k] += math.Abs(a[i*n+j] * a[i*n+k])
					}
					gradient[j] += a[i*n+j] * s[i]
					gradientSize[j] += math.Abs(a[i*n+j] * s[i])
				}
			}
		}
		bound := 4 * float64(total) * 0x1p-53
		for j := range n {
			for k := j; k < n; k++ {
				if d := math.Abs(got[j*stride+k] - want[j*n+k]); d > bound*size[j*n+k] {
					t.Fatalf("%d columns: product of %d and %d is off by %v", n, j, k, d)
				}
			}
			if d := math.Abs(got[j*stride+n] - gradient[j]); d > bound*gradientSize[j] {
				t.Fatalf("%d columns: gradient %d is off by %v", n, j, d)
			}
		}
	}
	// Every tile function alone, between numbers that it must leave as they are.
	const rows, stride = 9, 11
	left, right := make([]float64, rows*tile), make([]float64, rows*tile)
	for i := range left {
		left[i], right[i] = float64(i%7), float64(i%5)
	}
	for name, add := range tiles {
		c := make([]float64, (tile+2)*stride)
		add(rows, &left[0], &right[0], &c[stride+1], stride)
		for i := range tile + 2 {
			for j := range stride {
				want := 0.0
				if r, k := i-1, j-1; r >= 0 && r < tile && k >= 0 && k < tile {
					for row := range rows {
						want += left[row*tile+r] * right[row*tile+k]
					}
				}
				if c[i*stride+j] != want {
					t.Errorf("%s: number %d of row %d is %v, want %v", name, j, i, c[i*stride+j], want)
				}
			}
		}
	}
}

func BenchmarkProduct(b *testing.B) {
	for _, n := range []int{25, 97, 200, 300} {
		const rows = 64
		a, s := make([]float64, rows*n), make([]float64, rows)
		for i := range a {
			a[i] = rand.Float64()
		}
		p := newPanels(n+1, rows)
		c := make([]float64, padded(n+1)*padded(n+1))
		products := func(b *testing.B) {
			b.ReportMetric(float64(b.N)*rows*float64(n*(n+1)/2)/1e9/b.Elapsed().Seconds(), "Gproducts/s")
		}
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for range b.N {
				p.pack(a, s)
				p.addTo(c)
			}
			products(b)
		})
		b.Run(fmt.Sprintf("n=%d/gonum", n), func(b *testing.B) {
			m := blas64.General{Rows: rows, Cols: n, Stride: n, Data: a}
			for range b.N {
				blas64.Syrk(blas.Trans, 1, m, 1, blas64.Symmetric{N: n, Stride: n, Data: c, Uplo: blas.Upper})
			}
			products(b)
		})
	}
}
