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
	ours := map[string]bool{}
	for _, j := range g.jobs {
		list = append(list, member{j.source.path, j.network, true})
		ours[j.source.key] = true
	}
	for _, s := range g.folder.specs {
		if !ours[s.key] {
			list = append(list, member{s.path, s.network, false})
		}
	}
	return list
}

// strangers lists the emitted files in the folder that belong to no member and will stay: their specs are
// elsewhere, or gone, or do not decode.
func (g *group) strangers() []emitted {
	known, files := map[string]bool{}, map[string]bool{}
	for _, s := range g.folder.specs {
		known[s.mark] = true
	}
	for _, j := range g.jobs {
		known[j.source.mark] = true
		for _, name := range gen.FileNames(j.network) {
			files[name] = true
		}
	}
	var list []emitted
	for _, e := range g.folder.emitted {
		if !known[e.source] && !files[e.name] && !slices.Contains(g.folder.placeholders, e.name) {
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

// collide reports names that two networks, or a network and the folder's hand-written files, would both declare or
// write. Each network is looked up among the names of those before it, so that many cost no more than each.
func (g *group) collide(r *report) {
	claims := newClaims()
	for _, m := range g.members() {
		if first, what, ok := claims.add(m); ok && (first.ours || m.ours) {
			const remedy = "rename one of them, or send one to a folder of its own with -o"
			r.addf(exitSpec, "%s and %s: %s; %s", shown(first.file), shown(m.file), g.collision(first, m, what), remedy)
		}
	}
	declared := map[string][]string{} // where hand-written files declare a name
	for _, file := range g.folder.handwritten {
		if file.external() {
			continue
		}
		for _, d := range file.declares {
			declared[d.name] = append(declared[d.name], fmt.Sprintf("%s:%d", g.folder.show(file.name), d.line))
		}
	}
	if len(declared) == 0 {
		return
	}
	for _, j := range g.jobs {
		for _, name := range gen.PackageNames(j.network) {
			for _, place := range declared[name] {
				r.add(exitSpec, j.declaredTwice(name, place))
			}
		}
	}
}

// claims are what networks of a package have taken: names of networks, of files in lower case, and of declarations.
type claims struct{ networks, files, names map[string]member }

func newClaims() claims {
	return claims{map[string]member{}, map[string]member{}, map[string]member{}}
}

// add claims the names of a network. If one was claimed before it returns the network that has it and the name, "" for
// that of the network itself.
func (c claims) add(m member) (first member, what string, taken bool) {
	note := func(list map[string]member, key, name string) {
		before, ok := list[key]
		switch {
		case !ok:
			list[key] = m
		case !taken:
			first, what, taken = before, name, true
		}
	}
	note(c.networks, m.network.Name, "")
	for _, name := range gen.FileNames(m.network) {
		note(c.files, strings.ToLower(name), name)
	}
	own := map[string]bool{}
	for _, name := range gen.PackageNames(m.network) {
		if !own[name] { // a name may be listed twice
			own[name] = true
			note(c.names, name, name)
		}
	}
	return first, what, taken
}

// collision says what two networks both are, write or declare.
func (g *group) collision(a, b member, what string) string {
	switch {
	case what == "":
		return fmt.Sprintf("both networks are named %s and belong in %s", a.network.Name, g.folder.title())
	case slices.ContainsFunc(gen.FileNames(b.network), func(file string) bool { return file == what }):
		return fmt.Sprintf("networks %s and %s would both be written to %s", a.network.Name, b.network.Name,
			g.folder.show(strings.ToLower(what)))
	}
	return fmt.Sprintf("networks %s and %s would both declare %s", a.network.Name, b.network.Name, what)
}
