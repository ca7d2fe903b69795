package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// member is a network of a package: one that is being generated, or one whose spec stands in the folder.
type member struct {
	file    string // its spec, for messages
	network spec.Network
	ours    bool // it is being generated
}

func (g *group) members() []member {
	var list []member
	for _, j := range g.jobs {
		list = append(list, member{j.source.path, j.network, true})
	}
	for _, s := range g.folder.specs {
		if !slices.ContainsFunc(g.jobs, func(j *job) bool { return j.source.key == s.key }) {
			list = append(list, member{s.path, s.network, false})
		}
	}
	return list
}

// strangers lists the emitted files in the folder that belong to no member and will stay: their specs are
// elsewhere, or gone, or do not decode.
func (g *group) strangers() []emitted {
	var list []emitted
	for _, e := range g.folder.emitted {
		inFolder := g.folder.specsMarked(e.source) != nil
		mine := slices.ContainsFunc(g.jobs, func(j *job) bool {
			return j.source.mark == e.source || slices.Contains(gen.FileNames(j.network), e.name)
		})
		if !inFolder && !mine {
			list = append(list, e)
		}
	}
	return list
}

// qualify decides which networks share their package, so that their tests and benchmarks must carry
// their names. The network named like the package keeps the short names: it is the one a reader expects
// there. That does not depend on the order of specs, nor on which of them are on the command line.
func (g *group) qualify() {
	members := g.members()
	shared := len(members) > 1 || len(g.strangers()) > 0
	for _, j := range g.jobs {
		j.options.Qualify = shared && !strings.EqualFold(j.network.Name, j.options.Package)
	}
}

// collide reports names that two networks, or a network and the folder's hand-written files, would
// both declare or write.
func (g *group) collide(r *report) {
	members := g.members()
	for i, a := range members {
		for _, b := range members[i+1:] {
			if a.ours || b.ours {
				g.collidePair(a, b, r)
			}
		}
	}
	for _, j := range g.jobs {
		names := gen.PackageNames(j.network)
		for _, file := range g.folder.handwritten {
			if file.external() {
				continue
			}
			for _, d := range file.declares {
				if slices.Contains(names, d.name) {
					r.add(exitSpec, j.declaredTwice(d.name, fmt.Sprintf("%s:%d", g.folder.show(file.name), d.line)))
				}
			}
		}
	}
}

func (g *group) collidePair(a, b member, r *report) {
	const remedy = "rename one of them, or send one to a folder of its own with -o"
	if a.network.Name == b.network.Name {
		r.addf(exitSpec, "%s and %s: both networks are named %s and belong in %s; %s",
			shown(a.file), shown(b.file), a.network.Name, g.folder.title(), remedy)
		return
	}
	for _, name := range gen.FileNames(a.network) {
		for _, other := range gen.FileNames(b.network) {
			if strings.EqualFold(name, other) {
				r.addf(exitSpec, "%s and %s: networks %s and %s would both be written to %s; %s",
					shown(a.file), shown(b.file), a.network.Name, b.network.Name, g.folder.show(name), remedy)
				return
			}
		}
	}
	names := gen.PackageNames(b.network)
	for _, name := range gen.PackageNames(a.network) {
		if slices.Contains(names, name) {
			r.addf(exitSpec, "%s and %s: networks %s and %s would both declare %s; %s",
				shown(a.file), shown(b.file), a.network.Name, b.network.Name, name, remedy)
			return
		}
	}
}
