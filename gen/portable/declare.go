package portable

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// declarations emits the constants and types.
func (pr *builder) declarations() {
	n := pr.p.Network
	depth := n.Depth()
	pr.file.Add(&code.Consts{Doc: fmt.Sprintf("Sizes of %s.", pr.name), List: []code.Constant{
		{Name: pr.name + "Inputs", Doc: "length of x", Value: n.Input},
		{Name: pr.name + "Outputs", Doc: "length of ŷ and y", Value: n.Width(depth)},
		{Name: pr.name + "Params", Doc: "weights and biases", Value: n.Params()},
	}})

	var params []code.Field
	for l := 1; l <= depth; l++ {
		layer := n.Layers[l-1]
		w := pr.p.Find(plan.Weight, l)
		params = append(params,
			pr.field(field(w), fmt.Sprintf("weights of layer %d, %s", l, layer.Activation.Brief()), w.Rows, w.Cols))
		if b := pr.p.Find(plan.Bias, l); b != nil {
			params = append(params, pr.field(field(b), fmt.Sprintf("biases of layer %d", l), b.Rows))
		}
	}
	use := "is usable and all zeros."
	if n.Learns() {
		use = "is usable and all zeros; Init draws\nweights to train from."
	}
	pr.file.Add(&code.Struct{Name: pr.name, Fields: params, Doc: pr.name + " holds the parameters of the network. " +
		"The zero value " + use + " What it computes:\n" + items(pr.p.Conventions())})
	if pr.p.HasGradient() {
		pr.file.Add(&code.Struct{Name: pr.gradType(), Of: pr.name,
			Doc: fmt.Sprintf("%sGrad is the gradient of the loss with respect to every parameter, laid out like %s.",
				pr.name, pr.name)})
	}
	pr.file.Add(&code.Struct{Name: pr.name + "Workspace", Fields: pr.workspace(), Doc: pr.workspaceDoc()})
	if n.Emits(spec.EmitBatch) {
		pr.file.Add(&code.Struct{Name: pr.name + "Batch", Fields: pr.batchFields(), Doc: pr.batchDoc()})
	}
}

// workspaceDoc says how long what is in the workspace is valid.
func (pr *builder) workspaceDoc() string {
	doc := pr.name + "Workspace is the memory of the functions of one sample. The zero value is ready; each goroutine needs " +
		"its own."
	if !pr.p.Network.Learns() {
		return doc + "\nForward writes it, and it stays until the next call with the same workspace."
	}
	after := func(kind plan.Kind) string {
		var names []string
		for _, f := range pr.p.Funcs {
			if !f.Batch && f.Writes(kind) {
				names = append(names, f.Name)
			}
		}
		if last := len(names) - 1; last > 0 {
			return strings.Join(names[:last], ", ") + " and " + names[last]
		}
		return names[0]
	}
	return fmt.Sprintf("%s\n%s write what layers compute, and %s write gradients.\nThey stay until the next "+
		"call with the same workspace. No argument may overlap it or p: copy what Forward returned\n"+
		"before passing it back.", doc, after(plan.Cache), after(plan.Delta))
}

// field is a field that holds numbers: a single one, or an array where there are dimensions.
func (pr *builder) field(name, doc string, dims ...int) code.Field {
	return code.Field{Name: name, Type: code.ArrayOf(code.Of(pr.kind), dims...), Doc: doc}
}

// gradType is the struct of a gradient.
func (pr *builder) gradType() string { return pr.name + "Grad" }

func (pr *builder) workspace() []code.Field {
	var fields []code.Field
	for _, b := range pr.p.Buffers {
		if b.Kind == plan.Cache || b.Kind == plan.Delta {
			fields = append(fields, pr.field(field(b), pr.bufferDoc(b), b.Rows))
		}
	}
	for i, n := range pr.p.Slots {
		fields = append(fields, pr.field(fmt.Sprintf("scratch%d", i), "", n))
	}
	return append(fields, pr.o.Workspace.List...)
}

