package main

// commands lists the subcommands in the order help shows them. It is a function, and so are they, because help is one
// of them.
func commands() []command {
	return []command{
		generateCommand(),
		checkCommand(),
		explainCommand(),
		initCommand(),
		importCommand(),
		exportCommand(),
		schemaCommand(),
		versionCommand(),
		helpCommand(),
	}
}
