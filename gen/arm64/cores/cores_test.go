package cores

import (
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
)

// TestCores: every core has a name of its own, by which it is found, and says of every instruction what it takes; a
// name that none has is told, with those there are.
func TestCores(t *testing.T) {
	for _, c := range All {
		if found, err := Named(c.Name); found != c || err != nil {
			t.Errorf("%q finds %v, %v", c.Name, found, err)
		}
		for _, f := range isa.All() {
			if c.figure(f).each <= 0 {
				t.Errorf("%s does not say what %s takes", c.Name, f.Name)
			}
			if c.Work(isa.Instruction{Form: f, Args: make([]int, f.Operands())}, 100).Cycles() <= 0 {
				t.Errorf("%s asks for nothing of %s", f.Name, c.Name)
			}
			if (f.Is(isa.Loads) || f.Is(isa.Stores)) != (Bytes(f) > 0) {
				t.Errorf("%s moves %d bytes", f.Name, Bytes(f))
			}
		}
		if c.LineCycles(1) != 0 || c.LineCycles(c.FirstCache+1) == 0 ||
			c.LineCycles(c.thirdCache+1) <= c.LineCycles(c.secondCache) {
			t.Errorf("on %s lines take longer from nearer by", c.Name)
		}
		for _, table := range []map[string]figure{c.onVectors, c.onGeneral, c.onMemory} {
			for name := range table {
				if !begins(name) {
					t.Errorf("%s has a figure of %s, which begins no form", c.Name, name)
				}
			}
		}
	}
	if c, err := Named(""); c != All[0] || err != nil {
		t.Errorf("without a name %v, %v is found", c, err)
	}
	if _, err := Named("abacus"); err == nil || !strings.Contains(err.Error(), All[0].Name) {
		t.Errorf("a core that is not there: %v", err)
	}
}

// begins says whether the name of a form begins so.
func begins(name string) bool {
	for _, f := range isa.All() {
		if strings.HasPrefix(f.Name, name) {
			return true
		}
	}
	return false
}

// analyser is the program that knows LLVM's figures of processors, by the names that the cores have.
const analyser = "llvm-mca-19"

// TestFigures compares the figures of cores with LLVM's: after how many cycles a result can be read, and how often an
// instruction can begin. Of Apple's M1 LLVM has those of another core, and with its names nothing is compared.
func TestFigures(t *testing.T) {
	if _, err := exec.LookPath(analyser); err != nil {
		t.Skipf("NOT COMPARED: %s is not installed (Debian has it in llvm-19)", analyser)
	}
	var forms []*isa.Form
	var text strings.Builder
	for _, f := range isa.All() {
		args := make([]int, f.Operands())
		for k := range args {
			args[k] = k + 1
		}
		i, err := isa.New(f.Name, args...)
		if f.Is(isa.Branches) || err != nil && f.Operands() > 0 && !constant(f, args, &i) {
			continue
		}
		forms = append(forms, f)
		fmt.Fprintln(&text, i)
	}
	if len(forms) < 300 {
		t.Errorf("%d forms are compared", len(forms))
	}
	row := regexp.MustCompile(`(?m)^ +(\d+) +(\d+) +([\d.]+)[ *U]+(\w.*)$`)
	for _, c := range []*Core{NeoverseN1, NeoverseV2} {
		cmd := exec.Command(analyser, "-mtriple=aarch64", "-mcpu="+c.Name, "-instruction-info",
			"-resource-pressure=false",
			"-summary-view=false")
		cmd.Stdin = strings.NewReader(text.String())
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", analyser, err, out)
		}
		rows := row.FindAllSubmatch(out, -1)
		if len(rows) != len(forms) {
			t.Fatalf("%s has figures of %d of %d instructions", analyser, len(rows), len(forms))
		}
		for k, f := range forms {
			latency, _ := strconv.Atoi(string(rows[k][2]))
			each, _ := strconv.ParseFloat(string(rows[k][3]), 64)
			if own := c.figure(f); own.latency != latency || math.Abs(own.each-each) > 0.01 {
				t.Errorf("%s, %s: %d cycles, one every %.2f; LLVM has %d and %.2f", c.Name, f.Name, own.latency,
					own.each,
					latency, each)
			}
		}
	}
}

// constant finds constants for the last operands of a form, and makes the instruction.
func constant(f *isa.Form, args []int, i *isa.Instruction) bool {
	for k := len(args) - 1; k >= 0; k-- {
		for _, v := range []int{16, 0, 1, 3, -1, 8} {
			for m := k; m < len(args); m++ {
				args[m] = v
			}
			if one, err := isa.New(f.Name, args...); err == nil {
				*i = one
				return true
			}
		}
	}
	return false
}
