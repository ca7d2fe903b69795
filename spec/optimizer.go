package spec

import "slices"

// Optimizer is a rule that turns gradients into updates of the parameters, by the name a spec writes.
type Optimizer string

// The optimizers.
const (
	SGD      Optimizer = "sgd"
	Momentum Optimizer = "momentum"
	Nesterov Optimizer = "nesterov"
	RMSprop  Optimizer = "rmsprop"
	Adam     Optimizer = "adam"
	AdamW    Optimizer = "adamw"
)

// OptimizerEntry is one row of the catalogue of optimizers: what everything but the code that is emitted
// for it needs to know.
type OptimizerEntry struct {
	// Name is what a spec writes.
	Name Optimizer
	// Type is what follows the network's name in the name of the emitted type: Iris and Adam make IrisAdam.
	Type string
	// Formula is one update of a parameter p with gradient g at a rate, for documentation; the variables are the
	// hyperparameters and the state in lower case, t is the number of the update from 1.
	Formula string
	// Params are the hyperparameters, by the names of their fields in the emitted type, with the values that its
	// constructor gives. They are set in Go, not in a spec.
	Params []Param
}

// Defaults lists the hyperparameters whose default is not 0.
func (e OptimizerEntry) Defaults() []string {
	var names []string
	for _, p := range e.Params {
		if p.Default != 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

// What documentation says of the hyperparameters that several optimizers have.
var (
	momentumParam = Param{Name: "Momentum", Default: 0.9, Doc: "what is left of the velocity after each update"}
	l2Param       = Param{Name: "WeightDecay", Doc: "that much of p is added to g"}
	epsParam      = Param{Name: "Eps", Default: 1e-8, Doc: "keeps the divisor from 0"}
	beta1Param    = Param{Name: "Beta1", Default: 0.9, Doc: "what is left of the mean of g after each update"}
	beta2Param    = Param{Name: "Beta2", Default: 0.999, Doc: "what is left of the mean of g^2 after each update"}
)

// optimizers is the one table of optimizers, in the order documentation lists them: PyTorch's, with its defaults.
var optimizers = []OptimizerEntry{
	{Name: SGD, Type: "SGD", Formula: "p -= rate*(g + weightdecay*p)", Params: []Param{l2Param}},
	{Name: Momentum, Type: "Momentum",
		Formula: "v = momentum*v + (1 - dampening)*(g + weightdecay*p), at t = 1 without dampening; p -= rate*v",
		Params: []Param{
			momentumParam, {Name: "Dampening", Doc: "what is held back of each gradient but the first"}, l2Param,
		}},
	{Name: Nesterov, Type: "Nesterov", Formula: "e = g + weightdecay*p; v = momentum*v + e; p -= rate*(e + momentum*v)",
		Params: []Param{momentumParam, l2Param}},
	{Name: RMSprop, Type: "RMSprop",
		Formula: "e = g + weightdecay*p; s = alpha*s + (1 - alpha)*e^2; " +
			"v = momentum*v + e/(sqrt(s) + eps); p -= rate*v",
		Params: []Param{{Name: "Alpha", Default: 0.99, Doc: "what is left of the mean of g^2 after each update"},
			epsParam, l2Param,
			{Name: "Momentum", Doc: "what is left of the velocity after each update; 0 leaves V unused"}}},
	{Name: Adam, Type: "Adam",
		Formula: "e = g + weightdecay*p; m = beta1*m + (1 - beta1)*e; " +
			"v = beta2*v + (1 - beta2)*e^2; p -= rate*m/(1 - beta1^t) / (sqrt(v/(1 - beta2^t)) + eps)",
		Params: []Param{beta1Param, beta2Param, epsParam, l2Param}},
	{Name: AdamW, Type: "AdamW",
		Formula: "p -= rate*weightdecay*p; m = beta1*m + (1 - beta1)*g; " +
			"v = beta2*v + (1 - beta2)*g^2; p -= rate*m/(1 - beta1^t) / (sqrt(v/(1 - beta2^t)) + eps)",
		Params: []Param{
			beta1Param, beta2Param, epsParam, {
				Name: "WeightDecay", Default: 0.01, Doc: "at each update p loses that much of itself, times the rate",
			},
		}},
}

// Optimizers returns the optimizers in documentation order. The slice is the caller's.
func Optimizers() []OptimizerEntry { return slices.Clone(optimizers) }

// LookupOptimizer finds the entry of that name; ok is false when there is none.
func LookupOptimizer(name Optimizer) (entry OptimizerEntry, ok bool) {
	i := slices.IndexFunc(optimizers, func(e OptimizerEntry) bool { return e.Name == name })
	if i < 0 {
		return OptimizerEntry{}, false
	}
	return optimizers[i], true
}

// optimizerTypes lists the ends of the emitted types' names.
func optimizerTypes() []string {
	var types []string
	for _, e := range optimizers {
		types = append(types, e.Type)
	}
	return types
}

// optimizerNames lists the names in the order of the table.
func optimizerNames() []Optimizer {
	var names []Optimizer
	for _, e := range optimizers {
		names = append(names, e.Name)
	}
	return names
}
