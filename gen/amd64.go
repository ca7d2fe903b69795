package gen

import (
	"encoding/binary"

	"github.com/backpropgen/backpropgen/gen/amd64"
	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// amd64Assembly is what the assembly for x86-64 has of its own.
var amd64Assembly = processor{
	name: "amd64", target: spec.AMD64, title: "AVX2 and AVX-512",
	levels: []templates.AssemblyLevel{
		{Name: isa.AVX2.String(), Doc: "AVX2 and FMA", Features: []string{"HasAVX2", "HasFMA"}},
		{
			Name: isa.AVX512.String(), Doc: "AVX-512 F, VL and DQ as well",
			Features: []string{"HasAVX512F", "HasAVX512VL", "HasAVX512DQ", "HasAVX2", "HasFMA"},
		},
	},
	others:     []string{"Machine", "Core", amd64.ProcessorSuffix},
	alternates: amd64.Alternates,
	begin: func(p *plan.Program, o Options, s *Shared) (writer, error) {
		a, err := amd64.Begin(p, amd64.Config{
			Alternates: s.Alternates, EveryLevel: o.EveryLevel, CallCycles: o.CallCycles, Tried: o.tried,
			Tiling: o.tiling,
		})
		if err != nil {
			return nil, err
		}
		s.Tiling = &a.Tiling
		return func() (machineCode, error) { return a, a.Settle() }, nil
	},
	kinds:   amd64Kinds,
	predict: predictAMD64,
}

// assemblyAMD64 is the assembly of a network for x86-64; nil where an output is another.
func assemblyAMD64(o Output) *amd64.Assembly {
	if c, ok := o.(*native); ok {
		a, _ := c.code.(*amd64.Assembly)
		return a
	}
	return nil
}

// amd64Kinds are the kinds of cores with AVX-512 that functions tell apart.
func amd64Kinds(c *native) (list []templates.AssemblyKind) {
	for _, k := range assemblyAMD64(c).Kinds()[1:] {
		list = append(list, kindOf(k))
	}
	return list
}

// kindOf is a kind of cores as the emitted Go knows it.
func kindOf(k amd64.Kind) templates.AssemblyKind {
	kind := templates.AssemblyKind{Level: k.Level, Names: k.Names()}
	if k.Unknown {
		kind.Names = append(kind.Names, "others")
		return kind
	}
	for _, c := range k.Cores {
		for _, p := range cores.All[c].Processors {
			maker := binary.LittleEndian.Uint32([]byte(p.Maker))
			kind.Processors = append(kind.Processors,
				templates.AssemblyProcessor{Maker: maker, Family: p.Family, First: p.First, Latest: p.Latest})
		}
	}
	return kind
}
