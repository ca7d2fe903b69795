package train

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Scaler brings every component of samples to a scale on which a network learns well: component i becomes (x[i] -
// Offset[i])/Scale[i]. [Standard] and [MinMax] fit a scaler to data. Fit it to the training samples alone: otherwise it
// carries knowledge of the validation and test samples.
//
// After training, [FoldInputs] and [FoldOutputs] fold scalers into the network, which then takes and returns raw
// numbers at no cost. Save the network and its scaler before you fold, the scaler as JSON for example, and fold after
// loading. A folded network fits neither its optimizer's state nor scaled samples.
type Scaler struct {
	Offset []float64 `json:"offset"`
	Scale  []float64 `json:"scale"`
}

// Standard returns the scaler that gives every component of the samples mean 0 and variance 1. A component that is the
// same in all samples becomes 0. X is an array of float32 or float64.
func Standard[X any](xs []X) (Scaler, error) {
	return fit(xs, func(values []float64) (offset, scale float64) {
		n := float64(len(values))
		mean, rest := 0.0, 0.0
		for _, v := range values {
			mean += v / n
		}
		for _, v := range values { // what rounding took from the mean
			rest += (v - mean) / n
		}
		mean += rest
		// Of the largest deviation, so that no square overflows or vanishes.
		largest, variance := 0.0, 0.0
		for _, v := range values {
			largest = max(largest, math.Abs(v-mean))
		}
		for _, v := range values {
			part := (v - mean) / max(largest, math.SmallestNonzeroFloat64)
			variance += part * part / n
		}
		return mean, largest * math.Sqrt(variance)
	})
}

// MinMax returns the scaler that takes the smallest number of every component to lo and the largest to hi. A component
// that is the same in all samples becomes lo. X is an array of float32 or float64.
func MinMax[X any](xs []X, lo, hi float64) (Scaler, error) {
	if !(lo < hi) || !finite(hi-lo) {
		return Scaler{}, fmt.Errorf("train.MinMax: from %v to %v is not a range; lo must be less than hi", lo, hi)
	}
	return fit(xs, func(values []float64) (offset, scale float64) {
		least, most := math.Inf(1), math.Inf(-1)
		for _, v := range values {
			least, most = min(least, v), max(most, v)
		}
		if scale = (most - least) / (hi - lo); scale == 0 {
			return least - lo, 0
		}
		return least - lo*scale, scale
	})
}

// fit makes a scaler of an offset and a scale for the values of every component; a scale of 0 says that nothing varies.
func fit[X any](xs []X, of func(values []float64) (offset, scale float64)) (s Scaler, err error) {
	rows, width, err := rowsOf(xs)
	if err != nil {
		return s, err
	}
	if len(xs) == 0 {
		return s, errors.New("train: there are no samples to fit a Scaler to")
	}
	values := make([]float64, len(xs))
	for i := range width {
		constant := true
		for k, r := range rows {
			values[k] = r.at(i)
			if !finite(values[k]) {
				return Scaler{}, fmt.Errorf("train: component %d of sample %d is %v; a Scaler is fitted to finite numbers",
					i, k, values[k])
			}
			constant = constant && values[k] == values[0]
		}
		from := values
		if constant {
			from = values[:1] // rounding is no variance
		}
		offset, scale := of(from)
		if !finite(offset) || !finite(scale) {
			return Scaler{}, fmt.Errorf("train: the numbers of component %d are too far from one another for a Scaler",
				i)
		}
		if scale == 0 || !finite(1/scale) {
			scale = 1
		}
		s.Offset, s.Scale = append(s.Offset, offset), append(s.Scale, scale)
	}
	return s, nil
}

// Scaled returns scaled copies of samples. It panics if they have another number of components than the scaler has.
func Scaled[X any](s Scaler, xs []X) []X {
	return mapped(s, xs, "Scaled", func(v, offset, scale float64) float64 { return (v - offset) / scale })
}

// Unscaled undoes Scaled: it returns copies of scaled samples, such as outputs, on the raw scale. It panics if they
// have another number of components than the scaler has.
func Unscaled[X any](s Scaler, xs []X) []X {
	return mapped(s, xs, "Unscaled", func(v, offset, scale float64) float64 { return v*scale + offset })
}

// mapped returns copies of samples with a function applied to every component, in float64.
func mapped[X any](s Scaler, xs []X, name string, f func(v, offset, scale float64) float64) []X {
	out := slices.Clone(xs)
	rows, width, err := rowsOf(out)
	if err == nil {
		err = s.check(width)
	}
	if err != nil {
		panic(fmt.Sprintf("train.%s: %v", name, err))
	}
	for _, r := range rows {
		for i := range width {
			r.set(i, f(r.at(i), s.Offset[i], s.Scale[i]))
		}
	}
	return out
}

// check says whether a scaler is for samples of so many components, and can be inverted.
func (s Scaler) check(width int) error {
	if len(s.Offset) != width || len(s.Scale) != width {
		return fmt.Errorf("the Scaler has %d offsets and %d scales; a sample has %d components", len(s.Offset),
			len(s.Scale), width)
	}
	for i := range width {
		if !finite(s.Offset[i]) || !finite(s.Scale[i]) || s.Scale[i] == 0 {
			return fmt.Errorf("component %d of the Scaler has offset %v and scale %v; both must be finite, and scale not 0",
				i, s.Offset[i], s.Scale[i])
		}
	}
	return nil
}

// row is a sample, whose numbers are of one type or the other.
type row struct {
	single []float32
	double []float64
}

// rowOf views a sample, given as a pointer to it. It has no numbers where it is something else.
func rowOf(x any) row { return row{floats[float32](x), floats[float64](x)} }

func (r row) len() int { return len(r.single) + len(r.double) }

func (r row) at(i int) float64 {
	if r.single != nil {
		return float64(r.single[i])
	}
	return r.double[i]
}

func (r row) set(i int, v float64) {
	if r.single != nil {
		r.single[i] = float32(v)
		return
	}
	r.double[i] = v
}

// rowsOf views samples, and says how many components each has.
func rowsOf[X any](xs []X) (rows []row, width int, err error) {
	if width = rowOf(new(X)).len(); width == 0 {
		return nil, 0, fmt.Errorf("train: a sample is a %T; it must be an array of float32 or float64", *new(X))
	}
	rows = make([]row, len(xs))
	for k := range xs {
		rows[k] = rowOf(&xs[k])
	}
	return rows, width, nil
}
