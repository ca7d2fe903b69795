package amd64

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestTurns prints the committed networks: functions of one sample that go over more than the first cache holds take
// turns, but for Step, and no others. Of those, the ones with a way forward flip the workspace's number, once. What Go
// calls is left as it is.
func TestTurns(t *testing.T) {
	want := map[string][]string{
		"Digits": {plan.Grad},
		"Pixels": {plan.Forward, plan.LossOnly, plan.Backward, plan.Grad},
	}
	for _, n := range committed(t) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		if p.Turns != (want[n.Name] != nil) || p.Turns != slices.ContainsFunc(newLayout(p).fields, func(f Field) bool { return f.Name == plan.TurnField }) {
			t.Errorf("%s: the workspace has a field for turns: %t; fields %v", n.Name, p.Turns, newLayout(p).fields)
		}
		f := newFile(newCommon(p, zen4))
		for _, fn := range p.Funcs {
			if fn.Batch {
				continue
			}
			turns := slices.Contains(want[n.Name], fn.Name)
			for _, l := range Levels {
				code, err := print(f, p, machine{l, p.ElementBytes()}, fn)
				if err != nil {
					t.Fatal(err)
				}
				flips, reads := 0, 0
				for _, i := range code.fn.Instructions() {
					flip := i.Opcode == "XORL" && strings.Contains(i.Operands[1].Asm(), "(SI)")
					if flip {
						flips++
					}
					if i.Opcode == "NEGQ" {
						reads++
					}
				}
				if turns != (reads > 0) || (flips == 1) != (turns && fn.Name != plan.Backward) || flips > 1 {
					t.Errorf("%s, %s at %s: %d loops go by turns, the number is flipped %d times", n.Name, fn.Name, l, reads, flips)
				}
			}
		}
		n.Targets = []spec.Target{}
		if p, err = plan.Compile(n); err != nil || p.Turns {
			t.Errorf("%s: without assembly the workspace has a field for turns, or %v", n.Name, err)
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
			got, want := (&Assembly{p: p, common: newCommon(p, zen4)}).kept(fn), 0
			switch n.Name + " " + fn.Name {
			case "Digits Grad": // 38 KB in two halves
				const layers = 4 * (64*64 + 10*64)
				want = 2 * (zen4.firstCache - (2*layers - 4*64*64))
			case "Pixels Forward", "Pixels Loss":
				want = zen4.firstCache - 4*10*128
			case "Pixels Backward": // reads and writes those of the last layer
				want = zen4.firstCache - 2*4*10*128
			}
			if got != want {
				t.Errorf("%s, %s: %d bytes of %d are kept, want %d", n.Name, fn.Name, got, p.MatrixBytes(fn), want)
			}
		}
	}
}
