package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/internal/plural"
)

// generateCommand is the subcommand generate.
func generateCommand() command {
	return command{
		name: "generate", args: "[-o DIR] [-pkg NAME] [-q] [-watch] SPEC...",
		summary: "write the Go files of networks (default: beside each spec)",
		about: `Reads specs and writes the Go files of each network. For iris.yaml with "name: Iris" these are

  iris_gen.go         the kernels
  iris_amd64_gen.s    assembly for amd64, and iris_arm64_gen.s for arm64, unless the spec has "targets: []";
                      iris_amd64_gen.go and iris_arm64_gen.go call it, and iris_noasm_gen.go takes their
                      place on other processors
  iris_store_gen.go   saves and loads the network
  iris_team_gen.go    spreads batches over several cores
  iris_gen_test.go    a test against the reference, and benchmarks; iris_levels_gen_test.go
                      lets it go through the instruction sets of a processor

The kernels need none of the last three. A spec with "emit: [forward]", for example, leaves them out.
'backpropgen help spec' says what a spec may hold.

All files are made and type-checked in memory first. On any error nothing is written. A file that is up
to date is not touched. A file that backpropgen did not make is never overwritten, unless it is empty.

A file that the spec no longer produces is removed. Under go generate it is only emptied, because go
generate fails when a file that it has listed is gone; the next run removes it. A file whose spec is gone
stays until somebody deletes it: generate prints a note, and check exits 4.

A note says what to run when the module, or its vendor folder, lacks what the files import. A network that
can learn nothing, such as one that ends in the softmax of a single unit, is generated with a warning.

With -watch, generate keeps running. It generates again whenever a spec, or the file of weights that it names,
changes, appears or goes. It prints a mistake and waits for the next change. A pattern in quotes, such as
'nets/*.yaml', also finds specs that come later. Ctrl-C ends it with exit code 0.

Networks may share a package. The names of their tests and benchmarks then carry the network's name,
unless the network has the package's name. If networks share a folder other than that of their specs
(-o), name them all on one command line, so that each is made with the others in view.

Generate keeps what it makes, at most 128 MB, in the folder backpropgen of the user's cache folder. So it
takes little time to generate or check a network again. To use another folder, set BACKPROPGEN_CACHE in the
environment to its absolute path; "off" keeps nothing.`,
		flags:   []string{"o", "pkg", "q", "watch"},
		example: "//go:generate go tool backpropgen generate iris.yaml",
		run:     runGenerate,
	}
}

// runGenerate is the generate command.
func runGenerate(c *call) int {
	if code := c.checkArgs(); code != exitOK {
		return code
	}
	if c.watch {
		return c.runWatch()
	}
	return c.generate()
}

// generate generates once and returns the exit code.
func (c *call) generate() int {
	var r report
	opened := c.openFolders(true, &r)
	defer func() { opened.close(!r.failed()) }()
	groups := plan(c, opened, &r)
	batches, outcomes := c.changes(groups, &r)
	if !r.failed() {
		r.add(exitIO, commitUnlessInterrupted(batches, nil))
	}
	if r.failed() {
		r.print(c.stderr)
		return r.code()
	}
	for _, g := range groups {
		for _, j := range g.jobs {
			c.warn(j.source)
		}
	}
	for _, o := range outcomes {
		if o.note != "" {
			fmt.Fprintln(c.stderr, o.note)
		} else if !c.quiet {
			fmt.Fprintln(c.stdout, o.line())
		}
	}
	if !c.quiet {
		for _, note := range c.importNotes(groups) {
			fmt.Fprintln(c.stderr, note)
		}
	}
	return exitOK
}

// warn prints the warnings of a spec, which are no reason not to generate, unless only errors are to be printed.
func (c *call) warn(s *source) {
	if !c.quiet && len(s.warnings) > 0 {
		fmt.Fprintln(c.stderr, s.warnings)
	}
}

