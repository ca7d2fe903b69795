package finding

import (
	"regexp"
	"runtime/debug"
	"sync"
	"testing"
)

// Allocates reports the allocations of a call, which must have none, unless the build makes them.
func (r *Report) Allocates(call, where string, runs int, f func()) {
	allocs := testing.AllocsPerRun(runs, f)
	if flag := allocating(); flag != "" {
		r.Note("allocations were not judged: with %s the compiler makes them", flag)
		return
	}
	if allocs != 0 {
		r.Broken(call, "allocations", where, "%v per call; there must be none", allocs)
	}
}

// allocating is the flag by which the test was built so that numbers whose bits are taken, as math.Float32bits does,
// are allocated.
var allocating = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return allocatingFlag(info.Settings)
})

// checkedPointers matches compiler flags that force what unsafe pointers point to onto the heap.
var checkedPointers = regexp.MustCompile(`\bcheckptr=2\b`)

// allocatingFlag finds such a flag among the settings of a build.
func allocatingFlag(settings []debug.BuildSetting) string {
	for _, s := range settings {
		switch {
		case s.Key == "-asan" && s.Value == "true":
			return s.Key
		case s.Key == "-gcflags" && checkedPointers.MatchString(s.Value):
			return "-gcflags=-d=checkptr=2"
		}
	}
	return ""
}
