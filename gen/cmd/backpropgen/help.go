package main

import (
	"fmt"
	"strings"
)

const exitCodes = `Exit codes: 0 ok · 1 internal or I/O · 2 usage · 3 spec or model · 4 stale (check only).
If several things fail, all are reported and the smallest code is returned.
`

// usage returns the list of commands.
func usage() string {
	var b strings.Builder
	b.WriteString("Backpropgen turns the spec of a small neural network into fast Go functions that evaluate and train\n" +
		"that network, without allocations.\n\nUsage: backpropgen COMMAND [ARGUMENTS]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-9s %s\n", c.name, c.summary)
	}
	b.WriteString("\nTo begin: backpropgen init Xor\nMore: backpropgen help COMMAND\n" +
		"What a spec may hold: backpropgen help spec\n\n" + exitCodes)
	return b.String()
}

// help returns how to use one command.
func help(c command) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace("Usage: backpropgen "+c.name+" "+c.args) + "\n\n" + c.about + "\n")
	b.WriteString("\nFlags:\n" + flagTable(c) + "\nExample: " + c.example + "\n\n" + exitCodes)
	return b.String()
}

// helpCommand is the subcommand help.
func helpCommand() command {
	return command{
		name: "help", args: "[COMMAND | spec]",
		summary: "print this, how to use a command, or what a spec may hold",
		about:   "Prints the list of commands, or how to use one of them, or with 'spec' what a spec may hold.",
		example: "backpropgen help generate",
		run:     runHelp,
	}
}

// runHelp is the help command.
func runHelp(c *call) int {
	switch len(c.args) {
	case 0:
		fmt.Fprint(c.stdout, usage())
		return exitOK
	case 1:
		if c.args[0] == specTopic {
			fmt.Fprint(c.stdout, helpSpec())
			return exitOK
		}
		cmd, ok := lookup(c.args[0])
		if !ok {
			return c.misused("no command %s%s", shown(c.args[0]), commandHint(c.args[0]))
		}
		fmt.Fprint(c.stdout, help(cmd))
		return exitOK
	}
	return c.misused("one command at most, not %d", len(c.args))
}
