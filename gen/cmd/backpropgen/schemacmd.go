package main

import "github.com/backpropgen/backpropgen/spec"

// schemaCommand is the subcommand schema.
func schemaCommand() command {
	return command{
		name:    "schema",
		summary: "print the JSON Schema of specs, for editors",
		about: `Prints the JSON Schema (2020-12) of specs. Editors complete and check specs with it.

A YAML language server, as in VS Code or Neovim, finds it by the first line of the spec, which init writes:
a comment, # yaml-language-server: $schema= and the address of the schema. Where that address can't be
reached, save the schema beside the spec and name the file instead:

  backpropgen schema > backpropgen.schema.json
  # yaml-language-server: $schema=backpropgen.schema.json

For specs in JSON, name the file in the editor's settings, such as json.schemas of VS Code.

The schema refuses what generate refuses, but for a few mistakes that no schema can see, such as a mistake
in a formula.`,
		example: "backpropgen schema > backpropgen.schema.json",
		run:     runSchema,
	}
}

// runSchema is the schema command.
func runSchema(c *call) int {
	if len(c.args) > 0 {
		return c.misused("takes no arguments")
	}
	_, _ = c.stdout.Write(spec.Schema()) // output remembers the error
	return exitOK
}
