package templates

import (
	"fmt"
	"slices"
	"strings"
)

// keepParts keeps or drops what the text has for some networks alone, between lines that are the comments "name {" and
// "name }", and drops these lines. Parts may lie in one another.
func keepParts(text string, keep map[string]bool) (string, error) {
	var kept strings.Builder
	var within []string
	for line := range strings.Lines(text) {
		name, isMark := strings.CutPrefix(strings.TrimSpace(line), "// ")
		name, brace, _ := strings.Cut(name, " ")
		if _, known := keep[name]; isMark && (brace == "{" || brace == "}") {
			switch {
			case !known:
				return "", fmt.Errorf("the text has a part %q, which nothing decides on", name)
			case brace == "{":
				within = append(within, name)
			case len(within) == 0 || within[len(within)-1] != name:
				return "", fmt.Errorf("the text ends part %q, which is not the last that begins", name)
			default:
				within = within[:len(within)-1]
			}
			continue
		}
		if !slices.ContainsFunc(within, func(part string) bool { return !keep[part] }) {
			kept.WriteString(line)
		}
	}
	if len(within) > 0 {
		return "", fmt.Errorf("the text does not end part %q", within[0])
	}
	return kept.String(), nil
}
