package gen

import (
	"github.com/backpropgen/backpropgen/gen/arm64"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// arm64Assembly is what the assembly for AArch64 has of its own. Every such processor has its instructions.
var arm64Assembly = processor{
	name: "arm64", target: spec.ARM64, title: arm64.Level,
	levels:     []templates.AssemblyLevel{{Name: arm64.Level, Doc: arm64.Level}},
	alternates: arm64.Alternates,
	begin: func(p *plan.Program, o Options, s *Shared) (writer, error) {
		if s.Tiling == nil {
			s.Tiling = &kernel.Tiling{}
		}
		return func() (machineCode, error) { return arm64.New(p, configARM64(o, *s.Tiling, s.Alternates)) }, nil
	},
	predict: predictARM64,
}

// configARM64 is what a network's surroundings say of its assembly.
func configARM64(o Options, tiling kernel.Tiling, alternates bool) arm64.Config {
	return arm64.Config{
		Tiling: tiling, Alternates: alternates, EverySweep: o.EveryLevel, CallCycles: o.CallCycles,
	}
}
