package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// flagText is what help says of a flag: what its value is, empty where it has none, and what it does.
type flagText struct{ value, does string }

// flagHelp has the flags. Commands share them; a command to which a flag means something else has a row of its own.
var flagHelp = map[string]flagText{
	"o": {"DIR", "folder of the emitted files (default: beside each spec); it is made if need be"},
	"pkg": {"NAME", "Go package of the files (default: the spec's package; else $GOPACKAGE, which go generate sets, " +
		"for files of the working directory; else the package of the folder's Go files; else the folder's name)"},
	"q":       {"", "print nothing but errors"},
	"watch":   {"", "keep running, and generate again whenever a spec or its file of weights changes; Ctrl-C ends it"},
	"d":       {"", "print how stale files differ from what generate would write, as gofmt -d does"},
	"f":       {"", "overwrite files that are there"},
	"measure": {"", "compile every variant of every function, run them here, and print what they take"},
	"inputs":  {"LO,HI", "range of x for the bounds on rounding errors (default: -1,1)"},
	"weights": {"LO,HI", "range of the weights (default: -1,1)"},
	"biases":  {"LO,HI", "range of the biases (default: that of the weights)"},
	"targets": {"LO,HI", "range of y (default: 0,1 for the cross-entropies, with a sum of 1 for that of softmax; else -1,1)"},

	"check o": {"DIR", "folder of the emitted files (default: beside each spec)"},

	"init pkg": {"NAME", "package clause (default: that of the folder's Go files; else the folder's name)"},

	"import o":    {"DIR", "folder of the two files (default: the working directory); it is made if need be"},
	"name":        {"NAME", "the network's name (default: that of the file, as a Go identifier)"},
	"sample":      {"FILE", "inputs and outputs of the original, .npz or .safetensors, to compare with"},
	"cost":        {"NAME", "the cost to train with (default: the one that goes with the last activation)"},
	"output":      {"NAME", "the value of an ONNX graph that is the network's output (default: the graph's)"},
	"spec":        {"SPEC", "the network that a file of weights belongs to; then only the parameters are written"},
	"activations": {"LIST", "the activations of the layers of a file of weights, such as relu,softmax"},

	"export o":       {"FILE", "the file to write; its ending says which format (default: NAME.onnx, beside the spec)"},
	"export weights": {"FILE", "the parameters, .safetensors or .npz (default: those that the spec names)"},
}

// flagOf is what help says of a flag of a command.
func flagOf(command, name string) flagText {
	if own, ok := flagHelp[command+" "+name]; ok {
		return own
	}
	return flagHelp[name]
}

// helpWidth is how long lines of a table of flags may be.
const helpWidth = 100

// flagTable has a row for each flag of a command, and for -h.
func flagTable(c command) string {
	type row struct{ flag, does string }
	var rows []row
	wide := 0
	add := func(name string, f flagText) {
		r := row{strings.TrimRight("-"+name+" "+f.value, " "), f.does}
		wide = max(wide, utf8.RuneCountInString(r.flag))
		rows = append(rows, r)
	}
	for _, name := range c.flags {
		add(name, flagOf(c.name, name))
	}
	add("h", flagText{does: "print this"})
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-*s ", wide, r.flag)
		at := wide + 3
		for _, word := range strings.Fields(r.does) {
			n := utf8.RuneCountInString(word) + 1
			if at+n > helpWidth {
				fmt.Fprintf(&b, "\n%*s", wide+3, "")
				at = wide + 3
			}
			b.WriteString(" " + word)
			at += n
		}
		b.WriteString("\n")
	}
	return b.String()
}
