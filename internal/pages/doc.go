// Package pages tests what the repository's pages say: their commands, their quotations, their tables and their links.
//
// A fenced block may be quoted from somewhere. The line above it says from where, in a comment that nobody sees:
//
//	<!-- from FILE -->                          its lines are in the file, in this order; "…" stands for what is left out
//	<!-- example NAME -->                       the code of region NAME in docs/examples
//	<!-- output: COMMAND -->                    what the command prints
//	<!-- output, in part: COMMAND -->           lines of it, in this order
//	<!-- output, in part, but for figures: COMMAND -->   so too, but every number may be another
//
// Commands run in the root of the module, with backpropgen in the path. Examples and outputs are written into the pages
// by go test ./internal/pages -update.
package pages
