package gen

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// apiTypes are the types of the arguments of the API as verify has them, whatever the network: its parameters are a P,
// gradients a G, workspaces a W, batches a B, inputs an X, outputs and targets a Y and numbers an F. A team is a T.
var apiTypes = map[string]string{
	plan.WorkspaceArg: "*W", plan.BatchArg: "*B", plan.InputArg: "*X", plan.TargetArg: "*Y", plan.GradArg: "*G",
	plan.RateArg: "F", plan.InputsArg: "[]X", plan.TargetsArg: "[]Y", plan.OutputsArg: "[]Y", plan.SlopesArg: "[]X",
}

// apiFields are the functions of the API as fields of what verify judges, a line each: of a kernel, or the batch
// functions of a team, which has its workspaces itself.
func apiFields(team bool) string {
	var b strings.Builder
	for _, s := range plan.API {
		if team && !s.Batch || s.Derivative != "" {
			continue
		}
		params := []string{"p *P"}
		if team {
			params = []string{"t *T", "p *P"}
		}
		for _, arg := range s.Args {
			if !team || arg != plan.BatchArg {
				params = append(params, arg+" "+apiTypes[arg])
			}
		}
		result := ""
		switch {
		case s.Output:
			result = " *Y"
		case s.ReturnsLoss():
			result = " F"
		}
		fmt.Fprintf(&b, "\t%s func(%s)%s\n", s.Name, strings.Join(params, ", "), result)
	}
	return b.String()
}
