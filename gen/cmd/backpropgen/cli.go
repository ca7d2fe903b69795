package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/backpropgen/backpropgen/gen"
)

// env is everything a run takes from its surroundings beside the file system.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	userCache      func() (string, error) // the folder for what programs keep to save time; nil: there is none
}

// command is one subcommand: what help says about it and what it does.
type command struct {
	name    string
	args    string   // the usage line behind the name
	summary string   // one line for the list of commands
	about   string   // what it does, for its own help
	flags   []string // the flags it takes, of those in flagHelp
	example string
	run     func(*call) int // returns the exit code
}

// call is one invocation of a command.
type call struct {
	env
	cmd   command
	args  []string // what is left beside the flags
	paths []string // the files that args stand for
	out   string   // -o
	pkg   string   // -pkg
	quiet bool     // -q
	diff  bool     // -d
	watch bool     // -watch

	measures bool // -measure

	dir string       // the folder that a go:generate line is in, "" for the working directory
	run *generateRun // that line, if the call stands for one

	importing importing  // the flags of import and export
	ranges    gen.Ranges // -inputs, -weights, -biases and -targets
}

// run does what the command line says and returns the exit code. Output that could not be written is a failure, unless
// something worse has been reported.
func run(args []string, e env) int {
	out := &output{w: e.stdout}
	e.stdout = out
	code := dispatch(args, e)
	if out.err != nil && code == exitOK {
		fmt.Fprintf(e.stderr, "backpropgen: standard output: %v\n", out.err)
		return exitIO
	}
	return code
}

// output remembers the first error of the writer behind it.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// dispatch finds the command and runs it.
func dispatch(args []string, e env) int {
	if len(args) == 0 {
		fmt.Fprint(e.stderr, usage())
		return exitUsage
	}
	name, args := args[0], args[1:]
	switch name {
	case "-h", "-help", "--help":
		name, args = "help", nil
	case "-version", "--version":
		name = "version"
	}
	cmd, ok := lookup(name)
	if !ok {
		fmt.Fprintf(e.stderr, "backpropgen: no command %s%s\n", shown(name), commandHint(name))
		return exitUsage
	}
	c := &call{env: e, cmd: cmd}
	switch err := c.parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(e.stdout, help(cmd))
		return exitOK
	case err != nil:
		return c.misused("%v", err)
	}
	return cmd.run(c)
}

// misused reports a mistake in the command line and returns the exit code for it.
func (c *call) misused(format string, args ...any) int {
	fmt.Fprintf(c.stderr, "backpropgen %s: %s\nrun 'backpropgen help %s' for usage\n",
		c.cmd.name, fmt.Sprintf(format, args...), c.cmd.name)
	return exitUsage
}

// parse reads the flags of the command, which may stand before, between and behind its other
// arguments; after "--" everything is an argument.
func (c *call) parse(args []string) error {
	fs := flag.NewFlagSet(c.cmd.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	for _, name := range c.cmd.flags {
		switch name {
		case "o":
			fs.Func("o", "", func(s string) error { c.out = s; return notEmpty(s) })
		case "pkg":
			fs.Func("pkg", "", func(s string) error { c.pkg = s; return notEmpty(s) })
		case "q":
			fs.BoolVar(&c.quiet, "q", false, "")
		case "d":
			fs.BoolVar(&c.diff, "d", false, "")
		case "watch":
			fs.BoolVar(&c.watch, "watch", false, "")
		case "measure":
			fs.BoolVar(&c.measures, "measure", false, "")
		case "f":
			fs.BoolVar(&c.importing.force, "f", false, "")
		case "name":
			fs.Func(name, "", func(s string) error { c.importing.name = s; return notEmpty(s) })
		case "cost":
			fs.Func(name, "", func(s string) error { c.importing.cost = s; return notEmpty(s) })
		case "output":
			fs.Func(name, "", func(s string) error { c.importing.output = s; return notEmpty(s) })
		case "spec":
			fs.Func(name, "", func(s string) error { c.importing.spec = s; return notEmpty(s) })
		case "activations":
			fs.Func(name, "", func(s string) error { c.importing.acts = s; return notEmpty(s) })
		case "sample":
			fs.Func(name, "", func(s string) error { c.importing.sample = s; return notEmpty(s) })
		case "inputs":
			rangeVar(fs, name, &c.ranges.Inputs)
		case "weights":
			if c.cmd.name == "export" {
				fs.Func(name, "", func(s string) error { c.importing.weights = s; return notEmpty(s) })
				break
			}
			rangeVar(fs, name, &c.ranges.Weights)
		case "biases":
			rangeVar(fs, name, &c.ranges.Biases)
		case "targets":
			rangeVar(fs, name, &c.ranges.Targets)
		}
	}
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return err
			}
			return errors.New(printable(err.Error()))
		}
		rest := fs.Args()
		if len(rest) == 0 {
			return nil
		}
		if done := len(args) - len(rest); done > 0 && args[done-1] == "--" {
			c.args = append(c.args, rest...)
			return nil
		}
		c.args = append(c.args, rest[0])
		args = rest[1:]
	}
}

func notEmpty(s string) error {
	if s == "" {
		return errors.New("it is empty")
	}
	return nil
}

func lookup(name string) (command, bool) {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}

// commandHint ends the message about a command that does not exist.
func commandHint(wrong string) string {
	const (
		most  = 40 // a longer word is no misspelling, and distances cost time
		close = 2  // two letters wrong, or two swapped
	)
	best, distance := "", 0
	if len(wrong) <= most {
		for _, c := range commands() {
			d := levenshtein.ComputeDistance(strings.ToLower(wrong), c.name)
			if len(wrong) > 1 && strings.HasPrefix(c.name, strings.ToLower(wrong)) {
				d = 0 // an abbreviation
			}
			if d <= close && d < len(wrong) && (best == "" || d < distance) {
				best, distance = c.name, d
			}
		}
	}
	if best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	for _, extension := range specExtensions {
		if strings.HasSuffix(strings.ToLower(wrong), extension) {
			return "; to generate from a spec write 'backpropgen generate " + shown(wrong) + "'"
		}
	}
	return "; run 'backpropgen help' for the list"
}
