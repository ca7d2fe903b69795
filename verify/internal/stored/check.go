package stored

import (
	"reflect"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Check is verify.CheckStored for a type that is known as the program runs, so that the judge is compiled once and not
// again for every type that is saved.
func Check(n spec.Network, kind string, typ reflect.Type) *finding.Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, 0)
	refuse := func(format string, args ...any) *finding.Report {
		report.Broken(kind, "types", "", format, args...)
		return report
	}
	if err := n.Validate(); err != nil {
		return refuse("%v", err)
	}
	if _, ok := reflect.New(typ).Interface().(storable); !ok {
		return refuse("*%v must have all of WriteTo, ReadFrom, MarshalBinary, UnmarshalBinary, "+
			"AppendBinary, MarshalJSON and "+
			"UnmarshalJSON", typ)
	}
	layout, err := layoutOf(typ, n, kind)
	if err != nil {
		return refuse("%v", err)
	}
	j := &judge{network: n, kind: kind, report: report, layout: layout}
	fills := allFills
	if j.layout.len() > budget/512 {
		fills = fills[:3]
	}
	report.Trials = len(fills)
	if kind == parametersKind {
		j.tensors()
	}
	for i, fill := range fills {
		value := j.fresh()
		fill.do(n, j.layout.of(value), uint64(i))
		j.whole(value, fill.name)
		if i == 0 {
			j.streams(value)
			j.damagedBinary(value)
			j.damagedJSON(value)
		}
	}
	return report
}