// bufferDoc says in the notes' terms what a workspace field holds.
func (pr *builder) bufferDoc(b *plan.Buffer) string {
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
func (pr *builder) methods() {
	n := pr.p.Network
	recv := pr.receiver()

	if n.Learns() {
		pr.init()
	}
	if n.Learns() || n.Emits(spec.EmitSave) {
		pr.file.Add(pr.flat("p", pr.name,
			"Flat is a view of all parameters as one array, layer by layer, each layer's weights row by row "+
				"and then its\nbiases. Writing to it writes to p."))
	}
	if pr.p.HasGradient() {
		pr.file.Add(pr.flat("g", pr.gradType(),
			"Flat is a view of the gradient as one array, in the order of the parameters'."))
	}

	if n.Learns() && pr.sumsToOne() {
		body := &code.Block{}
		body.Return(code.N(1))
		pr.file.Add(&code.Func{
			Name: "TargetSum", Recv: recv, Results: pr.number(), Body: body,
			Doc: "TargetSum is what the elements of every y must sum to. The gradient is formed as ŷ - y, which is right for " +
				"such\ntargets only. Package train checks all targets by it before it trains.",
		})
	}

	if d0 := pr.p.Find(plan.Delta, 0); d0 != nil {
		body := &code.Block{}
		body.Return(&code.Addr{X: base(d0)})
		ws := pr.param("ws")
		pr.file.Add(&code.Func{
			Name: "InputGrad", Recv: &ws, Results: []code.Param{pr.vectorOf("", d0.Rows)}, Body: body,
			Doc: "InputGrad is the gradient of the loss with respect to x that the last Backward, Grad or Step wrote to " +
				"ws. Step's is\nthe gradient at the weights before the step.",
		})
	}
}

// init emits Init.
func (pr *builder) init() {
	n := pr.p.Network
	body := &code.Block{}
	var scales []string
	for l := 1; l <= n.Depth(); l++ {
		act := pr.p.Activations[l-1]
		w := pr.p.Find(plan.Weight, l)
		scales = append(scales, fmt.Sprintf("%s %s", field(w), act.Init))
		pr.draw(body, base(w), math.Sqrt(act.Init.Variance(w.Cols, w.Rows)))
		if b := pr.p.Find(plan.Bias, l); b != nil {
			body.Set(base(b), &code.Zero{Type: code.ArrayOf(code.Of(pr.kind), b.Rows)})
		}
	}
	pr.file.Add(&code.Func{
		Name: "Init", Recv: pr.receiver(),
		Params: []code.Param{{Name: "norm", Type: code.FunctionOf(code.Of(code.Float64))}},
		Body:   body,
		Doc: "Init draws every weight from norm, which returns independent standard normal numbers " +
			"(rand.NormFloat64), scaled\nby layer: " + strings.Join(scales, ", ") + ". Biases become 0.",
	})
}

// flat is a view of a struct of parameters as one array: return (*[67]float32)(unsafe.Pointer(p)).
func (pr *builder) flat(recv, typ, doc string) *code.Func {
	array := code.ArrayOf(code.Of(pr.kind), pr.p.Network.Params())
	body := &code.Block{}
	body.Return(&code.View{To: array, X: code.V(recv)})
	r := pointer(recv, typ)
	return &code.Func{Name: "Flat", Doc: doc, Recv: &r, Results: []code.Param{{Type: code.PointerTo(array)}},
		Body: body}
}

// draw fills a matrix of parameters with scaled normal numbers:
//
//	for i := range p.W1 {
//		for j := range p.W1[i] {
//			p.W1[i][j] = float32(0.5 * norm())
//		}
//	}
func (pr *builder) draw(b *code.Block, matrix code.Expr, scale float64) {
	factor := &code.Num{Value: scale}
	if scale == math.Trunc(scale) {
		factor.Text = strconv.FormatFloat(scale, 'f', 1, 64) // a number, as all the others are
	}
	v := code.Product(factor, code.CallOf("norm"))
	if pr.kind != code.Float64 {
		v = code.To(pr.kind, v)
	}
	row := code.At(matrix, code.V("i"))
	b.Range("i", "", matrix).Range("j", "", row).Set(code.At(row, code.V("j")), v)
}
