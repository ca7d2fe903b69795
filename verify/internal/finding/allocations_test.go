package finding

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestAllocatingFlag(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"-asan", "true", "-asan"},
		{"-msan", "true", ""},
		{"-race", "true", ""},
		{"-gcflags", "-d=checkptr=2", "-gcflags=-d=checkptr=2"},
		{"-gcflags", "all=-N -l -d=ssa/check_bce,checkptr=2", "-gcflags=-d=checkptr=2"},
		{"-gcflags", "-d=checkptr=1", ""},
		{"-gcflags", "-d=checkptr=0 -N", ""},
		{"-asan", "false", ""},
	} {
		settings := []debug.BuildSetting{{Key: "-compiler", Value: "gc"}, {Key: c.key, Value: c.value}}
		if got := allocatingFlag(settings); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.key, c.value, got, c.want)
		}
	}
}

// Allocations are failures in an ordinary build, and a note in one that makes them.
func TestAllocates(t *testing.T) {
	var kept []byte
	r := new(Report)
	r.Allocates("Forward", "", 5, func() { kept = make([]byte, 100) })
	r.Allocates("Loss", "", 5, func() { kept = kept[:0] })
	r.Finish()
	if allocating() != "" {
		if len(r.Failures) > 0 || !strings.Contains(r.String(), "allocations were not judged: with "+allocating()) {
			t.Errorf("%v\n%s", r.Failures, r)
		}
		return
	}
	if len(r.Failures) != 1 || r.Failures[0].Message != "Forward: allocations: 1 per call; there must be none" ||
		len(r.Notes) > 0 {
		t.Errorf("%v\n%s", r.Failures, r)
	}
}
