// Package verify proves emitted kernels right.
//
// It holds a reference of every network, written from the equations of backpropagation in float64 on
// gonum matrices, with full Jacobian matrices and no regard for speed: Algorithms 1 to 5, which differ in
// what the forward pass keeps and in whether they take a sample or a batch. Each is the reference of the
// kernels that keep the same (Network.Reference, Network.BatchReference); optimizers have one in their
// definitions. And it holds judges that run emitted code beside it: of a network's functions, on single samples
// and on batches (Test), of its derivatives (TestDerivatives), of its team (TestTeam) and of its optimizers
// (TestOptimizer); under rounding: strict they compare the levels of the assembly (TestLevels, TestDerivativeLevels,
// TestOptimizerLevels). Check, CheckDerivatives, CheckTeam and CheckOptimizer do the same without a *testing.T. A
// network that emits some functions only is judged by those.
//
// With every value the reference computes a bound on the rounding error that a kernel of the network's precision can
// make, whatever the order of its sums and with or without fused multiply-adds; a kernel's result must lie inside. No
// tolerance is picked by hand. The package imports the spec but nothing of the generator, so that a mistake there
// cannot be made here a second time by the same code. Each judge is tested in turn on kernels written by hand, with one
// planted mistake after another.
//
// The bounds follow N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, SIAM
// 2002, cited as "Higham"; the equations of the algorithms are numbered as in I. Ganev, Notes on
// Backpropagation.
package verify
