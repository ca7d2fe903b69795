package gen

// For tests outside the package, which share the random networks.
var (
	Careful     = careful
	ExampleRate = exampleRate
)
