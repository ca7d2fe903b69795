package spec

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// weightsEndings are how names of files of weights end.
var weightsEndings = []string{".safetensors", ".npz"}

// weights checks the path of the file of weights.
func (c *checker) weights(n Network) {
	if n.Weights != "" {
		c.text("weights", n.Weights, weightsProblem)
	}
}

// trained checks that the numbers of a file of weights are few enough to be constants.
func (c *checker) trained(n Network, params int64) {
	if n.Weights != "" && params > MaxTrained && c.sound("weights") {
		c.fail("weights", "the network has %d weights and biases; at most %d can be emitted with their values, "+
			"since the compiler takes long for them: remove this line, and load the file at run time with tensors.Load",
			params, MaxTrained)
	}
}

// weightsProblem says what is wrong with the path of a file of weights and what to do about it, or "". The rules are
// the same on all systems.
func weightsProblem(path string) string {
	const rule = "; write the path from the spec's folder, such as weights/iris.safetensors"
	odd := func(r rune) bool { return r < ' ' || r == 0x7f }
	switch {
	case utf8.RuneCountInString(path) > MaxWeightsPath:
		return fmt.Sprintf("the path has more than %d characters", MaxWeightsPath)
	case strings.ContainsFunc(path, odd) || !utf8.ValidString(path):
		return quoted(path) + " has characters that no path should have" + rule
	case strings.Contains(path, `\`):
		return fmt.Sprintf("%s has a backslash; write / between folders, on every system", quoted(path))
	case strings.HasPrefix(path, "/"):
		return fmt.Sprintf("%s is absolute; the file must lie in the spec's folder or below it%s", quoted(path), rule)
	case slices.Contains(strings.Split(path, "/"), ".."):
		return fmt.Sprintf("%s leads out of a folder; the file must lie in the spec's folder or below it%s",
			quoted(path), rule)
	case !fs.ValidPath(path):
		return fmt.Sprintf("%s has parts that are empty or a dot%s", quoted(path), rule)
	case !slices.ContainsFunc(weightsEndings, func(e string) bool { return strings.HasSuffix(path, e) }):
		return fmt.Sprintf("%s must end in %s", quoted(path), list(weightsEndings, "or"))
	}
	return ""
}
