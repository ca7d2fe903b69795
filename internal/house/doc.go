// Package house tests rules of the whole tree: which package may import which, what words mean, how wide lines are.
package house
