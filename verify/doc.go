// Package verify proves emitted kernels right.
//
// It holds a reference of every network, written from the equations of backpropagation in float64 on
// gonum matrices, with full Jacobian matrices and no regard for speed: Algorithms 1 to 5, which differ in
// what the forward pass keeps and in whether they take a sample or a batch. Each is the reference of the
// kernels that keep the same (Network.Reference). And it holds a judge that runs a kernel beside it on
// many parameters and inputs. With every value the reference computes a bound on the rounding error that
// a kernel of the network's precision can make, whatever the order of its sums and with or without fused
// multiply-adds; a kernel's result must lie inside. No tolerance is picked by hand. The package imports
// the spec but nothing of the generator, so that a mistake there cannot be made here a second time by the
// same code. Emitted tests call Test with the network's spec and its functions; Check does the same
// without a *testing.T.
//
// The bounds follow N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, SIAM
// 2002, cited as "Higham"; the equations of the algorithms are numbered as in I. Ganev, Notes on
// Backpropagation.
package verify
