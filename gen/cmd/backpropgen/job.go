package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/spec"
)

// job is one network on its way into a folder.
type job struct {
	source  *source
	folder  *folder
	network spec.Network
	options gen.Options
	files   []gen.File
	summary gen.Summary
	took    time.Duration
	err     error // why there are no files
}

// group is the jobs of one folder.
type group struct {
	folder *folder
	jobs   []*job
}

// beside says whether the files go to the folder of the spec, which then is the only spec that
// its name can stand for there.
func (j *job) beside() bool { return filepath.Dir(j.source.key) == j.folder.key }

// plan reads the specs of a call and the folders their files belong to, settles packages and names,
// and generates everything in memory. Groups come in the order of the command line. What is wrong
// is in the report; then what is returned is of no use.
func plan(c *call, opened places, r *report) []*group {
	var groups []*group
	if opened == nil {
		return nil
	}
	for _, s := range loadAll(c.paths, r) {
		p := opened[folderKey(c.folderOf(s))]
		if p == nil {
			r.addf(exitIO, "%s: its folder was not there a moment ago; run it again", shown(s.path))
			continue
		}
		g, err := groupFor(&groups, p)
		if err != nil {
			r.add(exitIO, err)
			continue
		}
		s.dir = c.dir
		pkg, err := choosePackage(s, g.folder, c.pkg, c.getenv)
		if err != nil {
			r.add(exitSpec, err)
			continue
		}
		j := &job{source: s, folder: g.folder, network: s.network}
		j.network.Package = pkg
		j.options = gen.Options{Package: pkg, Source: s.mark, Files: s.files()}
		g.jobs = append(g.jobs, j)
	}
	for _, g := range groups {
		g.agree(r)
		g.qualify()
		g.collide(r)
	}
	generateAll(c, groups, r)
	return groups
}

// folderOf is the folder that the files of a spec belong to.
func (c *call) folderOf(s *source) string {
	if c.out != "" {
		return c.out
	}
	return filepath.Dir(s.path)
}

// groupFor returns the group of a folder, which it reads when it is the first time.
func groupFor(groups *[]*group, p *place) (*group, error) {
	i := slices.IndexFunc(*groups, func(g *group) bool { return g.folder.key == p.key })
	if i >= 0 {
		return (*groups)[i], nil
	}
	f, err := readFolder(p)
	if err != nil {
		return nil, err
	}
	g := &group{folder: f}
	*groups = append(*groups, g)
	return g, nil
}

// agree reports networks that are to be of different packages in one folder.
func (g *group) agree(r *report) {
	for _, j := range g.jobs[min(1, len(g.jobs)):] {
		if first := g.jobs[0]; j.options.Package != first.options.Package {
			r.addf(exitSpec,
				"%s and %s: one is to be in package %s, the other in package %s, and both in %s; "+
					"one folder holds one package",
				shown(first.source.path), shown(j.source.path), first.options.Package, j.options.Package,
				g.folder.title())
		}
	}
}

// generateAll fills in the files of every job, several at a time, and checks that they can stand beside what is in the
// folder. Large networks begin first, so that none of them is left over when the others are done.
func generateAll(c *call, groups []*group, r *report) {
	var jobs []*job
	for _, g := range groups {
		jobs = append(jobs, g.jobs...)
	}
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(b.network.Params(), a.network.Params()) })
	folder, err := c.cacheFolder()
	if err != nil {
		r.add(exitUsage, err)
		return
	}
	var tasks []func() error
	p := newProgress(c, len(jobs))
	for _, j := range jobs {
		tasks = append(tasks, func() error {
			p.next(j.source.path)
			j.err = j.generate(folder)
			return nil
		})
	}
	_ = parallel.Run(tasks...) // every job has its own error
	p.clear()
	for _, g := range groups {
		for _, j := range g.jobs {
			if j.err != nil {
				r.add(refused(j.source, j.err))
				continue
			}
			j.clashes(r)
		}
	}
}

// refused returns the exit code and the message for an error of package gen: a mistake in the spec that only
// generating shows, or one of ours.
func refused(s *source, err error) (int, error) {
	var list spec.ErrorList
	if !errors.As(err, &list) {
		return exitIO, fmt.Errorf("%s: %w", shown(s.path), err)
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].File = s.path
	}
	return exitSpec, spec.Locate(s.path, s.data, list)
}
