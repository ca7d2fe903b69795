package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Every field that the schema knows is in what init writes, in what help tells and on the page of specs, and every
// command on the page of the command and in the package's comment.
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
	page, start := read("../../../docs/spec.md"), newStart("Net", "nets").files()[0].text
	for field := range schema.Properties {
		if !strings.Contains(start, field+": ") {
			t.Errorf("the spec of init has no %s", field)
		}
		if !strings.Contains(specExample, field+": ") {
			t.Errorf("help spec has no %s", field)
		}
		if !strings.Contains(page, "`"+field+"`") {
			t.Errorf("docs/spec.md has no %s", field)
		}
	}
	about, _, _ := strings.Cut(read("main.go"), "package main")
	page = read("../../../docs/command.md")
	for _, c := range commands() {
		if !strings.Contains(page, "\n| `backpropgen "+c.name) {
			t.Errorf("docs/command.md has no %s", c.name)
		}
		if !strings.Contains(about, "\n//\tbackpropgen "+c.name+" ") {
			t.Errorf("the package's comment has no %s", c.name)
		}
	}
}
