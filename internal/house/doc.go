// Package house tests rules of the whole tree: which package may import which.
package house
