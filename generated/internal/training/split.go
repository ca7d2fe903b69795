package training

import "math/rand/v2"

// Split divides samples into a training and a test part with the same class proportions: one
// of folds parts of every class, equal to within one sample, is for testing. Consecutive seeds hold
// out the parts of one shuffle in turn, 1…folds those of the first, folds+1…2·folds those of the
// next: a whole block of seeds is a stratified cross-validation, in which every sample is
// tested exactly once, so that its mean accuracy does not hang on a lucky choice of test samples.
// Split returns indices into labels, grouped by class. Labels lie in 0…classes-1, folds is at least
// 2, and a class with fewer samples than folds is missing from some test parts.
func Split(labels []int, classes, folds int, seed uint64) (train, test []int) {
	block, fold := (seed+uint64(folds)-1)/uint64(folds), int(seed%uint64(folds))
	rng := rand.New(rand.NewPCG(block, splitStream))
	members := make([][]int, classes)
	for i, c := range labels {
		members[c] = append(members[c], i)
	}
	for _, m := range members {
		rng.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
		from, to := fold*len(m)/folds, (fold+1)*len(m)/folds
		test = append(test, m[from:to]...)
		train = append(train, m[:from]...)
		train = append(train, m[to:]...)
	}
	return train, test
}

// Streams of random numbers: a seed draws the split from one and the first parameters from another, so that equal
// numbers never mean two things.
const (
	splitStream = 1
	initStream  = 2
)
