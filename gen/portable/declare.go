package portable

import (
	"fmt"
	"math"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// declarations emits the constants and types.
func (pr *printer) declarations() {
	n := pr.p.Network
	depth := n.Depth()
	pr.file.Doc(fmt.Sprintf("Sizes of %s.", pr.name))
	pr.file.Consts([]templates.Constant{
		{Name: pr.name + "Inputs", Doc: "length of x", Value: n.Input},
		{Name: pr.name + "Outputs", Doc: "length of ŷ and y", Value: n.Width(depth)},
		{Name: pr.name + "Params", Doc: "weights and biases", Value: n.Params()},
	})

	var params []templates.Field
	for l := 1; l <= depth; l++ {
		layer := n.Layers[l-1]
		w := pr.p.Find(plan.Weight, l)
		params = append(params, templates.Field{Name: field(w), Type: pr.typ, Dims: []int{w.Rows, w.Cols}, Doc: fmt.Sprintf("weights of layer %d, %s", l, layer.Activation.Brief())})
		if b := pr.p.Find(plan.Bias, l); b != nil {
			params = append(params, templates.Field{Name: field(b), Type: pr.typ, Dims: []int{b.Rows}, Doc: fmt.Sprintf("biases of layer %d", l)})
		}
	}
	pr.file.Doc(fmt.Sprintf("%s holds the parameters of the network. The zero value is usable and all zeros; Init draws\nweights to train from. What it computes:\n%s", pr.name, items(pr.p.Conventions())))
	pr.file.Struct(pr.name, params)

	pr.file.Doc(fmt.Sprintf("%sGrad is the gradient of the loss with respect to every parameter, laid out like %s.", pr.name, pr.name))
	pr.file.DefinedType(pr.name+"Grad", pr.name)

	pr.file.Doc(fmt.Sprintf("%sWorkspace holds what one call leaves for the next. The zero value is ready; goroutines need one each.\nCaches are valid after Forward, Loss, Grad and Step, gradients after Backward, Grad and Step, until the next\ncall with the same workspace.", pr.name))
	pr.file.Struct(pr.name+"Workspace", pr.workspace())

	pr.file.Doc(pr.batchDoc())
	pr.file.Struct(pr.name+"Batch", pr.batchFields())
}

func (pr *printer) workspace() []templates.Field {
	var fields []templates.Field
	for _, b := range pr.p.Buffers {
		if b.Kind == plan.Cache || b.Kind == plan.Delta {
			fields = append(fields, templates.Field{Name: field(b), Type: pr.typ, Dims: []int{b.Rows}, Doc: pr.bufferDoc(b)})
		}
	}
	for i, n := range pr.p.Slots {
		fields = append(fields, templates.Field{Name: fmt.Sprintf("scratch%d", i), Type: pr.typ, Dims: []int{n}})
	}
	if pr.p.Turns {
		fields = append(fields, templates.Field{
			Name: plan.TurnField, Type: fmt.Sprintf("uint%d", 8*pr.p.ElementBytes()),
			Doc: "for the assembly: its lowest bit says which way the last call went through large matrices; any value will do",
		})
	}
	return fields
}

// bufferDoc says in the notes' terms what a workspace field holds.
func (pr *printer) bufferDoc(b *plan.Buffer) string {
	if b.Kind == plan.Delta && b.Layer == 0 {
		return "∇x L: gradient of the loss with respect to x"
	}
	if b.Means != plan.PostActivation {
		return b.Means.Doc(b.Layer)
	}
	act := pr.p.Network.Layers[b.Layer-1].Activation.Brief()
	text := fmt.Sprintf("%s: %s", b.Means.Doc(b.Layer), act)
	if b.Layer == pr.p.Network.Depth() {
		return "ŷ, " + text
	}
	return text
}

// items is a list of lines as a doc comment has it.
func items(lines []string) string { return "  - " + strings.Join(lines, "\n  - ") }

// methods emits Init and the views.
func (pr *printer) methods() {
	n := pr.p.Network
	recv := &templates.Param{Name: "p", Type: pr.name, Ptr: true}

	body := &templates.Block{}
	var scales []string
	for l := 1; l <= n.Depth(); l++ {
		act := pr.p.Activations[l-1]
		w := pr.p.Find(plan.Weight, l)
		scales = append(scales, fmt.Sprintf("%s %s", field(w), act.Init))
		body.Draw(base(w), pr.typ, math.Sqrt(act.Init.Variance(w.Cols, w.Rows)))
		if b := pr.p.Find(plan.Bias, l); b != nil {
			body.Zero(base(b), b.Rows, pr.typ)
		}
	}
	pr.file.Doc("Init draws every weight from norm, which returns independent standard normal numbers (rand.NormFloat64), scaled\nby layer: " + strings.Join(scales, ", ") + ". Biases become 0.")
	pr.file.Func(templates.Function{Name: "Init", Recv: recv, Params: []templates.Param{{Name: "norm", Type: "func() float64"}}, Body: body})

	params := n.Params()
	flat := &templates.Param{Type: pr.typ, Ptr: true, Dims: []int{params}}
	pr.file.Doc("Flat is a view of all parameters as one array, layer by layer, each layer's weights row by row and then its\nbiases. Writing to it writes to p.")
	pr.file.Func(templates.Function{Name: "Flat", Recv: recv, Result: flat, Body: templates.View("p", params, pr.typ)})
	pr.file.Doc("Flat is a view of the gradient as one array, in the order of the parameters'.")
	pr.file.Func(templates.Function{Name: "Flat", Recv: &templates.Param{Name: "g", Type: pr.name + "Grad", Ptr: true}, Result: flat, Body: templates.View("g", params, pr.typ)})

	if pr.sumsToOne() {
		body := &templates.Block{}
		body.Return(templates.Number(1))
		pr.file.Doc("TargetSum is what the elements of every y must sum to: the gradient is formed as ŷ - y, which is that of the loss\nonly then. Package train asks for it.")
		pr.file.Func(templates.Function{Name: "TargetSum", Recv: recv, Result: &templates.Param{Type: pr.typ}, Body: body})
	}

	if d0 := pr.p.Find(plan.Delta, 0); d0 != nil {
		body := &templates.Block{}
		body.Return(templates.Addr(templates.Name(base(d0))))
		pr.file.Doc("InputGrad is the gradient of the loss with respect to x, left in ws by the last Backward, Grad or Step. Step's is\nthe gradient at the weights before the step.")
		pr.file.Func(templates.Function{
			Name: "InputGrad", Recv: &templates.Param{Name: "ws", Type: pr.name + "Workspace", Ptr: true},
			Result: &templates.Param{Type: pr.typ, Ptr: true, Dims: []int{d0.Rows}}, Body: body,
		})
	}
}
