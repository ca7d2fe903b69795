package amd64

import "slices"

// To measure what was tried, all of it is emitted. Then every variant has a level of its own, and a function jumps to
// the code of the level in force. The numbers of levels are single bits: 1 is the standard code of AVX2.

// triedRoom is how many times larger than else the text of a network may be then, and what is written for it.
const triedRoom = 12

// triedVariants are those that some function has, in the order of their levels.
func (a *Assembly) triedVariants() (all []Variant) {
	add := func(variants []Variant) {
		for _, v := range variants {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	for _, c := range a.Choices() {
		add(c.Tried)
	}
	for _, c := range a.sweepChoices() {
		add(c.Emitted)
	}
	return all
}

// TriedLevel is the number of the level at which a variant runs where all are emitted.
func (a *Assembly) TriedLevel(v Variant) int { return 1 << slices.Index(a.triedVariants(), v) }
