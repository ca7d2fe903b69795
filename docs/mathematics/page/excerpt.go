package main

import (
	"fmt"
	"slices"
	"strings"
)

// excerpt quotes the code below an equation: the statements of a function from the comment that is the equation to the
// next empty line or the return. With keep only the lines that begin with one of these are shown, and the others are
// hinted at. It is an error if the function, the equation or a line to keep is not there.
func (nets networks) excerpt(name, function, equation string, keep ...string) (string, error) {
	n, err := nets.get(name)
	if err != nil {
		return "", err
	}
	lines := strings.Split(n.source, "\n")
	from, to, err := block(lines, function, equation)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	shown, err := selected(lines[from:to], keep)
	if err != nil {
		return "", fmt.Errorf("%s, %s, below %q: %w", name, function, equation, err)
	}
	return n.caption(function, from+1, to) + "\n\n```go\n" + strings.Join(shown, "\n") + "\n```", nil
}

// declaration quotes the declaration of a type of a network, named by what follows the network's own name.
func (nets networks) declaration(name, suffix string) (string, error) {
	n, err := nets.get(name)
	if err != nil {
		return "", err
	}
	lines := strings.Split(n.source, "\n")
	head := "type " + n.spec.Name + suffix + " struct {"
	from := slices.Index(lines, head)
	if from < 0 {
		return "", fmt.Errorf("%s: no line is %q", name, head)
	}
	to := from + slices.Index(lines[from:], "}") + 1
	return n.caption(n.spec.Name+suffix, from+1, to) + "\n\n```go\n" + strings.Join(lines[from:to], "\n") + "\n```", nil
}

// caption says where code is from: lines from to to of a committed file, or a network that the page shows.
func (n *network) caption(what string, from, to int) string {
	if n.link == "" {
		return "`" + what + "` of the " + n.name + " network:"
	}
	return fmt.Sprintf("`%s` of [%s](%s#L%d-L%d):", what, n.name, n.link, from, to)
}

// block finds the lines below an equation in a function, the comment included.
func block(lines []string, function, equation string) (from, to int, err error) {
	start := slices.IndexFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "func ") && strings.Contains(l, ") "+function+"(")
	})
	if start < 0 {
		return 0, 0, fmt.Errorf("there is no function %s", function)
	}
	end := start + slices.Index(lines[start:], "}")
	body := lines[start:end]
	at := slices.Index(body, "\t// "+equation)
	if at < 0 {
		return 0, 0, fmt.Errorf("%s has no equation %q; it has\n%s", function, equation, strings.Join(comments(body), "\n"))
	}
	length := slices.IndexFunc(body[at:], func(l string) bool { return l == "" || strings.HasPrefix(l, "\treturn") })
	if length < 0 {
		length = len(body) - at
	}
	return start + at, start + at + length, nil
}

// comments are the equations of a function.
func comments(body []string) []string {
	var found []string
	for _, l := range body {
		if strings.HasPrefix(l, "\t// ") {
			found = append(found, strings.TrimPrefix(l, "\t// "))
		}
	}
	return found
}

// selected is the block without the indentation of a function's body, shortened to the lines that begin with one of
// keep.
func selected(lines, keep []string) ([]string, error) {
	used := make([]bool, len(keep))
	var shown []string
	hidden := false
	for i, l := range lines {
		l = strings.TrimPrefix(l, "\t")
		text := strings.TrimLeft(l, "\t")
		k := slices.IndexFunc(keep, func(k string) bool { return strings.HasPrefix(text, k) })
		if k >= 0 {
			used[k] = true
		}
		if k >= 0 || i == 0 || len(keep) == 0 {
			shown, hidden = append(shown, l), false
			continue
		}
		if !hidden {
			shown, hidden = append(shown, strings.TrimSuffix(l, text)+"// …"), true
		}
	}
	if i := slices.Index(used, false); i >= 0 {
		return nil, fmt.Errorf("no line begins with %q", keep[i])
	}
	return shown, nil
}
