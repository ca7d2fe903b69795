package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Every field that the schema knows is in what init writes, in what help tells and in the README, and every command in
// the README and in the package's comment.
func TestNothingIsLeftOut(t *testing.T) {
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var schema struct{ Properties map[string]any }
	if err := json.Unmarshal([]byte(read("../../../spec/schema.json")), &schema); err != nil ||
		len(schema.Properties) < 10 {
		t.Fatalf("%v: %d fields", err, len(schema.Properties))
	}
	readme, start := read("../../../README.md"), newStart("Net", "nets").files()[0].text
	for field := range schema.Properties {
		if !strings.Contains(start, field+": ") {
			t.Errorf("the spec of init has no %s", field)
		}
		if !strings.Contains(specExample, field+": ") {
			t.Errorf("help spec has no %s", field)
		}
		if !strings.Contains(readme, "`"+field+"`") {
			t.Errorf("the README has no %s", field)
		}
	}
	about, _, _ := strings.Cut(read("main.go"), "package main")
	for _, c := range commands() {
		if !strings.Contains(readme, "\n    backpropgen "+c.name+" ") {
			t.Errorf("the README's list has no %s", c.name)
		}
		if !strings.Contains(about, "\n//\tbackpropgen "+c.name+" ") {
			t.Errorf("the package's comment has no %s", c.name)
		}
	}
}
