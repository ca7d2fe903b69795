package expr

import ("fmt"; "github.com/backpropgen/backpropgen/spec")

const (
	LogSoftmax VectorKind = iota + 2
	RadialSigmoid
	MaxPool
	AvgPool
)

func init() {
	for name, k := range map[string]VectorKind{"log-softmax": LogSoftmax, "radial-sigmoid": RadialSigmoid, "max-pool": MaxPool, "avg-pool": AvgPool} {
		activations = append(activations, Activation{Name: name, Vector: k})
	}
}

func (i Init) String() string { if i == He { return "He" }; return "Glorot" }

func ActivationOf(f spec.Function) (Activation, error) {
	a, ok := LookupActivation(f.Name)
	if !ok { return a, fmt.Errorf("no %s", f.Name) }
	return a, nil
}
func CostOf(f spec.Function) (Cost, error) {
	a, ok := LookupCost(f.Name)
	if !ok { return a, fmt.Errorf("no %s", f.Name) }
	return a, nil
}
func (c Cost) Scale(n int) float64 { if c.Mean { return 1/float64(n) }; return 1 }
func (c Cost) Gradient(n int) Expr { return D(Mul(Number(c.Scale(n)), c.Term), A) }
func Where(c, x, y Expr) Expr { p := Positive(c); return Add(Mul(p, x), Mul(Sub(Number(1), p), y)) }
