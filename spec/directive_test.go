package spec

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// plain is a spec without anything around it.
const plain = "name: Iris\ninput: 4\nlayers:\n  - dense: 3\ncost: mse\n"

// TestOpenings: whatever YAML lets stand before and behind a document changes nothing.
func TestOpenings(t *testing.T) {
	want, err := Decode("iris.yaml", []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"%YAML 1.2\n---\n" + plain, "%YAML 1.1\n---\n" + plain, "%YAML 1.0\n---\n" + plain, "%YAML 1.10\n---\n" + plain,
		"%YAML\t1.2 # new\n# a comment\n\n--- # another\n" + plain, "# %YAML 1.2\n\n%YAML 1.2\n---\n" + plain,
		"\n%YAML 1.2\n--- {name: Iris, input: 4, layers: [{dense: 3}], cost: mse}",
		"%TAG ! tag:example.org,2026:\n%YAML 1.2\n---\n" + plain, byteOrderMark + "%YAML 1.2\n---\n" + plain,
		byteOrderMark + plain, byteOrderMark + "---\n" + plain,
		"---\n" + plain, "--- # a comment\n" + plain, "---\t\n" + plain, "# a comment\n---\n" + plain, "...\n" + plain,
		"...\n%YAML 1.2\n---\n" + plain,
		plain + "...\n", plain + "... # the end\n# really\n", "---\n" + plain + "...\n",
	} {
		for name, breaks := range map[string]string{"LF": "\n", "CR LF": "\r\n", "CR": "\r", "NEL": "\u0085"} {
			n, err := Decode("iris.yaml", []byte(strings.ReplaceAll(text, "\n", breaks)))
			if err != nil || !reflect.DeepEqual(n, want) {
				t.Errorf("%q with %s: %v", text, name, err)
			}
		}
	}
}

// TestDirectivePlaces: mistakes behind directives stand where they stand in the file.
func TestDirectivePlaces(t *testing.T) {
	for text, want := range map[string]string{
		"%YAML 1.2\n---\n" +
			strings.Replace(plain, "4", "four", 1): "iris.yaml:4:8: input: must be a whole number, not text",
		"%YAML 1.200\r\n# ŷ\r\n---\r\n" +
			strings.Replace(plain, "4", "four", 1): "iris.yaml:5:8: input: must be a whole number, not text",
		"%YAML 1.2\n%YAML 1.2\n---\n" + plain: "iris.yaml:2:1: YAML: found duplicate %YAML directive",
		"---\n" + plain + "...\n%YAML 1.2\n---\n" +
			plain: "iris.yaml:8:1: a second document begins here; a file holds one spec",
		"%YAML 2.0\n---\n" +
			plain: "iris.yaml:1:7: a spec is in version 1 of YAML; write %YAML 1.2, or remove the line",
		"# ŷ\n%YAML 1.2\n" +
			plain: "iris.yaml:3:1: a line --- is missing here, which must follow the directive on line 2",
		"%FOO bar\n---\n" + plain: "iris.yaml:1:1: the directive %FOO is not part of the format; remove it",
		"%YAML\n---\n" +
			plain: "iris.yaml:1:6: YAML: while scanning a %YAML directive: did not find expected version number",
		"%YAML 1.x\n---\n" +
			plain: "iris.yaml:1:9: YAML: while scanning a %YAML directive: did not find expected version number",
		"%YAML 1.2\n":         "iris.yaml:1:10: YAML: did not find expected <document start>",
		plain + "%YAML 1.2\n": "iris.yaml:6:1: YAML: did not find expected <document end> before directive",
		"name: Iris\ninput: 4\nlayers:\n- dense: 3\n  activation:\n    expr: '\n%YAML 2.0'\ncost: mse\n": "iris.yaml:7:1: layers[0].activation.expr: '%' cannot stand in a formula",
	} {
		_, err := Decode("iris.yaml", []byte(text))
		if got := fmt.Sprint(err); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestNumberSpellings: a number in a spelling that has not the same meaning for every reader, or that is too large, is
// told what it is, and quotes are blamed only where there are some.
func TestNumberSpellings(t *testing.T) {
	digits := strings.Repeat("9", 5000)
	decimals, other := "must be a whole number in plain decimal digits, not ",
		"must be a number written as 2, 0.5 or 1e-3, not "
	for _, c := range []struct{ text, whole, number string }{
		{digits, "must be a whole number from 1 to 65536", "must be a number from 1e-30 to 1e30"},
		{"-" + digits, "must be a whole number from 1 to 65536", "must be a number from 1e-30 to 1e30"},
		{"1e400", decimals + "1e400", "must be a number from 1e-30 to 1e30"},
		{"0x" + digits, decimals + "0x99", other + "0x99"}, {"+" + digits, decimals + "+99", other + "+99"},
		{"0" + digits, decimals + "099", other + "099"}, {".5e999", decimals + ".5e999", other + ".5e999"},
		{"0x10", decimals + "0x10", other + "0x10"}, {"0o10", decimals + "0o10", other + "0o10"},
		{"010", decimals + "010", other + "010"},
		{"0b11", decimals + "0b11", other + "0b11"}, {"1_000", decimals + "1_000", other + "1_000"},
		{"+5", decimals + "+5", other + "+5"},
		{".5", decimals + ".5", other + ".5"}, {"5.", decimals + "5.", other + "5."},
		{".inf", decimals + ".inf", other + ".inf"},
		{"1e3", decimals + "1e3", ""}, {"5.0", decimals + "5.0", ""}, {"4 # inputs", "", ""},
		{"'" + digits + "'", "not text; remove the quotes", "not text; remove the quotes"},
		{"'1e400'", "not text", "not text; remove the quotes"},
		{"\"4\"", "not text; remove the quotes", "not text; remove the quotes"},
		{"5 000", "must be a whole number, not text", "must be a number, not text"},
	} {
		for field, want := range map[string]string{
			strings.Replace(plain, "4", c.text, 1):                                  c.whole,
			strings.Replace(plain, "mse", "{name: huber, delta: "+c.text+"\n }", 1): c.number,
		} {
			_, err := Decode("iris.yaml", []byte(field))
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%.40s: %.300v, want %s", c.text, err, want)
			}
			if err != nil && strings.Contains(err.Error(), "quotes") != strings.Contains(want, "quotes") {
				t.Errorf("%.40s: %.300v speaks of quotes", c.text, err)
			}
		}
	}
}
