// Package endtoend tests what is emitted, compiled and run: packages of random and of chosen networks are generated into a
// module as a user's, and judged there by their own tests and by others in testdata.
package endtoend
