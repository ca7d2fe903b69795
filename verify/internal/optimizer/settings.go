package optimizer

import (
	"slices"
)

// setting is hyperparameters, and the count of updates to begin after.
type setting struct {
	hyper []float64
	after uint64
}

// away are hyperparameters away from their defaults.
func (r Rule) away() []float64 {
	away := map[string]float64{
		"Eps": 0.125, "WeightDecay": 0.25, "Dampening": 0.25, "Momentum": 0.75, "Beta1": 0.5, "Beta2": 0.75,
		"Alpha": 0.5,
	}
	all := make([]float64, len(r.Hyper))
	for i, name := range r.Hyper {
		all[i] = away[name]
	}
	return all
}

// settings are the defaults, from the beginning and after so many updates that bias corrections are near 1, all
// hyperparameters away from their defaults, all but one, and one alone.
func (r Rule) settings() []setting {
	all := r.away()
	list := []setting{{hyper: r.defaults}, {hyper: all}}
	if len(r.corrects) > 0 {
		list = append(list, setting{r.defaults, 700}, setting{r.defaults, 1 << 40})
	}
	// One that is 0 beside others that are not stays 0, and so do the others beside one that is not.
	for i := range r.Hyper {
		if len(all) == 1 {
			break
		}
		one, alone := slices.Clone(all), make([]float64, len(all))
		one[i], alone[i] = 0, all[i]
		list = append(list, setting{hyper: one}, setting{hyper: alone})
	}
	return list
}
