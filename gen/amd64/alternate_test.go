package amd64

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// TestAlternate prints the committed networks: functions of one sample that go over more than the first cache holds
// alternate, but for Step, and no others. Of those, the ones with a way forward flip the workspace's number, once. What
// Go calls is left as it is.
func TestAlternate(t *testing.T) {
	want := map[string][]string{
		"Digits": {plan.Grad},
		"Pixels": {plan.Forward, plan.LossOnly, plan.Backward, plan.Grad},
	}
	for _, n := range committed(t) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		fields := commonOf(p).Kernel.Layout.Fields
		has := slices.ContainsFunc(fields, func(f kernel.Field) bool { return f.Name == kernel.DirectionField })
		if has != (want[n.Name] != nil) {
			t.Errorf("%s: the workspace has a field for the direction: %t; fields %v", n.Name, has, fields)
		}
		f := assembly.NewFile(commonOf(p))
		for _, fn := range p.Funcs {
			if fn.Batch {
				continue
			}
			alternates := slices.Contains(want[n.Name], fn.Name)
			for _, l := range isa.Levels {
				code, err := assembly.Sample(f, p, machineOf(l, p.ElementBytes()), fn)
				if err != nil {
					t.Fatal(err)
				}
				flips, reads := 0, 0
				for _, i := range assembledOf(code).Instructions() {
					flip := i.Opcode == "XORL" && strings.Contains(i.Operands[1].Asm(), "(SI)")
					if flip {
						flips++
					}
					if i.Opcode == "NEGQ" {
						reads++
					}
				}
				if alternates != (reads > 0) || (flips == 1) != (alternates && fn.Name != plan.Backward) || flips > 1 {
					t.Errorf("%s, %s at %s: %d loops alternate, the number is flipped %d times", n.Name, fn.Name, l,
						reads, flips)
				}
			}
		}
	}
}

// TestKept: of what a call goes over, the next one finds what the first cache has room for beside the other matrices.
func TestKept(t *testing.T) {
	for _, n := range committed(t) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, fn := range p.Funcs {
			if fn.Batch {
				continue
			}
			got, want := (&Assembly{p: p, common: commonOf(p), core: cores.Zen4}).kept(fn, cores.Zen4,
				kernel.Standard).First, 0
			switch n.Name + " " + fn.Name {
			case "Digits Grad": // 38 KB in two halves
				const layers = 4 * (64*64 + 10*64)
				want = 2 * (cores.Zen4.FirstCache - (2*layers - 4*64*64))
			case "Pixels Forward", "Pixels Loss":
				want = cores.Zen4.FirstCache - 4*10*128
			case "Pixels Backward": // reads and writes those of the last layer
				want = cores.Zen4.FirstCache - 2*4*10*128
			}
			if got != want {
				t.Errorf("%s, %s: %d bytes of %d are kept, want %d", n.Name, fn.Name, got, p.MatrixBytes(fn), want)
			}
			if got := (&Assembly{p: p, common: commonOf(p), core: cores.Zen4}).kept(fn, cores.Zen4,
				kernel.Style{InOrder: true}); got != (cores.Kept{}) {
				t.Errorf("%s, %s: %d bytes are kept where every call goes the same way", n.Name, fn.Name, got)
			}
		}
	}
}
