package templates

import (
	_ "embed" // the text of the team
	"fmt"
	"go/format"
	"strconv"
	"strings"
)

// Team is what the file that spreads batches over several cores needs to know.
type Team struct {
	Package, Name, Prefix, Precision string
	Header                           []string
	Inputs, Outputs                  int
	InputGrad                        bool
	Block                            int // samples that batch functions take at a time
	Slots                            int // gradients that are summed up apart from one another, at most
}

// teamText is the text of the emitted file, as Go for a model network; see package team.
//
//go:embed team/team.go
var teamText string

// TeamFile returns the formatted file of a network's team.
func TeamFile(t Team) ([]byte, error) {
	_, text, found := strings.Cut(teamText, "\npackage team\n")
	if !found {
		return nil, fmt.Errorf("the text of the team has no package clause")
	}
	text, err := inputGradParts(text, t.InputGrad)
	if err != nil {
		return nil, err
	}
	text = strings.NewReplacer(
		"xnetFloat", t.Precision,
		"xnetX", fmt.Sprintf("[%d]%s", t.Inputs, t.Precision),
		"xnetY", fmt.Sprintf("[%d]%s", t.Outputs, t.Precision),
		"xnetSlots", strconv.Itoa(t.Slots),
		"xnetBlock", strconv.Itoa(t.Block),
		"xnet", t.Prefix,
		"Xnet", t.Name,
	).Replace(text)
	var file strings.Builder
	for _, line := range t.Header {
		file.WriteString(strings.TrimRight(remark(line), " ") + "\n")
	}
	fmt.Fprintf(&file, "\npackage %s\n%s", t.Package, text)
	src, err := format.Source([]byte(file.String()))
	if err != nil {
		return nil, fmt.Errorf("formatting: %w", err)
	}
	return src, nil
}

// inputGradParts keeps or drops what the text has for InputGradBatch alone, between lines that are the comments "input_gradient {" and
// "input_gradient }", and drops these lines.
func inputGradParts(text string, keep bool) (string, error) {
	var kept strings.Builder
	within := false
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case "// input_gradient {":
			if within {
				return "", fmt.Errorf("the text of the team begins a part for input_gradient within another")
			}
			within = true
			continue
		case "// input_gradient }":
			if !within {
				return "", fmt.Errorf("the text of the team ends a part for input_gradient that does not begin")
			}
			within = false
			continue
		}
		if keep || !within {
			kept.WriteString(line)
		}
	}
	if within {
		return "", fmt.Errorf("the text of the team does not end a part for input_gradient")
	}
	return kept.String(), nil
}
