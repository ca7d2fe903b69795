package main

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHelpTeaches(t *testing.T) {
	for _, c := range commands() {
		text := help(c)
		for _, part := range []string{
			"Usage: backpropgen " + c.name, c.about, "Flags:\n", "-h ", "Example: ", "Exit codes: ",
		} {
			if part == "" || !strings.Contains(text, part) {
				t.Errorf("help %s lacks %q", c.name, part)
			}
		}
		for _, flag := range c.flags {
			if !strings.Contains(text, "\n  -"+flag+" ") {
				t.Errorf("help %s lacks the flag -%s", c.name, flag)
			}
			f := flagOf(c.name, flag)
			if f.does == "" {
				t.Errorf("nothing says what the flag -%s of %s does", flag, c.name)
			}
			if want := strings.TrimRight("-"+flag+" "+f.value, " "); !regexp.MustCompile(
				"(^|[[ ])" + regexp.QuoteMeta(want) + "(]| \\|)").MatchString(c.args) {
				t.Errorf("the usage of %s lacks the flag %s", c.name, want)
			}
		}
		if !strings.Contains(usage(), "\n  "+c.name) {
			t.Errorf("usage lacks %s", c.name)
		}
		for _, line := range strings.Split(text, "\n") {
			if n := utf8.RuneCountInString(line); n > 110 {
				t.Errorf("help %s: a line of %d characters: %s", c.name, n, line)
			}
		}
	}
}

// TestFullOutput checks that output that cannot be written is an I/O failure.
func TestFullOutput(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"version"}, {"help", "check"}} {
		var stderr strings.Builder
		code := run(args, env{
			stdin: strings.NewReader(""), stdout: fullWriter{}, stderr: &stderr,
			getenv: func(string) string { return "" },
		})
		if code != exitIO || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%q on a full disk exits %d and says %q; want %d and why", args, code, stderr.String(), exitIO)
		}
	}
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }
