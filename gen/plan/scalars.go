package plan

// Scalars says which elements of buffers lie in scalars in a block of emitted code, so that an element is read from
// memory once and used by name from then on. A printer asks it before it emits a load, and Count before it counts one.
type Scalars struct {
	around *Scalars
	// held maps the name an element's scalar would have to what has its value.
	held map[string]holder
}

// holder is a variable that has the value of an element of a buffer, nil for other values; it is empty when the value
// in memory has moved on.
type holder struct {
	variable string
	of       *Buffer
}

// NewScalars is a block inside another one, nil for the body of a function.
func NewScalars(around *Scalars) *Scalars {
	return &Scalars{around: around, held: map[string]holder{}}
}

// Find is the variable that has an element's value in this block or one around it.
func (s *Scalars) Find(name string) (variable string, ok bool) {
	for ; s != nil; s = s.around {
		if held, ok := s.held[name]; ok {
			return held.variable, held.variable != ""
		}
	}
	return "", false
}

// Hold notes that a variable of this block has the value of an element of b, or, where b is nil, another one.
func (s *Scalars) Hold(b *Buffer, name, variable string) { s.held[name] = holder{variable, b} }

// Stored notes that the value of a variable has become that of an element of b. A loop writes other elements of b too:
// scalars around it no longer have their values.
func (s *Scalars) Stored(b *Buffer, name, variable string, looped bool) {
	if looped {
		for around := s.around; around != nil; around = around.around {
			for n, held := range around.held {
				if held.of == b {
					around.held[n] = holder{of: b}
				}
			}
		}
	}
	s.Hold(b, name, variable)
}

// shortSum is the number of terms up to which a sum is one statement. Sums of different results
// overlap all the same: they are short enough for the processor to have several under way.
const shortSum = 8

// keepScalars is the length of a vector up to which its elements are read once for a whole operation.
const keepScalars = 16

// Short says whether each sum is one statement.
func (o *Affine) Short() bool {
	return o.W.Cols <= shortSum && !o.Inner[0].Looped() && (o.Lanes == 1 || o.Ordered)
}

// Keeps says whether the input is read into scalars once for all results; otherwise every block of results reads it.
func (o *Affine) Keeps() bool { return o.W.Cols <= keepScalars && !o.Inner[0].Looped() }

// Short says whether each sum is one statement.
func (o *BackAffine) Short() bool {
	return o.W.Rows <= shortSum && !o.Inner[0].Looped() && o.Update == nil && (o.Lanes == 1 || o.Ordered)
}

// Keeps says whether δ is read into scalars once for all results. A fused update needs rate·δ beside it, for every
// block again.
func (o *BackAffine) Keeps() bool {
	return (o.W.Rows <= keepScalars || o.Update != nil) && !o.Inner[0].Looped()
}

// Blocks says whether straight-line blocks of results are scopes of their own, so that the scalars of one are dead in
// the next.
func (o *BackAffine) Blocks() bool { return o.W.Rows > keepScalars }

// Keeps says whether a is read into scalars once for all rows.
func (o *Outer) Keeps() bool { return o.A.Len() <= keepScalars }

// Keeps says whether a is read into scalars once for all rows.
func (o *Update) Keeps() bool { return o.A.Len() <= keepScalars }
