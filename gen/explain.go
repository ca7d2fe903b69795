package gen

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
)

// Explain is the plan of a network as text for people: what it costs, what the passes decided, the buffers, and every
// emitted function with its operations, loops and parts.
func Explain(n spec.Network, o Options) (string, error) {
	n, p, o, err := compile(n, o)
	if err != nil {
		return "", err
	}
	s := summarise(n, p)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s, %s: %s; cost %s\n", n.Name, Shape(n), n.Precision, activations(n), n.Cost.Name)
	fmt.Fprintf(&b, "  package %s, files %s\n", o.Package, strings.Join(FileNames(n)[:2], " "))
	fmt.Fprintf(&b, "  %d parameters, %d multiply-adds forward, %d gradient\n", s.Params, s.MultiplyAdds, s.GradMultiplyAdds)
	fmt.Fprintf(&b, "  %d bytes workspace, about %d bytes of machine code: %s\n", s.WorkspaceBytes, s.CodeBytes, s.Unrolled)
	fmt.Fprintf(&b, "  spec sha256:%s\n", s.Digest)
	if len(n.Targets) > 0 {
		fmt.Fprintf(&b, "  targets %v: served by the portable Go; no assembly is emitted\n", n.Targets)
	}
	for _, c := range p.Choices {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	b.WriteString("\n")
	b.WriteString(p.String())
	return b.String(), nil
}
