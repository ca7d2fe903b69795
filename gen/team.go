package gen

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// The most gradients that a team sums up apart from one another, which is the most workers it can have, and the most
// memory they may take where that leaves two.
const (
	teamSlots = 32
	teamBytes = 256 << 20
)

// slots is how many gradients a team of a network has.
func slots(p *plan.Program) int {
	return max(2, min(teamSlots, teamBytes/(p.Network.Params()*p.ElementBytes())))
}

// teamFile is the file that spreads batches over several cores. It stands by itself, so that kernels need no
// goroutines: only the emitted test names it. descends says that it has plan.DescendSweep in assembly.
func teamFile(n spec.Network, p *plan.Program, o Options, descends bool) ([]byte, error) {
	return templates.TeamFile(templates.Team{
		Package: o.Package, Name: n.Name, Prefix: portable.Prefix(n.Name), Precision: string(n.Precision),
		Header: []string{marker(o), "",
			fmt.Sprintf("Batches of %s on several cores. The kernels do not need this file.", n.Name)},
		Inputs: n.Input, Outputs: n.Width(n.Depth()), Forward: n.Emits(spec.EmitForward), Grad: n.Emits(spec.EmitGrad),
		Step: n.Emits(spec.EmitStep), InputGrad: n.InputGradient, Weighted: n.SampleWeights,
		Optimizers: optimizerTypes(n),
		Spread:     portable.Spreads(n), SpreadFrom: portable.SpreadFrom, Block: p.Block, Slots: slots(p),
		Descends: descends,
	})
}

// optimizerTypes are the types of a network's optimizers.
func optimizerTypes(n spec.Network) (list []string) {
	for _, o := range tested(n) {
		list = append(list, o.Type)
	}
	return list
}
