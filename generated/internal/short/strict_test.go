package short

import (
	"flag"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// TestStrict runs the tests of the strict networks. The patterns of the go command leave their package out, as go.mod
// says: the compiler takes longer for it than for any other. This package has no other test that takes long: what time
// go test allows a package is theirs alone.
func TestStrict(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: no network with rounding: strict is judged, as compiling them takes many seconds; " +
			"go test -short ./generated/strict judges one")
	}
	args := append([]string{"test", "-timeout=0"}, built()...)
	if skipped := flag.Lookup("test.skip").Value.String(); skipped != "" {
		args = append(args, "-skip", skipped)
	}
	out, err := exec.CommandContext(t.Context(), "go", append(args, "../../strict")...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// built are the flags of go test that this test itself was built with.
func built() (flags []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "-race", "-msan", "-asan", "-tags", "-gcflags":
			if s.Value != "false" {
				flags = append(flags, s.Key+"="+s.Value)
			}
		}
	}
	return flags
}

// TestIgnored: what the patterns of the go command leave out is the strict networks and no more, and it is generated
// where go generate ./... goes.
func TestIgnored(t *testing.T) {
	for file, c := range map[string]struct{ start, want string }{
		"../../../go.mod": {"ignore", "ignore ./generated/strict"},
		"../../doc.go":    {"//go:generate", "//go:generate go generate ./strict"},
	} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, c.start) {
				got = append(got, strings.TrimSpace(line))
			}
		}
		if !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s holds %q, want %q: tests and the gate know of one package that is left out", file, got, c.want)
		}
	}
}
