package portable

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

// batchApart is what every batch function asks of its arguments.
const batchApart = "\nFunctions panic before they write anything if slices differ in length. No argument may overlap p or this " +
	"memory,\nand no result xs or ys."

// weightsDoc is what every function with weights says of them.
const weightsDoc = "\nA weight is any number. One of 0 hides no NaN: 0 times NaN is NaN."

var batchDocs = map[string]string{
	plan.ForwardBatch: "ForwardBatch computes ŷ of every sample: out[i] from xs[i].",
	plan.LossBatch:    "LossBatch returns the sum of the losses of all samples, 0 for zero samples.",
	plan.GradBatch: "GradBatch overwrites g with the gradient of the sum of the losses of all samples and " +
		"returns that sum. For zero\nsamples g is 0, and so is the sum. For means, divide both by len(xs).",
	plan.StepBatch: "StepBatch takes one step of gradient descent on the sum of the losses of all samples, p -= " +
		"rate*∇ΣL, and returns\nthe sum before it. Every gradient is taken at the parameters before the step. " +
		"For a step on the mean, divide rate by len(xs).",
	plan.LossBatchWeighted: "LossBatchWeighted returns the sum of the losses of all samples, each times its weight, 0 for " +
		"zero samples." + weightsDoc,
	plan.GradBatchWeighted: "GradBatchWeighted overwrites g with the gradient of the sum of the losses of all samples, " +
		"each times its weight, and\nreturns that sum. For zero samples g is 0, and so is the sum. For means, divide both " +
		"by the sum of the weights." + weightsDoc,
	plan.StepBatchWeighted: "StepBatchWeighted takes one step of gradient descent on the sum of the losses of all " +
		"samples, each times its weight,\np -= rate*∇ΣwL, and returns the sum before it. Every gradient is taken at the " +
		"parameters before the step. For a step on\nthe mean, divide rate by the sum of the weights." +
		weightsDoc,
	plan.InputGradBatch: "InputGradBatch computes the gradient of every sample's loss with respect to x, gxs[i] at " +
		"xs[i], and returns the sum of\nthe losses. No gradient of a parameter is formed.",
}

func (pr *builder) batchDoc() string {
	sum := ""
	if pr.p.SumsUp() {
		sum = ", and the gradient\nthat StepBatch sums up"
	}
	doc := fmt.Sprintf("%sBatch is the memory of the batch functions: a workspace for each sample of a "+
		"block%s, %d bytes together. The zero value is ready; each goroutine "+
		"needs its own. Larger batches are taken\na block of %d samples at a time.",
		pr.name, sum, pr.o.BatchBytes(pr.p), pr.p.Block)
	if n := len(pr.o.Batch.List); n > 0 {
		doc += fmt.Sprintf(" The first %s fields are for the assembly, which works on samples side by side.",
			map[int]string{3: "three", 4: "four", 5: "five"}[n])
	}
	return doc + batchApart
}

func (pr *builder) batchFields() []code.Field {
	fields := append(slices.Clone(pr.o.Batch.List),
		code.Field{Name: "samples", Type: code.ArrayOf(code.StructType(pr.name+"Workspace"), pr.p.Block)})
	if pr.p.SumsUp() {
		fields = append(fields, code.Field{Name: "sum", Type: code.StructType(pr.gradType())})
	}
	return fields
}

