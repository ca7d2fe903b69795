package spec

import (
	"fmt"
	"go/token"
	"regexp"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
)

var (
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

	// emittedSuffixes are what is put behind a network's name to name its other types and constants.
	// No name may end in one: then the emitted names of two networks in one package differ
	// whenever the networks' names do (no suffix is the end of another).
	emittedSuffixes = append([]string{"Grad", "Workspace", "Batch", "Inputs", "Outputs", "Params", "Team", "Trained"},
		optimizerTypes()...)

	// constructorName is how the constructors of a network's types begin, the network's name following.
	constructorName = regexp.MustCompile(`^New[A-Z]`)

	// testPrefixes begin the functions of an emitted test file.
	testPrefixes = []string{"Test", "Benchmark", "Fuzz", "Example"}
	testName     = regexp.MustCompile(`^(Test|Benchmark|Fuzz|Example)([^a-z]|$)`)
)

// nameProblem says what is wrong with a network's name and what to do about it, or "". Names are
// ASCII, because they become file names and assembler symbols as well as Go identifiers.
func nameProblem(name string) string {
	if name == "" {
		return `missing; every network needs a name, such as "Iris"`
	}
	if p := identifierProblem(name); p != "" {
		return p
	}
	if !token.IsExported(name) {
		if upper := strings.ToUpper(name[:1]) + name[1:]; token.IsExported(upper) {
			return fmt.Sprintf("%s is not exported; begin it with an upper-case letter: %s", quoted(name), upper)
		}
		return fmt.Sprintf("%s is not exported; begin it with an upper-case letter", quoted(name))
	}
	for _, s := range emittedSuffixes {
		if strings.HasSuffix(name, s) {
			return fmt.Sprintf("%s ends in %q, which is kept for the types and constants of networks; "+
				"choose another name",
				quoted(name), s)
		}
	}
	if constructorName.MatchString(name) {
		return fmt.Sprintf(`%s begins with "New", like the constructors of networks; choose another name`, quoted(name))
	}
	if testName.MatchString(name) {
		return fmt.Sprintf("%s begins like a test function (%s); choose another name",
			quoted(name), list(testPrefixes, "or"))
	}
	return ""
}

// packageProblem says what is wrong with a package name that is not empty, or "".
func packageProblem(name string) string {
	switch p := identifierProblem(name); {
	case p != "":
		return p
	case name == "_":
		return `"_" cannot name a package; write a name or leave the field out`
	case strings.HasSuffix(name, "_test"):
		return fmt.Sprintf(`%s ends in "_test", which Go keeps for test packages; choose another name`, quoted(name))
	case name == "documentation":
		return `"documentation" is a package name that the go command skips; choose another name`
	}
	return ""
}

// identifierProblem says why name is not an ASCII Go identifier of at most MaxNameLength bytes.
func identifierProblem(name string) string {
	switch {
	case len(name) > MaxNameLength:
		return fmt.Sprintf("%s is %s long; at most %d are allowed", quoted(name), plural.Of(len(name), "byte"),
			MaxNameLength)
	case !identifier.MatchString(name) && token.IsIdentifier(name):
		return fmt.Sprintf("%s is not ASCII, as names in emitted code are; use letters from A to Z or a to z, digits and _",
			quoted(name))
	case !identifier.MatchString(name):
		return fmt.Sprintf("%s is not a Go identifier; use ASCII letters, digits and _, not beginning with a digit",
			quoted(name))
	case token.IsKeyword(name):
		return fmt.Sprintf("%s is a Go keyword; choose another name", quoted(name))
	}
	return ""
}
