package pages

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the module's folder.
const root = "../.."

// page is a page with its fenced blocks.
type page struct {
	path   string // from root, with slashes
	lines  []string
	blocks []block
}

// block is a fenced block: the lines first to last of a page, without the fences.
type block struct {
	info, mark  string // what stands behind the fence, and in the comment above it
	first, last int
}

func (p *page) text(b block) string { return strings.Join(p.lines[b.first:b.last], "\n") }

// prose are the lines of a page outside its fenced blocks, others empty.
func (p *page) prose() []string {
	lines := slices.Clone(p.lines)
	for _, b := range p.blocks {
		for i := b.first - 1; i <= b.last && i < len(lines); i++ {
			lines[i] = ""
		}
	}
	return lines
}

var comment = regexp.MustCompile(`^<!-- (.*) -->$`)

// parse finds the fenced blocks of a page.
func parse(path, text string) *page {
	p := &page{path: path, lines: strings.Split(text, "\n")}
	for i := 0; i < len(p.lines); i++ {
		fence := strings.TrimLeft(p.lines[i], " ")
		if !strings.HasPrefix(fence, "```") {
			continue
		}
		b := block{info: strings.TrimPrefix(fence, "```"), first: i + 1}
		if i > 0 {
			if mark := comment.FindStringSubmatch(p.lines[i-1]); mark != nil {
				b.mark = mark[1]
			}
		}
		for i++; i < len(p.lines) && strings.TrimSpace(p.lines[i]) != "```"; i++ {
		}
		b.last = i
		p.blocks = append(p.blocks, b)
	}
	return p
}

// all are the pages of the module.
func all(t *testing.T) (list []*page) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || path != root && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		list = append(list, parse(filepath.ToSlash(name), string(data)))
		return err
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("%d pages, %v", len(list), err)
	}
	return list
}

// read is a page by its path from root.
func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestParse(t *testing.T) {
	p := parse("a.md", "text\n<!-- from x -->\n```go\nfunc f() {\n```\nmore\n```\nlast")
	want := []block{{"go", "from x", 3, 4}, {"", "", 7, 8}}
	if !slices.Equal(p.blocks, want) {
		t.Errorf("got %v", p.blocks)
	}
	if prose := strings.Join(p.prose(), "|"); prose != "text|<!-- from x -->||||more||" {
		t.Errorf("got %q", prose)
	}
}

// TestFrontPage: the first page is short.
func TestFrontPage(t *testing.T) {
	const most = 150
	if n := strings.Count(read(t, "README.md"), "\n"); n > most {
		t.Errorf("README.md has %d lines; at most %d, the rest belongs to docs", n, most)
	}
}
