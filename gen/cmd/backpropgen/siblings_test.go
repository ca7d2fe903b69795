package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

func netOf(name string) spec.Network {
	return spec.Network{Name: name, Input: 2, Layers: []spec.Layer{{Dense: 1}}, Cost: spec.Function{Name: "mse"}}
}

// groupOf makes a group of package nets: specs of the folder by name, of which those in jobs are generated.
func groupOf(specs, jobs string, files ...emitted) *group {
	f := &folder{place: &place{path: "nets", key: "/x/nets"}, emitted: files}
	g := &group{folder: f}
	for _, name := range strings.Fields(specs) {
		mark := strings.ToLower(name) + ".yaml"
		s := &source{path: "nets/" + mark, key: "/x/nets/" + name, mark: mark, network: netOf(name)}
		f.specs = append(f.specs, s)
		f.names = append(f.names, mark)
		if strings.Contains(" "+jobs+" ", " "+name+" ") {
			j := &job{source: s, folder: f, network: s.network}
			j.options.Package = "nets"
			g.jobs = append(g.jobs, j)
		}
	}
	return g
}

func TestQualify(t *testing.T) {
	elsewhere := emitted{"moon_gen.go", "moon.yaml"}
	for _, c := range []struct {
		specs, jobs string
		files       []emitted
		want        string
	}{
		{"Iris", "Iris", nil, "Iris:false"},
		{"Iris Xor", "Iris", nil, "Iris:true"},
		{"Iris Xor", "Iris Xor", nil, "Iris:true Xor:true"},
		{"Nets Xor", "Nets Xor", nil, "Nets:false Xor:true"},
		{"NETS Xor", "NETS", nil, "NETS:false"},
		{"Iris", "Iris", []emitted{elsewhere}, "Iris:true"},
		{"Iris", "Iris", []emitted{{"iris_gen.go", "iris.yaml"}}, "Iris:false"},
		{"Iris", "Iris", []emitted{{"iris_gen.go", "renamed.yaml"}}, "Iris:false"},
		{"Iris", "Iris", []emitted{{"formername_gen.go", "iris.yaml"}}, "Iris:false"},
	} {
		g := groupOf(c.specs, c.jobs, c.files...)
		g.qualify()
		var got []string
		for _, j := range g.jobs {
			got = append(got, fmt.Sprintf("%s:%v", j.network.Name, j.options.Qualify))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("specs %s, generating %s beside %v: %s, want %s", c.specs, c.jobs, c.files, s, c.want)
		}
	}
}

func TestCollide(t *testing.T) {
	for _, c := range []struct{ specs, jobs, want string }{
		{"Iris Xor", "Iris", ""},
		{"Iris IRIS", "Iris", "would both be written to nets/iris_gen.go"},
		{"Net Net_amd64", "Net_amd64", "networks Net_amd64 and Net would both be written to nets/net_amd64_gen.go"},
		{"Net NetSpec NetS", "Net NetSpec NetS", ""},
		{"Xor Iris IRIS", "Xor", ""}, // not our business
	} {
		var r report
		groupOf(c.specs, c.jobs).collide(&r)
		var b strings.Builder
		r.print(&b)
		if got := b.String(); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("specs %s, generating %s: %q, want %q", c.specs, c.jobs, got, c.want)
		}
	}
}
