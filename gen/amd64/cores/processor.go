package cores

// Processor is a range of models of a family, as CPUID numbers them, by the first four letters of their maker.
type Processor struct {
	Maker         string
	Family        int
	First, Latest int
}

// allModels is the latest model that a family can have.
const allModels = 255

// amdFamily are all models of a family of AMD's, and intelModel is a model of Intel's.
func amdFamily(family int) Processor      { return Processor{"Auth", family, 0, allModels} }
func amdModels(f, from, to int) Processor { return Processor{"Auth", f, from, to} }
func intelModel(model int) Processor      { return Processor{"Genu", 6, model, model} }

// Of finds the core of a processor with AVX-512, nil where it is unknown.
func Of(maker string, family, model int) *Core {
	for _, c := range All {
		for _, p := range c.Processors {
			if p.Maker == maker && p.Family == family && p.First <= model && model <= p.Latest {
				return c
			}
		}
	}
	return nil
}
