package spec

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files under testdata instead of comparing with them")

// TestErrorMessages decodes every testdata/errors/NAME/input.yaml or input.json and compares the
// error with stderr.txt beside it. After go test -update, review the difference like code.
func TestErrorMessages(t *testing.T) {
	dirs, err := filepath.Glob("testdata/errors/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			inputs, err := filepath.Glob(filepath.Join(dir, "input.*"))
			if err != nil || len(inputs) != 1 {
				t.Fatalf("want one input file, have %q (%v)", inputs, err)
			}
			data, err := os.ReadFile(inputs[0])
			if err != nil {
				t.Fatal(err)
			}
			_, err = Decode(filepath.Base(inputs[0]), data)
			if err == nil {
				t.Fatal("decoded without an error")
			}
			var list ErrorList
			if !errors.As(err, &list) || len(list) == 0 {
				t.Fatalf("error is %T, not an ErrorList that holds mistakes", err)
			}
			golden(t, filepath.Join(dir, "stderr.txt"), err.Error()+"\n")
		})
	}
}

// golden compares got with a file, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; write it with go test -update", err)
	}
	if got != string(want) {
		t.Errorf("the messages have changed; if they should have, run go test -update\ngot:\n%s\nwant:\n%s", got, want)
	}
}
