package pages

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write examples and outputs into the pages instead of comparing")

// The kinds of marks, as the package comment has them.
const (
	fromMark    = "from "
	exampleMark = "example "
	outputMark  = "output: "
	partMark    = "output, in part: "
	figuresMark = "output, in part, but for figures: "
)

// TestQuotes: every block that is quoted from somewhere is still what it quotes.
func TestQuotes(t *testing.T) {
	for _, p := range all(t) {
		changed := false
		for i := len(p.blocks) - 1; i >= 0; i-- { // from the end, so that lines before stay where they are
			b := p.blocks[i]
			want, err := quote(t, p.text(b), b.mark)
			switch {
			case err != nil:
				t.Errorf("%s:%d: %s: %v", p.path, b.first, b.mark, err)
			case want == p.text(b):
			case *update:
				tail := append(strings.Split(want, "\n"), p.lines[b.last:]...)
				p.lines, changed = append(p.lines[:b.first:b.first], tail...), true
			default:
				t.Errorf("%s:%d: %s: it is now\n%s\nrun go test ./internal/pages -update, and look at the difference",
					p.path, b.first, b.mark, want)
			}
		}
		if changed {
			text := strings.Join(p.lines, "\n")
			if err := os.WriteFile(filepath.Join(root, p.path), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// quote is what a block must say that says text now.
func quote(t *testing.T, text, mark string) (string, error) {
	switch {
	case strings.HasPrefix(mark, fromMark):
		data, err := os.ReadFile(filepath.Join(root, strings.TrimPrefix(mark, fromMark)))
		if err != nil {
			return "", err
		}
		return text, within(text, string(data))
	case strings.HasPrefix(mark, exampleMark):
		return region(strings.TrimPrefix(mark, exampleMark))
	case strings.HasPrefix(mark, outputMark):
		return output(t, strings.TrimPrefix(mark, outputMark), text)
	case strings.HasPrefix(mark, partMark):
		out, err := output(t, strings.TrimPrefix(mark, partMark), text)
		if err != nil {
			return "", err
		}
		return text, within(text, out)
	case strings.HasPrefix(mark, figuresMark):
		out, err := output(t, strings.TrimPrefix(mark, figuresMark), text)
		if err != nil {
			return "", err
		}
		return text, within(figureless(text), figureless(out))
	}
	return text, nil // whoever wrote this mark has a test for it
}

// within says whether the lines of a text are lines of a whole, in this order. Indentation doesn't count, and lines
// with nothing but "…" stand for any.
func within(text, whole string) error {
	lines := strings.Split(whole, "\n")
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.Trim(line, "/# …") == "" {
			continue
		}
		for len(lines) > 0 && strings.TrimSpace(lines[0]) != line {
			lines = lines[1:]
		}
		if len(lines) == 0 {
			return fmt.Errorf("no line %q there, or none behind those before it", line)
		}
	}
	return nil
}

var figures, spaces = regexp.MustCompile(`[0-9·]+`), regexp.MustCompile(` +`)

// figureless is a text in which all numbers are alike, and all spaces.
func figureless(text string) string {
	return spaces.ReplaceAllString(figures.ReplaceAllString(text, "0"), " ")
}

// regions are the pieces of docs/examples by name, without what indents them.
var regions = sync.OnceValues(func() (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(root, "docs", "examples", "examples_test.go"))
	found, name, indent := map[string][]string{}, "", ""
	for _, line := range strings.Split(string(data), "\n") {
		mark := strings.TrimSpace(line)
		switch begun, is := strings.CutPrefix(mark, "// region "); {
		case is:
			name, indent = begun, line[:len(line)-len(strings.TrimLeft(line, "\t"))]
		case mark == "// endregion":
			name = ""
		case name != "":
			found[name] = append(found[name], strings.TrimPrefix(line, indent))
		}
	}
	texts := map[string]string{}
	for name, lines := range found {
		texts[name] = strings.Join(lines, "\n")
	}
	return texts, err
})

func region(name string) (string, error) {
	texts, err := regions()
	if text, ok := texts[name]; ok && err == nil {
		return text, nil
	}
	return "", fmt.Errorf("docs/examples has no region %s: %w", name, err)
}

// output is what a command prints. Short tests take what the page says.
func output(t *testing.T, command, said string) (string, error) {
	if testing.Short() {
		return said, nil
	}
	c := exec.Command("sh", "-c", command)
	c.Dir = root
	c.Env = append(os.Environ(), "PATH="+filepath.Dir(tool(t))+string(os.PathListSeparator)+os.Getenv("PATH"),
		"BACKPROPGEN_CACHE=off")
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, stderr.String())
	}
	return strings.TrimRight(stdout.String(), "\n"), nil
}

func TestWithin(t *testing.T) {
	const whole = "a\n\tb\nc\nd"
	for text, right := range map[string]bool{
		"a\nc": true, "b\n// …\nd": true, "a\n\n\td": true, "c\na": false, "a\ne": false, "": true,
	} {
		if err := within(text, whole); (err == nil) != right {
			t.Errorf("%q: %v", text, err)
		}
	}
	if figureless("a  0.25 ms\n·") != figureless("a 13.7 ms\n7") || figureless("1 a") == figureless("1 b") {
		t.Error("figures are taken for text, or text for figures")
	}
}
