package spec

import "github.com/backpropgen/backpropgen/spec/formula"

// Warnings returns what is wrong with a valid network without being a mistake: what it can be trained on, but will
// learn nothing or nothing that is wanted from. Each has the path of its field.
func (n Network) Warnings() ErrorList {
	var list ErrorList
	warn := func(path, message string) {
		list = append(list, Error{Path: path, Message: "warning: " + message})
	}
	for i, layer := range n.Layers {
		f, path := layer.Activation, layerPath(i, "activation")
		entry, _ := Lookup(ActivationRole, f.Name)
		switch {
		case layer.Dense == 1 && f.Name == "softmax":
			warn(path,
				"the softmax of one unit is always 1, so that nothing is learnt through it; use sigmoid, or more units")
		case layer.Dense == 1 && f.Name == "log-softmax":
			warn(path, "the log-softmax of one unit is always 0, so that nothing is learnt through it; use more units")
		case entry.Pools && layer.Window() == 1:
			warn(path, f.Name+" over windows of one unit changes nothing; use identity, or a wider window")
		case idle(ActivationRole, f):
			warn(path, "the formula has the same value whatever z is, so that nothing is learnt through it")
		}
	}
	if last := len(n.Layers) - 1; last >= 0 && n.Layers[last].Activation.Name == "sigmoid" &&
		n.Cost.Name == "cross-entropy" {
		warn("cost",
			"cross-entropy does not see an output whose target is 0, so that sigmoid's learn to be 1 whatever the "+
				"input; use binary-cross-entropy, or softmax")
	}
	if n.Cache != "" && n.Cache != CacheAuto && !n.Learns() {
		warn("cache", "nothing that emit names goes backward, so that Forward keeps nothing whatever cache says; "+
			"leave cache out")
	}
	if idle(CostRole, n.Cost) {
		warn("cost", "the formula has the same value whatever a is, so that nothing is learnt")
	}
	return list
}

// idle says whether a function is a formula that does not change with its first variable.
func idle(role Role, f Function) bool {
	node, err := formula.Parse(f.Expr, role.Variables()...)
	return err == nil && formula.Idle(node, role.Variables()[0])
}
