package main

import (
	"fmt"
	"regexp"
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
	found, err := block(lines, function, equation)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	shown, err := selected(lines[found.from:found.to], keep)
	if err != nil {
		return "", fmt.Errorf("%s, %s, below %q: %w", name, function, equation, err)
	}
	return n.caption(found.function, found.from+1, found.to) + "\n\n```go\n" + strings.Join(shown, "\n") + "\n```", nil
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

// place is where an equation stands: in a function, or in a method that it calls.
type place struct {
	function string
	from, to int
}

// called is a call of another method.
var called = regexp.MustCompile(`\bp\.(\w+)\(`)

// block finds the lines below an equation, the comment included: in a function, else in a method that it calls.
func block(lines []string, function, equation string) (place, error) {
	start := slices.IndexFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "func ") && strings.Contains(l, ") "+function+"(")
	})
	if start < 0 {
		return place{}, fmt.Errorf("there is no function %s", function)
	}
	end := start + slices.Index(lines[start:], "}")
	body := lines[start:end]
	at := slices.IndexFunc(body, func(l string) bool { return strings.TrimLeft(l, "\t") == "// "+equation })
	if at < 0 {
		for _, l := range body {
			if m := called.FindStringSubmatch(l); m != nil && m[1] != function {
				if found, err := block(lines, m[1], equation); err == nil {
					return found, nil
				}
			}
		}
		return place{}, fmt.Errorf("%s has no equation %q; it has\n%s", function, equation,
			strings.Join(comments(body), "\n"))
	}
	indent := strings.TrimSuffix(body[at], "// "+equation)
	length := slices.IndexFunc(body[at:], func(l string) bool {
		return l == "" || strings.HasPrefix(l, "\treturn") || !strings.HasPrefix(l, indent)
	})
	if length < 0 {
		length = len(body) - at
	}
	return place{function, start + at, start + at + length}, nil
}

// comments are the equations of a function.
func comments(body []string) []string {
	var found []string
	for _, l := range body {
		if text, ok := strings.CutPrefix(strings.TrimLeft(l, "\t"), "// "); ok {
			found = append(found, text)
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
	indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], "\t"))]
	for i, l := range lines {
		l = strings.TrimPrefix(l, indent)
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
