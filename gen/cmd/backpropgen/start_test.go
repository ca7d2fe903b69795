package main

import (
	"go/format"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

func TestStartFilesAreInOrder(t *testing.T) {
	s := newStart("MyNet_2", "nets")
	for _, f := range s.files() {
		if strings.HasSuffix(f.name, ".go") {
			if got, err := format.Source([]byte(f.text)); err != nil || string(got) != f.text {
				t.Errorf("%s is not as gofmt has it (%v):\n%s", f.name, err, f.text)
			}
		}
		if strings.Contains(f.text, "NAME") || strings.Contains(f.text, "PACKAGE") {
			t.Errorf("%s:\n%s", f.name, f.text)
		}
	}
}

// The comments of the starting spec tell the truth: what they give as defaults is what leaving the fields out means,
// and every word they offer is taken.
func TestStartSpecIsTrue(t *testing.T) {
	text := newStart("Net", "nets").files()[0].text
	plain, err := spec.Decode("net.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	required, optional, ok := strings.Cut(text, "# Optional, with their defaults:\n")
	if !ok {
		t.Fatal("no optional fields")
	}
	optional = strings.Replace(optional, "# Optional, without a default:\n", "", 1)
	all := required + strings.ReplaceAll(optional, "# ", "")
	all = regexp.MustCompile(`(?m)(: (?:\[.*?\]|\S+)) .*$`).ReplaceAllString(all, "$1")
	explicit, err := spec.Decode("net.yaml", []byte(all))
	if err != nil {
		t.Fatalf("%v\n%s", err, all)
	}
	if explicit.Package != "nets" || explicit.Weights != "net.safetensors" {
		t.Errorf("package is %q, weights are %q", explicit.Package, explicit.Weights)
	}
	explicit.Package, explicit.Weights = "", ""
	if !reflect.DeepEqual(plain.WithDefaults(), explicit.WithDefaults()) {
		t.Errorf("the optional fields are not the defaults:\n%+v\n%+v", plain.WithDefaults(), explicit.WithDefaults())
	}

	choiceLine := regexp.MustCompile(`(?m)^[# -]*(\w+): (\S+) +# (?:.*: )?((?:[\w-]+, )*[\w-]+ or [\w-]+)$`)
	choices := choiceLine.FindAllStringSubmatch(text, -1)
	if len(choices) < 3 {
		t.Fatalf("found only %d lists of choices", len(choices))
	}
	for _, c := range choices {
		field, value := c[1], c[2]
		for _, word := range strings.Split(strings.ReplaceAll(c[3], " or ", ", "), ", ") {
			changed := strings.Replace(all, field+": "+value, field+": "+word, 1)
			if word != value && changed == all {
				t.Fatalf("no %s: %s in\n%s", field, value, all)
			}
			// A cost may not go with the activation; anything else is a word that does not exist.
			if _, err := spec.Decode("net.yaml", []byte(changed)); err != nil &&
				strings.Contains(err.Error(), "unknown") {
				t.Errorf("%s: %s: %v", field, word, err)
			}
		}
	}
	mappingLine := regexp.MustCompile(`(?m)^[ -]*(\w+): (\S+) +# a name, (\{.*\}) or (\{.*\})$`)
	mappings := mappingLine.FindAllStringSubmatch(text, -1)
	if len(mappings) != 2 {
		t.Fatalf("found %d lists of mappings", len(mappings))
	}
	for _, m := range mappings {
		for _, mapping := range m[3:] {
			changed := strings.Replace(text, m[1]+": "+m[2], m[1]+": "+mapping, 1)
			if _, err := spec.Decode("net.yaml", []byte(changed)); err != nil || changed == text {
				t.Errorf("%s: %s: %v", m[1], mapping, err)
			}
		}
	}
}
