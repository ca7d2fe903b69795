package judge

import (
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TeamSizes are the numbers of workers that a team is judged with, the first of them against the reference and the
// others against the first.
var TeamSizes = []int{1, 2, 3, 5, 8}

// Teams are teams of one network as the judges see them.
type Teams[F memory.Float] struct {
	Network spec.Network
	Format  rounding.Format
	Report  *finding.Report
	Options Options
	Cuts    Cuts
	// Machine makes one for batches of up to so many samples, of the team of TeamSizes[i], and Nothing likewise,
	// without parameters.
	Machine, Nothing func(i, largest int) *BatchMachine[F]
	// Close closes the team of TeamSizes[i].
	Close func(i int)
	// Crowd makes one of a team of so many workers, and what ends it.
	Crowd func(workers, largest int) (m *BatchMachine[F], end func())
}
