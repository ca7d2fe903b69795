package spec

import "slices"

// Role says where in a spec a function of the catalogue may stand.
type Role int

// The two roles.
const (
	// ActivationRole functions map a layer's pre-activation z to its post-activation a.
	ActivationRole Role = iota
	// CostRole functions map (a, y), outputs and targets, to one number.
	CostRole
)

// String returns the word used for the role in messages.
func (r Role) String() string {
	if r == CostRole {
		return "cost"
	}
	return "activation"
}

// Variables returns the variables that a formula of the role is written in. It must depend on the first.
func (r Role) Variables() []string {
	if r == CostRole {
		return []string{"a", "y"}
	}
	return []string{"z"}
}

// Entry is one row of the catalogue: what the rest of the module may rely on about a function of
// that name. How it is computed and differentiated is the business of the packages that emit code.
type Entry struct {
	// Name is what a spec writes.
	Name string
	// Role says whether this is an activation or a cost; names are unique within a role.
	Role Role
	// Vector: the function needs its whole layer at once (softmax). Otherwise it is pointwise: an
	// activation acts on each unit alone, a cost is a sum or mean of one term per output.
	Vector bool
	// Pools: the activation makes one output of every window of consecutive units, so that the layer
	// becomes narrower; see Layer.Window.
	Pools bool
	// Params are the parameters the function takes, in the order documentation lists them.
	Params []Param
	// Probabilities: for an activation, every output lies in [0, 1] and reads as a probability; for
	// a cost, its first argument must be such outputs, so the last activation must be an entry
	// that has Probabilities too.
	Probabilities bool
	// Formula defines the function, in the letters z, a and y, for documentation.
	Formula string
}

// Param is a parameter of a function of the catalogue.
type Param struct {
	// Name is what a spec writes.
	Name string
	// Default is the value of a parameter that is left out; 0 for a window, which is then the layer's
	// whole width.
	Default float64
	// Whole parameters are whole numbers from 1.
	Whole bool
	// Positive parameters are greater than 0.
	Positive bool
	// Doc says in a few words what the parameter does.
	Doc string
}

// Window is the parameter of the activations that pool: how many units make one output.
const Window = "window"

// catalog is the one table of functions a spec can name, in the order documentation lists them.
var catalog = []Entry{
	{Name: "identity", Formula: "a = z"},
	{Name: "sigmoid", Formula: "a = 1 / (1 + exp(-z))", Probabilities: true},
	{Name: "relu", Formula: "a = max(z, 0)"},
	{Name: "leaky-relu", Formula: "a = z where z > 0, slope*z elsewhere",
		Params: []Param{{Name: "slope", Default: 0.01, Doc: "the derivative where z is not positive"}}},
	{Name: "tanh", Formula: "a = tanh(z)"},
	{Name: "arctan", Formula: "a = arctan(z)"},
	{Name: "softplus", Formula: "a = log(1 + exp(z))"},
	{Name: "elu", Formula: "a = z where z > 0, alpha*(exp(z) - 1) elsewhere",
		Params: []Param{{Name: "alpha", Default: 1, Positive: true, Doc: "-alpha is the limit for z towards -Inf"}}},
	{Name: "selu", Formula: "a = 1.0507009873554805 * (z where z > 0, 1.6732632423543772*(exp(z) - 1) elsewhere)"},
	{Name: "gelu", Formula: "a = z * (1 + erf(z / sqrt(2))) / 2"},
	{Name: "silu", Formula: "a = z / (1 + exp(-z))"},
	{Name: "softsign", Formula: "a = z / (1 + |z|)"},
	{Name: "hard-sigmoid", Formula: "a = min(max(z/6 + 1/2, 0), 1)"},
	{Name: "hard-tanh", Formula: "a = min(max(z, -1), 1)"},
	{Name: "softmax", Formula: "a_i = exp(z_i) / sum_j exp(z_j)", Vector: true, Probabilities: true},
	{Name: "log-softmax", Formula: "a_i = z_i - log(sum_j exp(z_j))", Vector: true},
	{
		Name: "radial-sigmoid", Formula: "a = z/|z| / (1 + exp(-|z|)), 0 where z = 0, with |z| the Euclidean norm",
		Vector: true,
	},
	{Name: "max-pool", Formula: "a_g = max of the z of window g", Vector: true, Pools: true,
		Params: []Param{{Name: Window, Whole: true,
			Doc: "how many units make one output; the layer's width without it"}}},
	{Name: "avg-pool", Formula: "a_g = mean of the z of window g", Vector: true, Pools: true,
		Params: []Param{{Name: Window, Whole: true,
			Doc: "how many units make one output; the layer's width without it"}}},

	{Role: CostRole, Name: "mse", Formula: "mean_i (a_i - y_i)^2"},
	{Role: CostRole, Name: "mae", Formula: "mean_i |a_i - y_i|"},
	{Role: CostRole, Name: "huber",
		Formula: "mean_i (d_i^2/2 where |d_i| <= delta, delta*(|d_i| - delta/2) elsewhere), d = a - y",
		Params: []Param{{Name: "delta", Default: 1, Positive: true,
			Doc: "the error from which on the cost grows linearly"}}},
	{Role: CostRole, Name: "log-cosh", Formula: "mean_i log(cosh(a_i - y_i))"},
	{Role: CostRole, Name: "squared-error", Formula: "sum_i (a_i - y_i)^2"},
	{Role: CostRole, Name: "half-squared-error", Formula: "sum_i (a_i - y_i)^2 / 2"},
	{Role: CostRole, Name: "cross-entropy", Formula: "-sum_i y_i log a_i", Probabilities: true},
	{Role: CostRole, Name: "binary-cross-entropy",
		Formula: "-sum_i (y_i log a_i + (1 - y_i) log(1 - a_i))", Probabilities: true},
}

// Activations returns the activations of the catalogue in documentation order. The slice is the
// caller's.
func Activations() []Entry { return entries(ActivationRole) }

// Costs returns the costs of the catalogue in documentation order. The slice is the caller's.
func Costs() []Entry { return entries(CostRole) }

// Lookup finds the entry of that role and name; ok is false when the catalogue has none. The empty
// name is not an entry: WithDefaults turns an empty activation into "identity" first.
func Lookup(role Role, name string) (entry Entry, ok bool) {
	for i := range catalog { // by index: entries are large, and this is asked for every layer of every sample
		if e := &catalog[i]; e.Name == name && e.Role == role {
			return *e, true
		}
	}
	return Entry{}, false
}

func entries(role Role) []Entry {
	return slices.DeleteFunc(slices.Clone(catalog), func(e Entry) bool { return e.Role != role })
}

// names lists the names of one role, in catalogue order; with probabilities, only those of entries
// that have Probabilities.
func names(role Role, probabilities bool) []string {
	var list []string
	for _, e := range entries(role) {
		if e.Probabilities || !probabilities {
			list = append(list, e.Name)
		}
	}
	return list
}

// Param returns the value of the parameter of that name, given or by default, of a function of the
// catalogue; 0 if it takes no such parameter.
func (f Function) Param(role Role, name string) float64 {
	if v, given := f.Params[name]; given {
		return v
	}
	entry, _ := Lookup(role, f.Name)
	for _, p := range entry.Params {
		if p.Name == name {
			return p.Default
		}
	}
	return 0
}
