package spec

// networkFields are the fields of a spec file, in the order documentation lists them.
var networkFields = []fieldOf[Network]{
	{"name", true, func(d *decoder, path string, v *value, n *Network) { n.Name = d.text(path, v) }},
	{"package", false, func(d *decoder, path string, v *value, n *Network) { n.Package = d.text(path, v) }},
	{
		"precision", false, func(d *decoder, path string, v *value, n *Network) {
			n.Precision = Precision(d.text(path, v))
		},
	},
	{"input", true, func(d *decoder, path string, v *value, n *Network) { n.Input = d.count(path, v) }},
	{"layers", true, decodeLayers},
	{"cost", true, func(d *decoder, path string, v *value, n *Network) { n.Cost = d.function(path, v, CostRole) }},
	{"cache", false, func(d *decoder, path string, v *value, n *Network) { n.Cache = Cache(d.text(path, v)) }},
	{"batch", false, decodeBatch},
	{"rounding", false, func(d *decoder, path string, v *value, n *Network) { n.Rounding = Rounding(d.text(path, v)) }},
	{"unroll", false, func(d *decoder, path string, v *value, n *Network) { n.Unroll = Unroll(d.text(path, v)) }},
	{
		"input_gradient", false, func(d *decoder, path string, v *value, n *Network) {
			n.InputGradient = d.truth(path, v)
		},
	},
	{
		"sample_weights", false, func(d *decoder, path string, v *value, n *Network) {
			n.SampleWeights = d.truth(path, v)
		},
	},
	{"optimizers", false, decodeOptimizers},
	{"emit", false, decodeEmit},
	{"derivatives", false, decodeDerivatives},
	{"targets", false, decodeTargets},
	{"weights", false, func(d *decoder, path string, v *value, n *Network) { n.Weights = d.text(path, v) }},
}

// layerFields are the fields of one layer.
var layerFields = []fieldOf[Layer]{
	{"dense", true, func(d *decoder, path string, v *value, l *Layer) { l.Dense = d.count(path, v) }},
	{"activation", false, func(d *decoder, path string, v *value, l *Layer) {
		l.Activation = d.function(path, v, ActivationRole)
	}},
	{"bias", false, func(d *decoder, path string, v *value, l *Layer) { l.NoBias = !d.truth(path, v) }},
}

func decodeLayers(d *decoder, path string, v *value, n *Network) {
	n.Layers = make([]Layer, len(v.items))
	d.each(path, v, func(i int, path string, item *value) {
		decodeFields(d, path, item, &n.Layers[i], layerFields, unknownField(layerFields))
	})
}

// decodeBatch refuses a written 0: only a batch that is left out means the default.
func decodeBatch(d *decoder, path string, v *value, n *Network) {
	n.Batch = d.count(path, v)
	if n.Batch == 0 && d.sound(path) {
		d.fail(path, "%s", countProblem(MaxBatch))
	}
}

func decodeOptimizers(d *decoder, path string, v *value, n *Network) {
	n.Optimizers = make([]Optimizer, len(v.items))
	d.each(path, v, func(i int, path string, item *value) { n.Optimizers[i] = Optimizer(d.text(path, item)) })
}

func decodeEmit(d *decoder, path string, v *value, n *Network) {
	n.Emit = make([]Part, len(v.items))
	d.each(path, v, func(i int, path string, item *value) { n.Emit[i] = Part(d.text(path, item)) })
}

func decodeTargets(d *decoder, path string, v *value, n *Network) {
	n.Targets = make([]Target, len(v.items))
	d.each(path, v, func(i int, path string, item *value) { n.Targets[i] = Target(d.text(path, item)) })
}
