package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
)

func TestTaken(t *testing.T) {
	broken := groupOf("Iris", "Iris").jobs[0]
	broken.folder.names = append(broken.folder.names, "broken.yaml")
	away := groupOf("Iris", "Iris").jobs[0]
	away.source.key = "/x/specs/iris.yaml"
	for _, c := range []struct {
		what, from string
		job        *job
		taken      bool
	}{
		{"nothing there", "", broken, false},
		{"made from this spec", "iris.yaml", broken, false},
		{"made from a spec that is gone", "old.yaml", broken, false},
		{"made from a spec that does not decode", "broken.yaml", broken, true},
		{
			"made from a spec whose network is called otherwise now", "xor.yaml", groupOf("Iris Xor", "Iris").jobs[0],
			false,
		},
		{"made from a spec that may be anywhere", "old.yaml", away, true},
	} {
		err := c.job.taken(target{name: "iris_gen.go", source: c.from})
		if (err != nil) != c.taken {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

// A file stays with a spec whose network still has it.
func TestTakenByItsOwner(t *testing.T) {
	j := groupOf("Iris Xor", "Iris").jobs[0]
	err := j.taken(target{name: "xor_gen.go", source: "xor.yaml"})
	if err == nil || !strings.Contains(err.Error(), "was made from xor.yaml") {
		t.Errorf("error is %v", err)
	}
}

func TestOrphans(t *testing.T) {
	away := groupOf("", "", emitted{"old_gen.go", "iris.yaml"}, emitted{"iris_amd64_gen.s", "iris.yaml"})
	j := *groupOf("Iris", "Iris").jobs[0]
	j.source = &source{path: "specs/iris.yaml", key: "/x/specs/iris.yaml", mark: "iris.yaml"}
	away.jobs = []*job{&j}

	twins := groupOf("Iris", "Iris", emitted{"xor_gen.go", "iris.yaml"})
	twins.folder.specs = append(twins.folder.specs, &source{
		key: "/x/nets/other", mark: "iris.yaml", network: netOf("Xor"),
	})

	for _, c := range []struct {
		what, want string
		group      *group
	}{
		{"a file of the job", "", groupOf("Iris", "Iris", emitted{"iris_gen.go", "iris.yaml"})},
		{
			"a file it no longer produces", "old_gen.go:owned",
			groupOf("Iris", "Iris", emitted{"old_gen.go", "iris.yaml"}),
		},
		{"a file of another spec", "", groupOf("Iris Xor", "Iris", emitted{"xor_gen.go", "xor.yaml"})},
		{"a file of no spec", "old_gen.go", groupOf("Iris", "Iris", emitted{"old_gen.go", "old.yaml"})},
		{"files away from their spec", "old_gen.go iris_amd64_gen.s:owned", away},
		{"a file of another spec of the same mark", "", twins},
	} {
		for _, j := range c.group.jobs {
			j.files = []gen.File{{Name: "iris_gen.go"}}
		}
		var got []string
		for _, o := range c.group.orphans() {
			owned := ""
			if o.owner != nil {
				owned = ":owned"
			}
			got = append(got, fmt.Sprint(o.name, owned))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: orphans %q, want %q", c.what, s, c.want)
		}
	}
}
