package expr

// Init is a distribution of initial weights: normal, with mean 0 and Variance.
type Init uint8

// The initialisations.
const (
	Glorot Init = iota // keeps variances through an activation that is near the identity around 0
	He                 // the same for one that is 0, or nearly, on half of its inputs
	LeCun              // the same for one that brings the variance to 1 by itself
)

// Variance returns the variance of the weights between in inputs and out outputs of a layer: 2/(in + out)
// for Glorot (Glorot and Bengio 2010), 2/in for He (He et al. 2015), 1/in for LeCun (LeCun et al. 1998).
func (i Init) Variance(in, out int) float64 {
	switch i {
	case He:
		return 2 / float64(in)
	case LeCun:
		return 1 / float64(in)
	}
	return 2 / (float64(in) + float64(out))
}

// String returns the name by which the initialisation is known.
func (i Init) String() string {
	switch i {
	case He:
		return "He"
	case LeCun:
		return "LeCun"
	}
	return "Glorot"
}
