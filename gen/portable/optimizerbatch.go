package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// batch emits StepBatch of an optimizer: GradBatch with the sum that the batch has room for, and Update.
func (o optimizer) batch() {
	sum := templates.Addr(templates.Name("b.sum"))
	b := &templates.Block{}
	b.Define("loss", templates.CallMethod("p", plan.GradBatch, templates.Name("b"), templates.Name(inputs), templates.Name(targets), sum))
	b.Do(templates.CallMethod("o", "Update", templates.Name("p"), sum, templates.Name("rate")))
	b.Return(templates.Name("loss"))
	o.pr.file.Doc(fmt.Sprintf("StepBatch is %s and Update in one call: it takes one step on the sum of the gradients of all samples, which has its\n"+
		"place in b, and returns the sum of their losses before the step.", plan.GradBatch))
	params := append([]templates.Param{{Name: "p", Type: o.pr.name, Ptr: true}}, o.pr.batchParams([]string{inputs, targets}, "")...)
	o.pr.file.Func(templates.Function{
		Name: plan.StepBatch, Recv: o.recv(), Params: append(params, templates.Param{Name: "rate", Type: o.pr.typ}),
		Result: &templates.Param{Type: o.pr.typ}, Body: b,
	})
}
