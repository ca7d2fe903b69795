package main

import "github.com/backpropgen/backpropgen/spec"

// runSchema is the schema command.
func runSchema(c *call) int {
	if len(c.args) > 0 {
		return c.misused("takes no arguments")
	}
	_, _ = c.stdout.Write(spec.Schema()) // output remembers the error
	return exitOK
}
