// Package house holds the tree and its pages to their rules: which package imports which, and what pages say of tables and
// tests. It has no code but tests.
package house
