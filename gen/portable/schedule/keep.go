package schedule

import "github.com/backpropgen/backpropgen/gen/plan"

// shortSum is the number of terms up to which a sum is one statement. Sums of different results
// overlap all the same: they are short enough for the processor to have several under way.
const shortSum = 8

// keepScalars is the length of a vector up to which its elements are read once for a whole operation.
const keepScalars = 16

// keep decides what an operation whose loops are set holds in scalars.
func (l *Loops) keep(op plan.Op) {
	switch o := op.(type) {
	case *plan.Affine:
		straight := !l.Inner[0].Looped()
		l.Short = o.W.Cols <= shortSum && straight && (l.Lanes == 1 || o.Ordered())
		l.Keeps = o.W.Cols <= keepScalars && straight
		l.Scoped = !l.Keeps
	case *plan.BackAffine:
		straight := !l.Inner[0].Looped()
		l.Short = o.W.Rows <= shortSum && straight && o.Update == nil && (l.Lanes == 1 || o.Ordered())
		// A fused update needs rate·δ beside δ, for every block again.
		l.Keeps = (o.W.Rows <= keepScalars || o.Update != nil) && straight
		l.Scoped = o.W.Rows > keepScalars
	case *plan.Outer:
		l.Keeps = o.A.Len() <= keepScalars
	case *plan.Update:
		l.Keeps = o.A.Len() <= keepScalars
	}
}
