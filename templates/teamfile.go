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
	// Forward, Grad and Step say which of the batch functions there are: ForwardBatch, LossBatch, StepBatch; and
	// GradBatch, with Grad or Step.
	Forward, Grad, Step, InputGrad bool
	// Optimizers are the types of the network's optimizers, and Spread says that their updates are shared out.
	Optimizers []string
	Spread     bool
	SpreadFrom int // parameters for every worker that takes part in an update
	Block      int // samples that batch functions take at a time
	Slots      int // gradients that are summed up apart from one another, at most
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
	text, err := keepParts(text, map[string]bool{
		"forward": t.Forward, "grad": t.Grad, "step": t.Step, "gradient": t.Grad || t.Step,
		"input_gradient": t.InputGrad, "optimizers": len(t.Optimizers) > 0, "spread": t.Spread,
	})
	if err != nil {
		return nil, err
	}
	text = strings.NewReplacer(
		"*XnetSGD", "*"+strings.Join(t.Optimizers, ", *"),
		"xnetFloat", t.Precision,
		"xnetX", fmt.Sprintf("[%d]%s", t.Inputs, t.Precision),
		"xnetY", fmt.Sprintf("[%d]%s", t.Outputs, t.Precision),
		"xnetSlots", strconv.Itoa(t.Slots),
		"xnetSpreadFrom", strconv.Itoa(t.SpreadFrom),
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
