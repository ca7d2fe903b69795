package verify

import (
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// usersOf are two goroutines that use one network at once, each with a workspace of its own: see judge.User.
func usersOf[P, G, W, B, X, Y any, F Float](k Kernel[P, G, W, B, X, Y, F], count int) (users [2]judge.User[F]) {
	shared := new(P)
	for i := range users {
		own, g, ws, x, y := new(P), new(G), new(W), new(X), new(Y)
		batches, xs, ys := kernelBatches(k, new(B)), memory.NewArray[X](count), memory.NewArray[Y](count)
		weights, outs, gxs := memory.NewArray[F](count), memory.NewArray[Y](count), memory.NewArray[X](count)
		users[i] = judge.User[F]{
			Reads: machineOn(k, shared, g, ws, x, y), Moves: machineOn(k, own, g, ws, x, y),
			ReadsBatch: batchMachineOn(batches, shared, g, memory.MarginBefore, xs, ys, weights, outs, gxs),
			MovesBatch: batchMachineOn(batches, own, g, memory.MarginBefore, xs, ys, weights, outs, gxs),
		}
	}
	return users
}
