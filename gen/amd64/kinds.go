package amd64

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
)

// Kind is what cores are to the functions of a network that run the same codes.
type Kind struct {
	// Level is the number by which functions tell it: 1 for all cores without AVX-512, 2, 4, 8 and so on for others.
	Level int
	// Cores are those of cores.All, by their places, and Unknown says that cores with AVX-512 which are none of these
	// are of this kind.
	Cores   []int
	Unknown bool
}

// Names are the titles of its cores.
func (k Kind) Names() (names []string) {
	for _, c := range k.Cores {
		names = append(names, cores.All[c].Title)
	}
	return names
}

// Kinds are those that the functions of the network tell apart, the one without AVX-512 first, and last the one that
// unknown cores are of.
func (a *Assembly) Kinds() []Kind {
	type codes = string
	of := func(run func(c Choice) int) (key codes) {
		for _, c := range append(a.Choices(), a.sweepChoices()...) {
			key += fmt.Sprintf("%d ", run(c))
		}
		return key
	}
	narrow := Kind{Level: 1}
	unknown := of(func(c Choice) int { return c.Unknown })
	var keys []codes
	var kinds []Kind
	for k, core := range cores.All {
		if !core.Wide {
			narrow.Cores = append(narrow.Cores, k)
			continue
		}
		key := of(func(c Choice) int { return c.Runs[k] })
		i := slices.Index(keys, key)
		if i < 0 {
			i = len(keys)
			keys, kinds = append(keys, key), append(kinds, Kind{})
		}
		kinds[i].Cores = append(kinds[i].Cores, k)
	}
	if i := slices.Index(keys, unknown); i >= 0 {
		last := kinds[i]
		last.Unknown = true
		kinds = append(slices.Delete(kinds, i, i+1), last)
	} else {
		kinds = append(kinds, Kind{Unknown: true})
	}
	for i := range kinds {
		kinds[i].Level = 2 << i
	}
	return append([]Kind{narrow}, kinds...)
}

// levelsOf are the levels of the kinds that run the code of a function at a place among those it has, as one number.
func levelsOf(c Choice, kinds []Kind, code int) (levels int) {
	for _, k := range kinds[1:] {
		runs := c.Unknown
		if len(k.Cores) > 0 {
			runs = c.Runs[k.Cores[0]]
		}
		if runs == code {
			levels |= k.Level
		}
	}
	return levels
}