// batch emits the batch functions, the methods that take a block through them, and the parts of these.
func (pr *builder) batch() error {
	for _, f := range pr.p.Funcs {
		if f.Batch {
			if err := pr.batchFunction(f); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
	}
	seen := map[string]bool{}
	var parts []*schedule.Part
	slices := map[*schedule.Part][]string{}
	for _, f := range pr.p.Funcs {
		made := pr.schedule.Function(f)
		if !f.Batch || f.Each != "" || seen[made.BlockMethod] {
			continue
		}
		seen[made.BlockMethod] = true
		if len(made.Parts) > 1 {
			pr.blockMethod(f)
		}
		for _, part := range made.Parts {
			if slices[part] != nil {
				continue
			}
			parts = append(parts, part)
			// The method of a block takes what its function does, needed or not: a cost may do without y.
			if slices[part], _, _ = blockUses(part.Pieces...); part.Name == made.BlockMethod {
				slices[part] = plan.SignatureOf(f.Name).Slices()
			}
		}
	}
	for _, part := range parts {
		if err := pr.blockPart(part, slices[part]); err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	return nil
}

// batchFunction emits a function of the API: what is done once, and the loop over blocks.
func (pr *builder) batchFunction(f *plan.Func) error {
	sig := plan.SignatureOf(f.Name)
	sliced := sig.Slices()
	loss := f.Writes(plan.Loss)
	fn := &code.Func{Name: f.Name, Recv: pr.receiver(), Params: pr.arguments(sig), Body: &code.Block{}}
	body := fn.Body
	touch(fn)
	for _, s := range sliced[1:] {
		differ := &code.Binary{Op: code.Ne, X: code.LenOf(plan.InputsArg), Y: code.LenOf(s)}
		body.If(differ).Panic(fmt.Sprintf("%s.%s: %s and %s differ in length", pr.name, f.Name, plan.InputsArg, s))
	}
	if loss {
		fn.Results = pr.number()
	}
	pr.dispatch(f, fn)
	var g code.Expr // where the gradient is summed
	switch plan.Unweighted(f.Name) {
	case plan.GradBatch:
		g = code.V("g")
		pr.clear(body, &code.Deref{X: g})
	case plan.StepBatch:
		g = &code.Addr{X: code.FieldOf("b", "sum")}
		pr.clear(body, code.FieldOf("b", "sum"))
	}
	if f.Each != "" {
		pr.eachSample(f, body)
		fn.Doc = derivativeDocs[f.Name]
		pr.file.Add(fn)
		return nil
	}
	if loss {
		body.Let("loss", code.To(pr.kind, code.N(0)))
	}
	body.Blocks(sliced, pr.p.Block, func(b *code.Block, samples []code.Expr) {
		args := append(code.Vars(plan.BatchArg), samples...)
		if g != nil {
			args = append(args, g)
		}
		if call := code.Method(code.V("p"), pr.schedule.Function(f).BlockMethod, args...); loss {
			b.AddTo(code.V("loss"), call)
		} else {
			b.Do(call)
		}
	})
	for _, op := range f.Ops {
		if d, ok := op.(*plan.Descend); ok {
			pr.descend(d, body)
		}
	}
	if loss {
		body.Return(code.V("loss"))
	}
	fn.Doc = batchDocs[f.Name]
	if loss && pr.sumsToOne() {
		fn.Doc += " Every y must sum to 1."
	}
	pr.file.Add(fn)
	return nil
}

// batchParams are the parameters of a batch function or one of its methods: the workspaces, slices, and last where it
// is not empty.
func (pr *builder) batchParams(slices []string, last string) []code.Param {
	ps := append([]code.Param{pr.param(plan.BatchArg)}, pr.params(slices)...)
	if last != "" {
		ps = append(ps, pr.param(last))
	}
	return ps
}

// blockUses are the slices and the last argument that some pieces on a block need, and whether they form the loss.
// Inputs are always there: their length is the number of samples.
func blockUses(pieces ...schedule.Piece) (slices []string, last string, loss bool) {
	need := map[string]bool{plan.InputsArg: true}
	for _, piece := range pieces {
		need[plan.TargetsArg] = need[plan.TargetsArg] || takes(piece, plan.TargetArg)
		for _, op := range piece.Ops() {
			for _, b := range append(op.Reads(), op.Writes()...) {
				switch b.Kind {
				case plan.Target:
					need[plan.TargetsArg] = true
				case plan.SampleWeight:
					need[plan.WeightsArg] = true
				case plan.Result:
					need[resultSlice(b)] = true
				case plan.WeightGrad, plan.BiasGrad:
					last = "g"
				case plan.Loss:
					loss = true
				}
			}
		}
	}
	for _, s := range []string{plan.InputsArg, plan.TargetsArg, plan.WeightsArg, plan.OutputsArg, plan.SlopesArg} {
		if need[s] {
			slices = append(slices, s)
		}
	}
	return slices, last, loss
}

// takes says whether a piece calls a function of the API that takes an argument, needed or not.
func takes(p schedule.Piece, arg string) bool {
	return p.Call != nil && p.Call.API && slices.Contains(plan.SignatureOf(p.Call.Name).Args, arg)
}

// resultSlice is the slice that a result is handed back in.
func resultSlice(b *plan.Buffer) string {
	if b.Layer == 0 {
		return plan.SlopesArg
	}
	return plan.OutputsArg
}

// blockMethod emits the method that takes a block through the parts of a function.
func (pr *builder) blockMethod(f *plan.Func) {
	made := pr.schedule.Function(f)
	var all []schedule.Piece
	body := &code.Block{}
	for _, part := range made.Parts {
		slices, last, loss := blockUses(part.Pieces...)
		all = append(all, part.Pieces...)
		args := append([]string{"b"}, slices...)
		if last != "" {
			args = append(args, last)
		}
		if call := method("p", part.Name, args...); loss {
			body.Let("loss", call)
		} else {
			body.Do(call)
		}
	}
	_, last, loss := blockUses(all...)
	slices := plan.SignatureOf(f.Name).Slices()
	fn := &code.Func{Name: made.BlockMethod, Recv: pr.receiver(), Params: pr.batchParams(slices, last), Body: body}
	if loss {
		fn.Results = pr.number()
		body.Return(code.V("loss"))
	}
	fn.Doc = fmt.Sprintf("%s takes at most %d samples through %s.", made.BlockMethod, pr.p.Block, f.Name)
	pr.file.Add(fn)
}

// blockPart emits a part that works on a block of samples, which are in the slices.
func (pr *builder) blockPart(part *schedule.Part, slices []string) error {
	_, last, loss := blockUses(part.Pieces...)
	body := &code.Block{}
	fn := &code.Func{Name: part.Name, Recv: pr.receiver(), Params: pr.batchParams(slices, last), Body: body}
	unfit := fits(body, slices)
	if loss {
		unfit.Return(code.N(0))
		body.Let("sum", code.To(pr.kind, code.N(0)))
		fn.Results = pr.number()
	} else {
		unfit.Return()
	}
	root := newScope(body)
	loop := root // over samples
	for i, piece := range part.Pieces {
		in := root
		switch piece.Nest {
		case schedule.Begin:
			loop = root.samples(loopPieces(part.Pieces[i:])...)
			in = loop
		case schedule.Continue:
			in = loop
		}
		if piece.Call != nil {
			if call, loss := called(piece.Call); loss {
				in.b.AddTo(code.V("sum"), call)
			} else {
				in.b.Do(call)
			}
			continue
		}
		if err := pr.piece(piece, in); err != nil {
			return err
		}
		if _, _, loss := blockUses(piece); loss {
			in.b.AddTo(code.V("sum"), code.V("loss"))
		}
	}
	if loss {
		body.Return(code.V("sum"))
	}
	fn.Doc = pr.partDoc(part) + fmt.Sprintf("\nfor at most %d samples.", pr.p.Block)
	pr.file.Add(fn)
	return nil
}

// loopPieces are the pieces of the loop over samples that begins with the first.
func loopPieces(pieces []schedule.Piece) []schedule.Piece {
	n := 1
	for n < len(pieces) && pieces[n].Nest == schedule.Continue {
		n++
	}
	return pieces[:n]
}

// weightName is the weight of a sample, as the plan calls it.
const weightName = string(plan.WeightVar)

// samples is a loop over the samples of a block, with what the pieces touch of a sample by the names that functions
// of one sample have for it.
func (s *scope) samples(pieces ...schedule.Piece) *scope {
	need := map[string]code.Expr{}
	for _, piece := range pieces {
		for arg, from := range map[string]code.Expr{plan.WorkspaceArg: code.FieldOf("b", "samples"),
			plan.InputArg: code.V(plan.InputsArg), plan.TargetArg: code.V(plan.TargetsArg)} {
			if takes(piece, arg) {
				need[arg] = from
			}
		}
		for _, op := range piece.Ops() {
			for _, b := range append(op.Reads(), op.Writes()...) {
				switch b.Kind {
				case plan.Cache, plan.Delta, plan.Scratch:
					need["ws"] = code.FieldOf("b", "samples")
				case plan.Input:
					need[b.Name] = code.V(plan.InputsArg)
				case plan.Target:
					need[b.Name] = code.V(plan.TargetsArg)
				case plan.SampleWeight:
					need[plan.WeightsArg] = code.V(plan.WeightsArg)
				case plan.Result:
					need[b.Name] = code.V(resultSlice(b))
				}
			}
		}
	}
	counter := "s"
	if len(need) == 0 { // every sample has the same, as the loss that a formula without a and y gives
		counter = ""
	}
	t := s.child(s.b.Range(counter, "", code.V(plan.InputsArg)))
	if weights := need[plan.WeightsArg]; weights != nil {
		t.set(weightName, at(weights, index{Var: "s"}))
	}
	var names []string
	var values []code.Expr
	for _, name := range []string{"ws", "x", "y", "o", "gx"} {
		if from := need[name]; from != nil {
			names, values = append(names, name), append(values, &code.Addr{X: at(from, index{Var: "s"})})
		}
	}
	t.b.LetAll(names, values)
	return t
}

// clear makes a gradient 0: *g = IrisGrad{}.
func (pr *builder) clear(b *code.Block, g code.Expr) {
	b.Set(g, &code.Zero{Type: code.StructType(pr.gradType())})
}

// fits is the condition that a block has more samples than there are workspaces, or slices of different lengths, which
// no caller brings about: it is what tells the compiler that no index of a sample is out of range. Its body, which is
// returned, ends the function.
//
//	if len(xs) > len(b.samples) || len(ys) != len(xs) { … }
func fits(b *code.Block, slices []string) *code.Block {
	var cond code.Expr = &code.Binary{Op: code.Gt, X: code.LenOf(slices[0]),
		Y: &code.Len{X: code.FieldOf("b", "samples")}}
	for _, s := range slices[1:] {
		cond = code.Op2(code.Either, cond, &code.Binary{Op: code.Ne, X: code.LenOf(s), Y: code.LenOf(slices[0])})
	}
	return b.If(cond)
}
