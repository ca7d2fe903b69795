package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// cgoClashes reports what makes a package one with cgo, which must not hold Go assembly.
func (j *job) cgoClashes(r *report) {
	targets := j.assembled()
	if len(targets) == 0 {
		return
	}
	remedy := func(rest []string) string {
		return fmt.Sprintf("and the go command refuses Go assembly in a package with cgo; write 'targets: [%s]' in the "+
			"spec, or send the network to a folder of its own with -o", strings.Join(rest, ", "))
	}
	for _, hand := range j.folder.handwritten {
		if strings.HasSuffix(hand.name, "_test.go") { // tests with cgo there are none
			continue
		}
		var refusing, rest []string
		line := 0
		for _, t := range targets {
			if hand.cgo[t] > 0 {
				refusing, line = append(refusing, string(t)), hand.cgo[t]
			} else {
				rest = append(rest, string(t))
			}
		}
		where := ""
		if len(rest) > 0 {
			where = " in builds for " + strings.Join(refusing, " and ")
		}
		if line > 0 {
			r.addf(exitSpec, `%s: %s:%d imports "C"%s, %s`, shown(j.source.path), j.folder.show(hand.name), line, where,
				remedy(rest))
		}
	}
	for _, name := range j.folder.names {
		if ext := filepath.Ext(name); ext == ".swig" || ext == ".swigcxx" {
			r.addf(exitSpec, "%s: %s makes its package one with cgo, %s", shown(j.source.path), j.folder.show(name),
				remedy(nil))
		}
	}
}

// assembled are the targets that the network has assembly for.
func (j *job) assembled() (targets []spec.Target) {
	for _, t := range spec.Targets() {
		if slices.ContainsFunc(j.files, func(f gen.File) bool {
			return f.Kind == gen.Assembly && strings.HasSuffix(f.Name, fmt.Sprintf("_%s_gen.s", t))
		}) {
			targets = append(targets, t)
		}
	}
	return targets
}
