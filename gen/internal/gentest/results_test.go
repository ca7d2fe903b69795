package gentest

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestResults sorts what go test might say about two networks.
func TestResults(t *testing.T) {
	one, two := spec.Network{Name: "N1"}, spec.Network{Name: "N2"}
	const flat = "# random/p\np/n1_gen.go:3:4: can inline (*N1).Flat\n"
	said := event{Action: "build-output", ImportPath: "random/p", Output: flat}
	test, example := event{Action: "pass", Test: "TestN1"}, event{Action: "pass", Test: "ExampleN1"}
	build := func(text string) event {
		return event{Action: "build-output", ImportPath: "random/p", Output: flat + text + "\n"}
	}
	for _, c := range []struct {
		name            string
		events          []event
		failed, message string
		ok              bool
	}{
		{"all is well", []event{said, test, example}, "", "", true},
		{"no diagnostics", []event{test, example}, "", "", false},
		{"the example did not run", []event{said, test}, "", "", false},
		{"nothing ran", nil, "", "", false},
		{"the test fails", []event{said, {Action: "output", Test: "TestN1", Output: "17 ULP\n"},
			{Action: "fail", Test: "TestN1"}, example}, "TestN1", "17 ULP\n", false},
		{"the other fails", []event{said, test, example, {Action: "fail", Test: "TestN2"}}, "", "", true},
		{"a bounds check", []event{said, build("p/n1_gen.go:9:2: Found IsInBounds"), test, example}, "diagnostics",
			"p/n1_gen.go:9:2: Found IsInBounds\n", false},
		{"the other's bounds check", []event{said, build("p/n2_gen.go:9:2: Found IsInBounds"), test, example}, "", "",
			true},
		{"a bounds check of the test", []event{said, build("p/n1_gen_test.go:9:2: Found IsInBounds"), test, example},
			"", "", true},
		{"the heap", []event{said, build("p/n1_gen.go:9:2: moved to heap: ws"), test, example}, "diagnostics",
			"p/n1_gen.go:9:2: moved to heap: ws\n", false},
		{"a constructor", []event{said, build("p/n1_gen.go:9:2: new(N1Adam) escapes to heap"), test, example}, "", "",
			true},
		{"a mistake", []event{said, build("p/n1_gen.go:9:2: undefined: z"),
			{Action: "build-fail", ImportPath: "random/p"}}, "build", "p/n1_gen.go:9:2: undefined: z\n", false},
	} {
		r := results([]spec.Network{one, two}, c.events)["N1"]
		if r.Failed != c.failed || r.Message != c.message || r.OK(one) != c.ok {
			t.Errorf("%s: failed %q with %q, ok %t; want %q with %q, ok %t", c.name, r.Failed, r.Message, r.OK(one),
				c.failed, c.message, c.ok)
		}
	}
}
