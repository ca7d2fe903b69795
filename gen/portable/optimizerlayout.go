package portable

import "github.com/backpropgen/backpropgen/gen/code"

// Parameters, gradient and state that are large begin at the beginning of a page, each by itself in memory. Were all
// gone through side by side, at the same places in their pages, a core would take reads of one for reads of what was
// just written to another, and wait: an update takes up to twice as long. So a state begins elsewhere in its page, and
// at the beginning of a line of the cache.

const (
	lineBytes = 64
	pageBytes = 4096
	// apartBytes is how far from one another arrays lie in their pages.
	apartBytes = 512
	// largeState is how many bytes of state are large: less is not by itself in memory, and is soon gone through.
	largeState = 16 << 10
)

// spaced says whether the state of an optimizer is laid out so: where there is assembly, which is fast enough to be
// held up.
func (o optimizer) spaced() bool {
	return len(o.Rule.State) > 0 && o.Len*o.pr.p.ElementBytes() >= largeState && o.pr.sweeps(o.Sweep(0))
}

// fields are those of the type.
func (o optimizer) fields() (fields []code.Field) {
	size := o.pr.p.ElementBytes()
	offset := len(o.Params) * size
	for _, p := range o.Params {
		fields = append(fields, o.pr.field(p.Name, p.Doc))
	}
	if o.Rule.Counts {
		fields = append(fields, code.Field{Name: "T", Type: code.Of(code.Uint64), Doc: "updates so far"})
		offset = (offset+7)/8*8 + 8
	}
	pages := []int{0} // where parameters and gradient begin in theirs
	for _, s := range o.Rule.State {
		if o.spaced() {
			at := elsewhere(offset, pages)
			if at > offset {
				fields = append(fields, o.pr.field("_", s.Field+" begins apart from the others in its page",
					(at-offset)/size))
			}
			offset, pages = at, append(pages, at%pageBytes)
		}
		fields = append(fields, code.Field{Name: s.Field, Type: code.StructType(o.pr.gradType()), Doc: s.Doc})
		offset += o.Len * size
	}
	if o.hasDefaults() {
		fields = append(fields,
			code.Field{Name: "set", Type: code.Of(code.Bool), Doc: "the hyperparameters mean what they say, 0 too"})
	}
	return fields
}

// elsewhere is the first place from an offset on that begins a line and is far from the places of others in their
// pages.
func elsewhere(offset int, others []int) int {
	at := (offset + lineBytes - 1) / lineBytes * lineBytes
	for i := 0; i < len(others); i++ {
		if d := (at - others[i] + pageBytes) % pageBytes; min(d, pageBytes-d) < apartBytes {
			at, i = at+lineBytes, -1
		}
	}
	return at
}
