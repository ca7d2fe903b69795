package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
)

// checkCommand is the subcommand check.
func checkCommand() command {
	return command{
		name: "check", args: "[-o DIR] [-pkg NAME] [-d] [-q] SPEC|DIR...",
		summary: "exit 4 if emitted files are missing, stale, orphaned or edited by hand",
		about: `Compares the files in place with what generate would write, and changes none of them. What it generates
for that is kept, as by generate. Prints one line for each difference:

  missing     there is no such file
  stale       the spec, its package or its neighbours changed, or another version of backpropgen made the
              file; the message then names that version
  edited      somebody changed the file: the checksum in its second line no longer fits
  empty       the file is empty
  cut short   the file ends too early
  orphaned    the spec of the file is gone, or no longer produces it

Give specs the same flags as generate. A folder, with or without /..., stands for everything in it and
below it:

  - what its go:generate lines with 'backpropgen generate' make, with the flags of that line;
  - every spec that has emitted files in its own folder. A spec without any is skipped.

Skipped as by the go command: testdata, vendor, folders that begin with . or _, and other modules.

With -d, a unified diff follows on standard output for each file that differs. Lines with - are in the
file, lines with + are what generate would write. The exit codes are the same.`,
		flags:   []string{"o", "pkg", "d", "q"},
		example: "backpropgen check ./...",
		run:     runCheck,
	}
}

// runCheck is the check command.
func runCheck(c *call) int {
	if code := c.checkArgs(); code != exitOK {
		return code
	}
	var r report
	var result checked
	calls := c.checkCalls(&r)
	for _, each := range calls {
		each.check(&r, &result)
	}
	r.print(c.stderr)
	switch commands := result.commands(); {
	case len(commands) == 0:
	case calls[0] == c:
		fmt.Fprintf(c.stderr, "run %s, or 'go generate ./...'\n", commands[0])
	default:
		fmt.Fprintf(c.stderr, "run %s\n", strings.Join(commands, " and "))
	}
	if !r.failed() && !c.quiet {
		for _, line := range result.fresh {
			fmt.Fprintln(c.stdout, line)
		}
	}
	return r.code()
}

// checked is what calls of check have found.
type checked struct {
	fresh    []string        // a line for each network that is up to date
	byHand   []string        // commands that put right what is not, for specs by name,
	generate map[string]bool // and the folders of go:generate lines that do
}

// commands are what puts right what was found, as messages have it.
func (o *checked) commands() []string {
	var list []string
	for _, command := range o.byHand {
		list = append(list, "'"+command+"'")
	}
	if len(o.generate) > 0 {
		list = append(list, "'"+generateDirs(o.generate)+"'")
	}
	return list
}

// check compares what one call of generate would write with what is there.
func (c *call) check(all *report, result *checked) {
	var r report
	defer func() { all.failures = append(all.failures, r.failures...) }()
	opened := c.openFolders(false, &r)
	defer opened.close(true)
	groups := plan(c, opened, &r)
	if r.failed() {
		return
	}
	var wrong []*job // those that generate would put right
	for _, g := range groups {
		if g.folder.checkLeftovers(&r) {
			wrong = append(wrong, g.jobs[0])
		}
		for _, j := range g.jobs {
			if g.checkJob(c, j, &r) && !slices.Contains(wrong, j) {
				wrong = append(wrong, j)
			}
		}
		for _, o := range g.orphans() {
			switch {
			case o.owner == nil:
				r.addf(exitStale, "%s: orphaned: %s; delete it", g.folder.show(o.name), o.reason)
			default:
				r.addf(exitStale, "%s: orphaned: %s", g.folder.show(o.name), o.reason)
				if !slices.Contains(wrong, o.owner) {
					wrong = append(wrong, o.owner)
				}
			}
		}
		for _, j := range g.jobs {
			line := fmt.Sprintf("%s: %s is up to date (%s)", shown(j.source.path), j.network.Name, j.fileList())
			if !slices.Contains(result.fresh, line) {
				result.fresh = append(result.fresh, line)
			}
		}
	}
	switch {
	case len(wrong) == 0:
	case c.run == nil:
		result.byHand = append(result.byHand, c.generateLine(wrong))
	default:
		if result.generate == nil {
			result.generate = map[string]bool{}
		}
		result.generate[c.dir] = true
	}
}

// checkLeftovers reports what a run left that was cut off, and says whether there is anything.
func (p *place) checkLeftovers(r *report) bool {
	if p.root == nil {
		return false
	}
	_, found, err := readJournal(p.root)
	switch {
	case err != nil:
		r.addf(exitStale, "%s: left over from a run of backpropgen that was cut off, and cannot be read: %s",
			p.show(journalName), cause(err))
	case found:
		r.addf(exitStale,
			"%s: an earlier run was cut off while it replaced files; "+
				"generate puts them back as they were before it, and goes on from there", p.title())
	}
	names, err := leftovers(p.root)
	if err != nil {
		r.addf(exitIO, "%s: the folder cannot be read: %s", p.title(), cause(err))
	}
	if !found {
		for _, name := range names {
			r.addf(exitStale, "%s: left over from a run that was cut off; generate removes it", p.show(name))
		}
	}
	return found || len(names) > 0
}

