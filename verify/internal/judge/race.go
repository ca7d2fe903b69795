//go:build race

package judge

// UnderRace says that the race detector watches. It slows the judge down five times, and finds what goroutines share
// as soon as their calls meet: so there are as few trials as with -short, and fewer meetings.
const UnderRace = true
