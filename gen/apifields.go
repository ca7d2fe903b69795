package gen

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// apiTypes are the types of the arguments of the API as verify has them, whatever the network: its parameters are a P,
// gradients a G, workspaces a W, batches a B, inputs an X, outputs and targets a Y and numbers an F. A team is a T.
var apiTypes = map[string]string{
	plan.WorkspaceArg: "*W", plan.BatchArg: "*B", plan.InputArg: "*X", plan.TargetArg: "*Y", plan.GradArg: "*G",
	plan.RateArg: "F", plan.DirectionArg: "*X", plan.ProductArg: "*Y", plan.JacobianArg: "*J", plan.JacobiansArg: "[]J",
	plan.VectorArg: "*G", plan.HessianArg: "*G",
	plan.InputsArg: "[]X", plan.TargetsArg: "[]Y", plan.OutputsArg: "[]Y", plan.SlopesArg: "[]X",
	plan.WeightsArg: "[]F",
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
		b.WriteString(apiField(s, params))
	}
	return b.String()
}

// derivativeFields are the derivatives of the API as fields of what verify judges. A matrix ∂ŷ/∂x is a J, and ∂ŷ/∂θ a
// K.
func derivativeFields() string {
	var b strings.Builder
	for _, s := range plan.API {
		if s.Derivative == "" {
			continue
		}
		params := []string{"p *P"}
		for _, arg := range s.Args {
			typ := apiTypes[arg]
			if s.Derivative == spec.DeriveParameterJacobian {
				typ = strings.Replace(typ, "J", "K", 1)
			}
			params = append(params, arg+" "+typ)
		}
		b.WriteString(apiField(s, params))
	}
	return b.String()
}

// apiField is a function as a field.
func apiField(s plan.Signature, params []string) string {
	result := ""
	switch {
	case s.Output:
		result = " *Y"
	case s.ReturnsLoss():
		result = " F"
	}
	return fmt.Sprintf("\t%s func(%s)%s\n", s.Name, strings.Join(params, ", "), result)
}
