package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// batch emits StepBatch of an optimizer: GradBatch with the sum that the batch has room for, and Update. With weights
// of samples there is a form that takes them.
func (o optimizer) batch() {
	o.stepBatch(plan.StepBatch, plan.GradBatch)
	if o.pr.p.Network.SampleWeights {
		o.stepBatch(plan.StepBatchWeighted, plan.GradBatchWeighted)
	}
}

func (o optimizer) stepBatch(name, gradient string) {
	sum := &code.Addr{X: code.FieldOf("b", "sum")}
	slices := plan.SignatureOf(gradient).Slices()
	b := &code.Block{}
	b.Let("loss", code.Method(code.V("p"), gradient, append(code.Vars(append([]string{"b"}, slices...)...), sum)...))
	b.Do(code.Method(code.V("o"), "Update", code.V("p"), sum, code.V("rate")))
	b.Return(code.V("loss"))
	doc := fmt.Sprintf("%s is %s, to memory in b, and Update in one call. It returns the sum of the losses before "+
		"the step.", name, gradient)
	if o.like != "" {
		doc = fmt.Sprintf("%s is %s and Update, like that of %s.", name, gradient, o.like)
	}
	params := append([]code.Param{*o.pr.receiver()}, o.pr.batchParams(slices, "")...)
	o.pr.file.Add(&code.Func{
		Name: name, Doc: doc, Recv: o.recv(), Params: append(params, o.pr.param("rate")),
		Results: o.pr.number(), Body: b,
	})
}
