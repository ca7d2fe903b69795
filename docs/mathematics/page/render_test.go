package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// code is a block of code, within a formula within a line, displayed one on lines of its own.
var (
	code      = regexp.MustCompile("(?s)```.*?```")
	within    = regexp.MustCompile("\\$`([^`]*)`\\$")
	displayed = regexp.MustCompile("(?s)```math\n(.*?)```")
	macro     = regexp.MustCompile(`\\[A-Za-z]+`)
	link      = regexp.MustCompile(`\]\(([^)]*)\)`)
	image     = regexp.MustCompile(`src="([^"]*)"`)
	heading   = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// macros are those of LaTeX that the page uses. GitHub refuses some, \operatorname among them: try a new one there
// before adding it.
var macros = strings.Fields(`\alpha \arctan \begin \bigl \bigr \cdots \circ \cosh \delta \dot \dots \ell \end \eta \frac \ge \hat \in \lambda
	\langle \ldots \le \leftarrow \log \Longleftrightarrow \lvert \lVert \mapsto \mathbb \mathbf \mathcal \mathit \mathrm
	\max \min \nabla \odot \partial \phi \pi \qquad \quad \rangle \rvert \rVert \sigma \sqrt \sum \tanh \text
	\tfrac \theta \times \to \top`)

// TestFormulas checks that every formula of the page is one that GitHub shows.
func TestFormulas(t *testing.T) {
	text := string(rendered(t)[0].data)
	var formulas []string
	for _, m := range displayed.FindAllStringSubmatch(text, -1) {
		formulas = append(formulas, m[1])
	}
	text = code.ReplaceAllString(text, "")
	for _, m := range within.FindAllStringSubmatch(text, -1) {
		formulas = append(formulas, m[1])
	}
	if len(formulas) < 100 {
		t.Errorf("the page has %d formulas", len(formulas))
	}
	for _, f := range formulas {
		for _, pair := range []string{"{}", "()", "[]"} {
			if strings.Count(f, pair[:1]) != strings.Count(f, pair[1:]) {
				t.Errorf("the %s of %s do not match", pair, f)
			}
		}
		if strings.Contains(f, "?") {
			t.Errorf("%s has an operation that latex.go does not write", f)
		}
		for _, m := range macro.FindAllString(f, -1) {
			if !slices.Contains(macros, m) {
				t.Errorf("%s uses %s, which macros does not list", f, m)
			}
		}
	}
	if rest := within.ReplaceAllString(text, ""); strings.Contains(rest, "$") {
		t.Errorf("a formula is not closed: %s", rest[strings.Index(rest, "$"):][:40])
	}
}

// TestLinks checks that every link of the page leads somewhere.
func TestLinks(t *testing.T) {
	files := rendered(t)
	text := code.ReplaceAllString(string(files[0].data), "")
	var anchors []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		anchors = append(anchors, "#"+strings.ReplaceAll(kept, " ", "-"))
	}
	shown := 0
	for _, m := range slices.Concat(link.FindAllStringSubmatch(text, -1), image.FindAllStringSubmatch(text, -1)) {
		target, line, _ := strings.Cut(m[1], "#")
		if target == "" {
			if !slices.Contains(anchors, m[1]) {
				t.Errorf("no heading has the anchor %s", m[1])
			}
			continue
		}
		if strings.HasPrefix(target, plotDir+"/") {
			shown++
		}
		if _, err := os.Stat(filepath.Join(pageDir, target)); err != nil {
			t.Errorf("%s#%s: %v", target, line, err)
		}
	}
	if shown != len(files)-1 {
		t.Errorf("the page shows %d plots and has %d", shown, len(files)-1)
	}
}

// TestPageErrors fills in prose that asks for what is not there.
func TestPageErrors(t *testing.T) {
	if testing.Short() {
		t.Skip("the networks of the page are generated first, which takes seconds; go test without -short does it")
	}
	nets, err := loadedOnce()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ prose, want string }{
		{`{% code "iris" "Forward" "z9 = 1" %}`, `Forward has no equation "z9 = 1"`},
		{`{% code "iris" "Sideways" "z9 = 1" %}`, "there is no function Sideways"},
		{`{% code "rose" "Forward" "z9 = 1" %}`, "there is no network rose"},
		{`{% code "iris" "Forward" "a2 = softmax(z2)" "q9" %}`, `no line begins with "q9"`},
		{`{% type "iris" "Cat" %}`, `no line is "type IrisCat struct {"`},
		{`{% spec "iris" %}`, "the spec of iris is committed"},
		{`{% derivative "z+" %}`, "an operand is missing"},
	} {
		if _, err := page(c.prose, nets); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want one with %q", c.prose, err, c.want)
		}
	}
	got, err := page(`$a_{{i}}$ {% spec "softmax" %}`, nets)
	if err != nil || !strings.HasPrefix(string(got), "$a_{{i}}$ ```yaml\ninput: 2\n") {
		t.Errorf("prose with braces becomes %q, %v", got, err)
	}
}
