package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// batch emits StepBatch of an optimizer: GradBatch with the sum that the batch has room for, and Update.
func (o optimizer) batch() {
	sum := &code.Addr{X: code.FieldOf("b", "sum")}
	b := &code.Block{}
	b.Let("loss", code.Method(code.V("p"), plan.GradBatch,
		append(code.Vars("b", plan.InputsArg, plan.TargetsArg), sum)...))
	b.Do(code.Method(code.V("o"), "Update", code.V("p"), sum, code.V("rate")))
	b.Return(code.V("loss"))
	doc := fmt.Sprintf("StepBatch is %s and Update in one call: it takes one step on the sum of the gradients of all "+
		"samples, which has its\nplace in b, and returns the sum of their losses before the step.", plan.GradBatch)
	params := append([]code.Param{*o.pr.receiver()}, o.pr.batchParams([]string{plan.InputsArg, plan.TargetsArg}, "")...)
	o.pr.file.Add(&code.Func{
		Name: plan.StepBatch, Doc: doc, Recv: o.recv(), Params: append(params, o.pr.param("rate")),
		Results: o.pr.number(), Body: b,
	})
}
