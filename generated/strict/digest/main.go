// Command digest prints digests of what the networks of package strict compute, one a line: the network, the function,
// and a digest of all the bits that it gave. Every machine prints the same lines. It is small, so that it is quickly
// compiled for another one.
package main

import (
	"fmt"

	"github.com/backpropgen/backpropgen/generated/strict"
)

func main() {
	show("Xor", digests(new(strict.Xor), data{samples: 70}, strict.NewXorTeam,
		strict.NewXorSGD(), strict.NewXorMomentum(), strict.NewXorNesterov(), strict.NewXorRMSprop(),
		strict.NewXorAdam(), strict.NewXorAdamW()))
	show("Iris", digests(new(strict.Iris), data{samples: 70, classes: true}, strict.NewIrisTeam))
	show("Control", digests(new(strict.Control), data{samples: 70}, strict.NewControlTeam, strict.NewControlAdamW()))
	show("Digits", digests(new(strict.Digits), data{samples: 70, classes: true}, strict.NewDigitsTeam,
		strict.NewDigitsAdam()))
	show("Pixels", digests(new(strict.Pixels), data{samples: 33, classes: true}, strict.NewPixelsTeam))
	show("Functions", digests(new(strict.Functions), data{samples: 70, extremes: true}, strict.NewFunctionsTeam,
		strict.NewFunctionsNesterov(), strict.NewFunctionsRMSprop(), strict.NewFunctionsAdam()))
	show("Doubles", digests(new(strict.Doubles), data{samples: 70, extremes: true}, strict.NewDoublesTeam,
		strict.NewDoublesNesterov(), strict.NewDoublesRMSprop(), strict.NewDoublesAdam()))
	show("Exact", digests(new(strict.Exact), data{samples: 70, extremes: true}, strict.NewExactTeam))
}

// show prints the digests of a network.
func show(network string, all []digest) {
	for _, d := range all {
		fmt.Printf("%-9s %-14s %016x\n", network, d.of, d.sum)
	}
}
