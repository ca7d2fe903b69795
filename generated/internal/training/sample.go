package training

// Sample is what one training step reads: standardised features, one-hot target, class.
type Sample struct {
	X, Y  []float32
	Class int
}

// Samples prepares the rows of t named by index. All features and all targets lie in two arrays of
// their own, one sample after the other.
func (t Table) Samples(index []int, s Scaler, classes int) []Sample {
	inputs := len(t.Rows[index[0]])
	xs := make([]float32, len(index)*inputs)
	ys := make([]float32, len(index)*classes)
	samples := make([]Sample, len(index))
	for k, i := range index {
		x := xs[k*inputs : (k+1)*inputs : (k+1)*inputs]
		y := ys[k*classes : (k+1)*classes : (k+1)*classes]
		s.Apply(x, t.Rows[i])
		y[t.Labels[i]] = 1
		samples[k] = Sample{X: x, Y: y, Class: t.Labels[i]}
	}
	return samples
}
