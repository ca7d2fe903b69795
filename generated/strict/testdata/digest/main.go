// Command digest prints the digests of the networks of package strict. TestDigests of that package compiles it for
// other processors, together with the list of them, which is a file of its tests. So the program is small.
package main

import (
	"os"

	"github.com/backpropgen/backpropgen/generated/strict"
)

func main() {
	if err := strict.WriteDigests(os.Stdout); err != nil {
		panic(err)
	}
}
