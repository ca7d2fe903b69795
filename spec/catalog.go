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
	// Probabilities: for an activation, every output lies in [0, 1] and reads as a probability; for
	// a cost, its first argument must be such outputs, so the last activation must be an entry
	// that has Probabilities too.
	Probabilities bool
	// Formula defines the function, in the letters z, a and y, for documentation.
	Formula string
}

// catalog is the one table of functions a spec can name, in the order documentation lists them.
var catalog = []Entry{
	{Name: "identity", Formula: "a = z"},
	{Name: "sigmoid", Formula: "a = 1 / (1 + exp(-z))", Probabilities: true},
	{Name: "relu", Formula: "a = max(z, 0)"},
	{Name: "tanh", Formula: "a = tanh(z)"},
	{Name: "arctan", Formula: "a = arctan(z)"},
	{Name: "softplus", Formula: "a = log(1 + exp(z))"},
	{Name: "silu", Formula: "a = z / (1 + exp(-z))"},
	{Name: "softsign", Formula: "a = z / (1 + |z|)"},
	{Name: "hard-sigmoid", Formula: "a = min(max(z/6 + 1/2, 0), 1)"},
	{Name: "hard-tanh", Formula: "a = min(max(z, -1), 1)"},
	{Name: "softmax", Formula: "a_i = exp(z_i) / sum_j exp(z_j)", Vector: true, Probabilities: true},

	{Role: CostRole, Name: "mse", Formula: "mean_i (a_i - y_i)^2"},
	{Role: CostRole, Name: "squared-error", Formula: "sum_i (a_i - y_i)^2"},
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
	i := slices.IndexFunc(catalog, func(e Entry) bool { return e.Role == role && e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return catalog[i], true
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
