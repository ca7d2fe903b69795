// Package endtoend tests emitted code compiled and run. It generates packages of random and of chosen networks into a
// module like a user's, where their own tests and others from testdata judge them.
package endtoend