// checkJob reports how the files in place differ from those of the job, one line each, and says whether
// generating would put any of them right.
func (g *group) checkJob(c *call, j *job, r *report) bool {
	fixable := false
	for _, f := range j.files {
		path := g.folder.show(f.Name)
		t, err := g.folder.targetOf(f)
		taken := error(nil)
		if err == nil {
			taken = j.taken(t)
		}
		switch {
		case errors.Is(err, errForeign), errors.Is(err, errNotRegular):
			r.addf(exitStale, "%s: %v", path, err)
		case err != nil:
			r.addf(exitIO, "%s: %v", path, err)
		case taken != nil:
			r.addf(exitStale, "%s: %v", path, taken)
		case !t.exists:
			r.addf(exitStale, "%s: missing", path)
			fixable = true
		case !sameText(t.data, f.Data):
			r.addf(exitStale, "%s: %s", path, g.difference(j, t, f))
			c.printDiff(path, t.data, f.Data)
			fixable = true
		}
	}
	return fixable
}

// difference says why a file in place is not what would be generated, as far as it can be told.
func (g *group) difference(j *job, t target, f gen.File) string {
	stamp, ok := gen.ReadStamp(t.data)
	_, isPlaceholder := placeholderOf(t.data)
	switch {
	case len(t.data) == 0:
		return "empty"
	case t.cut:
		return "cut short"
	case isPlaceholder:
		return "stale: go generate left it empty when it was not needed"
	case ok && !stamp.Intact:
		return "edited by hand"
	case t.source != j.source.mark:
		return fmt.Sprintf("stale: it was made from %s", shown(t.source))
	case !ok:
		return fmt.Sprintf("stale: it does not say which version of backpropgen made it, so that an older one did, "+
			"or its head was edited; this is %s", gen.Version)
	case stamp.Version != gen.Version:
		return fmt.Sprintf("stale: it was made by backpropgen %s, and this is %s", stamp.Version, gen.Version)
	}
	if f.Kind == gen.Weights && gen.WeightsSource(t.data) != gen.WeightsSource(f.Data) {
		return fmt.Sprintf("stale: %s changed since it was made", shown(filepath.Join(filepath.Dir(j.source.path),
			filepath.FromSlash(j.network.Weights))))
	}
	if f.Kind != gen.Weights && !g.sameSpec(j, t) {
		return fmt.Sprintf("stale: %s changed since it was made", shown(j.source.path))
	}
	// The spec is the same; would other surroundings explain the difference?
	other := j.options
	other.Qualify = !other.Qualify
	if g.madeWith(j, other, t) {
		if j.options.Qualify {
			return "stale: its package holds another network now"
		}
		return "stale: its network is alone in its package now"
	}
	if pkg := packageClause(t.data); pkg != "" && strings.TrimSuffix(pkg, "_test") != j.options.Package {
		return fmt.Sprintf("stale: it is in package %s, and is to be in package %s", pkg, j.options.Package)
	}
	return fmt.Sprintf("stale: %s was another one when it was made, or another build of backpropgen %s made it",
		shown(j.source.path), gen.Version)
}

// sameSpec says whether a file in place was made from the spec as it is now. The portable file speaks for
// those whose header gives no digest.
func (g *group) sameSpec(j *job, t target) bool {
	digest := []byte(j.network.Digest())
	if bytes.Contains(t.data, digest) {
		return true
	}
	main, err := g.folder.target(gen.FileNames(j.network)[0])
	return err == nil && !digestLine.Match(t.data) && bytes.Contains(main.data, digest)
}

// digestLine matches the header line of an emitted file that gives the digest of its spec.
var digestLine = regexp.MustCompile(`(?m)^//.*\b[0-9a-f]{64}\b`)

// madeWith says whether generating with the given options gives the file in place.
func (g *group) madeWith(j *job, o gen.Options, t target) bool {
	files, err := gen.Generate(j.network, o)
	return err == nil && slices.ContainsFunc(files, func(f gen.File) bool {
		return f.Name == t.name && sameText(t.data, f.Data)
	})
}

// fileList names the files of a job.
func (j *job) fileList() string {
	names := make([]string, len(j.files))
	for i, f := range j.files {
		names[i] = j.folder.show(f.Name)
	}
	return strings.Join(names, ", ")
}

// generateLine returns the command that puts right what check found.
func (c *call) generateLine(wrong []*job) string {
	words := []string{"backpropgen generate"}
	if c.out != "" {
		words = append(words, "-o", shellWord(c.out))
	}
	if c.pkg != "" {
		words = append(words, "-pkg", c.pkg)
	}
	for _, j := range wrong {
		words = append(words, shellWord(j.source.path))
	}
	return strings.Join(words, " ")
}