// checkArgs reports what is wrong with the arguments of a command that takes specs.
func (c *call) checkArgs() int {
	if len(c.args) == 0 {
		return c.misused("no spec given")
	}
	if c.pkg != "" {
		if err := packageProblem(c.pkg); err != nil {
			return c.misused("-pkg: %v", err)
		}
	}
	if _, err := c.cacheFolder(); err != nil {
		return c.misused("%v", err)
	}
	return exitOK
}

// outcome is what becomes of the files of one network, or a note about something else.
type outcome struct {
	job                       *job
	wrote, unchanged, removed []string
	emptied, empty            []string // placeholders that were written, and that stay
	note                      string
}

// changes compares what was generated with what is in place and returns what has to be done.
func (c *call) changes(groups []*group, r *report) ([]batch, []outcome) {
	var batches []batch
	var outcomes []outcome
	index := map[*job]int{} // of the job's outcome
	for _, g := range groups {
		b := batch{place: g.folder.place}
		for _, j := range g.jobs {
			o := outcome{job: j}
			for _, f := range j.files {
				t, err := j.folder.targetOf(f)
				if err == nil {
					err = j.taken(t)
				}
				path := j.folder.show(f.Name)
				switch {
				case err != nil:
					r.addf(exitIO, "%s: %v", path, err)
				case t.exists && sameText(t.data, f.Data):
					o.unchanged = append(o.unchanged, path)
				default:
					o.wrote = append(o.wrote, path)
					b.changes = append(b.changes, change{
						name: f.Name, data: f.Data, mode: t.mode, exists: t.exists, old: t.data,
					})
				}
			}
			index[j] = len(outcomes)
			outcomes = append(outcomes, o)
		}
		for _, orphan := range g.orphans() {
			path := g.folder.show(orphan.name)
			t, err := g.folder.target(orphan.name)
			if orphan.owner == nil || err != nil {
				outcomes = append(outcomes, outcome{
					note: path + ": orphaned: " + orphan.reason +
						"; it stays, because something may need it, and check exits 4 until it is deleted",
				})
				continue
			}
			c.unneeded(g, t, &outcomes[index[orphan.owner]], &b)
		}
		if len(g.jobs) > 0 {
			c.replaceWithdrawn(g, &outcomes[index[g.jobs[0]]], &b)
		}
		batches = append(batches, b)
	}
	return batches, outcomes
}

// line is the summary of one network.
func (o outcome) line() string {
	j := o.job
	n := j.network
	var done []string
	if len(o.wrote) > 0 {
		done = append(done, "wrote "+strings.Join(o.wrote, ", "))
	}
	if len(o.removed) > 0 {
		done = append(done, "removed "+strings.Join(o.removed, ", "))
	}
	text := strings.Join(append(done, o.emptiedText()...), ", ")
	switch {
	case text == "":
		text = "up to date (" + strings.Join(o.unchanged, ", ") + ")"
	case len(o.unchanged) > 0:
		text += " (unchanged: " + strings.Join(o.unchanged, ", ") + ")"
	}
	gradient := ""
	if n.Learns() {
		gradient = fmt.Sprintf(", %d gradient", j.summary.GradMultiplyAdds)
	}
	return fmt.Sprintf("%s: %s %s, %s, %s forward%s, %s workspace; %s in %s",
		shown(j.source.path), n.Name, shortened(gen.Shape(n)), plural.Of(j.summary.Params, "parameter"),
		plural.Of(j.summary.MultiplyAdds, "multiply-add"), gradient,
		plural.Of(j.summary.WorkspaceBytes, "byte"), text, j.took.Round(time.Millisecond))
}

// shortened leaves the middle out of the shape of a deep network.
func shortened(shape string) string {
	const ends = 6
	dims := strings.Split(shape, "-")
	if len(dims) > 2*ends {
		dims = slices.Concat(dims[:ends], []string{"…"}, dims[len(dims)-ends:])
	}
	return strings.Join(dims, "-")
}
