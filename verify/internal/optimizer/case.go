package optimizer

import (
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Case is what is judged of an optimizer, and where it is said.
type Case struct {
	Network spec.Network
	Format  rounding.Format
	Report  *finding.Report
	Name    string
	Rule    Rule
}

// Judged is an optimizer as the judges see it: as the constructor makes it, and a zero value.
type Judged[F memory.Float] struct {
	Case
	Built, Zero func() (*Machine[F], error)
	// Fenced puts everything between fences, and at makes an optimizer there as the constructor does.
	Fenced func() (all *fence.Set, at func(fence.Placement) (*Machine[F], error))
}

// Levels is an optimizer of a network of rounding: strict as the judge of its levels sees it.
type Levels[F memory.Float] struct {
	Case
	AtLevels func(test func(level string))
	Made     func() (*Machine[F], error)
}
