// Package gentest has what the tests of gen and of the rooms beside it share: random networks, and modules in temporary
// folders in which emitted packages are compiled and run as in a user's. Nothing but tests imports it.
package gentest
