package spec

import (
	"go/token"
	"strings"
	"testing"
)

// TestNamesNeverCollide puts every pair of allowed names of up to three parts into one package and
// demands that no emitted name of one is an emitted name of the other.
func TestNamesNeverCollide(t *testing.T) {
	parts := append([]string{"A", "Test", "Benchmark", "Example", "Fuzz", "New", "s", "_"}, emittedSuffixes...)
	var names []string
	for _, a := range parts {
		for _, b := range append(parts, "") {
			for _, c := range append(parts, "") {
				if name := a + b + c; nameProblem(name) == "" {
					names = append(names, name)
				}
			}
		}
	}
	owner := map[string]string{}
	for _, name := range names {
		emitted := []string{name, "New" + name + "Team"}
		for _, suffix := range emittedSuffixes {
			emitted = append(emitted, name+suffix)
		}
		for _, typ := range optimizerTypes() {
			emitted = append(emitted, "New"+name+typ)
		}
		for _, e := range emitted {
			if other, taken := owner[e]; taken && other != name {
				t.Errorf("%s and %s both emit %s", other, name, e)
			}
			owner[e] = name
		}
	}
	for _, name := range names {
		for _, prefix := range testPrefixes {
			if other, taken := owner[prefix+name]; taken && other != name {
				t.Errorf("%s emits %s, which may be a test function of %s", other, prefix+name, name)
			}
		}
	}
	if len(names) < 50 {
		t.Errorf("only %d names tried", len(names))
	}
}

func TestNameProblem(t *testing.T) {
	for name, want := range map[string]string{
		"Iris": "", "A": "", "A_1": "", "Test1x": "test function", "NewIris": "constructors",
		"New": "", "Newton": "", "Adam": "kept for", "AdamW": "kept for", "NetSGD": "kept for", "IrisTeam": "kept for",
		"IrisTrained": "kept for",
		"AdamNet":     "", "Test_": "test function", "Testing": "",
		"Test": "test function", "Grad": "kept for", "XNOutputs": "kept for", "": "missing", "iris": "not exported",
		"_A": "not exported", "type": "keyword", "Ä": "ASCII", "A b": "identifier", "A\n": "identifier",
		"A\x00": "identifier", "9": "identifier", strings.Repeat("a", 65): "65 bytes",
	} {
		got := nameProblem(name)
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		if got == "" && (!token.IsIdentifier(name) || !token.IsExported(name)) {
			t.Errorf("%q is allowed but no exported identifier", name)
		}
	}
}

func TestPackageProblem(t *testing.T) {
	for name, want := range map[string]string{
		"iris": "", "Iris2_x": "", "_x": "", "main": "", "test": "", "_": "cannot name a package", "func": "keyword",
		"a_test": "test packages", "documentation": "skips", "a/b": "identifier", "a.b": "identifier",
		"é":                     "ASCII",
		strings.Repeat("a", 65): "65 bytes",
	} {
		got := packageProblem(name)
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
