package spec

import (
	"fmt"
	"strconv"
	"strings"
)

// String returns the function for people to read: leaky-relu(slope 0.1), or its formula.
func (f Function) String() string {
	if f.Expr != "" {
		return f.Expr
	}
	var params []string
	for _, role := range []Role{ActivationRole, CostRole} {
		entry, _ := Lookup(role, f.Name)
		for _, p := range entry.Params {
			if v, given := f.Params[p.Name]; given {
				params = append(params, fmt.Sprintf("%s %s", p.Name, strconv.FormatFloat(v, 'g', -1, 64)))
			}
		}
	}
	if len(params) == 0 {
		return f.Name
	}
	return f.Name + "(" + strings.Join(params, ", ") + ")"
}

// Brief returns the function for a line that has other things to say: as String does, but a formula between quotes and
// no longer than its first 40 characters.
func (f Function) Brief() string {
	if f.Expr != "" {
		return quoted(f.Expr)
	}
	return f.String()
}
